"""A database that was not migrated is said to be that in one line, whichever command meets it first."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from haochaping.doors.commands.database import _MIGRATING
from tests.doors.commands.test_commands import run

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def owner(committed_db):
    with psycopg.connect(
        make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db), autocommit=True
    ) as connection:
        yield connection


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE exchange_quarantined_record CASCADE", ["quarantine", "list"]),
        ("ALTER TABLE exchange_quarantined_record DROP COLUMN result_id CASCADE", ["quarantine", "list"]),
        ("DELETE FROM django_migrations WHERE app = 'levels'", ["worker"]),
        ("DELETE FROM django_migrations WHERE app = 'levels'", ["serve"]),
        ("DELETE FROM django_migrations WHERE app = 'levels'", ["demo-data"]),
    ],
)
def test_a_table_or_column_that_is_not_there_is_one_line_with_what_to_do(owner, change, words):
    owner.execute(change)

    said = run(*words)

    assert said.exit_code == 1
    assert said.stderr.count("\n") == 1
    assert "haochaping migrate" in said.stderr


def test_who_may_not_make_tables_is_told_to_name_the_owner(committed_db, monkeypatch):
    owner = connections["owner"].settings_dict
    monkeypatch.setitem(owner, "NAME", committed_db)
    for name in ("USER", "PASSWORD"):
        monkeypatch.setitem(owner, name, connections["default"].settings_dict[name])

    said = run("migrate")
    connections["owner"].close()

    assert (said.exit_code, said.stderr.count("\n")) == (1, 1)
    assert "HAOCHAPING_OWNER_URL" in said.stderr


def test_who_waits_for_another_that_changes_the_tables_says_so(committed_db, owner):
    environment = os.environ | {
        name: make_conninfo(os.environ[name], dbname=committed_db)
        for name in ("DATABASE_URL", "HAOCHAPING_OWNER_URL")
    }
    owner.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
    words = [sys.executable, "-m", "haochaping", "migrate"]
    with subprocess.Popen(
        words, env=environment | {"LANGUAGE": "en"}, stderr=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stderr
        told = waiting.stderr.readline()
        owner.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
        after = waiting.stderr.read()

    assert told == "Another command is changing the tables: waiting for it.\n"
    assert (waiting.returncode, after) == (0, "")


def test_tables_of_a_version_before_the_migrations_were_folded_are_not_taken_for_ours(
    owner, committed_db, monkeypatch
):
    """Django would pass over a file that replaces others of which only some are there, and say that all is well."""
    owner.execute(
        "DELETE FROM django_migrations WHERE app = 'levels' AND name IN ('0001_tables', '0005_news')"
    )
    monkeypatch.setitem(connections["owner"].settings_dict, "NAME", committed_db)

    found, said = run("doctor"), run("migrate")
    connections["owner"].close()

    assert "1 migration is missing." in found.stdout
    assert (said.exit_code, said.stderr.count("\n")) == (1, 1)
    assert "older than this version" in said.stderr


def test_a_key_that_is_not_there_is_one_line_in_the_users_language(tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh_Hans")
    monkeypatch.setattr(settings, "KEYS_DIR", tmp_path)

    said = run("identity", "rotate", "escrow", "--share", os.devnull, "--new-key", str(tmp_path / "new"))

    assert (said.exit_code, said.stderr) == (1, f"{os.devnull}：不是密钥份额\n")
