"""`security/asvs_map.csv`: every requirement of ASVS 5.0 of levels 1 and 2 has an honest row."""

from __future__ import annotations

import ast
import csv
from collections import Counter
from functools import cache

import pytest

from docs.generate.everything import everything
from tests.architecture.house import ROOT

with (ROOT / "security" / "asvs_map.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
STATUSES = {"met", "not applicable", "not yet", "operator"}


@cache
def named_in(path: str) -> frozenset[str]:
    """Names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(tests: str) -> list[str]:
    """Which of the named tests are not there."""
    named = (test.partition("::") for test in tests.split())
    return [
        f"{path}::{name}"
        for path, _, name in named
        if not (ROOT / path).is_file() or name not in named_in(path)
    ]


def test_all_requirements_of_both_levels_are_there_once():
    assert len({row["req_id"] for row in ROWS}) == len(ROWS) == 253
    assert Counter(row["level"] for row in ROWS) == {"1": 70, "2": 183}
    chapters = Counter(row["req_id"].split(".")[0] for row in ROWS)
    assert [chapters[f"V{n}"] for n in range(1, 18)] == [
        27,
        11,
        19,
        10,
        9,
        35,
        18,
        7,
        7,
        29,
        14,
        9,
        13,
        9,
        13,
        16,
        7,
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["req_id"])
def test_row_is_whole(row):
    assert row["status"] in STATUSES
    assert row["tests"] or row["reason"]
    assert row["status"] == "met" or len(row["reason"]) > 10
    assert missing(row["tests"]) == []


def test_row_without_a_test_that_exists_would_be_found():
    assert missing("tests/security/test_asvs_map.py::test_nothing tests/nowhere.py::test_x") == [
        "tests/security/test_asvs_map.py::test_nothing",
        "tests/nowhere.py::test_x",
    ]


def test_map_is_a_page_of_the_reference():
    page = everything()["asvs.md"]

    assert [row["req_id"] for row in ROWS if f"| {row['req_id']} |" not in page] == []
