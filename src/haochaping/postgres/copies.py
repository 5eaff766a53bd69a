"""Backup and restore of one database, the embedded one or any other, named by its owner's URL."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping

from haochaping.postgres import binaries
from haochaping.postgres.roles import roles_without_login
from haochaping.postgres.standing import standing
from haochaping.postgres.terms import PostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haochaping.postgres.binaries import Programs

_PATIENCE_SECONDS = 10
_ATTEMPTS = 5  # of about five seconds each, for sessions that are slow to end
_PAUSE_SECONDS = 0.1
_CREATE: LiteralString = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
_TABLES = (
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
)


def backup(owner_url: str, file: Path) -> None:
    """Write the whole database into one file, in pg_dump's custom format, readable by its maker only.

    The file holds one consistent moment and appears only when it is complete; an older one of that name stays
    until then. Roles and passwords are not in it: they belong to the server.

    Raises:
        PostgresError: the server does not answer, the programs are too old for it, or the disk says no.
    """
    programs = _programs_for(owner_url)
    if not file.parent.is_dir():
        raise PostgresError("no_folder", folder=file.parent)
    try:
        with tempfile.NamedTemporaryFile(
            dir=file.parent, prefix=f".{file.name}.", delete_on_close=False
        ) as unfinished:
            _run(programs, "pg_dump", owner_url, "backup", "--format=custom", f"--file={unfinished.name}")
            Path(unfinished.name).rename(file)
    except OSError as error:
        raise PostgresError("backup", reason=error) from error


def restore(owner_url: str, file: Path) -> list[str]:
    """Put the database of a backup in the place of the present one; returns statements for an administrator.

    The backup is first restored beside the present database, which goes on working; only when that has
    succeeded do the two change places, in one transaction, and the former one is dropped. All sessions end at
    that moment. The owner needs the right to make databases.

    Who may use the present database, and its settings, go over to the restored one. Where a setting is not the owner's
    to give, its statement is returned.

    Raises:
        PostgresError: nothing has changed.
    """
    name = _name(owner_url)
    programs = _programs_for(owner_url)
    listed = programs.run("pg_restore", "--list", str(file))
    if listed.returncode:
        raise PostgresError("not_a_backup", file=file, reason=_reason(listed.stderr))
    beside, former = f"{name}_restored", f"{name}_replaced"
    with _only_restore(owner_url) as connection:
        try:
            _drop(connection, beside, former)  # what a killed restore has left
            connection.execute(sql.SQL(_CREATE).format(sql.Identifier(beside)))
            beside_url = make_conninfo(owner_url, dbname=beside)
            _load(connection, programs, beside_url, file)
            present, restored = _tables(owner_url), _tables(beside_url)
            if present and not present & restored:
                raise PostgresError("foreign_backup", file=file, database=name)
            left = _hand_over(connection, name, beside)
            _change_places(connection, owner_url, beside, former)
        except psycopg.Error as error:
            raise PostgresError("restore", reason=str(error).strip()) from error
        finally:
            with suppress(psycopg.Error):  # the next restore begins with the same
                _drop(connection, beside, former)
    return left


def anew(owner_url: str) -> list[str]:
    """The statements that make the database of the owner anew, empty, with the standing it has.

    Raises:
        PostgresError: the server does not answer.
    """
    name = _name(owner_url)
    with _connected(owner_url) as connection:
        statements = [
            sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)),
            sql.SQL(_CREATE).format(sql.Identifier(name)),
            *standing(connection, name, name),
        ]
        return [f"{statement.as_string(connection)};" for statement in statements]


def reach(url: str) -> None:
    """Connect once, as whoever the URL names, without the patience of the pages.

    Raises:
        PostgresError: the server does not answer, or does not let one in, and why.
    """
    with _connected(url, connect_timeout=_PATIENCE_SECONDS):
        pass


def _name(url: str) -> str:
    parts = conninfo_to_dict(url)
    return str(parts.get("dbname") or parts.get("user"))


def _programs_for(url: str) -> Programs:
    with _connected(url) as connection:
        return binaries.for_server(connection.info.server_version // 10000)


@contextmanager
def _connected(url: str, **options: int) -> Iterator[psycopg.Connection]:
    named = make_conninfo(url, **options)
    try:
        connection = psycopg.connect(named, autocommit=True)
    except psycopg.OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        # Whether a server is there is asked without user, password and name: those are what may be wrong.
        answers = PGconn.ping(named.encode()) == Ping.OK
        raise PostgresError("refused" if answers else "unreachable", reason=reason) from error
    with connection:
        yield connection


@contextmanager
def _only_restore(url: str) -> Iterator[psycopg.Connection]:
    """Connect to the server's common database, and let no second restore of the same database begin."""
    name = _name(url)
    with _connected(make_conninfo(url, dbname="postgres")) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name]).fetchone()
        if row != (True,):
            raise PostgresError("restoring", database=name)
        yield connection


