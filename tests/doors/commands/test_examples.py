"""The files of `examples/` go in, in the order a newcomer would take, and say what they are meant to say."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.directory.terms import COLUMNS, KEYS, Kind
from haochaping.doors.commands.main import cli
from haochaping.doors.demo import places
from haochaping.exchange import queries as exchange
from haochaping.exchange import tables
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.reviews.models import Review

if TYPE_CHECKING:
    from click.testing import Result

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FILES = ("cases.csv", "cases.xlsx", "cases.jsonl")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words], obj=Installation(read(os.environ)), catch_exceptions=False)


def counts(*words: str) -> dict[str, int]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, int] = json.loads(done.output)["counts"]
    return found


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(told: object, name: str) -> list[str]:
    """Everything that stands under a name, however deep."""
    if isinstance(told, list):
        return [value for part in told for value in values(part, name)]
    if not isinstance(told, dict):
        return []
    here = [str(told[name])] if name in told else []
    return here + values(list(told.values()), name)


def test_example_files_go_in_one_after_the_other(committed_db):
    for kind in Kind:
        done = run("directory", "import", kind.value, str(EXAMPLES / f"{kind}.csv"))
        assert done.exit_code == 0, done.output
    taken = [counts("cases", "import", str(EXAMPLES / name)) for name in FILES]
    reviews = counts("reviews", "import", str(EXAMPLES / "reviews.csv"))

    assert taken == [{"accepted": 6}, {"accepted": 2}, {"accepted": 2}]
    assert reviews == {"accepted": 7}
    assert exchange.waiting() == []
    assert {row.provenance for row in Review.objects.all()} == {"bulk_import", "default_system"}
    figures = {m.name: m.value for m in insight.measures(Place(division_path="990000000000."))}
    assert (figures["cases"], figures["bad_reviews"], figures["active_reviews"]) == (10, 2, 0)


def test_example_files_sent_again_change_nothing(committed_db):
    for kind in Kind:
        run("directory", "import", kind.value, str(EXAMPLES / f"{kind}.csv"))
    words = [("cases", "import", str(EXAMPLES / name)) for name in FILES]
    words.append(("reviews", "import", str(EXAMPLES / "reviews.csv")))
    first = [counts(*each) for each in words]

    again = [counts(*each) for each in words]

    assert again == [{"duplicate": found["accepted"]} for found in first]


def test_reviews_that_come_before_their_cases_wait_for_them(committed_db):
    for kind in Kind:
        run("directory", "import", kind.value, str(EXAMPLES / f"{kind}.csv"))

    early = run("reviews", "import", str(EXAMPLES / "reviews.csv"), "--json")
    for name in FILES:
        counts("cases", "import", str(EXAMPLES / name))

    assert early.exit_code == 2
    assert json.loads(early.output.splitlines()[0])["counts"] == {"quarantined": 7}
    assert exchange.waiting() == []
    assert Review.objects.count() == 7


@pytest.mark.parametrize("kind", Kind)
def test_headings_are_those_of_the_directory(kind):
    assert tuple(rows(f"{kind}.csv")[0]) == COLUMNS[kind]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.DEVICES])
def test_examples_are_a_part_of_the_demo_province(kind):
    """So that they can be imported into the demo too, and rename nothing there."""
    columns = (*KEYS[kind], "name")

    there = {tuple(row[column] for column in columns) for row in places.rows()[kind]}

    assert {tuple(row[column] for column in columns) for row in rows(f"{kind}.csv")} <= there


def test_everything_in_the_examples_is_fictional():
    codes = [
        row["code"] for kind in (Kind.DIVISIONS, Kind.AGENCIES, Kind.ITEMS) for row in rows(f"{kind}.csv")
    ]

    assert all(code.startswith("99") for code in codes)
    told = [row.fields for name in (*FILES, "reviews.csv") for row in tables.rows(EXAMPLES / name)]
    phones, certificates = values(told, "phone"), values(told, "certificate_no")
    assert len(phones) > len(certificates) > 0
    assert all(phone.startswith("1990000") for phone in phones)
    assert all(certificate.startswith("99") for certificate in certificates)
