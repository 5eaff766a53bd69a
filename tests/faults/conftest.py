"""A whole installation of its own, whose processes can be killed: embedded PostgreSQL, web server, worker, supervisor."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from haochaping.accounts import actions as accounts
from haochaping.kernel.actor import OPERATOR
from haochaping.postgres import copies, server
from tests import worlds
from tests.conftest import _let_go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.plugin import DjangoDbBlocker

# What `haochaping demo` runs once its city is there.
_SUPERVISE = (
    "from haochaping.doors.commands import run; raise SystemExit(run._supervise('up', '127.0.0.1', {port}))"
)
_PATIENCE_SECONDS = 60


def until[T](look: Callable[[], T]) -> T:
    """Look again and again until there is something to see; a minute at most."""
    pause, deadline = Event(), time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing came of {look}")
        pause.wait(0.02)
    return found


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run, oldest first."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == pid and words[0] != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def is_there(pid: int) -> bool:
    """Whether a process still runs: one that has ended and that nobody has asked about has no words."""
    return bool("".join(_words(pid)))


@dataclass
class House:
    """An installation below one folder."""

    home: Path
    port: int
    key: str = ""
    supervisor: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Start web server and worker under the supervisor, and wait until pages are answered."""
        words = [sys.executable, "-c", _SUPERVISE.format(port=self.port)]
        with (self.home / "house.log").open("a") as log:
            self.supervisor = subprocess.Popen(
                words, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        until(self.is_ready)

    def close(self) -> None:
        """Stop what `open` has started."""
        if self.supervisor:
            self.supervisor.send_signal(signal.SIGTERM)
            assert self.supervisor.wait(60) == 0
            self.supervisor = None

    def look(self) -> None:
        """Have the tests' own connection made anew, if its server was killed."""
        _let_go()

    def is_ready(self) -> bool:
        """Whether requests can be served."""
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def part(self, name: str) -> int:
        """The process of a part, as soon as it runs: `serve`, `worker`, `web worker` (one of them), `postmaster`."""
        if name == "postmaster":
            return until(lambda: server.status(self.home).pid or 0)
        if name == "web worker":
            return until(lambda: next(iter(children(self.part("serve"))[-1:]), 0))
        assert self.supervisor
        top = self.supervisor.pid
        return until(lambda: next((pid for pid in children(top) if _words(pid)[-2:-1] == [name]), 0))

    def kill(self, name: str) -> None:
        """Kill a part with the signal that nobody can answer."""
        os.kill(self.part(name), signal.SIGKILL)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, Any]:
        """Ask the web server once: status, headers, body; raises OSError when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = None if body is None else json.dumps(body)
        known = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request(
                method, path, sent, known | {k.replace("_", "-"): v for k, v in headers.items()}
            )
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except http.client.HTTPException as error:
            raise OSError("the answer broke off") from error
        finally:
            connection.close()

    def run(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in a group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "haochaping", *words],
            env=self.environment,
            start_new_session=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory,
    template_backup: Path,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[House]:
    """An installation with the small world and a client; the tests' own connection leads to its database."""
    from django.db import connections

    home = tmp_path_factory.mktemp("faults")
    shutil.copytree(settings.KEYS_DIR, home / "keys", dirs_exist_ok=True)
    house = House(home, _free_port())
    house.environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "HAOCHAPING_OWNER_URL"}
    } | {
        "HAOCHAPING_DATA": str(home),
        "HOST": "127.0.0.1",
        "PORT": str(house.port),
        "LANGUAGE": "en",
        "HAOCHAPING_DEMO": "1",
    }
    urls = server.start(home)
    copies.restore(urls.owner, template_backup)
    there = conninfo_to_dict(urls.app)
    stood = connections["default"].settings_dict
    before = dict(stood)
    with django_db_blocker.unblock():
        _let_go()
        stood |= {"NAME": there["dbname"], "USER": there["user"], "PASSWORD": there["password"]}
        stood |= {"HOST": there["host"], "PORT": there["port"]}
        from django.utils import timezone

        now = timezone.now()
        worlds.build(now)
        house.key = accounts.create_client(name="hall", division_code=worlds.PROVINCE, by=OPERATOR, now=now)[
            1
        ]
        try:
            yield house
        finally:
            _let_go()
            stood |= before
            house.close()
            server.stop(home)


@pytest.fixture
def running(house: House) -> Iterator[House]:
    """The installation with its pages open."""
    house.open()
    yield house
    house.close()
