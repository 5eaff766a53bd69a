"""工作时间: deadlines by table where a clause or a holiday says so, and against a minute-by-minute count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.rulebook.rules import (
    WorkingCalendar,
    due_after_working_days,
    due_after_working_hours,
    terms_of,
)
from haochaping.rulebook.terms import NO_RULES, Key, Terms

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
OPENS, CLOSES = time(9), time(17, 30)
REAL = WorkingCalendar(
    {day: chinese_calendar.is_workday(day) for day in chinese_calendar.get_dates(FIRST, LAST)}, OPENS, CLOSES
)
VALUES: dict[str, str] = {
    Key.CHANGE_WINDOW_MINUTES: "10",
    Key.INVITATION_DAYS: "90",
    Key.SIGN_LIMIT_WORKING_HOURS: "4",
    Key.FIRST_CONTACT_WORKING_DAYS: "1",
    Key.SIMPLE_RECTIFY_WORKING_DAYS: "5",
    Key.COMPLEX_RECTIFY_WORKING_DAYS: "15",
    Key.WORKDAY_START: "09:00",
    Key.WORKDAY_END: "17:30",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("begun", "days", "due"),
    [
        ("2026-06-01T10:00", 1, "2026-06-02T17:30"),
        ("2026-06-01T23:59", 1, "2026-06-02T17:30"),
        ("2026-06-05T10:00", 1, "2026-06-08T17:30"),
        ("2026-06-06T10:00", 1, "2026-06-08T17:30"),
        ("2026-06-01T10:00", 5, "2026-06-08T17:30"),
        ("2026-06-01T10:00", 0, "2026-06-01T17:30"),
    ],
)
def test_working_days_begin_on_the_day_after(begun: str, days: int, due: str):
    assert due_after_working_days(at(begun), days, REAL) == at(due)


@pytest.mark.parametrize(
    ("begun", "days", "due"),
    [
        # 2024 国庆: 9月29日（周日）上班, 10月1日至7日放假, 10月12日（周六）上班.
        ("2024-09-27T10:00", 1, "2024-09-29T17:30"),
        ("2024-09-30T10:00", 1, "2024-10-08T17:30"),
        ("2024-09-30T10:00", 5, "2024-10-12T17:30"),
        # 2025 春节: 1月26日（周日）上班, 1月28日至2月4日放假, 2月8日（周六）上班.
        ("2025-01-24T10:00", 1, "2025-01-26T17:30"),
        ("2025-01-27T10:00", 1, "2025-02-05T17:30"),
        ("2025-02-07T10:00", 1, "2025-02-08T17:30"),
        # 2025 国庆中秋: 9月28日（周日）上班, 10月1日至8日放假, 10月11日（周六）上班.
        ("2025-09-26T10:00", 15, "2025-10-23T17:30"),
    ],
)
def test_adjusted_working_days_count_and_holidays_do_not(begun: str, days: int, due: str):
    """调休: 国务院办公厅关于2024年、2025年部分节假日安排的通知."""
    assert due_after_working_days(at(begun), days, REAL) == at(due)


@pytest.mark.parametrize(
    ("begun", "hours", "due"),
    [
        ("2026-06-01T10:00", 4, "2026-06-01T14:00"),
        ("2026-06-01T07:00", 4, "2026-06-01T13:00"),
        ("2026-06-01T13:30", 4, "2026-06-01T17:30"),
        ("2026-06-01T13:31", 4, "2026-06-02T09:01"),
        ("2026-06-01T17:30", 4, "2026-06-02T13:00"),
        ("2026-06-01T22:00", 4, "2026-06-02T13:00"),
        ("2026-06-05T16:30", 4, "2026-06-08T12:00"),
        ("2026-06-06T12:00", 4, "2026-06-08T13:00"),
        ("2024-09-27T17:00", 1, "2024-09-29T09:30"),
        ("2026-06-01T10:00", 17, "2026-06-03T10:00"),
        ("2026-06-01T10:00", 0, "2026-06-01T10:00"),
    ],
)
def test_working_hours_run_while_the_office_is_open(begun: str, hours: int, due: str):
    assert due_after_working_hours(at(begun), hours, REAL) == at(due)


@pytest.mark.parametrize(
    "begun", ["2026-12-31T17:00", "2026-12-31T18:00", "2027-01-04T10:00", "2030-01-01T10:00"]
)
def test_beyond_the_calendar_there_is_no_deadline(begun: str):
    assert due_after_working_days(at(begun), 1, REAL) is None
    assert due_after_working_hours(at(begun), 4, REAL) is None


def test_a_calendar_says_nothing_about_a_day_it_does_not_know():
    assert REAL.is_working(date(2026, 6, 1)) is True
    assert REAL.is_working(date(2026, 6, 6)) is False
    assert REAL.is_working(date(2027, 1, 1)) is None


@st.composite
def _calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Three weeks from 2026-06-01, any of them worked, some not known, with any office hours."""
    known = draw(st.integers(1, 21))
    worked = draw(st.lists(st.booleans(), min_size=known, max_size=known))
    opens = draw(st.integers(0, 22 * 60))
    closes = draw(st.integers(opens + 30, 23 * 60 + 59))
    return WorkingCalendar(
        {date(2026, 6, 1) + timedelta(days=n): works for n, works in enumerate(worked)},
        time(*divmod(opens, 60)),
        time(*divmod(closes, 60)),
    )


