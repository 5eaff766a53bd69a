"""The command `haochaping`: reads the environment, gives the commands a way to the database, and starts them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from gettext import gettext
from typing import TYPE_CHECKING

import click
import django
from django.apps import apps

from haochaping.config import environment
from haochaping.doors.commands.language import language_of, speaking
from haochaping.doors.commands.main import cli
from haochaping.postgres import server
from haochaping.postgres.terms import PostgresError, Route

if TYPE_CHECKING:
    from pathlib import Path

_WHERE = ("HOST", "PORT", "HAOCHAPING_BASE_URL")


@dataclass(slots=True)
class Installation:
    """One installation as commands see it: its environment, and its database when they need one."""

    env: environment.Environment

    @property
    def embedded(self) -> bool:
        """Whether the database is the one the program starts by itself."""
        return not self.env.database_url

    @property
    def route(self) -> Route | None:
        """Whose programs run the embedded database, where that is forced."""
        return Route(self.env.postgres) if self.env.postgres else None

    @property
    def _address_file(self) -> Path:
        return self.env.data_dir / "addresses"

    def _announced(self) -> list[str]:
        """Who serves from this folder and where, one “process address” a line, whoever began last at the end."""
        lines = self._address_file.read_text().splitlines() if self._address_file.exists() else []
        return [line for line in lines if _lives(int(line.partition(" ")[0]))] or lines[-1:]

    def announce(self) -> None:
        """Write down at which address this process is about to serve: links of other commands lead there."""
        # Where the web server may not write, commands are told the address.
        with suppress(OSError):
            self._address_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lines = [*self._announced(), f"{os.getpid()} {self.env.site_url}"]
            self._address_file.write_text("\n".join(lines) + "\n")

    def connect(self, **changes: str) -> None:
        """Make Django ready, starting the embedded server first where no DATABASE_URL is set.

        `changes` override environment variables for this process (`HAOCHAPING_DEMO`, for example).
        """
        os.environ.update(changes)
        if not any(os.environ.get(name) for name in _WHERE):
            # Nobody told this command where the pages are; whoever serves them has written it down.
            with suppress(OSError):
                for line in self._announced()[-1:]:
                    os.environ["HAOCHAPING_BASE_URL"] = line.partition(" ")[2]
                    self.env = replace(self.env, base_url=os.environ["HAOCHAPING_BASE_URL"])
        if self.embedded:
            server.use(self.env.data_dir)
            urls = server.start(self.env.data_dir, route=self.route)
            os.environ["DATABASE_URL"], os.environ["HAOCHAPING_OWNER_URL"] = urls.app, urls.owner
            self.env = replace(self.env, database_url=urls.app, owner_url=urls.owner)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haochaping.config.settings")
        django.setup()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> None:
    """Run the command line; trouble that a person can mend is one line and exit status 1."""
    with speaking(language_of(os.environ)):
        try:
            installation = Installation(environment.read(os.environ))
            try:
                cli(obj=installation, auto_envvar_prefix=None)
            finally:
                if apps.ready:
                    from haochaping.doors.pools import close_pools  # noqa: PLC0415 - needs Django to be ready

                    close_pools()
                server.leave(installation.env.data_dir)
        except (environment.BadEnvironment, PostgresError) as trouble:
            click.echo(f"haochaping: {gettext(trouble.message).format(**trouble.params)}", err=True)
            sys.exit(1)
