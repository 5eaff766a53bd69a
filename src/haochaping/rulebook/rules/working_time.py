"""Arithmetic in working time.

A deadline counted in days begins on the day after the event and ends with the last working hour of the last day. A
day without a row in the calendar has no answer: no guessed deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.rulebook.terms import FIXED_HOLIDAYS, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked (调休 included) and from when to when, in Beijing time."""

    working: Mapping[date, bool]
    start: time
    end: time

    def is_working(self, day: date) -> bool | None:
        """Whether the day is worked; None when the calendar does not reach it."""
        return self.working.get(day)


def add_working_days(day: date, days: int, calendar: WorkingCalendar) -> date | None:
    """The `days`-th working day after `day`, `day` itself for 0; None beyond the calendar."""
    while days > 0:
        day += DAY
        working = calendar.is_working(day)
        if working is None:
            return None
        days -= working
    return day


def working_days_between(day: date, later: date, calendar: WorkingCalendar) -> int | None:
    """How many working days lie after `day` up to `later`; negative when `later` is earlier, None beyond the calendar."""
    if later < day:
        back = working_days_between(later, day, calendar)
        return None if back is None else -back
    found = [calendar.is_working(day + timedelta(days=n)) for n in range(1, (later - day).days + 1)]
    return None if None in found else sum(filter(None, found))


def due_after(begun: datetime, limit: int, unit: Unit, calendar: WorkingCalendar) -> datetime | None:
    """The end of a limit in working days, or in days of the calendar, which no calendar need know."""
    if unit == Unit.DAYS:
        return datetime.combine(local_day(begun) + timedelta(days=limit), calendar.end, BEIJING)
    return due_after_working_days(begun, limit, calendar)


def due_after_working_days(begun: datetime, days: int, calendar: WorkingCalendar) -> datetime | None:
    """The end of the `days`-th working day after the day of `begun`; None beyond the calendar."""
    day = add_working_days(local_day(begun), days, calendar)
    return None if day is None else datetime.combine(day, calendar.end, BEIJING)


def due_same_day(begun: datetime, calendar: WorkingCalendar) -> datetime | None:
    """The end of the day of `begun`, or of the next one that is worked when its hours are over; None beyond the calendar."""
    first = after_working_time(begun, timedelta.resolution, calendar)
    return None if first is None else datetime.combine(first.date(), calendar.end, BEIJING)


def due_after_working_hours(begun: datetime, hours: int, calendar: WorkingCalendar) -> datetime | None:
    """The moment when `hours` working hours have passed since `begun`; None beyond the calendar."""
    return after_working_time(begun, timedelta(hours=hours), calendar)


def after_working_time(begun: datetime, span: timedelta, calendar: WorkingCalendar) -> datetime | None:
    """The moment when so much working time has passed since `begun`; None beyond the calendar."""
    left = span
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
        moment = datetime.combine(day + DAY, time(0), BEIJING)


def working_time_between(begun: datetime, ended: datetime, calendar: WorkingCalendar) -> timedelta | None:
    """How much working time lies between two moments, 0 when the second is earlier; None beyond the calendar."""
    begun, ended = begun.astimezone(BEIJING), ended.astimezone(BEIJING)
    passed, day = timedelta(), begun.date()
    while day <= ended.date():
        working = calendar.is_working(day)
        if working is None:
            return None
        if working:
            first = max(begun, datetime.combine(day, calendar.start, BEIJING))
            last = min(ended, datetime.combine(day, calendar.end, BEIJING))
            passed += max(last - first, timedelta())
        day += DAY
    return passed


def overlaid(
    known: Mapping[date, bool], said: Iterable[tuple[str, date, bool | None]], codes: Sequence[str]
) -> dict[date, bool]:
    """The calendar of a division: what the nearest of `codes` (top first) says of a day, else what is known.

    `said` is (division, day, worked or None for “as above again”), older versions first.
    """
    newest = {(code, day): works for code, day, works in said}
    days = dict(known)
    for (_, day), works in sorted(newest.items(), key=lambda found: codes.index(found[0][0])):
        if works is not None:
            days[day] = works
    return days


def years_incomplete(known: Iterable[date], first: date, last: date) -> list[int]:
    """The years of which a day between `first` and `last` is not known."""
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return sorted({day.year for day in days - set(known)})


def sample_days(first: date, last: date) -> dict[date, bool]:
    """A made-up calendar for what is made up itself: Monday to Friday, but for the holidays whose date is fixed by law.

    Neither holidays by the moon nor 调休 are in it, which the State Council tells year by year: no office may go by it.
    """
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: day.weekday() < SATURDAY and (day.month, day.day) not in FIXED_HOLIDAYS for day in days}
