"""`haochaping reconcile …` and `haochaping directory match` as an operator types them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from haochaping.directory.models import ItemMatch
from haochaping.exchange.models import Reconciliation
from haochaping.kernel.periods import BEIJING, local_day
from tests import worlds
from tests.doors.commands.test_commands import run

if TYPE_CHECKING:
    from pathlib import Path

REVIEWS = "case_no,occurrence_no,assess_no,level\nYC-1,1,1,5\nYC-2,1,,{level}\n"


@pytest.fixture
def day(committed_db) -> str:
    # At noon, so that a case and what came before it are of one day.
    before = (timezone.now() - timedelta(days=1)).astimezone(BEIJING).replace(hour=12)
    worlds.build(before)
    for n, level in ((1, 5), (2, 4)):
        worlds.take_case(f"YC-{n}", before)
        worlds.give(f"YC-{n}", level, before)
    return local_day(before).isoformat()


def written(folder: Path, text: str) -> str:
    file = folder / "day.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_file_that_says_the_same_is_equal(day, tmp_path):
    file = written(tmp_path, REVIEWS.format(level=4))
    shown = run("reconcile", "file", file, "--source", worlds.SOURCE, "--day", day)

    assert (shown.exit_code, shown.output) == (0, "Both sides are equal.\n")
    file = written(tmp_path, "case_no,status\nYC-1,completed\nYC-2,completed\n")
    shown = run("reconcile", "file", file, "--source", worlds.SOURCE, "--day", day, "--kind", "cases")
    assert shown.exit_code == 0, shown.output


def test_a_file_with_other_columns_is_told_which_it_should_have(day, tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    file = written(tmp_path, "case,occurrence_no,level\nYC-1,1,5\n")

    shown = run("reconcile", "file", file, "--source", worlds.SOURCE, "--day", day)

    assert shown.exit_code == 1
    assert "Row 2 of the file, “1, 1, 5”, has nothing in the column “case_no”" in shown.output
    assert "case_no, occurrence_no, assess_no, level" in shown.output
    assert "tabs" not in shown.output


def test_what_differs_is_named_with_exit_status_2(day, tmp_path):
    file = written(tmp_path, REVIEWS.format(level=1))
    words = ("reconcile", "file", file, "--source", worlds.SOURCE, "--day", day)

    shown = run(*words)

    assert shown.exit_code == 2
    assert "1 record differs." in shown.output
    assert "case_no\toccurrence_no\tassess_no\tthis side\tother side\nYC-2\t1\t1\t4\t1\n" in shown.output
    told = json.loads(run(*words, "--json").output.splitlines()[0])[0]
    assert told["differing"] == [{"key": ["YC-2", "1", "1"], "here": "4", "told": "1"}]


@pytest.mark.parametrize("row", ["YC-3,1,1,", "YC-3,1,1,9", "YC-3,x,1,5"])
def test_a_row_that_is_none_is_named_and_nothing_is_kept(day, tmp_path, row):
    file = written(tmp_path, f"case_no,occurrence_no,assess_no,level\n{row}\n")

    shown = run("reconcile", "file", file, "--source", worlds.SOURCE, "--day", day)

    assert shown.exit_code == 1
    assert "YC-3" in shown.output
    assert not Reconciliation.objects.exists()


def test_another_side_that_is_not_there_is_said(day, tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    key = tmp_path / "key"
    key.write_text("hcp_x")
    words = ("reconcile", "with", "http://127.0.0.1:1", "--source", worlds.SOURCE, "--day", day)

    shown = run(*words, "--key-file", str(key))

    assert shown.exit_code == 1
    assert "http://127.0.0.1:1: it cannot be reached" in shown.output


def test_a_key_that_is_not_known_there_is_said_in_a_sentence(day, tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    key = tmp_path / "key"
    key.write_text("hcp_x")
    server = LiveServer("127.0.0.1:0")
    words = ("reconcile", "with", server.url, "--source", worlds.SOURCE, "--day", day)

    shown = run(*words, "--key-file", str(key))
    server.stop()

    assert shown.exit_code == 1
    assert "{" not in shown.output
    assert "--key-file" in shown.output


def test_a_list_of_items_is_read(committed_db, tmp_path):
    worlds.build(timezone.now())
    file = written(tmp_path, f"code,name\nGG-1,户外广告设置的许可\n{worlds.ITEM},食品经营许可\n")

    shown = run("directory", "match", file, "--source", worlds.SOURCE)

    assert (shown.exit_code, shown.output) == (0, "1 code is to be decided.\n")
    assert ItemMatch.objects.get().code == "GG-1"
