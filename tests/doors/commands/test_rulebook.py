"""`haochaping rulebook …` as an operator types it, and what the doctor says of the calendar."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.kernel.actor import EVERYWHERE, Actor, ActorKind
from haochaping.kernel.periods import local_day
from haochaping.rulebook import actions, queries
from haochaping.rulebook.models import CalendarDay
from haochaping.rulebook.terms import Key
from tests import worlds
from tests.doors.commands.test_commands import _csv, run

SECOND = Actor(ActorKind.STAFF, "1", powers=frozenset({"rulebook.edit"}), scope=EVERYWHERE)
NOTICE = (
    "from,to,working,name",
    "2031-01-01,2031-01-03,no,元旦",
    "2031-01-04,,yes,元旦",
    "2031-01-22,2031-01-29,no,春节",
    "2031-04-04,2031-04-06,no,清明节",
    "2031-05-01,2031-05-05,no,劳动节",
    "2031-06-23,2031-06-25,no,端午节",
    "2031-10-01,2031-10-08,no,国庆节、中秋节",
)


@pytest.fixture
def world(committed_db: str) -> str:
    worlds.build(timezone.now())
    return committed_db


def test_next_year_is_imported_from_the_notice(committed_db, tmp_path):
    file = _csv(tmp_path / "2031.csv", *NOTICE)

    dry = run("rulebook", "import-calendar", "2031", file, "--dry-run")
    lines = dry.output.splitlines()
    assert (dry.exit_code, lines[0], lines[-1]) == (
        0,
        "2031-01-01: The day is free 元旦",
        "365 days would change.",
    )
    # What follows from the week alone is counted.
    assert len(lines) == 31 + 1
    assert not CalendarDay.objects.filter(day__year=2031).exists()

    done = run("rulebook", "import-calendar", "2031", file)
    assert (done.exit_code, done.output) == (0, "365 days changed.\n")
    assert json.loads(run("rulebook", "import-calendar", "2031", file, "--json").output)["changed"] == []
    assert CalendarDay.objects.filter(day__year=2031).count() == 365


def test_a_notice_with_a_bad_row_names_it_and_imports_nothing(committed_db, tmp_path):
    file = _csv(tmp_path / "2031.csv", *NOTICE, "2031-10-08,,yes,国庆节")

    done = run("rulebook", "import-calendar", "2031", file)

    assert done.exit_code == 2
    assert "2031.csv:9:" in done.output
    assert "1 row needs correction" in done.output
    assert not CalendarDay.objects.filter(day__year=2031).exists()


def test_half_a_notice_is_refused_in_one_sentence(committed_db, tmp_path):
    done = run("rulebook", "import-calendar", "2031", _csv(tmp_path / "2031.csv", *NOTICE[:3]))

    assert done.exit_code == 1
    assert "春节" in done.output


def tomorrow() -> str:
    return str(local_day(timezone.now()) + timedelta(days=1))


def confirmed() -> None:
    """An administrator confirms what was proposed at the shell."""
    [proposal] = queries.proposals()
    actions.confirm_change(proposal.id, by=SECOND, now=timezone.now())


def test_a_profile_is_assigned_and_explained(world):
    done = run("rulebook", "assign", worlds.CITY, "bj")
    assert (done.exit_code, queries.choices()) == (0, [])
    confirmed()

    said = run("rulebook", "explain", worlds.COUNTY, "--day", tomorrow(), "--json").output
    rows = {row["key"]: row for row in json.loads(said)}

    assert rows.keys() == set(Key)
    limit = rows["simple_rectify_limit"]
    assert (limit["value"], limit["unit"], limit["profile"], limit["through"]) == (
        "7",
        "days",
        "bj",
        worlds.CITY,
    )
    assert rows["levels"]["profile"] == "cn-base"


def test_what_held_before_is_explained_as_it_was(world):
    run("rulebook", "assign", worlds.CITY, "bj", "--from", tomorrow())
    confirmed()

    said = run("rulebook", "explain", worlds.CITY).output.splitlines()

    assert len(said) == len(Key)
    assert all(" · cn-base · " in line for line in said)
    assert next(line for line in said if "(simple_rectify_limit)" in line).startswith("Time to")


OWN = ("--name", "云城市规则", "--follows", "bj", "--source", "示例办法")


def test_a_place_makes_a_profile_of_its_own(world):
    done = run("rulebook", "make-profile", worlds.CITY, "own-yuncheng", *OWN)
    assert done.exit_code == 0
    confirmed()

    said = run("rulebook", "explain", worlds.COUNTY, "--day", tomorrow(), "--json").output

    limit = next(row for row in json.loads(said) if row["key"] == "simple_rectify_limit")
    assert (limit["profile"], limit["through"]) == ("bj", worlds.CITY)
    assert f"own-yuncheng from {tomorrow()} on, once an administrator confirms it" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("make-profile", worlds.CITY, "yuncheng", *OWN),
        ("make-profile", worlds.CITY, "own-a", *OWN, "--from", "2020-01-01"),
        ("assign", worlds.CITY, "gd-2019-legacy"),
        ("assign", worlds.CITY, "bj", "--from", "2020-01-01"),
        ("assign", "998800000000", "bj"),
        ("explain", "998800000000"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(world, words):
    done = run("rulebook", *words)

    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1


def test_the_doctor_names_the_year_that_is_missing(committed_db):
    soon = local_day(timezone.now()) + timedelta(days=7)
    CalendarDay.objects.filter(day=soon).delete()

    found = {row["name"]: row for row in json.loads(run("doctor", "--json").output)}

    assert not found["calendar"]["ok"]
    assert str(soon.year) in found["calendar"]["text"]
    assert "rulebook import-calendar" in found["calendar"]["text"]