def _run(programs: Programs, name: str, url: str, code: str, *words: str) -> None:
    """Run a program on a database; the password goes by the environment, which other users cannot read."""
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", ""))
    where = f"--dbname={make_conninfo('', **parts)}"
    ended = programs.run(name, where, *words, env={"PGPASSWORD": password})
    if ended.returncode:
        raise PostgresError(code, reason=_reason(ended.stderr))


def _load(connection: psycopg.Connection, programs: Programs, url: str, file: Path) -> None:
    """Load a backup without owners: all belongs to who restores. Grants are kept, so the roles they name must exist."""
    words = ("--no-owner", "--single-transaction", "--exit-on-error", str(file))
    try:
        _run(programs, "pg_restore", url, "restore", *words)
    except PostgresError as error:
        there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        lacking = {role: statement for role, statement in roles_without_login().items() if role not in there}
        if not any(f'"{role}"' in str(error) for role in lacking):
            raise
        statements = " ".join(f"{statement.as_string()};" for statement in lacking.values())
        raise PostgresError("lent_roles", statements=statements) from error


def _reason(said: str) -> str:
    """Take what a program said first: the rest follows from it."""
    return next((line for line in said.splitlines() if "error" in line), said.strip())


def _tables(url: str) -> set[str]:
    with _connected(url) as connection:
        return {name for (name,) in connection.execute(_TABLES)}


def _hand_over(connection: psycopg.Connection, name: str, beside: str) -> list[str]:
    """Give the database beside the standing of the present one; returns what is not this role's to give, as to run it."""
    left = []
    for statement, later in zip(
        standing(connection, name, beside), standing(connection, name, name), strict=True
    ):
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            left.append(f"{later.as_string(connection)};")
    return left


def _change_places(connection: psycopg.Connection, url: str, beside: str, former: str) -> None:
    """Rename both databases in one transaction, and end the sessions meanwhile.

    A rename first closes the door, by a lock that whoever connects waits at, and then gives those inside a few seconds
    to leave. Only from then on does ending sessions keep a database empty: it goes on meanwhile, so that it also meets
    whoever was connecting and not yet listed. The door is the transaction's: however this ends, even by the death of the
    program, it opens again, which `ALLOW_CONNECTIONS false` would not.
    """
    name = _name(url)
    # A process of the server has no user; one that sweeps the tables (autovacuum) is ended by the rename itself.
    end = sql.SQL(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {} AND usename IS NOT NULL"
    ).format(name)
    rename = sql.SQL(
        "ALTER DATABASE {name} RENAME TO {former}; ALTER DATABASE {beside} RENAME TO {name}"
    ).format(name=sql.Identifier(name), former=sql.Identifier(former), beside=sql.Identifier(beside))
    with _connected(make_conninfo(url, dbname="postgres")) as renamer, ThreadPoolExecutor() as pool:
        for attempt in range(1, _ATTEMPTS + 1):
            connection.execute(end)  # whom we may not end is known before the door is closed
            renaming = pool.submit(renamer.execute, rename)
            while not wait([renaming], timeout=_PAUSE_SECONDS).done:
                with suppress(psycopg.errors.InsufficientPrivilege):  # the rename says whether that one stays
                    connection.execute(end)
            try:
                renaming.result()
            except psycopg.errors.ObjectInUse:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return


def _drop(connection: psycopg.Connection, *names: str) -> None:
    for name in names:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
