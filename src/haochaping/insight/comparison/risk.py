"""风险点: units whose bad reviews have become more than chance explains, each against its own past (trust.md §5.2.11).

The newest month is looked at in two ways. In the p-chart it stands alone against the rate of all the unit's months: an
unchanged unit lies above the limit in one month of 1,000 at most. In the cumulative sum the last twelve months add up
against the rate expected from the months before them; how far apart its false alarms lie is worked out for each unit and
stated. The expected rate is shrunk: what few reviews are known of leans on the rate of all units of the kind, a unit
without a past has it. It is taken one standard deviation above what is likely: that nobody knows it better would else
raise three times the alarms that are stated (simulated in tests).

Whoever looks at 30,000 units sees some thirty of them by chance alone: how many were looked at is stated beside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.insight.comparison.bands import MINIMUM_COUNTS
from haochaping.insight.comparison.cusum import cusum
from haochaping.insight.comparison.shrinkage import by_moments
from haochaping.insight.comparison.terms import Position
from haochaping.insight.comparison.trend import comparable, newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from haochaping.insight.comparison.cusum import Cusum
    from haochaping.insight.comparison.shrinkage import Posterior, Prior
    from haochaping.insight.comparison.trend import Month

# Months that the cumulative sum goes over, and that are drawn with those before them.
WATCHED, DRAWN = 12, 24
# One month in so many of an unchanged unit lies above the limit of its p-chart, at most (`funnel.ALARM`).
ONE_IN = 1_000
_MOST = 0.999


@dataclass(frozen=True, slots=True)
class Series:
    """The months of a unit that have reviews, in order; where it lies."""

    by: str
    id: int
    division_id: int
    agency_id: int
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """A unit that stands out in a month: in the chart of months, in the cumulative sum, or in both.

    `limit` is the share of bad reviews up to which chance goes, `expected` the rate that the sum is held against, from the
    month `since` on; `false_alarm_months` lie between two false alarms of the sum. `looked_at`: units of its kind.
    """

    unit: Series
    month: Month
    above_limit: bool
    limit: float
    adds_up: bool
    expected: float | None
    since: date
    false_alarm_months: float | None
    looked_at: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A unit with enough reviews to be looked at: months before those watched, and these."""

    unit: Series
    before: tuple[int, int]
    watched: tuple[Month, ...]


def risks(units: Iterable[Series], last: date) -> list[Risk]:
    """The units of one kind that stand out in the month `last`, their newest; of fewer than 10 reviews nothing is said."""
    known = [one for one in (_known(unit, last) for unit in units) if one]
    prior = _prior([one.before for one in known]) or _prior([_sums(one.watched) for one in known])
    found = []
    for one in known:
        # Without a bad review a month is below every limit and takes the sum down.
        if one.watched and one.watched[-1].first == last and one.watched[-1].bad:
            expected = _expected(prior.posterior(*one.before)) if prior else None
            found.append(_looked_at(one, expected, len(known)))
    return [one for one in found if one.above_limit or one.adds_up]


def summed(watched: Sequence[Month], expected: float | None) -> Cusum:
    """The cumulative sum of months against the rate expected; without one there is no chart."""
    return cusum([(month.bad, month.n) for month in watched], expected or 0.0)


def watched_of(months: Sequence[Month], last: date) -> tuple[Month, ...]:
    """Those of the comparable months that the cumulative sum goes over."""
    return tuple(month for month in comparable(months) if 0 <= _months_between(month.first, last) < WATCHED)


def _known(unit: Series, last: date) -> _Known | None:
    months = comparable(unit.months)
    if sum(month.n for month in months) < MINIMUM_COUNTS:
        return None
    watched = watched_of(unit.months, last)
    before = [month for month in months if _months_between(month.first, last) >= WATCHED]
    return _Known(unit, _sums(before), watched)


def _sums(months: Iterable[Month]) -> tuple[int, int]:
    pairs = [(month.bad, month.n) for month in months]
    return sum(bad for bad, _ in pairs), sum(n for _, n in pairs)


def _prior(counts: Sequence[tuple[int, int]]) -> Prior | None:
    """How rates of units are spread; None where they do not tell."""
    seen = [(bad, n) for bad, n in counts if n]
    bad, n = sum(bad for bad, _ in seen), sum(n for _, n in seen)
    return by_moments(seen) if len(seen) > 1 and 0 < bad < n else None


def _expected(known: Posterior) -> float:
    """The likely rate and a standard deviation of Beta(α, β) above it."""
    mean = known.mean
    return min(mean + math.sqrt(mean * (1 - mean) / (known.alpha + known.beta + 1)), _MOST)


def _looked_at(one: _Known, expected: float | None, looked_at: int) -> Risk:
    month = one.watched[-1]
    charted = newest(one.unit.months) if month.n >= MINIMUM_COUNTS else None
    chart = summed(one.watched, expected)
    return Risk(
        one.unit,
        month,
        charted is not None and charted.position == Position.ABOVE,
        charted.limits[1] if charted else 1.0,
        bool(chart.steps) and chart.steps[-1].alarm,
        expected,
        one.watched[0].first,
        chart.design.false_alarm_months if chart.design else None,
        looked_at,
    )


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
