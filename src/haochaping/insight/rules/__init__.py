"""分析 rules: how cases, reviews, orders and all else turn into counted units, and the measures made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from haochaping.insight.rules.asking import OF_ASKING
from haochaping.insight.rules.days import (
    ALL_MONTHS,
    EVERY_MONTH,
    Days,
    Split,
    month_by_month,
    split,
    whole_months,
)
from haochaping.insight.rules.handling import OF_HANDLING
from haochaping.insight.rules.levels import OF_LEVELS
from haochaping.insight.rules.loop import INSIDE, OF_LOOP
from haochaping.insight.rules.reviews import EXCLUDED_KINDS, OF_REVIEWS, PRAISE
from haochaping.insight.rules.units import (
    ORDER_KINDS,
    VOICE_KINDS,
    case_units,
    changes,
    invitation_units,
    order_units,
    review_units,
    supervision_units,
    voice_units,
)
from haochaping.insight.rules.voices import OF_VOICES
from haochaping.insight.terms import MeasureValue
from haochaping.kernel.ratios import Mean, Ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.insight.terms import Measure, Place, Tally

__all__ = [
    "ALL_MONTHS",
    "BY_NAME",
    "EVERY_MONTH",
    "EXCLUDED_KINDS",
    "INSIDE",
    "MEASURES",
    "OF_ASKING",
    "OF_HALLS",
    "OF_HANDLING",
    "OF_LOOP",
    "OF_VOICES",
    "ORDER_KINDS",
    "VOICE_KINDS",
    "Days",
    "Split",
    "case_units",
    "changes",
    "figures_of",
    "invitation_units",
    "measures_of",
    "month_by_month",
    "order_units",
    "published",
    "review_units",
    "split",
    "supervision_units",
    "voice_units",
    "whole_months",
    "worked_out",
]

# What is published: how many were dissatisfied, and what became of it, before the good rate.
MEASURES = (*OF_REVIEWS, *OF_ASKING, *OF_LOOP, *PRAISE, *OF_LEVELS, *OF_HANDLING)
# What is counted of cases and voices stands at no hall: a case may go through several, a voice through none.
OF_HALLS = tuple(one for one in MEASURES if one not in OF_HANDLING and one.name != "cases")
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in (*MEASURES, *INSIDE, *OF_VOICES)}


def measures_of(place: Place) -> Sequence[Measure]:
    """What is published of a place: of a hall only what takes place in one."""
    return MEASURES if place.hall_id is None else OF_HALLS


# A share above one or below nothing is impossible: more reviews than services (总评价数大于办件量).
_IMPOSSIBLE = "DQ-01"


def worked_out(measure: Measure, tally: Tally) -> MeasureValue:
    """A measure's value for a tally; a rate is withheld under n = 30, its counts never, and all of it where none can be so."""
    above = measure.numerator(tally)
    below = measure.denominator(tally) if measure.denominator else None
    squares = measure.squares(tally) if measure.squares else None
    withheld = ""
    value: float | None
    if below is None:
        value = above
    elif squares is not None:
        value = Mean(above, below, squares).value
    elif 0 <= above <= below:
        value = Ratio(above, below).value
    else:
        value, withheld = None, _IMPOSSIBLE
    return MeasureValue(
        measure.name, measure.label, value, above, below, measure.exclusions, withheld, squares
    )


def figures_of(
    tally: Tally, withheld: Mapping[str, str], of: Sequence[Measure] = MEASURES
) -> list[MeasureValue]:
    """The measures of a place as everybody gets them, in their order: of every page, table, file and answer."""
    return published([worked_out(measure, tally) for measure in of], withheld)


def published(values: Sequence[MeasureValue], withheld: Mapping[str, str]) -> list[MeasureValue]:
    """Measures as the public gets them: those that a broken rule withholds, by their names, say so and no number."""
    return [_kept_back(one, withheld[one.name]) if one.name in withheld else one for one in values]


def _kept_back(value: MeasureValue, rule: str) -> MeasureValue:
    return replace(value, value=None, withheld=rule)
