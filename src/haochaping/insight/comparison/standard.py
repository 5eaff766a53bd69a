"""间接标准化: what would be expected of a unit with everybody's rates for its mix of items and channels (trust.md §5.2.7).

E = Σ_j n_j p_j over the cells j of a unit's reviews (item group, channel, …), with p_j the share of bad reviews that all
units together have in the cell. O/E is bad reviews for each one expected; O/E · θ the rate the unit would have at
everybody's mix, θ being the rate of all (Breslow & Day, IARC 1987, ch. 2). Adjusted numbers stand beside raw ones, never
instead. Two units are compared through the whole: their ratios stand on different mixes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from haochaping.insight.comparison.terms import UnitId


def expected[Cell: Hashable](
    counts: Mapping[tuple[UnitId, Cell], tuple[int, int]],
) -> dict[UnitId, float]:
    """Bad reviews expected of each unit, from (bad, n) by unit and cell; over all units they add up to the bad ones."""
    bad: defaultdict[Cell, int] = defaultdict(int)
    reviewed: defaultdict[Cell, int] = defaultdict(int)
    for (_, cell), (of_bad, n) in counts.items():
        bad[cell] += of_bad
        reviewed[cell] += n
    parts: defaultdict[UnitId, list[float]] = defaultdict(list)
    for (unit, cell), (_, n) in counts.items():
        parts[unit].append(n * bad[cell] / reviewed[cell] if n else 0.0)
    return {unit: math.fsum(terms) for unit, terms in parts.items()}


def at_common_mix(bad: int, n: int, expected: float | None, target: float) -> float:
    """How many reviews at everybody's mix say as much as a unit's n: E/θ. The adjusted rate is bad ÷ this.

    So counts stay counts: chance moves them as it does at the common rate. Without expected numbers, or where nothing bad
    is expected of anybody, it is n itself; a rate is never above one.
    """
    if expected is None or not target:
        return n
    return max(expected / target, bad)
