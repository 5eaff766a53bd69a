"""指标 of the five levels: the share of each, their average, and what follow-up reviews say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.insight.rules.totals import BY_REVIEW, total, weighed
from haochaping.insight.rules.words import EXCLUDED, FOLLOWED, NOT_ACTIVE, WITHDRAWN
from haochaping.insight.terms import FactKind, Measure
from haochaping.kernel.refused import N_
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import Level

if TYPE_CHECKING:
    from haochaping.insight.terms import Part, Sum

_REVIEWS = N_("reviews")
_ALL = N_("All reviews that people gave themselves.")
NOT_IN_RATES = (WITHDRAWN, EXCLUDED, FOLLOWED, NOT_ACTIVE)


def given(part: Part) -> bool:
    """Whether a part of the reviews is of those that people gave themselves."""
    return is_active(part[2])


def _of_level(level: int) -> Sum:
    return total(FactKind.REVIEW, lambda part: given(part) and part[1] == level)


# 国办发〔2019〕51号, the first of its two sets of words.
_SHARES = {
    Level.VERY_SATISFIED: N_("Share of “very satisfied”"),
    Level.SATISFIED: N_("Share of “satisfied”"),
    Level.BASICALLY_SATISFIED: N_("Share of “basically satisfied”"),
    Level.DISSATISFIED: N_("Share of “dissatisfied”"),
    Level.VERY_DISSATISFIED: N_("Share of “very dissatisfied”"),
}

OF_LEVELS = (
    *(
        Measure(
            f"level_{level.value}_share",
            label,
            _of_level(level),
            total(FactKind.REVIEW, given),
            NOT_IN_RATES,
            "国办发〔2019〕51号",
            _REVIEWS,
            counts=N_("Of these, reviews of this level."),
            day=BY_REVIEW,
            out_of=_ALL,
        )
        for level, label in _SHARES.items()
    ),
    Measure(
        "average_score",
        N_("Average level, from 1 to 5"),
        weighed(FactKind.REVIEW, given),
        total(FactKind.REVIEW, given),
        NOT_IN_RATES,
        "domain.md §3.3 平均分",
        _REVIEWS,
        counts=N_(
            "The levels of these reviews added up: 5 for “very satisfied” to 1 for “very dissatisfied”."
        ),
        day=BY_REVIEW,
        out_of=_ALL,
        squares=weighed(FactKind.REVIEW, given, power=2),
    ),
    Measure(
        "follow_up_good_rate",
        N_("Good follow-up reviews"),
        total(FactKind.FOLLOW_UP, lambda part: given(part) and not is_bad(part[1])),
        total(FactKind.FOLLOW_UP, given),
        (WITHDRAWN, EXCLUDED, NOT_ACTIVE),
        "domain.md §3.3 追评满意率",
        _REVIEWS,
        counts=N_("Of these, reviews of the levels “very satisfied”, “satisfied” and “basically satisfied”."),
        day=BY_REVIEW,
        out_of=N_("Follow-up reviews that people gave themselves after a first one."),
    ),
)
