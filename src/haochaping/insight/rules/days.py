"""A period as the facts hold it: whole months, and the days at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from haochaping.kernel.periods import Period

# No service was reviewed before, and none will be for a while after; both are first days of a month.
_FIRST, _END = date(1900, 1, 1), date(2200, 1, 1)
ALL_MONTHS = date(1, 1, 1)
"""Under this month stands what all months of a place come to: a period without ends is one row of each kind."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to before `end`, to be added (1) or taken off (-1)."""

    first: date
    end: date
    sign: int = 1

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.first < self.end


EVERY_MONTH = Days(ALL_MONTHS, _END)
"""The months there may be, that of all months among them."""


@dataclass(frozen=True, slots=True)
class Split:
    """A period as the facts hold it: whole months, and what to add to them or take off at either end."""

    whole: Days
    months: Days
    before: Days
    after: Days

    @classmethod
    def by_day(cls, whole: Days) -> Split:
        """Nothing but days."""
        return cls(whole, Days(whole.end, whole.end), whole, Days(whole.end, whole.end))


def split(period: Period, *, by_month: bool = True) -> Split:
    """Cut a period into whole months and the fewest days at its ends; into days alone unless `by_month`.

    A period without ends is the one month of all months.
    """
    first = min(max(period.start or _FIRST, _FIRST), _END)
    end = min(period.end + timedelta(days=1), _END) if period.end and period.end < _END else _END
    whole = Days(first, max(end, first))
    if by_month and period == Period():
        nothing = Days(_END, _END)
        return Split(whole, Days(ALL_MONTHS, ALL_MONTHS + timedelta(days=1)), nothing, nothing)
    if not by_month or whole.end == first or _month(first) == _month(whole.end - timedelta(days=1)):
        return Split.by_day(whole)
    begin, before = _cut(first, Days(_month(first), first, -1), Days(first, _next_month(first)))
    stop, after = _cut(end, Days(_month(end), end), Days(end, _next_month(end), -1))
    return Split(whole, Days(begin, stop), before, after)


def month_by_month(days: Days) -> list[Days]:
    """The same days in parts of a month each; the first and the last may be shorter."""
    parts, first = [], days.first
    while first < days.end:
        end = min(_next_month(first), days.end)
        parts.append(Days(first, end))
        first = end
    return parts


def whole_months(days: Days) -> Days:
    """The whole months in which these days lie."""
    return Days(_month(days.first), _next_month(days.end - timedelta(days=1)))


def _cut(day: date, earlier: Days, later: Days) -> tuple[date, Days]:
    """Where the months begin or stop near a day inside one, and the shorter of the two ways to make up for it."""
    if day.day == 1:
        return day, Days(day, day)
    if earlier.end - earlier.first < later.end - later.first:
        return earlier.first, earlier
    return later.end, later


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(day: date) -> date:
    return _month(_month(day) + timedelta(days=31))
