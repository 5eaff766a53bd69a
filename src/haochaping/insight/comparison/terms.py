"""公平比较 vocabulary: what is compared, and what may be said of it.

Rates are shares of bad reviews between 0 and 1; higher is worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

type UnitId = int | str
type Interval = tuple[float, float]


class Position(StrEnum):
    """Where a rate lies: beyond limits on either side, or between them."""

    ABOVE = "above"
    WITHIN = "within"
    BELOW = "below"


class Extent(StrEnum):
    """How much of a unit is shown, by the number of its reviews."""

    NOTHING = "nothing"
    COUNTS = "counts"
    RATE = "rate"
    POSITION = "position"


# Bands instead of ranks: where a unit lies when it is weighed together with all others.
BAND_LABELS: Mapping[Position, str] = {
    Position.ABOVE: N_("Clearly above the average"),
    Position.WITHIN: N_("Not distinguishable from the average"),
    Position.BELOW: N_("Clearly below the average"),
}
# Funnels, beyond the limits of chance alone and beyond those of the spread that all units have.
WORTH_A_LOOK = N_("Worth a look")
UNLIKE_THE_OTHERS = N_("Unlike the others")
EXTENT_LABELS: Mapping[Extent, str] = {
    Extent.NOTHING: N_("Fewer than 10 reviews: nothing is compared"),
    Extent.COUNTS: N_("Fewer than 30 reviews: counts, and no rate"),
    Extent.RATE: N_("Fewer than 100 reviews: a rate with its interval, and no comparison"),
    Extent.POSITION: N_("100 reviews or more: compared with the others"),
}
TOO_GOOD = N_("Not one bad review among 1,000 or more: to be looked into")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is compared: a hall, an agency, an item. Reviews are active and effective, as the measures count them.

    `expected` is how many bad reviews there would be with everybody's rates for this unit's mix of items and channels
    (`standard.expected`), `cases` how many services could be reviewed; either is None where it is not known.
    """

    id: UnitId
    bad: int
    n: int
    expected: float | None = None
    cases: int | None = None

    def __post_init__(self) -> None:
        """Counts that nothing can be worked out from are a fault of the caller.

        Raises:
            ValueError: unless 0 ≤ bad ≤ n and 0 ≤ expected ≤ n.
        """
        if not (0 <= self.bad <= self.n and 0 <= (self.expected or 0) <= self.n):
            raise ValueError(f"impossible counts: {self}")
