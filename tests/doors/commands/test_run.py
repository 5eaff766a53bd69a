"""The demo's processes: what is started again, and what is not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.doors.commands import run as commands
from haochaping.doors.demo.places import rows
from haochaping.kernel.actor import OPERATOR
from tests.doors.commands.test_commands import run

pytestmark = pytest.mark.program


def test_what_ends_by_itself_at_once_is_tried_three_times():
    part = commands._Part("--version")

    tries = []
    for _ in range(3):
        part.process.wait()
        tries.append(part.gave_up())

    assert tries == [False, False, True]


def test_the_environment_says_which_face_is_shown_where_the_command_does_not(monkeypatch):
    def shown(*words: str) -> object:
        return commands.serve.make_context("serve", list(words)).params["doors"]

    assert shown() == "all"
    monkeypatch.setenv("HAOCHAPING_DOORS", "public")
    assert shown() == "public"
    assert shown("--doors", "staff") == "staff"


def test_a_terminal_that_is_closed_is_noticed_where_its_first_process_keeps_the_signal(monkeypatch):
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as screen:
        monkeypatch.setattr(sys, "stdout", screen)
        terminal = commands._terminal()
        before = terminal.poll(0)
        os.close(leader)

        assert (before, bool(terminal.poll(1000))) == ([], True)


def test_a_worker_waits_for_a_database_that_is_away(tmp_path):
    environment = os.environ | {
        "HAOCHAPING_DATA": str(tmp_path),
        "DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}",
        "LANGUAGE": "en",
    }
    command = [sys.executable, "-m", "haochaping", "worker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr
        started = any("Worker started" in line for line in worker.stderr)
        worker.kill()

    assert started


@pytest.mark.parametrize(
    ("host", "said"), [("192.0.2.1", "Nobody can listen on 192.0.2.1"), ("127.0.0.1", "is taken")]
)
def test_where_nobody_can_listen_is_one_line(monkeypatch, host, said):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("HOST", host)
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))

        done = run("serve")

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr


def _unmarked(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command where nobody says that the data are samples."""
    environment = {name: value for name, value in os.environ.items() if name != "HAOCHAPING_DEMO"}
    return subprocess.run(
        [sys.executable, "-m", "haochaping", *words],
        env=environment | changes | {"LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def take_sample() -> None:
    """What the fictional province begins with."""
    for kind in (Kind.DIVISIONS, Kind.PLATFORMS):
        assert directory.put(kind, rows()[kind], by=OPERATOR, now=timezone.now()) == []


@pytest.mark.parametrize("words", [["serve"], ["worker"]])
def test_invented_people_are_not_shown_or_written_to_as_if_they_were_real(committed_db, tmp_path, words):
    """However their database came here: no file says so."""
    take_sample()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db)

    done = _unmarked(*words, HAOCHAPING_DATA=str(tmp_path), DATABASE_URL=address, PORT=port)

    assert (done.returncode, done.stdout) == (1, "")
    assert "set HAOCHAPING_DEMO=1" in done.stderr


@pytest.fixture
def folder_of_a_demo(settings, tmp_path):
    """Where a demo was made once; nobody says that this is one."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.DEMO = False
    (tmp_path / "demo-accounts.json").write_text("[]")
    return tmp_path


@pytest.mark.usefixtures("committed_db", "folder_of_a_demo")
def test_a_database_without_invented_people_is_shown_from_the_folder_of_a_former_demo():
    commands._check_database()


def test_while_the_database_is_away_the_folder_tells_whether_people_are_invented(folder_of_a_demo):
    away = f"postgresql://nobody@/nothing?host={folder_of_a_demo}"

    done = _unmarked("worker", HAOCHAPING_DATA=str(folder_of_a_demo), DATABASE_URL=away)

    assert done.returncode == 1
    assert "set HAOCHAPING_DEMO=1" in done.stderr


@pytest.mark.parametrize("words", [["db", "start"], ["db", "stop"], ["db", "status"]])
def test_a_server_of_somebody_else_is_neither_started_nor_stopped(words):
    said = run(*words)

    assert said.exit_code == 1
    assert "DATABASE_URL names a server of its own" in said.stderr
