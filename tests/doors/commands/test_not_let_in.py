"""A database that is there and not ours to use: each command says so in one line, and says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from haochaping.doors.demo.welcome import welcome
from tests.doors.commands.test_commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.program

OURS = os.environ["DATABASE_URL"]
COLUMNS = "source,case_no,item,agency,division,status"


def told(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the program says in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "haochaping", *words],
        env=os.environ | {"LANGUAGE": "en"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "words", [("doctor",), ("quarantine", "list"), ("jobs", "list", "--json"), ("migrate",)]
)
@pytest.mark.parametrize(
    "wrong", [{"dbname": "nowhere_at_all"}, {"user": "nobody_at_all", "password": "wrong"}]
)
def test_a_wrong_name_or_password_is_said_in_one_line(words, wrong):
    done = told(*words, DATABASE_URL=make_conninfo(OURS, **wrong))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "haochaping: The database server answers, but does not let this program in: "
    )
    assert "_at_all" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def without_tables() -> Iterator[str]:
    """A database in which nobody has made the tables; its address."""
    name = sql.Identifier("haochaping_without_tables")
    with psycopg.connect(os.environ["HAOCHAPING_OWNER_URL"], autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield make_conninfo(OURS, dbname="haochaping_without_tables")
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_where_there_are_no_tables_that_is_said_and_not_that_keys_are_missing(without_tables, tmp_path: Path):
    file = tmp_path / "reviews.csv"
    file.write_text("source,case_no\nyc-hall,YC-1\n")
    where = {"DATABASE_URL": without_tables, "HAOCHAPING_DATA": str(tmp_path / "data")}

    for words in (("reviews", "import", str(file)), ("identity", "rotate", "relay")):
        done = told(*words, **where)

        assert done.returncode == 1
        assert done.stderr == (
            "This database is not that of this version. Run “haochaping migrate”, then this again.\n"
        )


def test_the_address_of_the_owner_is_that_of_the_application_where_nobody_else_is_named(monkeypatch):
    monkeypatch.setenv("HAOCHAPING_OWNER_URL", "")

    assert run("db", "url", "--owner").output == run("db", "url").output == f"{OURS}\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [("cases", "import"), ("reviews", "import"), ("directory", "import", "agencies")],
)
@pytest.mark.parametrize("name", ["empty.csv", "empty.jsonl"])
def test_an_empty_file_has_one_status_whoever_imports_it(words, name, tmp_path: Path):
    file = tmp_path / name
    file.write_text("")

    done = run(*words, str(file))

    assert (done.exit_code, done.stdout) == (1, "")
    assert f"“{name}”" in done.stderr


@pytest.mark.django_db
def test_a_file_that_is_refused_is_json_for_programs_in_every_language(tmp_path: Path, monkeypatch):
    file = tmp_path / "cases.csv"
    file.write_text(f"{COLUMNS},colour\n1,2,3,4,5,6,7\n")
    said = []
    for language in ("en", "zh_Hans"):
        monkeypatch.setenv("LANGUAGE", language)
        done = run("cases", "import", str(file), "--json")
        assert (done.exit_code, done.stderr) == (1, "")
        said.append(done.stdout)

    assert said[0] == said[1]
    refused = json.loads(said[0])["refused"]
    assert refused["code"] == "unknown_column"
    assert refused["field"] == "colour"
    assert refused["sentence"]


@pytest.mark.django_db
def test_the_demo_names_no_console_that_leads_to_the_desk():
    shown = welcome("http://demo.example")

    assert "http://demo.example/desk/" in shown
    assert "/admin/" not in shown
