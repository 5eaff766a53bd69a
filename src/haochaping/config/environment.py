"""The environment, read once. Every variable the program knows stands here with its meaning."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from socket import SOCK_STREAM, getaddrinfo
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_PORT, _LAST_PORT = re.compile(r"[0-9]{1,5}"), 65535
_CONTACT = re.compile(r"(?:mailto:|https://)[!-~]+")
_EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not listened on


class BadEnvironment(Exception):  # noqa: N818 - read by people who set variables
    """A variable has a value that cannot be used; `message`, filled with `params`, names it and the remedy."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message.format(**params))


def _variable(name: str, meaning: str, default: str) -> str:
    return field(default=default, metadata={"name": name, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An OpenID Connect issuer that people log in at; `id` is `staff` or `citizen`."""

    id: str
    issuer: str
    client: str
    secret: str = field(repr=False)
    scopes: list[str]

    @property
    def origin(self) -> str:
        """Scheme, host and port of the issuer."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that mails to staff are given to, and whom they come from."""

    host: str
    port: int | None
    use_tls: bool
    use_ssl: bool
    sender: str
    username: str | None
    password: str | None = field(repr=False)


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
    staff_url: str = _variable(
        "HAOCHAPING_STAFF_URL", "Address of the staff's pages, where they have another than the public.", ""
    )
    security_contact: str = _variable(
        "HAOCHAPING_SECURITY_CONTACT", "Whom to tell about a weakness: mailto:… or https://…", ""
    )
    doors: str = _variable("HAOCHAPING_DOORS", "Which face this process shows: public, staff or all.", "all")
    sms_gateway: str = _variable("HAOCHAPING_SMS_GATEWAY", "Dotted path of the SMS gateway's class.", "")
    mail: str = _variable(
        "HAOCHAPING_MAIL", "Mail server: smtp://host:25, smtp+tls://host:587 or smtps://host:465.", ""
    )
    mail_from: str = _variable("HAOCHAPING_MAIL_FROM", "Address that mails to staff come from.", "")
    mail_user: str = _variable("HAOCHAPING_MAIL_USER", "Our name at the mail server, where it asks.", "")
    mail_secret: str = _variable(
        "HAOCHAPING_MAIL_SECRET_FILE", "File that holds our password at the mail server.", ""
    )
    webhook_origins: str = _variable(
        "HAOCHAPING_WEBHOOK_ORIGINS",
        "Origins that notices may be sent to by machine, by comma: https://oa.example, http://10.0.0.5:8080.",
        "",
    )
    reconcile_with: str = _variable(
        "HAOCHAPING_RECONCILE_WITH",
        "Installation above ours that is told every day what we hold: https://province.example.",
        "",
    )
    reconcile_secret: str = _variable(
        "HAOCHAPING_RECONCILE_SECRET_FILE", "File that holds the key it has made for us.", ""
    )
    staff_oidc: str = _variable(
        "HAOCHAPING_STAFF_OIDC", "Issuer (https://…) of the identities staff log in with, OpenID Connect.", ""
    )
    staff_oidc_client: str = _variable("HAOCHAPING_STAFF_OIDC_CLIENT", "Our client id at that issuer.", "")
    staff_oidc_secret: str = _variable(
        "HAOCHAPING_STAFF_OIDC_SECRET_FILE", "File that holds our client secret there.", ""
    )
    citizen_oidc: str = _variable(
        "HAOCHAPING_CITIZEN_OIDC", "Issuer of the identities citizens log in with (统一身份认证).", ""
    )
    citizen_oidc_client: str = _variable(
        "HAOCHAPING_CITIZEN_OIDC_CLIENT", "Our client id at that issuer.", ""
    )
    citizen_oidc_secret: str = _variable(
        "HAOCHAPING_CITIZEN_OIDC_SECRET_FILE", "File that holds our client secret there.", ""
    )
    citizen_oidc_scope: str = _variable(
        "HAOCHAPING_CITIZEN_OIDC_SCOPE", "Scopes asked for, by space.", "openid phone profile"
    )
    citizen_oidc_claims: str = _variable(
        "HAOCHAPING_CITIZEN_OIDC_CLAIMS",
        "Claims of phone, kind of certificate and its number, by comma.",
        "phone_number,certificate_type,certificate_no",
    )
    passwords: str = _variable(
        "HAOCHAPING_PASSWORDS",
        "Rules for passwords: `asvs`, or `dengbao3` (also mixed characters, 90 days, none of the last five).",
        "asvs",
    )
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
    def identity_providers(self) -> list[IdentityProvider]:
        """The issuers that are set; raises `BadEnvironment` when one cannot be used as it is set."""
        staff = ("staff", self.staff_oidc, self.staff_oidc_client, self.staff_oidc_secret, "openid")
        citizen = (
            "citizen",
            self.citizen_oidc,
            self.citizen_oidc_client,
            self.citizen_oidc_secret,
            self.citizen_oidc_scope,
        )
        return [_identity_provider(*told) for told in (staff, citizen) if told[1]]

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server, or None; raises `BadEnvironment` when it cannot be used as it is set."""
        if not self.mail:
            return None
        try:
            parts = urlsplit(self.mail)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or parts.scheme not in {"smtp", "smtp+tls", "smtps"}:
            raise BadEnvironment(_NO_MAIL, value=self.mail)
        if "@" not in self.mail_from:
            raise BadEnvironment(_NO_SENDER, value=self.mail_from)
        password = _secret("HAOCHAPING_MAIL", self.mail_secret) if self.mail_user else None
        tls, ssl = parts.scheme == "smtp+tls", parts.scheme == "smtps"
        return MailServer(host, port, tls, ssl, self.mail_from, self.mail_user or None, password)

    @property
    def upper_side(self) -> tuple[str, str]:
        """Address and key of the installation above, both empty where there is none; raises `BadEnvironment`."""
        if not self.reconcile_with:
            return "", ""
        parts = urlsplit(self.reconcile_with)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise BadEnvironment(_NO_UPPER_SIDE, value=self.reconcile_with)
        return self.reconcile_with.rstrip("/"), _secret("HAOCHAPING_RECONCILE", self.reconcile_secret)

    @property
    def webhook_targets(self) -> frozenset[str]:
        """The origins that may be told of notices."""
        named = (one.strip().rstrip("/").lower() for one in self.webhook_origins.split(","))
        return frozenset(filter(None, named))

    @property
    def site_url(self) -> str:
        """The address links begin with, without a slash at the end."""
        host = "127.0.0.1" if self.host in _EVERY_ADDRESS else self.host
        return (self.base_url or f"http://{_in_address(host)}:{self.port}").rstrip("/")

    @property
    def desk_url(self) -> str:
        """The address of the staff's pages, without a slash at the end."""
        return self.staff_url.rstrip("/") or self.site_url

    @property
    def allowed_hosts(self) -> list[str]:
        """Host names the site answers to."""
        if self.demo and not self.hosts and self.host in _EVERY_ADDRESS:
            # A demo shown to the people in one room is reached by whatever address its machine has.
            return ["*"]
        named = [name.strip() for name in self.hosts.split(",") if name.strip()]
        return named or ["localhost", "127.0.0.1", "[::1]", _in_address(self.host)]


def _in_address(host: str) -> str:
    """A host as it stands in an address: of IPv6 between brackets."""
    return f"[{host}]" if ":" in host else host


def _identity_provider(name: str, issuer: str, client: str, file: str, scope: str) -> IdentityProvider:
    variable = f"HAOCHAPING_{name.upper()}_OIDC"
    parts = urlsplit(issuer)
    at_home = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or at_home):
        raise BadEnvironment(_NO_ISSUER, variable=variable, value=issuer)
    if not client:
        raise BadEnvironment(_NO_CLIENT, variable=variable)
    return IdentityProvider(name, issuer.rstrip("/"), client, _secret(variable, file), scope.split())


def _secret(variable: str, file: str) -> str:
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise BadEnvironment(_NO_SECRET, variable=variable, value=file) from error


def _user_data() -> Path:
    told = Path(os.environ.get("XDG_DATA_HOME", ""))
    return told if told.is_absolute() else Path.home() / ".local" / "share"


_ONE_OF = N_("{variable}={value}: use one of {choices}, or leave it unset")
_NO_ISSUER = N_("{variable}={value}: use the issuer's address, which begins with https://")
_NO_CLIENT = N_("{variable} is set without {variable}_CLIENT: set the client id given to you")
_NO_SECRET = N_("{variable}_SECRET_FILE={value} cannot be read: name the file that holds the client secret")
_NO_CONTACT = N_("HAOCHAPING_SECURITY_CONTACT={value}: begin with mailto: or https://")
_NO_MAIL = N_("HAOCHAPING_MAIL={value}: use smtp://host:25, smtp+tls://host:587 or smtps://host:465")
_NO_SENDER = N_("HAOCHAPING_MAIL_FROM={value}: name the address that mails come from")
_NO_UPPER_SIDE = N_("HAOCHAPING_RECONCILE_WITH={value}: use the beginning of its addresses, https://…")
_NO_DATABASE = N_("{variable} is no address of a database: use postgresql://user:password@host:5432/database")
_NO_PORT = N_("PORT={value}: use a number from 1 to 65535, such as 8000")
_NO_HOST = N_("HOST={value}: use an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them")
_CHOICES = {
    "doors": {"public", "staff", "all"},
    "suite": {"intl", "gm"},
    "passwords": {"asvs", "dengbao3"},
    "postgres": {"", "wheel", "system"},
}


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
    port = values.get("port", "1")
    if not _PORT.fullmatch(port) or not 0 < int(port) <= _LAST_PORT:
        raise BadEnvironment(_NO_PORT, value=port)
    if "host" in values:
        values["host"] = _address_of(values["host"])
    contact = values.get("security_contact", "")
    if contact and not _CONTACT.fullmatch(contact):
        raise BadEnvironment(_NO_CONTACT, value=contact)
    found = Environment(**values)
    _check_address("DATABASE_URL", found.database_url)
    _check_address("HAOCHAPING_OWNER_URL", found.owner_url)
    # Said at the start, not at the first log-in.
    _ = found.identity_providers, found.mail_server, found.upper_side
    return found


def _address_of(host: str) -> str:
    """The address to listen on, as a number: of a name such as localhost the one it stands for."""
    try:
        return str(getaddrinfo(host, None, type=SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise BadEnvironment(_NO_HOST, value=host) from error


def _check_address(variable: str, value: str) -> None:
    """Refuse what PostgreSQL cannot read, without repeating it: there may be a password in it."""
    try:
        conninfo_to_dict(value)
    except ProgrammingError as error:
        raise BadEnvironment(_NO_DATABASE, variable=variable) from error
