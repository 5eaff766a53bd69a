"""What the tests of this room do with real servers."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest

from haochaping.postgres import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from haochaping.postgres.terms import Route

FAST = {"fsync": "off"}
START = """
import sys
from pathlib import Path
from haochaping.postgres import server
home = Path(sys.argv[1])
urls = server.start(home, route=sys.argv[2])
print(server.status(home).pid, urls.app, flush=True)
"""


def needs(*routes: Route) -> None:
    """Skip the test when the programs of one of the routes are not on this machine."""
    for route in routes:
        if route not in {programs.route for programs in binaries.found()}:
            pytest.skip(f"no PostgreSQL programs by route {route}")


def command(home: Path, route: Route, *, then: str = "", apart: bool = False) -> subprocess.Popen[str]:
    """Start the server from a process of its own, as a command does, `apart` in a group of its own."""
    words = [sys.executable, "-c", START + then, str(home), route]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        words, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=apart
    )


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement in a connection of its own, and give its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
