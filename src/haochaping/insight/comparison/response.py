"""What the silent might have said: bounds, weights and call-backs (trust.md §5.2.3 to §5.2.5). Shares between 0 and 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.kernel.ratios import Z

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.insight.comparison.terms import Interval

# A weight beyond these rests on too few voices to speak for so many.
LEAST_WEIGHT, MOST_WEIGHT = 0.2, 5.0
# The standing sample of a city in a quarter; fewer calls are not spread over everybody who was silent.
FOLLOW_UPS = 400


def participation_bounds(k: int, n: int, cases: int) -> Interval | None:
    """Between what the share of all cases lies, k of n reviews being so: [r p, r p + 1 - r] with p = k/n, r = n/cases.

    No assumption about those who stayed silent (Manski, Identification Problems in the Social Sciences, 1995). None without
    cases, or with fewer than reviews, when one of the two numbers is wrong.
    """
    if cases < max(n, 1):
        return None
    return k / cases, (k + cases - n) / cases


@dataclass(frozen=True, slots=True)
class Cell:
    """Cases alike in items, channel of service and kind of person: how many, how many reviewed, how many of these so."""

    cases: int
    n: int
    k: int


@dataclass(frozen=True, slots=True)
class Weighted:
    """A share with each cell's reviews standing for its cases.

    `effective_n` is how many unweighted reviews would say as much (Kish, Survey Sampling, 1965); `unheard` the share of cases
    in cells without a review, for which nobody speaks.
    """

    rate: float
    effective_n: float
    unheard: float


def weighted(cells: Sequence[Cell]) -> Weighted | None:
    """The share p = Σ w k / Σ w n with w = (cases_h/cases) / (n_h/n), kept between 0.2 and 5; None without reviews.

    Effective n = (Σ w)² / Σ w² over reviews.
    """
    cases, n = sum(cell.cases for cell in cells), sum(cell.n for cell in cells)
    if not n or not cases:
        return None
    heard = [(_weight(cell, cases, n), cell) for cell in cells if cell.n]
    whole = math.fsum(weight * cell.n for weight, cell in heard)
    return Weighted(
        rate=math.fsum(weight * cell.k for weight, cell in heard) / whole,
        effective_n=whole**2 / math.fsum(weight**2 * cell.n for weight, cell in heard),
        unheard=sum(cell.cases for cell in cells if not cell.n) / cases,
    )


def _weight(cell: Cell, cases: int, n: int) -> float:
    return min(max(cell.cases / cases * n / cell.n, LEAST_WEIGHT), MOST_WEIGHT)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A share of all cases, those that reviewed and those that were called among the silent, and its 95 % interval."""

    rate: float
    interval: Interval


def corrected(reviews: tuple[int, int], calls: tuple[int, int], cases: int) -> Corrected | None:
    """The share r p + (1 - r) q of all cases from p = k/n of reviews and q = k/m of calls to the silent, r = n/cases.

    Variance r² p(1-p)/n + (1-r)² q(1-q)/m (two-phase sampling, Hansen & Hurwitz, JASA 1946). None with fewer than 400 calls,
    without reviews, or with fewer cases than reviews.
    """
    (k, n), (of_calls, m) = reviews, calls
    if not n or m < FOLLOW_UPS or cases < n:
        return None
    r, p, q = n / cases, k / n, of_calls / m
    rate = r * p + (1 - r) * q
    reach = Z * math.sqrt(r * r * p * (1 - p) / n + (1 - r) ** 2 * q * (1 - q) / m)
    return Corrected(rate, (max(0.0, rate - reach), min(1.0, rate + reach)))
