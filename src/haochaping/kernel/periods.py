"""Days and periods as the public reads them: in Beijing time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

BEIJING = ZoneInfo("Asia/Shanghai")
# Clocks of halls differ by minutes; a larger gap is a wrong time.
CLOCK_LEEWAY = timedelta(minutes=10)


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in Beijing time."""
    return moment.astimezone(BEIJING).date()


def in_beijing(moment: datetime) -> str:
    """A moment to the second as a complaint writes it, so that two in one sentence can be compared."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included; None is open."""

    start: date | None = None
    end: date | None = None


def monday_of(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def months_after(month: date, n: int) -> date:
    """The first day of the month n months after one that is named by a day in it, or before it for n below 0."""
    at = month.year * 12 + month.month - 1 + n
    return date(at // 12, at % 12 + 1, 1)


def whole_weeks(period: Period) -> Period:
    """The weeks, from Monday to Sunday, in which days of the period lie; the last ones of the calendar are open."""
    last = monday_of(period.end) if period.end else None
    return Period(
        monday_of(period.start) if period.start else None,
        last + timedelta(days=6) if last and last < monday_of(date.max) else None,
    )
