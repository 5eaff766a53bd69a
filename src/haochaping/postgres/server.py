"""The embedded server: a private PostgreSQL cluster in one folder, the home, started when it is needed.

home/lock          held while a command starts or stops the server
home/in_use        held in common by every process that uses the server; not empty: the last of them stops it
home/pgpass        the three passwords, in libpq's own format
home/data/         the cluster
home/data.new/     one that is not whole yet, or no more; the next that is made takes its place
home/run/          the socket
home/server.log    what the server says; the previous one is server.log.1
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql

from haochaping.postgres import binaries
from haochaping.postgres.roles import lent_roles, staff_role
from haochaping.postgres.terms import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    STAFF_ROLE,
    PostgresError,
    Status,
    Urls,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from haochaping.postgres.binaries import Programs
    from haochaping.postgres.terms import Route

_SUPERUSER = "postgres"
_PORT = "5432"  # only a part of the socket's name: nothing listens on the network
_SOCKET = f".s.PGSQL.{_PORT}"
_SOCKET_PATH_BYTES = 107
_PATIENCE_SECONDS = 30  # for what should take one second
_LONG_SECONDS = "600"  # for recovery of a large database after a crash
_LOG_BYTES = 10_000_000
_STOPPED_BY_THE_LAST = "the last one stops it\n"

_KEPT = ("data.new", "run", "server.log", "server.log.1", "pgpass", "in_use", "lock")

# The files by which this process holds servers, closed by the system however the process ends.
_held: dict[Path, IO[str]] = {}

# For a machine of two cores and four gigabytes, shared with the web server.
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    # Rows that wait to be added up come and go by the second.
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # Statements and details of errors hold what people wrote and who they are; a log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """A running server: the number of its first process and where its socket is."""

    pid: int
    socket_dir: Path


def start(home: Path, *, route: Route | None = None, extra: Mapping[str, str] | None = None) -> Urls:
    """Make sure that the server of `home` runs, with its roles and its database, and tell how to reach it.

    May be called any number of times and by several commands at once. The server goes on until `stop`.
    `extra` are settings of the server such as `fsync`; a server that is already running keeps those it has.

    Raises:
        PostgresError: every reason why there is no server, with its remedy.
    """
    if sys.platform != "linux":
        raise PostgresError("platform")
    home = _own(home, make=True)
    data = home / "data"
    with _locked(home):
        programs = binaries.for_data(data, route)
        if binaries.version_of(data) is None:
            _initialise(home, programs)
        passwords = _passwords(home)
        with _connected(home, programs, passwords[_SUPERUSER], extra or {}) as connection:
            _furnish(connection, passwords)
            socket_dir = connection.info.host
    app, owner = (_url(socket_dir, role, passwords[role]) for role in (APP_ROLE, OWNER_ROLE))
    return Urls(app=app, owner=owner)


def revive(home: Path, *, route: Route | None = None) -> bool:
    """Start the server of `home` again if it died (kill -9, out of memory); one that was stopped stays stopped.

    Returns whether it had died.

    Raises:
        PostgresError: it cannot be started.
    """
    data = _own(home) / "data"
    # A server that is stopped takes this file away; one that is killed leaves it.
    if _postmaster(data) or not (data / "postmaster.pid").exists():
        return False
    start(home, route=route)
    return True


def use(home: Path) -> None:
    """Hold the server of `home` until `leave` or the end of this process: nobody who leaves it then stops it.

    Raises:
        PostgresError: the home cannot be used.
    """
    home = _own(home, make=True)
    if home not in _held:
        file = _opened(home / "in_use")
        # Waits for one who is stopping it just now.
        fcntl.flock(file, fcntl.LOCK_SH)
        _held[home] = file


def stop_after_use(home: Path, *, wanted: bool = True) -> None:
    """Have the server stopped by whoever is the last to leave it, or let it go on until `stop`."""
    with _opened(_own(home, make=True) / "in_use") as file:
        file.truncate(0)
        file.write(_STOPPED_BY_THE_LAST if wanted else "")


def leave(home: Path) -> None:
    """Let go of what `use` holds; the last to leave stops the server where that is wanted.

    A process that was killed holds nothing any more.

    Raises:
        PostgresError: it did not stop.
    """
    held = _held.pop(home.resolve(), None)
    if held is None:
        return
    held.close()
    # A folder that is gone has been thrown away with its server.
    if (home / "in_use").exists():
        with _alone(home) as alone:
            if alone and (home / "in_use").read_text():
                stop(home)


def is_used(home: Path) -> bool:
    """Whether another process uses the server of `home`."""
    if not (home / "in_use").exists():
        return False
    with _alone(home) as alone:
        return not alone


def is_running(home: Path) -> bool:
    """Whether the server of `home` runs."""
    return _postmaster(_own(home) / "data") is not None


def stop(home: Path) -> None:
    """Stop the server of `home`; sessions are ended, nothing committed is lost. No server is no error.

    Raises:
        PostgresError: it did not stop.
    """
    home = _own(home)
    data = home / "data"
    if binaries.version_of(data) is None:
        return
    with _locked(home):
        if _postmaster(data):
            words = ("stop", "-D", "data", "-m", "fast", "-t", _LONG_SECONDS)
            ended = binaries.for_data(data, None).run("pg_ctl", *words, cwd=home, server=True)
            if ended.returncode:
                raise PostgresError("stop", reason=ended.stderr.strip(), log=home / "server.log")


def remove(home: Path, *, also: Iterable[str] = ()) -> None:
    """Stop the server of `home` and take away all that it keeps there, and what is named `also`, and nothing else.

    Who is cut off in it leaves a home in which a server can be started: the cluster is first moved aside whole, then
    what is named `also`.

    Raises:
        PostgresError: it did not stop.
    """
    stop(home)
    gone = home / "data.new"
    if gone.exists():
        shutil.rmtree(gone)
    there = [name for name in ("data", *also) if (home / name).exists()]
    if there:
        gone.mkdir(mode=0o700)
    for name in there:
        (home / name).rename(gone / name)
    for name in _KEPT:
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def status(home: Path) -> Status:
    """Tell what is in `home` and whether it runs; changes nothing.

    Raises:
        PostgresError: the home is not ours to look at.
    """
    data = _own(home) / "data"
    made, postmaster = binaries.version_of(data), _postmaster(data)
    fitting = [programs for programs in binaries.found() if made in {None, programs.major}]
    if postmaster:
        started = Path((data / "postmaster.opts").read_text().partition(' "')[0]).resolve().parent
        fitting.sort(key=lambda programs: programs.folder != started)
    return Status(
        running=postmaster is not None,
        route=fitting[0].route if fitting else None,
        version=(fitting[0].version if fitting else str(made)) if made else "",
        data=data,
        socket_dir=postmaster.socket_dir if postmaster else None,
        pid=postmaster.pid if postmaster else None,
    )


def _own(home: Path, *, make: bool = False) -> Path:
    """Check that the home, if it is there, is ours: files of two users in it would lock one of them out."""
    home = home.resolve()
    try:
        if make:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = home.stat().st_uid != os.geteuid()
    except FileNotFoundError:
        return home
    except OSError as error:
        raise PostgresError("home", folder=home, reason=error.strerror) from error
    if foreign:
        raise PostgresError("foreign_home", folder=home)
    return home


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("a+")
    except OSError as error:
        raise PostgresError("home", folder=path.parent, reason=error.strerror) from error


@contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Whether no process holds the server; while this lasts, those that come wait."""
    with _opened(home / "in_use") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        with (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:  # a full disk, a read-only one
        raise PostgresError("home", folder=home, reason=error) from error


def _initialise(home: Path, programs: Programs) -> None:
    """Make the cluster beside its place and move it there complete, so that it may be interrupted."""
    passwords = {role: secrets.token_urlsafe(24) for role in (_SUPERUSER, OWNER_ROLE, APP_ROLE)}
    (home / "pgpass").unlink(missing_ok=True)
    with os.fdopen(os.open(home / "pgpass", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"*:*:*:{role}:{password}\n" for role, password in passwords.items())
    new = home / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    (new / "password").write_text(passwords[_SUPERUSER])
    # Letters and order must not change with the system's C library under an existing index.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if programs.major < 17:  # noqa: PLR2004 - the version that brought the builtin provider
        locale = ["--locale=C.UTF-8"]
    made = programs.run(
        *("initdb", "--pgdata=data", "--encoding=UTF8", *locale, "--data-checksums"),
        *(f"--username={_SUPERUSER}", "--pwfile=password", "--auth=scram-sha-256"),
        cwd=new,
        server=True,
    )
    if made.returncode:
        raise PostgresError("start", reason=made.stderr.strip(), log=home / "server.log")
    with (new / "data" / "postgresql.conf").open("a") as file:
        file.write("include 'haochaping.conf'\n")
    (new / "data").rename(home / "data")
    shutil.rmtree(new)


def _passwords(home: Path) -> dict[str, str]:
    try:
        lines = (home / "pgpass").read_text().splitlines()
        passwords = {role: password for *_, role, password in (line.split(":") for line in lines)}
    except (OSError, ValueError):
        passwords = {}
    if not passwords.keys() >= {_SUPERUSER, OWNER_ROLE, APP_ROLE}:
        raise PostgresError("passwords", file=home / "pgpass")
    return passwords


def _postmaster(data: Path) -> _Postmaster | None:
    """Find the running server of `data`. The number in its file may by now be somebody else's."""
    try:
        pid, _, _, _, socket_dir = (data / "postmaster.pid").read_text().splitlines()[:5]
    except (FileNotFoundError, ValueError):
        return None
    serves = socket_dir and _serves(Path("/proc", pid), data)
    return _Postmaster(int(pid), Path(socket_dir)) if serves else None


def _serves(process: Path, data: Path) -> bool:
    """Whether a process (a folder of /proc) belongs to the cluster: they all stand in its data directory."""
    try:
        return (process / "comm").read_text() == "postgres\n" and (process / "cwd").samefile(data)
    except OSError:  # it has just ended, or is not ours
        return False


def _launch(home: Path, programs: Programs, extra: Mapping[str, str]) -> _Postmaster:
    data, log, socket_dir = home / "data", home / "server.log", _socket_dir(home)
    settings = {**_SETTINGS, **extra, "unix_socket_directories": f'"{socket_dir}"'}
    lines = [f"{name} = '{value.replace("'", "''")}'\n" for name, value in settings.items()]
    (data / "haochaping.conf").write_text("".join(lines))
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.rename(home / "server.log.1")
    # After kill -9 of the first process the others go within a second; until then the data is theirs.
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while left := any(_serves(process, data) for process in Path("/proc").glob("[0-9]*")):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if not left:
        # PostgreSQL trusts the numbers in these, and by now they may be somebody else's.
        (data / "postmaster.pid").unlink(missing_ok=True)
        (socket_dir / f"{_SOCKET}.lock").unlink(missing_ok=True)
    # Short names, seen from the home: pg_ctl hands them to a shell.
    words = ("start", "-D", "data", "-l", "server.log", "-t", _LONG_SECONDS)
    began = programs.run("pg_ctl", *words, cwd=home, server=True)
    postmaster = _postmaster(data)
    if began.returncode or not postmaster:
        raise PostgresError("start", reason=_last_words(log) or began.stderr.strip(), log=log)
    return postmaster


def _last_words(log: Path) -> str:
    """Take from a log why the server gave up."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return next((line.partition("FATAL:")[2].strip() for line in reversed(lines) if "FATAL:" in line), "")


def _socket_dir(home: Path) -> Path:
    """Choose a private folder whose path fits into a socket address and is not taken for a list of two."""
    folder = home / "run"
    if len(os.fsencode(folder / _SOCKET)) > _SOCKET_PATH_BYTES or set(str(folder)) & set(',"'):
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"haochaping-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    private = stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077
    if not private or len(os.fsencode(folder / _SOCKET)) > _SOCKET_PATH_BYTES:
        raise PostgresError("socket_dir", folder=folder)
    return folder


def _url(socket_dir: str, role: str, password: str, database: str = DATABASE) -> str:
    return f"postgresql://{role}:{password}@/{database}?host={quote(socket_dir, safe='')}&port={_PORT}"


def _connected(home: Path, programs: Programs, password: str, extra: Mapping[str, str]) -> psycopg.Connection:
    """Connect to the running server, which may be recovering or about to die, or to one launched now."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        postmaster = _postmaster(home / "data") or _launch(home, programs, extra)
        url = _url(str(postmaster.socket_dir), _SUPERUSER, password, "postgres")
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise PostgresError("passwords", file=home / "pgpass") from error
            if time.monotonic() > deadline:
                raise PostgresError("unreachable", reason=str(error).strip()) from error
        time.sleep(0.05)


def _furnish(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the roles and the database that are not there yet."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
        with connection.transaction():
            for role, power in ((OWNER_ROLE, "CREATEDB"), (APP_ROLE, "NOCREATEDB")):
                form = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
                connection.execute(form.format(sql.Identifier(role), sql.SQL(power), passwords[role]))
            # So the owner may end the sessions of the pages when a restore takes the database's place.
            connection.execute(f"GRANT {APP_ROLE} TO {OWNER_ROLE}")
    # Clusters of former versions get it as well.
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [STAFF_ROLE]).fetchone():
        with connection.transaction():
            for statement in staff_role(APP_ROLE):
                connection.execute(statement)
    for role, statement in lent_roles().items():
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(statement)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}")
