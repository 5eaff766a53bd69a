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
    from collections.abc import Callable

    from haochaping.insight.terms import Part, Tally

_REVIEWS = N_("reviews")
_ALL = N_("All reviews that people gave themselves.")
NOT_IN_RATES = (WITHDRAWN, EXCLUDED, FOLLOWED, NOT_ACTIVE)


def is_active_review(part: Part) -> bool:
    """Whether a part of a tally is reviews that people gave themselves."""
    return part[0] == FactKind.REVIEW and is_active(part[2])


def _is_follow_up(part: Part) -> bool:
    return part[0] == FactKind.FOLLOW_UP and is_active(part[2])


def _of_level(level: int) -> Callable[[Tally], int]:
    return total(lambda part: is_active_review(part) and part[1] == level)


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
            total(is_active_review),
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
        weighed(is_active_review),
        total(is_active_review),
        NOT_IN_RATES,
        "domain.md §3.3 平均分",
        _REVIEWS,
        counts=N_(
            "The levels of these reviews added up: 5 for “very satisfied” to 1 for “very dissatisfied”."
        ),
        day=BY_REVIEW,
        out_of=_ALL,
        squares=weighed(is_active_review, power=2),
    ),
    Measure(
        "follow_up_good_rate",
        N_("Good follow-up reviews"),
        total(lambda part: _is_follow_up(part) and not is_bad(part[1])),
        total(_is_follow_up),
        (WITHDRAWN, EXCLUDED, NOT_ACTIVE),
        "domain.md §3.3 追评满意率",
        _REVIEWS,
        counts=N_("Of these, reviews of the levels “very satisfied”, “satisfied” and “basically satisfied”."),
        day=BY_REVIEW,
        out_of=N_("Follow-up reviews that people gave themselves after a first one."),
    ),
)
