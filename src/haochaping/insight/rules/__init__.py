"""分析 rules: how cases, reviews, orders and supervision turn into counted units, and the measures made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.insight.rules.days import Days, Split, split
from haochaping.insight.rules.loop import INSIDE, OF_LOOP
from haochaping.insight.rules.reviews import EXCLUDED_KINDS, OF_REVIEWS, PRAISE
from haochaping.insight.rules.units import (
    ORDER_KINDS,
    case_units,
    changes,
    order_units,
    review_units,
    supervision_units,
)
from haochaping.insight.terms import MeasureValue
from haochaping.kernel.ratios import Ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.insight.terms import Measure, Tally

__all__ = [
    "BY_NAME",
    "EXCLUDED_KINDS",
    "INSIDE",
    "MEASURES",
    "OF_LOOP",
    "ORDER_KINDS",
    "Days",
    "Split",
    "case_units",
    "changes",
    "order_units",
    "review_units",
    "split",
    "supervision_units",
    "worked_out",
]

# What is published: how many were dissatisfied, and what became of it, before the good rate.
MEASURES = (*OF_REVIEWS, *OF_LOOP, *PRAISE)
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in (*MEASURES, *INSIDE)}


def worked_out(measure: Measure, tally: Tally) -> MeasureValue:
    """A measure's value for a tally; a rate is withheld under n = 30, its counts never."""
    numerator = measure.numerator(tally)
    if measure.denominator is None:
        value: float | None = numerator
        denominator = interval = None
    else:
        denominator = measure.denominator(tally)
        ratio = Ratio(numerator, denominator)
        value, interval = ratio.value, ratio.interval
    return MeasureValue(
        measure.name, measure.label, value, numerator, denominator, measure.exclusions, interval
    )
