"""Who ends last stops the server: real processes, one of which is killed."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from haochaping.postgres import server
from tests.postgres.servers import ask, command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from haochaping.postgres.terms import Route, Urls

pytestmark = pytest.mark.program

# A command that uses the server until it is told to end, and leaves it.
USE = """
server.use(home)
print("used", flush=True)
sys.stdin.readline()
server.leave(home)
"""


@pytest.fixture
def wanted(home: Path, urls: Urls) -> None:
    """The last one stops the server."""
    server.stop_after_use(home)


@pytest.mark.usefixtures("wanted")
def test_the_server_stays_until_the_last_has_ended(home: Path, route: Route, urls: Urls) -> None:
    with command(home, route, then=USE) as first, command(home, route, then=USE) as second:
        for process in (first, second):
            assert process.stdout
            assert [process.stdout.readline() for _ in range(2)][1] == "used\n"
        assert server.is_used(home)

        second.communicate("end\n")

        assert second.returncode == 0
        assert ask(urls.app, "SELECT 1") == [(1,)]
        first.communicate("end\n")

    assert not server.is_running(home)
    assert not server.is_used(home)


@pytest.mark.usefixtures("wanted")
def test_who_was_killed_holds_nothing(home: Path, route: Route) -> None:
    with command(home, route, then=USE) as killed, command(home, route, then=USE) as last:
        for process in (killed, last):
            assert process.stdout
            assert [process.stdout.readline() for _ in range(2)][1] == "used\n"

        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        last.communicate("end\n")

    assert last.returncode == 0
    assert not server.is_running(home)


def test_a_server_that_was_started_by_itself_goes_on(home: Path, urls: Urls) -> None:
    server.stop_after_use(home, wanted=False)
    server.use(home)

    server.leave(home)

    assert ask(urls.app, "SELECT 1") == [(1,)]


def test_leaving_a_home_that_was_thrown_away(fresh: Callable[[str], Path]) -> None:
    home = fresh("gone")
    server.use(home)
    (home / "in_use").unlink()
    home.rmdir()

    server.leave(home)

    assert not home.exists()