_BEGUN = st.integers(0, 21 * 24 * 60).map(lambda minutes: at("2026-06-01T00:00") + timedelta(minutes=minutes))
_MINUTE = timedelta(minutes=1)


def _counted_hours(begun: datetime, hours: int, calendar: WorkingCalendar) -> datetime | None:
    """Count working minutes one by one, as a clerk with a watch would."""
    moment, left = begun, hours * 60
    while True:
        works = calendar.is_working(local_day(moment))
        if works is None:
            return None
        if works and calendar.start <= moment.time() < calendar.end:
            left -= 1
            if left == 0:
                return moment + _MINUTE
        moment += _MINUTE


@given(_calendars(), _BEGUN, st.integers(1, 30))
def test_working_hours_against_counting_minutes(calendar: WorkingCalendar, begun: datetime, hours: int):
    assert due_after_working_hours(begun, hours, calendar) == _counted_hours(begun, hours, calendar)


@given(_calendars(), _BEGUN, st.integers(1, 15))
def test_working_days_against_a_list_of_them(calendar: WorkingCalendar, begun: datetime, days: int):
    due = due_after_working_days(begun, days, calendar)

    after = [day for day in sorted(calendar.working) if day > local_day(begun)]
    worked = [day for day in after if calendar.working[day]]
    known = bool(after) and after[0] == local_day(begun) + timedelta(days=1)
    if known and len(worked) >= days:
        assert due == datetime.combine(worked[days - 1], calendar.end, BEIJING)
    else:
        assert due is None


@given(_BEGUN, st.integers(0, 40))
def test_a_longer_limit_is_never_due_earlier(begun: datetime, limit: int):
    for due_after in (due_after_working_days, due_after_working_hours):
        sooner, later = due_after(begun, limit, REAL), due_after(begun, limit + 1, REAL)
        assert sooner is not None
        assert later is not None
        assert begun <= later
        assert sooner < later


def test_the_zone_of_the_caller_does_not_matter():
    begun = at("2026-06-01T10:00").astimezone(tz=None)

    assert due_after_working_hours(begun, 4, REAL) == at("2026-06-01T14:00")
    assert due_after_working_days(begun, 1, REAL) == at("2026-06-02T17:30")


def test_terms_of_reads_every_value():
    assert terms_of("cn-base", VALUES, date(2026, 6, 1)) == Terms(
        profile="cn-base",
        change_window=timedelta(minutes=10),
        invitation_valid=timedelta(days=90),
        sign_limit_hours=4,
        first_contact_days=1,
        simple_rectify_days=5,
        complex_rectify_days=15,
        workday_start=time(9),
        workday_end=time(17, 30),
    )


@pytest.mark.parametrize("key", Key)
def test_terms_of_names_the_value_that_is_missing(key: Key):
    day = date(2019, 1, 1)

    with pytest.raises(Refused) as refused:
        terms_of("cn-base", {k: v for k, v in VALUES.items() if k != key}, day)

    assert refused.value.complaint.reason is NO_RULES
    assert refused.value.complaint.params == {"key": key, "day": day}
