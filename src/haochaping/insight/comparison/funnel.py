"""漏斗图: between what limits chance alone would keep a unit of this size (trust.md §5.2.8).

Spiegelhalter, Statistics in Medicine 2005;24:1185, and for over-dispersion Spiegelhalter et al., JRSS-A 2012;175:1. Limits
are shares of bad reviews. Two policies stand beside each other: beyond the limits of chance a unit is worth a look; beyond
limits that also allow for the spread τ² that all units have, it is unlike the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import NormalDist, quantiles
from typing import TYPE_CHECKING

from haochaping.insight.comparison.terms import Position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.insight.comparison.terms import Interval

# The part that chance puts beyond each limit: 95 % and 99.8 % lie between.
WARNING, ALARM = 0.025, 0.001
# How much of the z-scores is drawn in at each end before their spread is measured.
_DECILES = 10
# No outcome further from the mean than so many deviations, and so many more for skewed ones, weighs 10^-12.
_FAR, _MORE = 8.0, 20.0


@dataclass(frozen=True, slots=True)
class Funnel:
    """The limits around a unit's target, and where its rate lies.

    `warning` (95 %) and `limits` (99.8 %) are of chance alone, `wide` (99.8 %) of chance and spread; shares.
    """

    target: float
    warning: Interval
    limits: Interval
    wide: Interval
    worth_a_look: Position
    unlike: Position


def funnel(bad: int, n: int, target: float, tau2: float) -> Funnel:
    """Where a unit lies; `target` is the share of bad reviews expected of it, n > 0."""
    warning, limits = chance_limits(n, target, WARNING, ALARM)
    wide = _wide_limits(n, target, tau2, limits)
    return Funnel(target, warning, limits, wide, position(bad / n, limits), position(bad / n, wide))


def position(rate: float, limits: Interval) -> Position:
    """Beyond which limit a rate lies, if any."""
    low, high = limits
    if rate > high:
        return Position.ABOVE
    return Position.BELOW if rate < low else Position.WITHIN


def chance_limits(n: int, target: float, *tails: float) -> list[Interval]:
    """The limits beyond which chance puts a part `tail` on each side, for each of several tails.

    Exact binomial limits by mid-P, P(X < x) + P(X = x)/2 = tail, between whole numbers by straight lines: a count is beyond
    a limit exactly when its mid-P is smaller than the tail.
    """
    if not 0 < target < 1:
        return [(target, target) for _ in tails]
    first, chances = outcomes(n, target)
    middles = [below - chance / 2 for below, chance in zip(accumulate(chances), chances, strict=True)]
    return [
        ((_crossing(middles, tail, 0, first) / n), (_crossing(middles, 1 - tail, n, first) / n))
        for tail in tails
    ]


def outcomes(n: int, p: float) -> tuple[int, list[float]]:
    """The binomial probabilities of so many of n, from the first that can matter on; 0 < p < 1.

    Worked out from the most likely one on both sides, so that no large factorials have to cancel.
    """
    reach = _FAR * math.sqrt(n * p * (1 - p)) + _MORE
    top = min(int((n + 1) * p), n)
    low, high = max(0, math.floor(top - reach)), min(n, math.ceil(top + reach))
    odds = p / (1 - p)
    rising = accumulate(range(top, high), lambda chance, k: chance * odds * (n - k) / (k + 1), initial=1.0)
    falling = accumulate(
        range(top, low, -1), lambda chance, k: chance * k / (odds * (n - k + 1)), initial=1.0
    )
    weights = [*reversed(list(falling)), *list(rising)[1:]]
    whole = math.fsum(weights)
    return low, [weight / whole for weight in weights]


def _crossing(middles: Sequence[float], level: float, nowhere: int, first: int) -> float:
    """The number at which the mid-P distribution function passes a level; `nowhere` when it never does."""
    for k, (before, after) in enumerate(pairwise(middles), first):
        if before < level <= after:
            return k + (level - before) / (after - before)
    return nowhere


def spread(units: Sequence[tuple[int, int, float]]) -> float:
    """τ², the variance of true rates on the arcsine scale; of units as (bad, n, target), n > 0.

    z = 2√n (asin √(bad/n) - asin √target), winsorised at 10 % and 90 %; φ = mean z²; w = 4n;
    τ² = max(0, (kφ - (k - 1)) / (Σw - Σw²/Σw)) for k units (DerSimonian & Laird, as in Spiegelhalter 2012). Units that spread
    as chance would have it, or a single one, have 0.
    """
    k = len(units)
    if k < 2:  # noqa: PLR2004 - one has no spread
        return 0.0
    scores = [
        2 * math.sqrt(n) * (math.asin(math.sqrt(bad / n)) - math.asin(math.sqrt(target)))
        for bad, n, target in units
    ]
    tenths = quantiles(scores, n=_DECILES, method="inclusive")
    phi = math.fsum(min(max(z, tenths[0]), tenths[-1]) ** 2 for z in scores) / k
    weights = [4 * n for _, n, _ in units]
    whole = sum(weights)
    return max(0.0, (k * phi - (k - 1)) / (whole - sum(w * w for w in weights) / whole))


def _wide_limits(n: int, target: float, tau2: float, limits: Interval) -> Interval:
    """Limits of chance and spread together: asin √target ± z √(1/4n + τ²); never narrower than those of chance.

    Where few bad reviews are expected the arcsine would promise more than exact limits do.
    """
    middle = math.asin(math.sqrt(target))
    reach = NormalDist().inv_cdf(1 - ALARM) * math.sqrt(1 / (4 * n) + tau2)
    low = math.sin(max(middle - reach, 0.0)) ** 2
    high = math.sin(min(middle + reach, math.pi / 2)) ** 2
    return min(low, limits[0]), max(high, limits[1])
