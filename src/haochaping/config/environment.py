"""The environment, read once. Every variable the program knows stands here with its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping


_EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not listened on


class BadEnvironment(Exception):  # noqa: N818 - read by people who set variables
    """A variable has a value that cannot be used; `message`, filled with `params`, names it and the remedy."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message.format(**params))


def _variable(name: str, meaning: str, default: str) -> str:
    return field(default=default, metadata={"name": name, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Environment:
    """What the surroundings say. `docs/reference/settings` is generated from this class."""

    host: str = _variable("HOST", "Address the web server listens on.", "127.0.0.1")
    port: str = _variable("PORT", "Port the web server listens on.", "8000")
    data: str = _variable("HAOCHAPING_DATA", "Folder of the database, keys and logs.", "")
    database_url: str = _variable("DATABASE_URL", "PostgreSQL as the application's role.", "")
    owner_url: str = _variable("HAOCHAPING_OWNER_URL", "PostgreSQL as the tables' owner, for migrations.", "")
    postgres: str = _variable("HAOCHAPING_POSTGRES", "Forces an embedded server: `wheel` or `system`.", "")
    hosts: str = _variable("HAOCHAPING_HOSTS", "Names under which the site is reached, by comma.", "")
    base_url: str = _variable("HAOCHAPING_BASE_URL", "Address that links and QR codes begin with.", "")
    doors: str = _variable("HAOCHAPING_DOORS", "Which face this process shows: public, staff or all.", "all")
    sms_gateway: str = _variable("HAOCHAPING_SMS_GATEWAY", "Dotted path of the SMS gateway's class.", "")
    suite: str = _variable("HAOCHAPING_SUITE", "Crypto suite of new records: `intl` or `gm`.", "intl")
    demo: str = _variable(
        "HAOCHAPING_DEMO", "`1` marks every page as sample data and opens the demo's pages.", ""
    )
    debug: str = _variable("HAOCHAPING_DEBUG", "`1` shows tracebacks; never on a real site.", "")

    @property
    def data_dir(self) -> Path:
        """Where this installation keeps its files; the user's data directory unless set."""
        return Path(self.data) if self.data else _user_data() / "haochaping"

    @property
    def site_url(self) -> str:
        """The address links begin with, without a slash at the end."""
        host = "127.0.0.1" if self.host in _EVERY_ADDRESS else self.host
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def allowed_hosts(self) -> list[str]:
        """Host names the site answers to."""
        if self.demo and not self.hosts and self.host in _EVERY_ADDRESS:
            # A demo shown to the people in one room is reached by whatever address its machine has.
            return ["*"]
        named = [name.strip() for name in self.hosts.split(",") if name.strip()]
        return named or ["localhost", "127.0.0.1", "[::1]", self.host]


def _user_data() -> Path:
    return Path.home() / ".local" / "share"


_ONE_OF = N_("{variable}={value}: use one of {choices}, or leave it unset")
_NO_PORT = N_("PORT={value}: use a number such as 8000")
_CHOICES = {"doors": {"public", "staff", "all"}, "suite": {"intl", "gm"}, "postgres": {"", "wheel", "system"}}


def read(environ: Mapping[str, str]) -> Environment:
    """Read the variables; raise `BadEnvironment` naming the one that cannot be used."""
    values = {
        f.name: environ[f.metadata["name"]] for f in fields(Environment) if environ.get(f.metadata["name"])
    }
    for name, allowed in _CHOICES.items():
        if name in values and values[name] not in allowed:
            variable = next(f.metadata["name"] for f in fields(Environment) if f.name == name)
            choices = ", ".join(sorted(allowed - {""}))
            raise BadEnvironment(_ONE_OF, variable=variable, value=values[name], choices=choices)
    if "port" in values and not values["port"].isdecimal():
        raise BadEnvironment(_NO_PORT, value=values["port"])
    return Environment(**values)
