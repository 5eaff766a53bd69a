"""A period cut into months and days: every day of it once, and no other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.insight.rules import ALL_MONTHS, Days, month_by_month, split, whole_months
from haochaping.kernel.periods import Period

DAYS = st.dates(date(2024, 12, 20), date(2026, 3, 10))


def days_of(part: Days) -> list[date]:
    return [part.first + timedelta(days=n) for n in range((part.end - part.first).days)]


@given(start=DAYS, length=st.integers(-3, 200))
def test_every_day_of_a_period_counts_once(start, length):
    end = start + timedelta(days=length)

    parts = split(Period(start, end))

    counted = dict.fromkeys(days_of(parts.months), 1)
    for rim in (parts.before, parts.after):
        for day in days_of(rim):
            counted[day] = counted.get(day, 0) + rim.sign
    assert [day for day, n in sorted(counted.items()) if n] == days_of(
        Days(start, max(end + timedelta(days=1), start))
    )
    assert set(counted.values()) <= {0, 1}
    assert parts.months.first.day == parts.months.end.day == 1 or not days_of(parts.months)
    assert days_of(parts.whole) == days_of(split(Period(start, end), by_month=False).before)


@pytest.mark.parametrize(
    ("period", "whole_months", "days"),
    [
        (Period(date(2026, 1, 1)), True, 0),
        (Period(end=date(2026, 6, 30)), True, 0),
        (Period(date(2026, 1, 1), date(2026, 12, 31)), True, 0),
        (Period(date(2026, 1, 3), date(2026, 11, 28)), True, 4),
        (Period(date(2026, 5, 2), date(2026, 5, 30)), False, 29),
        (Period(date(9999, 12, 31), date(9999, 12, 31)), False, 0),
        (Period(date(1, 1, 1), date(1, 1, 2)), False, 0),
    ],
    ids=str,
)
def test_few_days_are_left_beside_the_months(period, whole_months, days):
    parts = split(period)

    assert bool(days_of(parts.months)) == whole_months
    assert len(days_of(parts.before)) + len(days_of(parts.after)) == days


def test_a_period_without_ends_is_the_month_of_all_months():
    parts = split(Period())

    assert days_of(parts.months) == [ALL_MONTHS]
    assert not parts.before
    assert not parts.after
    assert (parts.whole.first, parts.whole.end) == (date(1900, 1, 1), date(2200, 1, 1))
    assert split(Period(), by_month=False).before == parts.whole


@given(start=DAYS, length=st.integers(0, 200))
def test_months_one_after_another_are_the_days_once_each(start, length):
    days = Days(start, start + timedelta(days=length))

    parts = month_by_month(days)

    assert [day for part in parts for day in days_of(part)] == days_of(days)
    assert all(len({(day.year, day.month) for day in days_of(part)}) == 1 for part in parts)
    assert len(parts) == len({(day.year, day.month) for day in days_of(days)})


def test_whole_months_reach_from_a_first_to_before_a_first():
    inside = Days(date(2025, 12, 30), date(2026, 2, 1))

    assert whole_months(inside) == Days(date(2025, 12, 1), date(2026, 2, 1))
    assert whole_months(Days(date(2026, 2, 3), date(2026, 2, 4))) == Days(date(2026, 2, 1), date(2026, 3, 1))
