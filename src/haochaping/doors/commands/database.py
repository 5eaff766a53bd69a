"""`haochaping db …` and `haochaping migrate`."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from gettext import gettext, ngettext
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, override

import click
import psycopg

from haochaping.doors.commands import province
from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.progress import under_way
from haochaping.doors.commands.spoken import Command, File, Group, option
from haochaping.doors.demo import names
from haochaping.kernel.refused import N_
from haochaping.postgres import copies, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

    from haochaping.doors.commands.installation import Installation

# Without a terminal a line is written for so many migrations.
_LINE = 25
_DONE = frozenset({"OK", "FAKED"})
_MIGRATING = 0x6D696772


@click.group(cls=Group)
def db() -> None:
    """The embedded database server: start, stop, status, addresses, back-up."""


def _check_embedded(installation: Installation) -> None:
    if not installation.embedded:
        fail(
            gettext(
                "DATABASE_URL names a server of its own, which is started and stopped where it runs. This command is "
                "for the embedded one: unset DATABASE_URL."
            )
        )


@db.command()
@click.pass_obj
def start(installation: Installation) -> None:
    """Start the embedded server, making it on first use; does nothing when it runs."""
    _check_embedded(installation)
    server.stop_after_use(installation.env.data_dir, wanted=False)
    server.start(installation.env.data_dir, route=installation.route)
    click.echo(gettext("The database server is running."))


@db.command()
@click.pass_obj
def stop(installation: Installation) -> None:
    """Stop the embedded server; does nothing when it does not run."""
    _check_embedded(installation)
    server.stop(installation.env.data_dir)
    click.echo(gettext("The database server is stopped."))


@db.command()
@json_option
@click.pass_obj
def status(installation: Installation, *, as_json: bool) -> None:
    """Say whether the embedded server runs, which PostgreSQL it is, and where its files are."""
    _check_embedded(installation)
    found = server.status(installation.env.data_dir)
    row: dict[str, object] = {
        N_("running"): found.running,
        N_("route"): found.route,
        N_("version"): found.version,
        N_("data"): found.data,
        N_("socket_dir"): found.socket_dir,
        N_("pid"): found.pid,
    }
    show([row], as_json=as_json, line=_lines)
    if not found.running:
        click.get_current_context().exit(3)


def _lines(row: dict[str, object]) -> str:
    # Translators: one line of a listing: what, then its value.
    line = gettext("{name}: {value}")
    return "\n".join(line.format(name=gettext(name), value=_said(value)) for name, value in row.items())


def _said(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "-" if value is None else str(value)


@db.command()
@option("--owner", is_flag=True, help=N_("The address of the tables' owner instead of the application's."))
@click.pass_obj
def url(installation: Installation, *, owner: bool) -> None:
    """Print the address of the database (it holds a password)."""
    if not installation.embedded:
        click.echo(_owner_url(installation) if owner else installation.env.database_url)
        return
    urls = server.start(installation.env.data_dir, route=installation.route)
    click.echo(urls.owner if owner else urls.app)


@db.command()
@click.argument("file", type=File(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(installation: Installation, file: Path) -> None:
    """Write the whole database to FILE; an older FILE stays until the new one is complete."""
    with under_way(gettext("Backing up")):
        copies.backup(_owner_url(installation), file)
    told = gettext("Backed up to {file}. Back up the keys in {keys} too, apart from it.")
    click.echo(told.format(file=file, keys=installation.env.data_dir / "keys"))


@db.command()
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@option("--while-connected", is_flag=True, help=N_("Cut off whoever is connected; what they do now is lost."))
@option("--yes", is_flag=True, help=N_("Confirm the action without prompting."))
@click.pass_obj
def restore(installation: Installation, file: Path, *, while_connected: bool, yes: bool) -> None:
    """Replace the database with a back-up; what is there stays untouched unless the whole back-up loads.

    Stop web server and worker first: whatever was acknowledged after the back-up is gone.
    """
    if not yes:
        click.confirm(gettext("This replaces everything in the database. Go on?"), abort=True)
    others = 0 if while_connected else _others_connected(_owner_url(installation))
    if others:
        told = ngettext(
            "{n} session is connected: stop web server and worker first, or say --while-connected.",
            "{n} sessions are connected: stop web server and worker first, or say --while-connected.",
            others,
        )
        fail(told.format(n=others))
    owner_url = _owner_url(installation)
    with under_way(gettext("Restoring")):
        left = copies.restore(owner_url, file)
    if not _holds_sample(owner_url):
        # Or “demo --reset” would throw it away.
        province.unmark(installation.env.data_dir)
    click.echo(gettext("Restored from {file}. Run “haochaping ledger verify” now.").format(file=file))
    if left:
        told = gettext(
            "These settings of the former database were not this role's to give. Have the server's administrator run: "
            "{statements}"
        )
        click.echo(told.format(statements=" ".join(left)), err=True)


def _holds_sample(owner_url: str) -> bool:
    """As the province itself tells it, without Django, which would make keys where they are only to be put back."""
    asked = "SELECT 1 FROM directory_platform WHERE code = %s"
    with psycopg.connect(owner_url) as connection, suppress(psycopg.errors.UndefinedTable):
        return connection.execute(asked, [names.APP[0]]).fetchone() is not None
    return False


def _others_connected(owner_url: str) -> int:
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL"
        ).fetchone()
    return int(found[0]) if found else 0


def _owner_url(installation: Installation) -> str:
    """Where whoever owns the tables connects: as the application, where HAOCHAPING_OWNER_URL names nobody else."""
    if installation.embedded:
        server.use(installation.env.data_dir)
        return server.start(installation.env.data_dir, route=installation.route).owner
    return installation.env.owner_url or installation.env.database_url


@click.command(cls=Command)
@with_database
def migrate() -> None:
    """Bring the tables up to date, give the application's role its rights, add what is shipped (rules, indicators)."""
    bring_up_to_date()
    click.echo(gettext("The database is up to date."))


