"""趋势: a unit's months against its own past, as long as the same questions were asked (trust.md §5.2.11).

A p-chart finds the month that stands out (Montgomery, Introduction to Statistical Quality Control, ch. 7; here with exact
limits in place of three deviations, which fail for rare events); `cusum` finds what goes on quietly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from haochaping.insight.comparison.funnel import ALARM, WARNING, chance_limits, position

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from haochaping.insight.comparison.terms import Interval, Position


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a unit, by its first day: bad reviews among n, and the version of the indicator set they answered."""

    first: date
    bad: int
    n: int
    version: str


@dataclass(frozen=True, slots=True)
class Charted:
    """A month in its chart: 95 % and 99.8 % limits as shares, and where its rate lies; None without reviews."""

    month: Month
    warning: Interval
    limits: Interval
    position: Position


def comparable(months: Sequence[Month]) -> list[Month]:
    """The newest months, of those in order, that were measured with the instrument of the last one."""
    if not months:
        return []
    version = months[-1].version
    return list(takewhile(lambda month: month.version == version, reversed(months)))[::-1]


def p_chart(months: Sequence[Month]) -> list[Charted]:
    """The comparable months that have reviews, each against the rate of them all together; limits widen with fewer reviews."""
    reviewed = [month for month in comparable(months) if month.n]
    centre = _centre(reviewed)
    return [_charted(month, centre) for month in reviewed]


def newest(months: Sequence[Month]) -> Charted | None:
    """The last of the months in the chart that `p_chart` makes of all of them; None when it has no reviews."""
    reviewed = [month for month in comparable(months) if month.n]
    if not reviewed or not months[-1].n:
        return None
    return _charted(reviewed[-1], _centre(reviewed))


def _centre(reviewed: Sequence[Month]) -> float:
    n = sum(month.n for month in reviewed)
    return math.fsum(month.bad for month in reviewed) / max(n, 1)


def _charted(month: Month, centre: float) -> Charted:
    warning, limits = chance_limits(month.n, centre, WARNING, ALARM)
    return Charted(month, warning, limits, position(month.bad / month.n, limits))
