"""The demo's processes: what is started again, and what is not."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from threading import Event

import psycopg
import pytest
from django.conf import settings as configured
from psycopg.conninfo import make_conninfo

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Role
from haochaping.cases.models import Case
from haochaping.doors.commands import run as commands
from haochaping.kernel.actor import OPERATOR
from haochaping.postgres import server
from tests import worlds
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


@pytest.mark.parametrize("words", [["serve"], ["worker"]])
def test_invented_people_are_not_shown_or_written_to_as_if_they_were_real(tmp_path, words):
    (tmp_path / "demo-accounts.json").write_text("[]")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    environment = os.environ | {"HAOCHAPING_DATA": str(tmp_path), "PORT": port, "LANGUAGE": "en"}

    done = subprocess.run(
        [sys.executable, "-m", "haochaping", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "set HAOCHAPING_DEMO=1" in done.stderr


@pytest.mark.parametrize("scale", ["0", "-1"])
def test_a_province_without_people_is_none(scale):
    done = run("demo-data", "--scale", scale)

    assert done.exit_code == 2
    assert "--scale" in done.stderr


def test_a_demo_that_is_told_to_end_while_it_is_made_ends_its_database_too(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"HAOCHAPING_DATA": str(tmp_path), "PORT": str(port), "LANGUAGE": "en"}
    for name in ("DATABASE_URL", "HAOCHAPING_OWNER_URL"):
        environment.pop(name)
    words = [sys.executable, "-m", "haochaping", "demo"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as making:
        assert making.stderr
        begun = any("to the tables" in line for line in making.stderr)
        was_there = server.is_running(tmp_path)
        making.terminate()
        making.stderr.read()

    assert (begun, was_there, server.is_running(tmp_path)) == (True, True, False)


def _somebody(now):
    accounts.create_staff(
        username="somebody",
        display_name="某人",
        role=Role.AUDITOR,
        everywhere=True,
        password="a quiet river at dusk",
        by=OPERATOR,
        now=now,
    )


def _one_case(now):
    worlds.build(now)
    worlds.take_case("YC-1", now)


@pytest.mark.parametrize("begin", [_somebody, _one_case])
def test_no_sample_data_comes_into_an_installation_that_people_use(
    settings, tmp_path, committed_db, begin, now
):
    begin(now)
    settings.KEYS_DIR = tmp_path / "keys"

    said = run("demo-data", "--scale", "0.002")

    assert said.exit_code == 1
    assert f"“{committed_db}” holds an installation that is not a demo" in said.stderr
    assert Case.objects.count() < 2


def test_a_province_whose_database_goes_away_is_said_to_be_there_in_part(committed_db, tmp_path):
    shutil.copytree(configured.KEYS_DIR, tmp_path / "keys")
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db)
    environment = os.environ | {"HAOCHAPING_DATA": str(tmp_path), "DATABASE_URL": address, "LANGUAGE": "en"}
    words = [sys.executable, "-m", "haochaping", "demo-data", "--scale", "0.1"]
    pause = Event()
    with (
        psycopg.connect(os.environ["HAOCHAPING_OWNER_URL"], autocommit=True) as owner,
        subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as making,
    ):
        while not Case.objects.exists() and making.poll() is None:
            pause.wait(0.1)
        owner.execute(f"ALTER DATABASE {committed_db} ALLOW_CONNECTIONS false".encode())
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [committed_db]
        )
        assert making.stderr
        said = making.stderr.read()

    assert making.returncode == 1
    assert "Run “haochaping demo --reset”" in said
    assert "Traceback" not in said


def test_a_province_that_is_being_made_is_told_from_one_whose_making_was_cut_off(committed_db, tmp_path):
    shutil.copytree(configured.KEYS_DIR, tmp_path / "keys")
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db)
    environment = os.environ | {"HAOCHAPING_DATA": str(tmp_path), "DATABASE_URL": address, "LANGUAGE": "en"}
    words = [sys.executable, "-m", "haochaping", "demo-data", "--scale", "0.1"]
    pause = Event()

    def again() -> str:
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False).stderr

    # Its lanes are processes of their own and go with it.
    with subprocess.Popen(
        words, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    ) as making:
        while not Case.objects.exists() and making.poll() is None:
            pause.wait(0.1)
        beside = again()
        os.killpg(making.pid, signal.SIGKILL)
    behind = again()

    assert "Another command is making the fictional province" in beside
    assert "its making was cut off. Run “haochaping demo --reset”" in behind


def test_forgetting_a_demo_leaves_what_is_not_its_own(tmp_path):
    server.start(tmp_path, extra={"fsync": "off"})
    (tmp_path / "keys").mkdir()
    for name in ("demo-accounts.json", "addresses", "keys/one.key", "mine.txt"):
        (tmp_path / name).write_text("[]")

    commands._forget(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_keys_of_an_installation_whose_database_is_elsewhere_are_not_forgotten(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "relay.key").write_text("kept")

    with pytest.raises(SystemExit):
        commands._forget(tmp_path)

    assert (tmp_path / "keys" / "relay.key").read_text() == "kept"


def test_no_demo_is_made_with_keys_of_an_installation_whose_database_is_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "keys").mkdir()
    monkeypatch.setenv("HAOCHAPING_DATA", str(tmp_path))
    monkeypatch.setenv("PORT", "8399")
    for name in ("DATABASE_URL", "HAOCHAPING_OWNER_URL"):
        monkeypatch.delenv(name)

    said = run("demo")

    assert said.exit_code == 1
    assert "holds an installation that is not a demo" in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_what_is_no_demo_is_not_forgotten(tmp_path):
    server.start(tmp_path, extra={"fsync": "off"})
    try:
        with pytest.raises(SystemExit):
            commands._forget(tmp_path)

        assert server.is_running(tmp_path)
    finally:
        server.stop(tmp_path)


@pytest.mark.parametrize("words", [["db", "start"], ["db", "stop"], ["db", "status"]])
def test_a_server_of_somebody_else_is_neither_started_nor_stopped(words):
    said = run(*words)

    assert said.exit_code == 1
    assert "DATABASE_URL names a server of its own" in said.stderr
