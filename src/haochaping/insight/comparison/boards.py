"""红黑榜: who is told from all together by nothing but the raw rate's own interval, which anybody can work out by hand.

Bands and never ranks: in a band units stand in the order given. Each is held against all together by itself, so that of
twenty that are all alike one may stand out by chance; `compared` allows for that, and is not a page's to work out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.insight.comparison.bands import extent
from haochaping.insight.comparison.terms import Extent, Position
from haochaping.kernel.ratios import Ratio, interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.insight.comparison.terms import Unit


@dataclass(frozen=True, slots=True)
class Boards:
    """Units of 100 reviews or more by band; `few` are those that have fewer. `whole` are all units together."""

    whole: Ratio
    above: tuple[Unit, ...]
    within: tuple[Unit, ...]
    below: tuple[Unit, ...]
    few: tuple[Unit, ...]

    @property
    def held(self) -> int:
        """How many were held against all together."""
        return len(self.above) + len(self.within) + len(self.below)


def boards(units: Sequence[Unit]) -> Boards:
    """Put units into bands by whether the interval (95 %) of their bad rate leaves out that of all together."""
    whole = Ratio(sum(unit.bad for unit in units), sum(unit.n for unit in units))
    found: dict[Position | None, list[Unit]] = {None: [], **{position: [] for position in Position}}
    for unit in units:
        found[_position(unit, whole)].append(unit)
    above, within, below, few = (
        tuple(found[place]) for place in (Position.ABOVE, Position.WITHIN, Position.BELOW, None)
    )
    return Boards(whole, above, within, below, few)


def _position(unit: Unit, whole: Ratio) -> Position | None:
    """Where a unit lies; None where it has too few reviews to be compared."""
    if extent(unit.n) != Extent.POSITION:
        return None
    low, high = interval(unit.bad, unit.n)
    target = whole.numerator / whole.denominator
    if low > target:
        return Position.ABOVE
    return Position.BELOW if high < target else Position.WITHIN
