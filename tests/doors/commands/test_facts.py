"""`haochaping facts verify`: what it says, to people and to programs, and with which status it ends."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from django.utils import timezone

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands.main import cli
from haochaping.insight import actions as insight
from haochaping.insight.models import DivisionMonth, FactDelta
from haochaping.kernel.periods import local_day
from tests import worlds

if TYPE_CHECKING:
    from click.testing import Result


def run(*words: str) -> Result:
    return CliRunner(env={"LANGUAGE": "en"}).invoke(
        cli, ["facts", "verify", *words], obj=Installation(read(os.environ)), catch_exceptions=False
    )


@pytest.fixture(autouse=True)
def _reviewed(committed_db: str) -> None:
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 2, now)


def test_figures_that_are_right_are_said_to_be():
    done = run()

    assert (done.exit_code, done.output) == (0, "The figures are what their rows come to.\n")
    assert json.loads(run("--json").output) == []


def test_a_figure_that_differs_is_named_until_it_is_mended():
    FactDelta.objects.filter(kind="review").update(n=5)
    day = local_day(timezone.now()).isoformat()
    where = f"{worlds.COUNTY} {worlds.AGENCY} {worlds.ITEM} H1 hall_pad delivery 2 active_onsite_device"
    line = f"{day} review {where}: the rows come to 1, the figure says 5\n"

    assert (run().exit_code, run().output) == (1, line)
    told = run("--json")
    mended = run("--mend", "--from", day, "--to", day)

    assert told.exit_code == 1
    assert json.loads(told.output) == [
        {
            "months": None,
            "day": day,
            "kind": "review",
            "division": worlds.COUNTY,
            "agency": worlds.AGENCY,
            "item": worlds.ITEM,
            "hall": "H1",
            "channel": "hall_pad",
            "stage": "delivery",
            "level": 2,
            "provenance": "active_onsite_device",
            "rows": 1,
            "figure": 5,
        }
    ]
    assert (mended.exit_code, mended.output) == (0, f"{line}1 figure was put right.\n")
    assert run().exit_code == 0


def test_a_month_says_which_table_it_is_of():
    insight.fold()
    DivisionMonth.objects.filter(kind="case", division__code=worlds.CITY).update(n=7)
    month = local_day(timezone.now()).replace(day=1).isoformat()

    said = run().output

    assert said == f"division {month} case {worlds.CITY} reported: its parts come to 1, the sum says 7\n"


def test_days_beyond_those_asked_for_are_left_alone():
    FactDelta.objects.all().delete()

    assert run("--to", "2020-01-01").exit_code == 0
    assert run("--from", "2020-01-01").exit_code == 1
    assert run("--from", "tomorrow").exit_code == 2
