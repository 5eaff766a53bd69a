"""指标 of reviews and of what they are about: each defined once."""

from __future__ import annotations

from haochaping.insight.rules.levels import NOT_IN_RATES, given
from haochaping.insight.rules.totals import BY_CASE, BY_REVIEW, BY_SERVICE, of_kind, total
from haochaping.insight.rules.words import EXCLUDED, FOLLOWED, NOT_ACTIVE, UNSIGNED_CASES, VOIDED, WITHDRAWN
from haochaping.insight.terms import REPORTED, FactKind, Measure
from haochaping.kernel.refused import N_
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import Level

EXCLUDED_KINDS = frozenset({FactKind.MISTAKEN, FactKind.MALICIOUS})


_REVIEWABLE = of_kind(FactKind.OCCURRENCE, REPORTED)
_SERVICES = N_("All services of the same days that could be reviewed.")
_ALL = N_("All reviews that people gave themselves.")


OF_REVIEWS = (
    Measure(
        "cases",
        N_("Cases"),
        of_kind(FactKind.CASE, REPORTED),
        None,
        (UNSIGNED_CASES,),
        "domain.md §0.1",
        N_("cases"),
        counts=N_("Every case that a registered platform has reported, on the day it was applied for."),
        day=BY_CASE,
    ),
    Measure(
        "occurrences",
        N_("Services that could be reviewed"),
        of_kind(FactKind.OCCURRENCE, REPORTED),
        None,
        (UNSIGNED_CASES, VOIDED),
        "domain.md §0.2",
        N_("services"),
        counts=N_("Every service within a case that its applicant could review, on the day it took place."),
        day=BY_SERVICE,
    ),
    Measure(
        "active_reviews",
        N_("Reviews given by people themselves"),
        total(FactKind.REVIEW, given),
        None,
        NOT_IN_RATES,
        "domain.md §3.3",
        N_("reviews"),
        counts=N_(
            "Reviews that a person gave themselves: by invitation, at a device, on paper, by telephone."
        ),
        day=BY_REVIEW,
    ),
    Measure(
        "bad_reviews",
        N_("Bad reviews"),
        total(FactKind.REVIEW, lambda part: is_bad(part[1])),
        None,
        (WITHDRAWN, EXCLUDED, FOLLOWED),
        "国办发〔2019〕51号",
        N_("reviews"),
        counts=N_("Reviews of the levels “dissatisfied” and “very dissatisfied”, wherever they come from."),
        day=BY_REVIEW,
    ),
    Measure(
        "bad_rate",
        N_("Bad reviews among those that people gave themselves"),
        total(FactKind.REVIEW, lambda part: given(part) and is_bad(part[1])),
        total(FactKind.REVIEW, given),
        NOT_IN_RATES,
        "domain.md §3.3 差评率",
        N_("reviews"),
        counts=N_("Of these, reviews of the levels “dissatisfied” and “very dissatisfied”."),
        day=BY_REVIEW,
        out_of=_ALL,
    ),
    Measure(
        "unverified_reviews",
        N_("Reviews kept apart: default, imported, unverified"),
        total(FactKind.REVIEW, lambda part: not given(part)),
        None,
        (WITHDRAWN, EXCLUDED, FOLLOWED),
        "domain.md §3.5",
        N_("reviews"),
        counts=N_(
            "Reviews that nobody is known to have given themselves. They are kept and shown, and enter no rate."
        ),
        day=BY_REVIEW,
    ),
    Measure(
        "participation_rate",
        N_("Participation"),
        of_kind(FactKind.REVIEWED),
        _REVIEWABLE,
        (WITHDRAWN, EXCLUDED, NOT_ACTIVE, UNSIGNED_CASES, VOIDED, N_("follow-up reviews")),
        "domain.md §3.3 参评率",
        N_("services"),
        counts=N_("Services that their applicant reviewed."),
        day=BY_SERVICE,
        out_of=_SERVICES,
    ),
    Measure(
        "not_reviewed_rate",
        N_("Services without a review"),
        _REVIEWABLE - of_kind(FactKind.REVIEWED),
        _REVIEWABLE,
        (UNSIGNED_CASES, VOIDED),
        "domain.md §3.3 未评价率",
        N_("services"),
        counts=N_("Services that their applicant has not reviewed: the rest of participation."),
        day=BY_SERVICE,
        out_of=_SERVICES,
    ),
)

# Praise is said last (ux.md): after how many were dissatisfied, how many spoke, and what became of it.
PRAISE = (
    Measure(
        "good_rate",
        N_("Good reviews"),
        total(FactKind.REVIEW, lambda part: given(part) and not is_bad(part[1])),
        total(FactKind.REVIEW, given),
        NOT_IN_RATES,
        "domain.md §3.3 主动评价好评率",
        N_("reviews"),
        counts=N_("Of these, reviews of the levels “very satisfied”, “satisfied” and “basically satisfied”."),
        day=BY_REVIEW,
        out_of=_ALL,
    ),
    Measure(
        "strict_good_rate",
        N_("Good reviews, counted strictly"),
        total(FactKind.REVIEW, lambda part: given(part) and part[1] >= Level.SATISFIED),
        total(FactKind.REVIEW, given),
        NOT_IN_RATES,
        "domain.md §3.3 好评率",
        N_("reviews"),
        counts=N_("Of these, reviews of the levels “very satisfied” and “satisfied”."),
        day=BY_REVIEW,
        out_of=_ALL,
    ),
    Measure(
        "excluded_reviews",
        N_("Reviews excluded after an appeal"),
        of_kind(FactKind.MISTAKEN) + of_kind(FactKind.MALICIOUS),
        None,
        (WITHDRAWN,),
        "domain.md §6.6",
        N_("reviews"),
        counts=N_(
            "Reviews of all levels that two persons of another organisation have found mistaken or malicious. They are kept."
        ),
        day=BY_REVIEW,
    ),
)
