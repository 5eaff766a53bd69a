"""Risk points: what stands out is found, and what has not changed seldom is, as seldom as is stated."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.insight.comparison.risk import DRAWN, ONE_IN, WATCHED, Risk, Series, risks, summed, watched_of
from haochaping.insight.comparison.trend import Month, newest, p_chart

LAST = date(2026, 5, 1)
FIRSTS = [date(2024 + (5 + i) // 12, (5 + i) % 12 + 1, 1) for i in range(DRAWN)]


def series(
    counts: list[tuple[int, int]], *, pk: int = 1, versions: str = "a" * DRAWN, by: str = "item"
) -> Series:
    """A unit with these (bad, n) in its last months; months without reviews are left out."""
    firsts, said = FIRSTS[-len(counts) :], versions[-len(counts) :]
    months = [Month(first, bad, n, v) for first, (bad, n), v in zip(firsts, counts, said, strict=True) if n]
    return Series(by, pk, 1, 1, tuple(months))


def steady(*last: tuple[int, int], pk: int = 1) -> Series:
    """One bad review in a hundred each month, then these months."""
    return series([(1, 100)] * (DRAWN - len(last)) + list(last), pk=pk)


def others(rate: int = 1) -> list[Series]:
    return [series([(rate, 100)] * DRAWN, pk=pk) for pk in range(2, 12)]


def found(unit: Series) -> Risk | None:
    return next((one for one in risks([unit, *others()], LAST) if one.unit is unit), None)


def test_the_last_month_is_the_one_that_is_meant():
    assert FIRSTS[-1] == LAST


def test_one_month_far_above_stands_out_in_the_chart():
    one = found(steady((12, 100)))

    assert one is not None
    assert (one.above_limit, one.month.bad, one.looked_at) == (True, 12, 11)
    assert 0.05 < one.limit < 0.12


def test_what_goes_on_quietly_adds_up_and_no_month_of_it_stands_out():
    one = found(steady(*[(5, 100)] * 3))

    assert one is not None
    assert (one.above_limit, one.adds_up) == (False, True)
    assert one.expected is not None
    assert 0.01 < one.expected < 0.02
    assert one.false_alarm_months is not None
    assert one.false_alarm_months >= ONE_IN
    assert one.since == date(2025, 6, 1)


@pytest.mark.parametrize(
    "last", [[(1, 100)], [(2, 100)], [(0, 100)], [(12, 100), (1, 100)], [(12, 100), (0, 0)]]
)
def test_an_ordinary_month_is_none_and_neither_is_one_that_is_over(last):
    assert found(steady(*last)) is None


def test_of_few_reviews_nothing_is_said():
    assert found(series([(3, 3)])) is None
    # The sum may say of a unit with ten reviews what the chart does not say of a month with fewer.
    small = found(series([(0, 7), (3, 3)]))
    assert small is None or not small.above_limit


def test_a_new_instrument_begins_anew():
    worse_since = series([(1, 100)] * 21 + [(12, 100)] * 3, versions="a" * 21 + "b" * 3)

    one = found(worse_since)

    # Its own past is another instrument's: it is held against everybody's rate, and its chart knows three months alone.
    assert one is not None
    assert not one.above_limit
    assert one.since == FIRSTS[-3]


def test_nobody_reviewed_and_everybody_dissatisfied_are_no_charts():
    assert risks([], LAST) == []
    assert risks([series([(0, 100)] * DRAWN)], LAST) == []
    assert risks([series([(100, 100)] * DRAWN, pk=pk) for pk in (1, 2)], LAST) == []


def test_without_a_past_of_anybody_the_rate_is_that_of_all():
    young = [series([(1, 100)] * 3, pk=pk) for pk in range(2, 12)]

    (one,) = risks([series([(1, 100), (9, 100), (9, 100)]), *young], LAST)

    assert one.adds_up
    assert one.expected is not None
    assert one.expected < 0.03


def test_the_page_draws_what_the_job_has_seen():
    unit = steady((12, 100))
    one = found(unit)

    assert one is not None
    assert newest(unit.months) == p_chart(unit.months)[-1]
    watched = watched_of(unit.months, LAST)
    assert len(watched) == WATCHED
    assert summed(watched, one.expected).steps[-1].alarm == one.adds_up
    assert summed(watched, None).steps == ()
    assert newest([]) is None
    assert newest([Month(LAST, 0, 0, "a")]) is None


@pytest.mark.parametrize(("by", "size_of_most"), [("item", 4), ("hall", 6)])
def test_of_units_that_have_not_changed_as_few_stand_out_as_is_stated(by, size_of_most):
    """Items have some fifty reviews a month, halls some four hundred."""
    dice = random.Random(11)
    units = []
    for pk in range(3_000):
        rate, size = dice.betavariate(2, 198), max(3, int(dice.lognormvariate(size_of_most, 1.2)))
        sizes = [dice.binomialvariate(2 * size, 0.5) for _ in FIRSTS]
        units.append(series([(dice.binomialvariate(n, rate), n) for n in sizes], pk=pk, by=by))

    seen = risks(units, LAST)

    # Three of each are stated; seven or more would come with a chance of 3 %, were it so many.
    assert sum(one.above_limit for one in seen) <= 6
    assert sum(one.adds_up for one in seen) <= 6


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), min_size=1, max_size=DRAWN), st.randoms())
def test_the_order_of_units_changes_nothing(extra, dice):
    units = [*others(), series([(bad, bad + good) for bad, good in extra], pk=50)]
    mixed = list(units)
    dice.shuffle(mixed)

    assert {(one.unit.id, one.above_limit, one.adds_up) for one in risks(units, LAST)} == {
        (one.unit.id, one.above_limit, one.adds_up) for one in risks(mixed, LAST)
    }
