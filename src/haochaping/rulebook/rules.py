"""规则库 rules: reading a profile's rows, and arithmetic in working time.

A deadline counted in working days begins on the day after the event and ends with the last working hour of the last
day. A day without a row in the calendar has no answer: no guessed deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.rulebook.terms import NO_RULES, Key, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked (调休 included) and from when to when, in Beijing time."""

    working: Mapping[date, bool]
    start: time
    end: time

    def is_working(self, day: date) -> bool | None:
        """Whether the day is worked; None when the calendar does not reach it."""
        return self.working.get(day)


def due_after_working_days(begun: datetime, days: int, calendar: WorkingCalendar) -> datetime | None:
    """The end of the `days`-th working day after the day of `begun`; None beyond the calendar."""
    day = local_day(begun)
    while days > 0:
        day += timedelta(days=1)
        working = calendar.is_working(day)
        if working is None:
            return None
        days -= working
    return datetime.combine(day, calendar.end, BEIJING)


def due_after_working_hours(begun: datetime, hours: int, calendar: WorkingCalendar) -> datetime | None:
    """The moment when `hours` working hours have passed since `begun`; None beyond the calendar."""
    left = timedelta(hours=hours)
    moment = begun.astimezone(BEIJING)
    while True:
        day = moment.date()
        working = calendar.is_working(day)
        if working is None:
            return None
        opens = datetime.combine(day, calendar.start, BEIJING)
        closes = datetime.combine(day, calendar.end, BEIJING)
        begin = max(moment, opens)
        if working and begin < closes:
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        moment = datetime.combine(day + timedelta(days=1), time(0), BEIJING)


def terms_of(profile: str, values: Mapping[str, str], day: date) -> Terms:
    """Make the frozen terms from a profile's rows; raise `Refused(NO_RULES)` naming the missing value."""

    def value(key: Key) -> str:
        if key not in values:
            raise Refused(NO_RULES, key=key, day=day)
        return values[key]

    return Terms(
        profile=profile,
        change_window=timedelta(minutes=int(value(Key.CHANGE_WINDOW_MINUTES))),
        invitation_valid=timedelta(days=int(value(Key.INVITATION_DAYS))),
        sign_limit_hours=int(value(Key.SIGN_LIMIT_WORKING_HOURS)),
        first_contact_days=int(value(Key.FIRST_CONTACT_WORKING_DAYS)),
        simple_rectify_days=int(value(Key.SIMPLE_RECTIFY_WORKING_DAYS)),
        complex_rectify_days=int(value(Key.COMPLEX_RECTIFY_WORKING_DAYS)),
        workday_start=time.fromisoformat(value(Key.WORKDAY_START)),
        workday_end=time.fromisoformat(value(Key.WORKDAY_END)),
    )
