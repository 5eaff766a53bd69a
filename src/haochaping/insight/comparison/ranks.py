"""排名区间: between what places of all units one may well be (Goldstein & Spiegelhalter, JRSS-A 1996; trust.md §5.2.10)."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.insight.comparison.shrinkage import Posterior
    from haochaping.insight.comparison.terms import UnitId

DRAWS = 1_000
_NORMAL = NormalDist()
# The 5 % and 95 % points of the ordered draws.
_LOW, _HIGH = DRAWS * 5 // 100 - 1, DRAWS * 95 // 100 - 1


@dataclass(frozen=True, slots=True)
class RankInterval:
    """With 90 % a unit's place lies between `first` and `last` of `among`; the first place has the lowest bad rate."""

    first: int
    last: int
    among: int


def rank_intervals[Id: UnitId](posteriors: Mapping[Id, Posterior], seed: str) -> dict[Id, RankInterval]:
    """The places of units in 1,000 worlds drawn from what is known of each.

    The dice of a unit depend on the seed and its id alone: whoever draws again gets the same, in whatever order.
    """
    units = sorted(posteriors, key=str)
    places = [array("I") for _ in units]
    for world in zip(*(_drawn(posteriors[unit], f"{seed}/{unit}") for unit in units), strict=True):
        for place, unit in enumerate(sorted(range(len(units)), key=world.__getitem__), 1):
            places[unit].append(place)
    return {
        unit: RankInterval(ordered[_LOW], ordered[_HIGH], len(units))
        for unit, ordered in zip(units, map(sorted, places), strict=True)
    }


def _drawn(posterior: Posterior, seed: str) -> array[float]:
    dice = Random(seed)  # noqa: S311 - nothing is secret here: anybody shall draw the same
    bad, good = gammas(posterior.alpha, dice), gammas(posterior.beta, dice)
    return array("d", (x / (x + y) if x else 0.0 for x, y in zip(bad, good, strict=True)))


def gammas(shape: float, dice: Random) -> list[float]:
    """As many draws from a gamma distribution (Marsaglia & Tsang, ACM TOMS 2000;26:363, with their step for shapes under 1).

    About half the time of `Random.betavariate`, and `random()` alone decides.
    """
    boosted = shape < 1
    middle = shape + boosted - 1 / 3
    width, draw, found = 1 / math.sqrt(9 * middle), dice.random, list[float]()
    while missing := DRAWS - len(found):
        for z in _NORMAL.samples(missing, seed=dice.getrandbits(64)):
            square, v, u = z * z, (1 + width * z) ** 3, 1.0 - draw()
            if v > 0 and (
                u < 1 - 0.0331 * square * square
                or math.log(u) < 0.5 * square + middle * (1 - v + math.log(v))
            ):
                found.append(middle * v)
    return [x * draw() ** (1 / shape) for x in found] if boosted else found
