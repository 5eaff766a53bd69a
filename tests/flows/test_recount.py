"""What an older version counted is counted anew after an update, by itself, whoever stops it and whatever happens meanwhile."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError, connection

from haochaping.directory import queries as directory
from haochaping.flows import handle_voices
from haochaping.flows.compare_units import compare_due
from haochaping.flows.verify_facts import recount, watch
from haochaping.flows.watch_units import watch_risks, watch_silence
from haochaping.insight import actions as insight
from haochaping.insight import queries as figures
from haochaping.insight.models import (
    AgencyDay,
    AgencyMonth,
    Comparison,
    DivisionDay,
    DivisionMonth,
    Fact,
    HallMonth,
    ItemMonth,
    Recount,
)
from haochaping.insight.terms import Place, Recounting
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.supervision.models import Signal
from tests import worlds
from tests.doors.commands.test_commands import run
from tests.flows.truth import assert_counters_exact
from tests.voices.conftest import GIVEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MARK = import_module("haochaping.insight.migrations.0006_recount")._MARK


def mark() -> None:
    """What the migration of an update does."""
    with connection.cursor() as cursor:
        cursor.execute(MARK)


@pytest.fixture
def older(committed_world: None, now: datetime) -> int:
    """Reviews, orders and a voice of three months, as a version counted them that knew no halls, no stages and no voices.

    Returns how many reviews the hall has.
    """
    worlds.give("YC-1", 1, now)
    for n, days in enumerate((1, 5, 40, 41, 75), start=2):
        worlds.take_case(f"YC-{n}", now - days * DAY)
        worlds.give(f"YC-{n}", n % 5 + 1, now - days * DAY)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now - 40 * DAY)
    insight.fold()
    n = reviews_of_the_hall()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE before AS
            SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, sum(n) AS n
              FROM insight_fact WHERE kind <> 'voice' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
            DELETE FROM insight_fact;
            INSERT INTO insight_fact (kind, day, division_id, agency_id, item_id, channel, level, provenance, n)
            SELECT * FROM before
            """
        )
    HallMonth.objects.all().delete()
    for table in (AgencyDay, AgencyMonth, DivisionDay, DivisionMonth, ItemMonth):
        table._default_manager.filter(kind="voice").delete()
    mark()
    assert n == 6
    assert reviews_of_the_hall() == 0
    return n


def reviews_of_the_hall() -> int:
    hall = directory.halls(["H1"])["H1"]
    return sum(n for (kind, _, _), n in figures.tally(Place(hall_id=hall.id)).items() if kind == "review")


def told_by_the_doctor() -> tuple[bool, str]:
    [row] = [one for one in json.loads(run("doctor", "--json").output) if one["name"] == "figures"]
    return row["ok"], row["text"]


def test_an_empty_installation_has_nothing_to_count_anew(committed_world, now):
    Fact.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM insight_fact_delta")

    mark()

    assert figures.recounting() is None
    assert recount(now) == 0


def test_after_an_update_older_days_are_counted_anew_by_themselves(older, now):
    ok, said = told_by_the_doctor()
    assert (ok, figures.recounting()) == (False, Recounting(None))
    assert said

    n = recount(now)

    assert reviews_of_the_hall() == older
    assert_counters_exact()
    assert figures.recounting() is None
    assert told_by_the_doctor()[0]
    kept = Entry.objects.filter(kind=EntryKind.FIGURES_MENDED)
    assert sum(int(entry.facts["figures"]) for entry in kept) == n > 0
    assert recount(now) == 0
    assert watch(now) == 0


def test_nobody_is_alarmed_or_compared_by_what_is_not_counted_anew_yet(older, now):
    later = now + 32 * DAY

    assert watch(now) == watch_risks(later) == watch_silence(later) == compare_due(later) == 0

    assert not Signal.objects.exists()
    assert not Comparison.objects.exists()
    recount(now)
    assert compare_due(later) > 0


def test_newer_days_are_watched_while_older_ones_wait(older, now):
    recount(now)
    Recount.objects.create(since=local_day(now - 2 * DAY))
    for days in (1, 5):
        Fact.objects.filter(kind="review", day=local_day(now - days * DAY)).delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM insight_fact_delta WHERE day = %s", [local_day(now - days * DAY)])

    assert watch(now) > 0

    assert {signal.day for signal in Signal.objects.filter(kind="integrity")} == {local_day(now)}
    assert f"{local_day(now - 2 * DAY)}" in told_by_the_doctor()[1]


_STOP = """
CREATE FUNCTION stopped() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'power cut'; END $$;
CREATE TRIGGER stopped BEFORE {} FOR EACH ROW WHEN ({}) EXECUTE FUNCTION stopped()
"""


@pytest.mark.parametrize(
    ("at", "when"),
    [
        # In the midst of what is mended, after it but before that is kept, and at the end.
        ("INSERT ON insight_fact_delta", "NEW.kind = 'voice'"),
        ("INSERT ON insight_fact_delta", "NEW.day = '{third}' AND NEW.kind = 'review'"),
        ("UPDATE ON insight_recount", "NEW.since = '{third}'"),
        ("UPDATE ON insight_recount", "NEW.since > '2199-01-01'"),
        ("DELETE ON insight_recount", "true"),
    ],
)
def test_whoever_is_stopped_goes_on_and_counts_nothing_twice(
    older, now, owner: Callable[..., None], at, when
):
    third = local_day(now - 40 * DAY)
    owner(_STOP.format(at, when.format(third=third)))

    with pytest.raises(ProgrammingError, match="power cut"):
        recount(now)

    left = figures.recounting()
    assert left is not None
    assert not told_by_the_doctor()[0]
    if "third" in when:
        assert left.since == third + DAY
        assert 0 < reviews_of_the_hall() < older or at.startswith("UPDATE")
    owner("DROP FUNCTION stopped() CASCADE")
    # People go on meanwhile, about days that are counted anew and about others.
    for n, days in enumerate((3, 60)):
        worlds.take_case(f"YC-8{n}", now - days * DAY)
        worlds.give(f"YC-8{n}", 2, now - days * DAY)
    insight.fold()

    recount(now)

    assert reviews_of_the_hall() == older + 2
    assert_counters_exact()
    assert figures.recounting() is None


def test_who_is_behind_takes_nobody_back(older):
    insight.recounted(date(2026, 3, 1))
    insight.recounted(date(2026, 4, 1))

    assert figures.recounting() == Recounting(date(2026, 3, 1))
