"""How units that are alike lie: how many in each part of an axis from nought on, and how many in each band. Nobody has a rank."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from haochaping.insight.comparison.terms import Extent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.insight.comparison.terms import AmongLike

# Ten parts of each of these begin and end at numbers that are short to write.
PARTS = 10
_TOPS = tuple(Fraction(n, 1000) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))
_TOLD = frozenset({Extent.RATE, Extent.POSITION})


@dataclass(frozen=True, slots=True)
class Part:
    """How many units have a rate of `low` or more and less than `high` (of the last part, or just as much)."""

    low: Fraction
    high: Fraction
    units: int
    here: bool


def spread(units: Sequence[AmongLike], unit_id: int) -> list[Part]:
    """The raw rates of those that have one, in ten parts of an axis from nought; `here` is where this unit lies.

    Empty where none has enough reviews for a rate.
    """
    told = [unit for unit in units if unit.extent in _TOLD]
    if not told:
        return []
    # In whole numbers: an end of a part is exact, and so is on which side of it a rate lies.
    top = next(
        top for top in _TOPS if all(unit.bad * top.denominator <= unit.n * top.numerator for unit in told)
    )
    tenths = {unit.unit_id: unit.bad * top.denominator * PARTS // (unit.n * top.numerator) for unit in told}
    lies_in = {one: min(at, PARTS - 1) for one, at in tenths.items()}
    counts, step = Counter(lies_in.values()), top / PARTS
    here = lies_in.get(unit_id)
    return [Part(at * step, (at + 1) * step, counts[at], at == here) for at in range(PARTS)]


def by_band(units: Sequence[AmongLike]) -> Mapping[str, int]:
    """How many units in each band; "" for those of too few reviews to be placed."""
    return Counter(unit.band for unit in units)
