"""What commands ask of the installation they run in, and how they speak."""

from __future__ import annotations

import errno
import json
import logging
import sys
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from gettext import gettext
from typing import TYPE_CHECKING, NoReturn, Protocol

import click

from haochaping.doors.commands.language import django_language
from haochaping.doors.commands.spoken import option
from haochaping.kernel.periods import in_beijing
from haochaping.kernel.refused import N_, Refused
from haochaping.postgres import copies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from haochaping.kernel.refused import Complaint
    from haochaping.postgres.terms import Route


class Env(Protocol):
    """The part of the environment that commands read."""

    host: str
    port: str
    postgres: str
    database_url: str
    owner_url: str

    @property
    def data_dir(self) -> Path:
        """Folder of the installation."""

    @property
    def site_url(self) -> str:
        """Address that links begin with."""


class Installation(Protocol):
    """What `config.entry` hands to every command."""

    env: Env

    @property
    def embedded(self) -> bool:
        """Whether the database is the one the program starts by itself."""

    @property
    def route(self) -> Route | None:
        """Whose programs run the embedded database, where that is forced."""

    def announce(self) -> None:
        """Write down the address that is served from here on."""

    def connect(self, **changes: str) -> None:
        """Make Django and the database ready."""


def with_database[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Connect before the command runs, and say a refusal as one line on standard error, exit status 1.

    People are answered in their shell's language; what programs read (--json) is the same in every language, a refusal
    too: `{"refused": {"code", "field", "sentence"}}` on standard output.
    """

    @wraps(command)
    def connected(*args: P.args, **kwargs: P.kwargs) -> R:
        installation: Installation = click.get_current_context().obj
        installation.connect()
        # In one sentence, before a pool of connections tries and warns.
        copies.reach(installation.env.database_url)
        from django.conf import settings  # noqa: PLC0415 - needs Django to be ready
        from django.db import ProgrammingError  # noqa: PLC0415
        from django.utils import translation  # noqa: PLC0415

        from haochaping.doors.outage import NOT_OUR_TABLES  # noqa: PLC0415
        from haochaping.identity.keys import KeysMissing  # noqa: PLC0415

        language = settings.LANGUAGE_CODE if kwargs.get("as_json") else django_language()
        try:
            with _files(), translation.override(language), quiet_pool(), answered():
                return command(*args, **kwargs)
        except Refused as refused:
            with translation.override(language):
                refuse(refused.complaint)
        except KeysMissing as missing:
            # Keys are made with the tables: where those are not there, that is what to say.
            check_tables()
            fail(gettext(missing.message).format(**missing.params))
        except ProgrammingError as error:
            if not isinstance(error.__cause__, NOT_OUR_TABLES):
                raise
            say_to_migrate()

    return connected


@contextmanager
def answered() -> Iterator[None]:
    """End in one line where the database does not answer (any more)."""
    from haochaping.doors.outage import OUTAGE  # noqa: PLC0415 - needs Django to be ready

    try:
        yield
    except OUTAGE as error:
        told = gettext(
            "The database did not answer: {reason}. What was reported as done is kept; run the command again."
        )
        fail(told.format(reason=str(error).partition("\n")[0]))


@contextmanager
def quiet_pool() -> Iterator[None]:
    """Keep what the pool of connections logs at each try off the terminal: `answered` says it once."""
    log = logging.getLogger("psycopg.pool")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


_WHY = {
    errno.ENOENT: N_("it, or the folder it lies in, is not there"),
    errno.EACCES: N_("its rights do not allow it"),
    errno.ENOSPC: N_("the disk is full"),
}


def with_files[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """For a command without a database: a file that cannot be read or written is one line, too."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        with _files():
            return command(*args, **kwargs)

    return told


@contextmanager
def _files() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not error.filename:
            raise
        told = gettext("The file “{file}” cannot be read or written: {reason}.")
        fail(
            told.format(
                file=error.filename,
                reason=gettext(_WHY[error.errno]) if error.errno in _WHY else error.strerror,
            )
        )


def sentence(complaint: Complaint) -> str:
    """A complaint in one line, in the language of the shell's user."""
    from haochaping.ui.sentences import say  # noqa: PLC0415 - needs Django to be ready

    said = say(complaint)
    field = f"{said.field}: " if said.field else ""
    return f"{field}{said.message} {said.remedy}"


def refuse(complaint: Complaint) -> NoReturn:
    """End with a refusal: in words on standard error, or for programs (--json) as JSON on standard output."""
    said = sentence(complaint)
    if not click.get_current_context().params.get("as_json"):
        fail(said)
    told = {"code": complaint.code, "field": complaint.field, "sentence": said}
    click.echo(json.dumps({"refused": told}, ensure_ascii=False))
    sys.exit(1)


def fail(text: str, status: int = 1) -> NoReturn:
    """Say what is wrong on standard error and end."""
    click.echo(text, err=True)
    sys.exit(status)


def check_tables() -> None:
    """End where the tables are not there, or not as this version knows them."""
    from django.db import connection  # noqa: PLC0415 - needs Django to be ready

    from haochaping.postgres.version import missing_migrations  # noqa: PLC0415

    if missing_migrations(connection):
        say_to_migrate()


def say_to_migrate() -> NoReturn:
    """End: the tables are not there, or not as this version knows them."""
    fail(gettext("This database is not that of this version. Run “haochaping migrate”, then this again."))


def _plain(value: object) -> str:
    return in_beijing(value) if isinstance(value, datetime) else str(value)


def show(
    rows: list[dict[str, object]],
    *,
    as_json: bool,
    line: Callable[[dict[str, object]], str],
    none: str = "",
) -> None:
    """Print rows as JSON for programs or a line each for people, or `none` for people when there are none."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=_plain))
    elif none and not rows:
        click.echo(none)
    else:
        for row in rows:
            click.echo(line(row))


json_option = option("--json", "as_json", is_flag=True, help=N_("Print JSON for programs."))
