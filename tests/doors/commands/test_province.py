"""The fictional province: where it is made, what is said when its making was cut off, how it is forgotten."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.conf import settings as configured
from psycopg.conninfo import make_conninfo

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Role
from haochaping.cases.models import Case
from haochaping.doors.commands import province
from haochaping.kernel.actor import OPERATOR
from haochaping.postgres import server
from tests import worlds
from tests.doors.commands.test_commands import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.program


# Cuts off at a step: an event of the interpreter, and the name of the file it is about, or any once the cluster is none.
_FORGET_UNTIL = """
import os, signal, sys
from pathlib import Path
from haochaping.doors.commands import province
home, event, name = sys.argv[1:]
cluster = Path(home, "data", "PG_VERSION")
def watch(what, about):
    if what == event and (Path(about[0]).name == name or name == "any" and not cluster.exists()):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
province.forget(Path(home))
"""


def _embedded(home: Path) -> dict[str, str]:
    """The environment of an installation with a database of its own below a folder."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    given = os.environ | {"HAOCHAPING_DATA": str(home), "PORT": str(port), "LANGUAGE": "en"}
    return {
        name: value for name, value in given.items() if name not in {"DATABASE_URL", "HAOCHAPING_OWNER_URL"}
    }


def _external(home: Path, database: str) -> dict[str, str]:
    """The environment of an installation on this test's database."""
    shutil.copytree(configured.KEYS_DIR, home / "keys")
    urls = {
        name: make_conninfo(os.environ[name], dbname=database)
        for name in ("DATABASE_URL", "HAOCHAPING_OWNER_URL")
    }
    return os.environ | urls | {"HAOCHAPING_DATA": str(home), "LANGUAGE": "en"}


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf", "much"])
def test_a_province_without_people_or_end_is_none(scale):
    done = run("demo-data", "--scale", scale)

    assert done.exit_code == 2
    assert "--scale" in done.stderr


def test_a_demo_that_is_told_to_end_while_it_is_made_ends_its_database_too(tmp_path):
    words = [sys.executable, "-m", "haochaping", "demo"]
    with subprocess.Popen(words, env=_embedded(tmp_path), stderr=subprocess.PIPE, text=True) as making:
        assert making.stderr
        begun = any("to the tables" in line for line in making.stderr)
        was_there = server.is_running(tmp_path)
        making.terminate()
        making.stderr.read()

    assert (begun, was_there, server.is_running(tmp_path)) == (True, True, False)


def test_a_demo_that_was_killed_before_there_was_anything_in_it_can_be_forgotten(tmp_path):
    home = tmp_path / "home"
    words = [sys.executable, "-m", "haochaping", "demo"]
    with subprocess.Popen(words, env=_embedded(home), stderr=subprocess.PIPE, text=True) as making:
        assert making.stderr
        begun = any("to the tables" in line for line in making.stderr)
        making.kill()

    province.forget(home)

    assert begun
    assert not home.exists()


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
    environment = _external(tmp_path, committed_db)
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
    assert "there only in part" in said
    assert f'run: DROP DATABASE "{committed_db}"; CREATE DATABASE "{committed_db}" ' in said
    assert "Traceback" not in said


def test_a_province_that_is_being_made_is_told_from_one_whose_making_was_cut_off(committed_db, tmp_path):
    environment = _external(tmp_path, committed_db)
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
    assert "its making was cut off. End all that uses the database." in behind
    assert f'run: DROP DATABASE "{committed_db}"; CREATE DATABASE "{committed_db}" ' in behind


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("os.rename", "data"),
        ("os.rename", "keys"),
        ("os.remove", "any"),
        ("os.remove", "one.key"),
        ("os.remove", "pgpass"),
        ("os.remove", "addresses"),
        ("os.remove", "demo-accounts.json"),
    ],
)
def test_a_demo_is_made_or_forgotten_on_what_is_left_where_forgetting_was_cut_off(tmp_path, event, name):
    server.start(tmp_path, extra={"fsync": "off"})
    (tmp_path / "keys").mkdir()
    for own in ("demo-accounts.json", "addresses", "keys/one.key", "mine.txt"):
        (tmp_path / own).write_text("[]")
    words = [sys.executable, "-c", _FORGET_UNTIL, str(tmp_path), event, name]
    cut_off = subprocess.run(words, check=False).returncode

    province.claim(tmp_path)
    server.start(tmp_path, extra={"fsync": "off"})
    province.forget(tmp_path)

    assert cut_off == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_forgetting_a_demo_leaves_what_is_not_its_own(tmp_path):
    server.start(tmp_path, extra={"fsync": "off"})
    (tmp_path / "keys").mkdir()
    for name in ("demo-accounts.json", "addresses", "keys/one.key", "mine.txt"):
        (tmp_path / name).write_text("[]")

    province.forget(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_keys_of_an_installation_whose_database_is_elsewhere_are_not_forgotten(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "relay.key").write_text("kept")

    with pytest.raises(SystemExit):
        province.forget(tmp_path)

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
            province.forget(tmp_path)

        assert server.is_running(tmp_path)
    finally:
        server.stop(tmp_path)
