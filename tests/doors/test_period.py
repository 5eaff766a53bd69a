from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.doors.period import last_days, months
from haochaping.kernel.periods import Period

TODAY = date(2026, 3, 10)
DAYS = st.none() | st.dates()


def test_months_are_the_last_ones_the_latest_first_and_cut_at_the_ends():
    found = months(Period(date(2025, 12, 15), date(2026, 2, 3)), TODAY, most=12)

    assert found == {
        date(2026, 2, 1): Period(date(2026, 2, 1), date(2026, 2, 3)),
        date(2026, 1, 1): Period(date(2026, 1, 1), date(2026, 1, 31)),
        date(2025, 12, 1): Period(date(2025, 12, 15), date(2025, 12, 31)),
    }
    assert list(months(Period(), TODAY, most=3)) == [date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 1)]
    assert months(Period(), TODAY, most=1)[date(2026, 3, 1)] == Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(), Period(date(2026, 2, 9), TODAY)),
        (Period(end=date(2026, 1, 31)), Period(date(2026, 1, 2), date(2026, 1, 31))),
        (Period(date(2026, 3, 1)), Period(date(2026, 3, 1), TODAY)),
        (Period(date(2026, 3, 11)), None),
        (Period(end=date(1, 1, 2)), None),
    ],
)
def test_last_days(period, expected):
    assert last_days(period, TODAY, most=30) == expected


@given(DAYS, DAYS, st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_any_days_that_can_be_typed_have_an_answer(start, end, today, most):
    if start and end and start > end:
        start, end = end, start
    period = Period(start, end)

    each, days = months(period, today, most=most), last_days(period, today, most=most)

    assert len(each) <= most
    for first, part in each.items():
        assert first.day == 1
        assert first <= (part.start or first) <= (part.end or date.max)
        assert (part.end or first) - first <= timedelta(days=30)
        assert (start or date.min) <= (part.start or date.max)
        assert (part.end or date.max) <= (end or date.max)
    if days:
        assert timedelta() <= (days.end or date.max) - (days.start or date.min) < timedelta(days=most)
        assert (days.end or date.max) <= min(end or today, today)
