"""Bands instead of ranks, and how much may be shown of how few (trust.md §5.2.10, §5.2.12, §5.2.13).

Being told from the average takes a posterior probability of 0.95 that stands when as many units are looked at as there are
(Benjamini & Hochberg, JRSS-B 1995), on each side by itself.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from haochaping.insight.comparison.terms import Extent, Position
from haochaping.kernel.ratios import MINIMUM_N

if TYPE_CHECKING:
    from collections.abc import Sequence

CERTAIN = 0.95
# CMS shows hospital stars from 100 surveys on; below 10 a count already points at persons.
MINIMUM_COUNTS, MINIMUM_POSITION = 10, 100
# So many reviews without one bad are less likely to be all true than to be picked (Goodhart guard).
TOO_MANY_GOOD = 1_000


def extent(n: int) -> Extent:
    """How much of a unit with n reviews is shown."""
    if n < MINIMUM_COUNTS:
        return Extent.NOTHING
    if n < MINIMUM_N:
        return Extent.COUNTS
    return Extent.RATE if n < MINIMUM_POSITION else Extent.POSITION


def too_good(bad: int, n: int) -> bool:
    """Whether nothing but praise of so many is an alert."""
    return bad == 0 and n >= TOO_MANY_GOOD


def bands(above: Sequence[float]) -> list[Position]:
    """The bands of units, given the probability of each that its true rate is above the average."""
    worse = stepped_up([1 - p for p in above])
    better = stepped_up(above)
    return [_band(*pair) for pair in zip(worse, better, strict=True)]


def _band(not_worse: float, not_better: float) -> Position:
    doubt = 1 - CERTAIN
    if not_worse <= doubt:
        return Position.ABOVE
    return Position.BELOW if not_better <= doubt else Position.WITHIN


def stepped_up(doubts: Sequence[float]) -> list[float]:
    """Doubts (p-values) after Benjamini and Hochberg: the i-th smallest of m times m/i, no greater than any after it."""
    m = len(doubts)
    order = sorted(range(m), key=doubts.__getitem__, reverse=True)
    raised = accumulate((doubts[at] * m / (m - i) for i, at in enumerate(order)), min, initial=1.0)
    next(raised)
    by_unit = dict(zip(order, raised, strict=True))
    return [by_unit[i] for i in range(m)]
