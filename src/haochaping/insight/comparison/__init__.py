"""公平比较: units among their like, so that chance, mix and silence are not taken for good or bad work (trust.md §5.2).

Pure rules: counts in, values out, the same for the same seed. `compared` puts them together for a list of units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from haochaping.insight.comparison.bands import bands, extent, too_good
from haochaping.insight.comparison.funnel import funnel, spread
from haochaping.insight.comparison.ranks import rank_intervals
from haochaping.insight.comparison.response import participation_bounds
from haochaping.insight.comparison.shrinkage import fitted
from haochaping.insight.comparison.standard import at_common_mix
from haochaping.insight.comparison.terms import Extent, Position
from haochaping.kernel.ratios import interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.insight.comparison.funnel import Funnel
    from haochaping.insight.comparison.ranks import RankInterval
    from haochaping.insight.comparison.shrinkage import Posterior, Prior
    from haochaping.insight.comparison.terms import Interval, Unit, UnitId


@dataclass(frozen=True, slots=True)
class Compared:
    """A unit among its like. The raw rate and its interval stand first, as people work them out by hand.

    Where too few reviews are there for a field it is None (`extent` says so). `adjusted` is the rate at everybody's mix;
    without expected numbers it is the raw one. `bounds`: between what the rate of all cases lies, whatever the silent
    think; None where cases are not known or fewer than reviews. `shrunk` is of the adjusted rate, as are `above`, the
    probability that it is above the target, band and places.
    """

    id: UnitId
    bad: int
    n: int
    extent: Extent
    rate: float | None = None
    interval: Interval | None = None
    adjusted: float | None = None
    shrunk: Posterior | None = None
    above: float | None = None
    bounds: Interval | None = None
    band: Position | None = None
    places: RankInterval | None = None
    funnel: Funnel | None = None
    too_good: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """All units, in the order given, and what they were held against.

    `target` is the rate of all together: bad reviews among reviews, or those expected among them. `prior` tells how the
    units' true rates are spread, `tau2` the same for the funnel; None and 0 where nothing was reviewed.
    """

    units: tuple[Compared, ...]
    target: float
    prior: Prior | None
    tau2: float


def compared(units: Sequence[Unit], seed: str) -> Comparison:
    """Hold units against each other; `seed` names what is compared, such as measure and month, and throws the dice.

    All units teach the prior how rates are spread; bands, places and the funnel's spread are of units with 100 reviews or
    more, which they are shown of.

    Raises:
        ValueError: when two units have one id, or only some have expected numbers.
    """
    if len({unit.id for unit in units}) < len(units) or len({unit.expected is None for unit in units}) > 1:
        raise ValueError("units need ids of their own, and expected numbers all or none")
    target = _target(units)
    sizes = {unit.id: at_common_mix(unit.bad, unit.n, unit.expected, target) for unit in units}
    prior = fitted([(unit.bad, sizes[unit.id]) for unit in units])
    known = {unit.id: prior.posterior(unit.bad, sizes[unit.id]) for unit in units} if prior else {}
    found = {unit.id: _rated(unit, sizes[unit.id], known.get(unit.id), target) for unit in units}

    placed = {unit.id: _own_target(unit, target) for unit in units if extent(unit.n) == Extent.POSITION}
    tau2 = spread([(found[id_].bad, found[id_].n, own) for id_, own in placed.items()])
    of_placed = {id_: known[id_] for id_ in placed}
    banded, places = _banded(of_placed, target), rank_intervals(of_placed, seed)
    for id_, own in placed.items():
        one = found[id_]
        drawn = funnel(one.bad, one.n, own, tau2)
        found[id_] = replace(one, band=banded[id_], places=places[id_], funnel=drawn)
    return Comparison(tuple(found.values()), target, prior, tau2)


def _rated(unit: Unit, size: float, known: Posterior | None, target: float) -> Compared:
    """What may be said of a unit by itself; `size` is how many reviews at everybody's mix say as much as its own."""
    bad, n, shown = unit.bad, unit.n, extent(unit.n)
    counted = Compared(unit.id, bad, n, shown, too_good=too_good(bad, n))
    if known is None or shown in {Extent.NOTHING, Extent.COUNTS}:
        return counted
    return replace(
        counted,
        rate=bad / n,
        interval=interval(bad, n),
        adjusted=bad / size if size else None,
        shrunk=known,
        above=known.above(target),
        bounds=None if unit.cases is None else participation_bounds(bad, n, unit.cases),
    )


def _target(units: Sequence[Unit]) -> float:
    """The rate of all together; 0 when nothing was reviewed."""
    n = sum(unit.n for unit in units)
    bad = math.fsum(unit.bad if unit.expected is None else unit.expected for unit in units)
    return bad / n if n else 0.0


def _own_target(unit: Unit, target: float) -> float:
    """The rate expected of a unit with its own mix."""
    return target if unit.expected is None else unit.expected / unit.n


def _banded(known: Mapping[UnitId, Posterior], target: float) -> dict[UnitId, Position]:
    """Bands of units. Where nothing or everything is bad nobody differs, whatever the prior makes of it."""
    if not 0 < target < 1:
        return dict.fromkeys(known, Position.WITHIN)
    return dict(zip(known, bands([one.above(target) for one in known.values()]), strict=True))
