"""指标 of reviews and of what they are about: each defined once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.insight.rules.totals import of_kind, total
from haochaping.insight.terms import REPORTED, FactKind, Measure
from haochaping.kernel.refused import N_
from haochaping.reviews.rules import is_active, is_bad

if TYPE_CHECKING:
    from haochaping.insight.terms import Part

EXCLUDED_KINDS = frozenset({FactKind.MISTAKEN, FactKind.MALICIOUS})


def _is_active_review(part: Part) -> bool:
    return part[0] == FactKind.REVIEW and is_active(part[2])


_WITHDRAWN = N_("reviews withdrawn by their reviewer")
_FOLLOWED = N_("first reviews whose follow-up review counts instead")
_EXCLUDED = N_("reviews excluded after an appeal; how many is published")
_NOT_ACTIVE = N_("reviews that nobody is known to have given themselves (default, imported, unverified)")
_UNSIGNED_CASES = N_("cases known only from an unsigned address")
_VOIDED = N_("services of withdrawn cases that nobody had reviewed")

OF_REVIEWS = (
    Measure(
        "cases",
        N_("Cases"),
        of_kind(FactKind.CASE, REPORTED),
        None,
        (_UNSIGNED_CASES,),
        "domain.md §0.1",
        N_("cases"),
        counts=N_("Every case that a registered platform has reported, on the day it was applied for."),
    ),
    Measure(
        "occurrences",
        N_("Services that could be reviewed"),
        of_kind(FactKind.OCCURRENCE, REPORTED),
        None,
        (_UNSIGNED_CASES, _VOIDED),
        "domain.md §0.2",
        N_("services"),
        counts=N_("Every service within a case that its applicant could review, on the day it took place."),
    ),
    Measure(
        "active_reviews",
        N_("Reviews given by people themselves"),
        total(_is_active_review),
        None,
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED, _NOT_ACTIVE),
        "domain.md §3.3",
        N_("reviews"),
        counts=N_(
            "Reviews that a person gave themselves: by invitation, at a device, on paper, by telephone."
        ),
    ),
    Measure(
        "bad_reviews",
        N_("Bad reviews"),
        total(lambda part: part[0] == FactKind.REVIEW and is_bad(part[1])),
        None,
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED),
        "国办发〔2019〕51号",
        N_("reviews"),
        counts=N_("Reviews of the levels “dissatisfied” and “very dissatisfied”, wherever they come from."),
    ),
    Measure(
        "unverified_reviews",
        N_("Reviews kept apart: default, imported, unverified"),
        total(lambda part: part[0] == FactKind.REVIEW and not is_active(part[2])),
        None,
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED),
        "domain.md §3.5",
        N_("reviews"),
        counts=N_(
            "Reviews that nobody is known to have given themselves. They are kept and shown, and enter no rate."
        ),
    ),
    Measure(
        "participation_rate",
        N_("Participation"),
        of_kind(FactKind.REVIEWED),
        of_kind(FactKind.OCCURRENCE, REPORTED),
        (_WITHDRAWN, _EXCLUDED, _NOT_ACTIVE, _UNSIGNED_CASES, _VOIDED, N_("follow-up reviews")),
        "domain.md §3.3 参评率",
        N_("services"),
        counts=N_("Services that their applicant reviewed."),
        out_of=N_("All services of the same days that could be reviewed."),
    ),
)

# Praise is said last (ux.md): after how many were dissatisfied, how many spoke, and what became of it.
PRAISE = (
    Measure(
        "good_rate",
        N_("Good reviews"),
        total(lambda part: _is_active_review(part) and not is_bad(part[1])),
        total(_is_active_review),
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED, _NOT_ACTIVE),
        "domain.md §3.3 主动评价好评率",
        N_("reviews"),
        counts=N_("Of these, reviews of the levels “very satisfied”, “satisfied” and “basically satisfied”."),
        out_of=N_("All reviews that people gave themselves."),
    ),
    Measure(
        "excluded_reviews",
        N_("Reviews excluded after an appeal"),
        total(lambda part: part[0] in EXCLUDED_KINDS),
        None,
        (_WITHDRAWN,),
        "domain.md §6.6",
        N_("reviews"),
        counts=N_(
            "Reviews of all levels that two persons of another organisation have found mistaken or malicious. They are kept."
        ),
    ),
)