def _check_owner(owner: BaseDatabaseWrapper) -> None:
    """End where the role may not make tables: most likely the owner's address was forgotten."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege(current_schema(), 'CREATE')")
        role, may_create = cursor.fetchone()
    if not may_create:
        told = gettext(
            "The role “{role}” may not make tables in this database: set HAOCHAPING_OWNER_URL to the address of the "
            "tables’ owner."
        )
        fail(told.format(role=role))


def _check_not_too_old(owner: BaseDatabaseWrapper) -> None:
    from haochaping.postgres.version import is_too_old  # noqa: PLC0415 - needs Django to be ready

    if is_too_old(owner):
        fail(
            gettext(
                "This database is older than this version can bring up to date: run “migrate” of the last version before "
                "it, then this again. A demo is made anew by “haochaping demo --reset”."
            )
        )


@contextmanager
def _told(owner: BaseDatabaseWrapper) -> Iterator[TextIO]:
    """Where migrations are reported to: a sentence before, then a bar on a terminal or a line per so many."""
    from haochaping.postgres.version import missing_migrations  # noqa: PLC0415 - needs Django to be ready

    n = missing_migrations(owner)
    if not n:
        yield StringIO()
        return
    told = ngettext("{n} change to the tables is to be made.", "{n} changes to the tables are to be made.", n)
    hint = gettext("On an empty database this takes about half a minute.")
    click.echo(f"{told.format(n=n)} {hint}", err=True)
    if sys.stderr.isatty():
        with click.progressbar(length=n, file=sys.stderr) as bar:
            yield _Counted(lambda _: bar.update(1))
        return

    def line(done: int) -> None:
        if done % _LINE == 0 or done == n:
            click.echo(f"{done}/{n}", err=True)

    yield _Counted(line)


class _Counted(StringIO):
    """Counts what Django reports as done; it ends each migration's line with “OK”."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._tell = tell
        self._done = 0

    @override
    def write(self, text: str, /) -> int:
        if text.strip() in _DONE:
            self._done += 1
            self._tell(self._done)
        return len(text)


def bring_up_to_date() -> None:
    """Migrate as the owner, then give the roles their rights, then install the shipped rows as the application."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django to be ready
    from django.db import connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from haochaping.doors.commands import rights  # noqa: PLC0415
    from haochaping.flows.install import install  # noqa: PLC0415
    from haochaping.identity.keys import KeysMissing  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = str(cursor.fetchone()[0])
    owner = "owner" if "owner" in connections else "default"
    _check_owner(connections[owner])
    with _alone(connections[owner]):
        _check_not_too_old(connections[owner])
        rights.prepare(connections[owner], role)
        with _told(connections[owner]) as out:
            call_command("migrate", database=owner, interactive=False, stdout=out)
        rights.give(connections[owner], role, apart=owner == "owner")
        try:
            install(by=OPERATOR, now=timezone.now())
        except KeysMissing as missing:
            fail(gettext(missing.message).format(**missing.params))


@contextmanager
def _alone(owner: BaseDatabaseWrapper) -> Iterator[None]:
    """Let whoever changes the tables at the same time wait until this is done."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_MIGRATING])
        if not cursor.fetchone()[0]:
            click.echo(gettext("Another command is changing the tables: waiting for it."), err=True)
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
