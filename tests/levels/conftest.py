"""Three installations on one machine: the nation, a province, a city; each a process, a database and keys of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

from tests.conftest import cloned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class House:
    """An installation seen from outside; `house.does("tell")` asks it for something and hears what it said."""

    code: str
    home: Path
    database: str
    port: int
    process: subprocess.Popen[str] = field(init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def owner_url(self) -> str:
        return make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=self.database)

    def start(self) -> None:
        """Begin the process; it has no door yet, and says that it is there as the first thing."""
        environment = os.environ | {
            "HAOCHAPING_DATA": str(self.home),
            "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=self.database),
            "HAOCHAPING_OWNER_URL": self.owner_url,
            "DJANGO_SETTINGS_MODULE": "haochaping.config.settings",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.levels.installation", str(self.port)],
            env=environment,
            cwd=Path(__file__).parents[2],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, name: str, *args: object, **changes: object) -> None:
        """Ask for something without waiting for what it says."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps([name, [args, changes]]) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """What it says to the oldest question."""
        said = self._hear()
        assert "error" not in said, said["error"]
        return said.get("is")

    def does(self, name: str, *args: object, **changes: object) -> Any:
        """Ask and hear."""
        self.ask(name, *args, **changes)
        return self.hear()

    def hear_it_is_there(self) -> bool:
        """Wait until the process has begun."""
        return bool(self._hear() == "ready")

    def _hear(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        """End it with the signal that nobody can answer."""
        self.process.kill()
        self._gone()

    def end(self) -> None:
        """End it."""
        if self.process.poll() is None:
            assert self.process.stdin
            self.process.stdin.close()
            self._gone()

    def _gone(self) -> None:
        self.process.wait(30)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()

    def sql(self, statement: LiteralString, *params: object) -> list[tuple[Any, ...]]:
        """Look into its database as the owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement, params)
            return cursor.fetchall() if cursor.description else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def found(template_database: str, tmp_path: Path) -> Iterator[Callable[..., list[House]]]:
    """Found installations with the small world in each: `found("city", "province")`."""
    houses: list[House] = []
    databases = ExitStack()

    def make(*codes: str) -> list[House]:
        for code in codes:
            home, name = tmp_path / code, databases.enter_context(cloned(template_database, code))
            # The template's rows are sealed for its keys; what signs batches each has for itself.
            shutil.copytree(settings.KEYS_DIR, home / "keys", ignore=shutil.ignore_patterns("content.key"))
            house = House(code, home, name, _free_port())
            house.start()
            houses.append(house)
        for house in houses:
            assert house.hear_it_is_there()
            house.ask("world")
            house.ask("open")
        for house in houses:
            house.hear()
            house.hear()
        return houses

    yield make
    for house in houses:
        house.end()
    databases.close()


def agree(below: House, above: House, division: str, *, over_the_network: bool = True) -> None:
    """Let one report to the other."""
    url = above.url if over_the_network else ""
    names = {"division": division, "key": above.does("key")}
    below.does("peer", code=above.code, known_as=below.code, url=url, sends=True, takes=False, **names)
    names["key"] = below.does("key")
    above.does("peer", code=below.code, known_as=above.code, sends=False, takes=True, **names)


@pytest.fixture
def three(found: Callable[..., list[House]]) -> list[House]:
    """City, province and nation; each reports to the next over the network."""
    from tests import worlds

    city, province, nation = found("city", "province", "nation")
    agree(city, province, worlds.CITY)
    agree(province, nation, worlds.PROVINCE)
    return [city, province, nation]
