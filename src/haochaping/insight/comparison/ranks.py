"""排名区间: between what places of all units one may well be (Goldstein & Spiegelhalter, JRSS-A 1996; trust.md §5.2.10)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.insight.comparison.shrinkage import Posterior
    from haochaping.insight.comparison.terms import UnitId

DRAWS = 1_000
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
    return array("d", (dice.betavariate(posterior.alpha, posterior.beta) for _ in range(DRAWS)))
