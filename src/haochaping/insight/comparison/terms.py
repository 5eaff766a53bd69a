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
    from datetime import date, datetime

type UnitId = int | str
type Interval = tuple[float, float]


class Alike(StrEnum):
    """What is held against each other in public: governments, departments, halls, items of one national code.

    A further kind is one more here, and where `flows/compare_units` finds its units. Windows and persons are never one.
    """

    DIVISIONS = "division"
    AGENCIES = "agency"
    HALLS = "hall"
    ITEMS = "item"


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


@dataclass(frozen=True, slots=True)
class Group:
    """What is held against each other: of which division, which kind, for items their national code; whole months."""

    division_id: int
    kind: Alike
    stem: str
    first: date
    last: date
    seed: str


@dataclass(frozen=True, slots=True)
class KeptUnit:
    """A unit as a comparison has kept it: `Compared` in flat numbers. None, or "", where too little is known to say it."""

    unit_id: int
    bad: int
    n: int
    cases: int | None
    expected: float | None
    extent: str
    low: float | None
    high: float | None
    adjusted: float | None
    shrunk: float | None
    shrunk_low: float | None
    shrunk_high: float | None
    above: float | None
    bound_low: float | None
    bound_high: float | None
    band: str
    first_place: int | None
    last_place: int | None
    among: int | None
    target: float | None
    warning_low: float | None
    warning_high: float | None
    limit_low: float | None
    limit_high: float | None
    wide_low: float | None
    wide_high: float | None
    worth_a_look: str
    unlike: str
    too_good: bool


@dataclass(frozen=True, slots=True)
class KeptComparison:
    """A comparison as pages read it: what was compared, when, against what rate of all, and the units in order of their ids."""

    group: Group
    target: float
    tau2: float
    as_of: datetime
    units: tuple[KeptUnit, ...]


@dataclass(frozen=True, slots=True)
class AmongLike:
    """A unit of a kept comparison in few numbers, with the path of the division where it lies, for what is withheld there."""

    unit_id: int
    bad: int
    n: int
    extent: str
    band: str
    division_path: str
