"""Arithmetic in working time.

A deadline counted in days begins on the day after the event and ends with the last working hour of the last day. A
day without a row in the calendar has no answer: no guessed deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.rulebook.terms import FIXED_HOLIDAYS, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SATURDAY = 5
DAY = timedelta(days=1)
# In microseconds.
_SECOND, _HOUR = 1_000_000, 3_600_000_000


class _Place(NamedTuple):
    """Where a known day lies: after so many worked days, and in which run of days without a gap."""

    before: int
    run: int


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked (调休 included) and from when to when, in Beijing time.

    The days are counted once, when first asked about: a limit of many days then takes no longer than one of few. Working
    time is counted in whole microseconds from the first day on, which is several times as fast as adding up spans.
    """

    working: Mapping[date, bool]
    start: time
    end: time

    def is_working(self, day: date) -> bool | None:
        """Whether the day is worked; None when the calendar does not reach it."""
        return self.working.get(day)

    def worked_day(self, first: date, n: int) -> date | None:
        """The worked day that has `n` others before it from `first` on; None beyond the calendar."""
        place = self._places.get(first)
        return None if place is None else self._nth(place.before + n, place.run)

    def worked_days(self, first: date, last: date) -> int | None:
        """How many days from `first` on are worked before `last`; None where one of them, or `last`, is not known."""
        begin, end = self._places.get(first), self._places.get(last)
        return None if begin is None or end is None or begin.run != end.run else end.before - begin.before

    def worked_until(self, moment: datetime) -> tuple[int, int] | None:
        """The microseconds worked until a moment, and the run of days it lies in; None beyond the calendar."""
        moment = moment.astimezone(BEIJING)
        day = moment.date()
        place = self._places.get(day)
        if place is None:
            return None
        worked = place.before * self._length
        if self.working[day]:
            worked += min(max(_of_day(moment) - self._opens, 0), self._length)
        return worked, place.run

    def moment_after(self, worked: int, more: int, run: int) -> datetime | None:
        """The moment when `more` microseconds are worked after the first `worked`; None beyond the run.

        What is over when an office closes is over then, and not when it opens again.
        """
        if not self._length:
            return None
        n = (worked + more - (more > 0)) // self._length
        day = self._nth(n, run)
        if day is None:
            return None
        passed = timedelta(microseconds=worked + more - n * self._length)
        return datetime.combine(day, self.start, BEIJING) + passed

    def _nth(self, n: int, run: int) -> date | None:
        if n >= len(self._worked):
            return None
        day = self._worked[n]
        return day if self._places[day].run == run else None

    @cached_property
    def _places(self) -> dict[date, _Place]:
        places: dict[date, _Place] = {}
        before, run, expected = 0, 0, date.min
        for day in sorted(self.working):
            run += day != expected
            places[day] = _Place(before, run)
            before += self.working[day]
            expected = day + DAY
        return places

    @cached_property
    def _worked(self) -> list[date]:
        return sorted(day for day, works in self.working.items() if works)

    @cached_property
    def _opens(self) -> int:
        return _of_day(self.start)

    @cached_property
    def _length(self) -> int:
        """How many microseconds a worked day has; none where it would close before it opens."""
        return max(_of_day(self.end) - self._opens, 0)


def _of_day(clock: time | datetime) -> int:
    """How many microseconds of its day are over."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * _SECOND + clock.microsecond


def add_working_days(day: date, days: int, calendar: WorkingCalendar) -> date | None:
    """The `days`-th working day after `day`, `day` itself for 0; None beyond the calendar."""
    return calendar.worked_day(day + DAY, days - 1) if days > 0 else day


def working_days_between(day: date, later: date, calendar: WorkingCalendar) -> int | None:
    """How many working days lie after `day` up to `later`; negative when `later` is earlier, None beyond the calendar."""
    if later < day:
        back = working_days_between(later, day, calendar)
        return None if back is None else -back
    if later == day:
        return 0
    before = calendar.worked_days(day + DAY, later)
    return None if before is None else before + calendar.working[later]


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
    first = _after(begun, 1, calendar)
    return None if first is None else datetime.combine(first.date(), calendar.end, BEIJING)


def due_after_working_hours(begun: datetime, hours: int, calendar: WorkingCalendar) -> datetime | None:
    """The moment when `hours` working hours have passed since `begun`; None beyond the calendar."""
    return _after(begun, hours * _HOUR, calendar)


def after_working_time(begun: datetime, span: timedelta, calendar: WorkingCalendar) -> datetime | None:
    """The moment when so much working time has passed since `begun`; None beyond the calendar."""
    return _after(begun, (span.days * 86_400 + span.seconds) * _SECOND + span.microseconds, calendar)


def _after(begun: datetime, more: int, calendar: WorkingCalendar) -> datetime | None:
    """The same, of so many microseconds: to divide one span by another takes longer than all the rest."""
    found = calendar.worked_until(begun)
    if found is None:
        return None
    worked, run = found
    return calendar.moment_after(worked, more, run)


def after_share_of_time(
    begun: datetime, ended: datetime, percent: int, calendar: WorkingCalendar
) -> datetime | None:
    """The moment when so many percent of the working time between two moments have passed; None beyond the calendar."""
    begin = calendar.worked_until(begun)
    end = calendar.worked_until(ended) if begun < ended else begin
    if begin is None or end is None or begin[1] != end[1]:
        return None
    worked, run = begin
    return calendar.moment_after(worked, round((end[0] - worked) * percent / 100), run)


def working_time_between(begun: datetime, ended: datetime, calendar: WorkingCalendar) -> timedelta | None:
    """How much working time lies between two moments, 0 when the second is not later; None beyond the calendar."""
    if ended <= begun:
        return timedelta()
    begin, end = calendar.worked_until(begun), calendar.worked_until(ended)
    if begin is None or end is None or begin[1] != end[1]:
        return None
    return timedelta(microseconds=end[0] - begin[0])


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
