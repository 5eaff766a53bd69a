from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.periods import Period, monday_of, whole_weeks


def test_a_week_begins_on_monday():
    days = [date(2026, 11, 23) + timedelta(days=n) for n in range(-1, 8)]

    assert [monday_of(day).isoformat() for day in days] == ["2026-11-16", *["2026-11-23"] * 7, "2026-11-30"]


def test_a_period_of_a_day_is_its_week_and_an_open_end_stays_open():
    day = date(2026, 11, 25)

    assert whole_weeks(Period(day, day)) == Period(date(2026, 11, 23), date(2026, 11, 29))
    assert whole_weeks(Period(day)) == Period(date(2026, 11, 23))
    assert whole_weeks(Period(end=day)) == Period(end=date(2026, 11, 29))


@given(st.dates(), st.dates())
def test_whole_weeks_hold_the_period_and_no_week_that_it_does_not_touch(one, other):
    start, end = sorted((one, other))
    weeks = whole_weeks(Period(start, end))

    assert weeks.start is not None
    assert weeks.start.weekday() == 0
    assert timedelta() <= start - weeks.start < timedelta(days=7)
    if weeks.end is None:
        assert date.max - end < timedelta(days=7)
    else:
        assert weeks.end.weekday() == 6
        assert timedelta() <= weeks.end - end < timedelta(days=7)
