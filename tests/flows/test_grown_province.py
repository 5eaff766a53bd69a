"""What `bench/pages_at_scale` measures is a province as it would be: its facts are what its rows, and its days, come to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from bench import growth, pages_at_scale
from haochaping.insight import actions as insight
from haochaping.insight import queries
from haochaping.insight.rules import Days
from haochaping.insight.terms import Place
from haochaping.kernel.periods import local_day
from haochaping.publicity.stream import queries as stream
from haochaping.publicity.stream.terms import Sought
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.backends.utils import CursorWrapper

LONG = Days(date(2025, 1, 1), date(2027, 1, 1))


@pytest.fixture
def of_owner(
    committed_db: str, committed_world: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CursorWrapper]:
    """Two cases with a review each, the bad one with an order; the tables' owner looks at them."""
    worlds.take_case("YC-2", now - timedelta(days=2))
    for case_no, level, at in (("YC-1", 5, now), ("YC-2", 1, now - timedelta(days=2))):
        assert worlds.give(case_no, level, at).complaint is None
    insight.fold()
    owner = connections["owner"]
    monkeypatch.setitem(owner.settings_dict, "NAME", committed_db)
    with owner.cursor() as cursor:
        yield cursor
    owner.close()


def test_facts_of_copies_are_what_their_rows_come_to(of_owner):
    assert growth.prepare(of_owner) == 2

    for first, copies in ((1, 3), (3, 40)):
        growth.copy_rows(of_owner, first, copies - 1)
        growth.count_rows(of_owner, copies)

        assert growth.counted(of_owner)[:2] == (2 * copies, 2 * copies)
        assert queries.differing(LONG) == []
        assert queries.differing_months(LONG.first, LONG.end) == queries.differing_totals() == []
    assert len(stream.page(Sought(Place()), limit=100).reviews) == 80


def test_indexes_are_there_again(of_owner):
    # Not as they are written, which is another way the second time.
    asked = """SELECT indexrelid::regclass::text, indrelid::regclass::text, indkey::text, indisunique, indpred IS NULL
                 FROM pg_index JOIN pg_class ON pg_class.oid = indrelid AND relnamespace = 'public'::regnamespace"""
    of_owner.execute(asked)
    before = set(of_owner.fetchall())

    growth.prepare(of_owner)
    growth.copy_rows(of_owner, 1, 2)
    growth.count_rows(of_owner, 3)

    of_owner.execute(asked)
    assert before <= set(of_owner.fetchall())


def test_facts_of_years_are_as_many_as_asked_for(of_owner, now):
    growth.prepare(of_owner)
    today = local_day(now)

    growth.count_years(of_owner, 1_000_000, today)

    counts = growth.counted(of_owner)
    assert counts.rows == 2
    assert counts.reviews == pytest.approx(1_000_000, rel=0.01)
    # Of the last year the months are those of its days.
    assert queries.differing_months(date(2025, 6, 1), date(2026, 7, 1)) == []
    assert queries.differing_totals() == []
    of_owner.execute("SELECT min(month), max(month) FROM insight_division_month WHERE month > '0001-01-01'")
    assert of_owner.fetchone() == (date(2021, 7, 1), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("taken", "is_last", "found"),
    [
        ([10.0] * 19 + [90.0], True, []),
        ([10.0] * 18 + [90.0] * 2, True, ["p95 over 50 ms"]),
        ([16.0] * 20, False, []),
        ([16.0] * 20, True, ["more than 1.5 of the first"]),
    ],
)
def test_faults_of_a_page(taken, is_last, found):
    first = pages_at_scale.Taken.of([10.0] * 20, [9.0], 200)

    assert pages_at_scale.faults(pages_at_scale.Taken.of(taken, [9.0], 200), first, is_last=is_last) == found


def test_a_page_that_answers_otherwise_is_a_fault():
    first, later = (pages_at_scale.Taken.of([10.0], [9.0], status) for status in (200, 404))

    assert pages_at_scale.faults(later, first, is_last=False) == ["answered 200 at first"]
