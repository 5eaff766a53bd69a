"""分析 rules: how cases, reviews and orders turn into counted units, and the measures made of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from haochaping.insight.terms import (
    REPORTED,
    UNVERIFIED,
    FactKey,
    FactKind,
    Measure,
    MeasureValue,
    Part,
    Tally,
)
from haochaping.kernel.periods import local_day
from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import N_
from haochaping.rectification.terms import OrderState
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import ReviewStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from haochaping.cases.terms import CaseFacts
    from haochaping.kernel.periods import Period
    from haochaping.rectification.terms import OrderFacts
    from haochaping.reviews.terms import ReviewFacts

# No service was reviewed before, and none will be for a while after; both are first days of a month.
_FIRST, _END = date(1900, 1, 1), date(2200, 1, 1)
EXCLUDED_KINDS = frozenset({FactKind.MISTAKEN, FactKind.MALICIOUS})
# Not out yet, taken back, answered with another one, or excluded after an appeal: none of them is to be put right.
_NOT_COUNTED = frozenset({OrderState.CREATED, OrderState.CANCELLED, OrderState.MERGED, OrderState.EXCLUDED})
_PUT_RIGHT = frozenset({OrderState.REPLIED, OrderState.CHECKED, OrderState.CLOSED})


def case_units(cases: Iterable[CaseFacts]) -> Counter[FactKey]:
    """A case counts once on its day, each occurrence once on its own."""
    units: Counter[FactKey] = Counter()
    for case in cases:
        place = (
            case.division_id,
            case.agency_id,
            case.item_id,
            "",
            0,
            REPORTED if case.verified else UNVERIFIED,
        )
        units[FactKey(FactKind.CASE, case.day, *place)] += 1
        for occurrence in case.occurrences:
            units[FactKey(FactKind.OCCURRENCE, occurrence.day, *place)] += 1
    return units


def review_units(reviews: Iterable[ReviewFacts]) -> Counter[FactKey]:
    """An effective review counts on the day it was given; it marks its occurrence as reviewed on the service's day.

    The second unit makes participation exact: reviewed occurrences over occurrences of the same days and the same
    place, which is the case's: it follows when the case moves, while the review stays with who served. A first review
    that has given way to its follow-up keeps that unit only: the latest counts. One that was excluded after an appeal counts
    as that, by its class, and as nothing else.
    """
    units: Counter[FactKey] = Counter()
    for review in reviews:
        if review.status == ReviewStatus.WITHDRAWN:
            continue
        place = (review.division_id, review.agency_id, review.item_id)
        if review.status == ReviewStatus.EXCLUDED:
            said = (review.channel, review.level, review.provenance)
            kind = FactKind(review.reason_class)
            units[FactKey(kind, local_day(review.assessed_at), *place, *said)] += 1
            continue
        if review.status == ReviewStatus.EFFECTIVE:
            said = (review.channel, review.level, review.provenance)
            units[FactKey(FactKind.REVIEW, local_day(review.assessed_at), *place, *said)] += 1
        if review.assess_no == 1 and review.verified_case and is_active(review.provenance):
            day = local_day(review.occurred_at)
            where = (*review.case_place, review.channel)
            units[FactKey(FactKind.REVIEWED, day, *where, 0, review.provenance)] += 1
    return units


def order_units(orders: Iterable[OrderFacts]) -> Counter[FactKey]:
    """An order counts from its dispatch on, on the day it was opened; once more when it is answered."""
    units: Counter[FactKey] = Counter()
    for order in orders:
        if order.state in _NOT_COUNTED:
            continue
        place = (order.division_id, order.agency_id, order.item_id, "", 0, "")
        units[FactKey(FactKind.ORDER, local_day(order.created_at), *place)] += 1
        if order.state in _PUT_RIGHT:
            units[FactKey(FactKind.RECTIFIED, local_day(order.created_at), *place)] += 1
    return units


def changes(before: Counter[FactKey], after: Counter[FactKey]) -> dict[FactKey, int]:
    """What to add to the counters so that `before` becomes `after`."""
    return {key: after[key] - before[key] for key in before | after if after[key] != before[key]}


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to before `end`, to be added (1) or taken off (-1)."""

    first: date
    end: date
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Split:
    """A period as the facts hold it: whole months, and what to add to them or take off at either end."""

    whole: Days
    months: Days
    before: Days
    after: Days

    @classmethod
    def by_day(cls, whole: Days) -> Split:
        """Nothing but days."""
        return cls(whole, Days(whole.end, whole.end), whole, Days(whole.end, whole.end))


def split(period: Period, *, by_month: bool = True) -> Split:
    """Cut a period into whole months and the fewest days at its ends; into days alone unless `by_month`."""
    first = min(max(period.start or _FIRST, _FIRST), _END)
    end = min(period.end + timedelta(days=1), _END) if period.end and period.end < _END else _END
    whole = Days(first, max(end, first))
    if not by_month or whole.end == first or _month(first) == _month(whole.end - timedelta(days=1)):
        return Split.by_day(whole)
    begin, before = _cut(first, Days(_month(first), first, -1), Days(first, _next_month(first)))
    stop, after = _cut(end, Days(_month(end), end), Days(end, _next_month(end), -1))
    return Split(whole, Days(begin, stop), before, after)


def _cut(day: date, earlier: Days, later: Days) -> tuple[date, Days]:
    """Where the months begin or stop near a day inside one, and the shorter of the two ways to make up for it."""
    if day.day == 1:
        return day, Days(day, day)
    if earlier.end - earlier.first < later.end - later.first:
        return earlier.first, earlier
    return later.end, later


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(day: date) -> date:
    return _month(_month(day) + timedelta(days=31))


def _total(wanted: Callable[[Part], bool]) -> Callable[[Tally], int]:
    return lambda tally: sum(n for part, n in tally.items() if wanted(part))


def _of(kind: FactKind, provenance: str) -> Callable[[Part], bool]:
    return lambda part: part[0] == kind and part[2] == provenance


def _is_active_review(part: Part) -> bool:
    return part[0] == FactKind.REVIEW and is_active(part[2])


_WITHDRAWN = N_("reviews withdrawn by their reviewer")
_FOLLOWED = N_("first reviews whose follow-up review counts instead")
_EXCLUDED = N_("reviews excluded after an appeal; how many is published")
_NOT_ACTIVE = N_("reviews that nobody is known to have given themselves (default, imported, unverified)")
_UNSIGNED_CASES = N_("cases known only from an unsigned address")

MEASURES = (
    Measure(
        "cases",
        N_("Cases"),
        _total(_of(FactKind.CASE, REPORTED)),
        None,
        (_UNSIGNED_CASES,),
        "domain.md §0.1",
    ),
    Measure(
        "occurrences",
        N_("Services that could be reviewed"),
        _total(_of(FactKind.OCCURRENCE, REPORTED)),
        None,
        (_UNSIGNED_CASES,),
        "domain.md §0.2",
    ),
    Measure(
        "active_reviews",
        N_("Reviews given by people themselves"),
        _total(_is_active_review),
        None,
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED, _NOT_ACTIVE),
        "domain.md §3.3",
    ),
    Measure(
        "bad_reviews",
        N_("Bad reviews"),
        _total(lambda part: part[0] == FactKind.REVIEW and is_bad(part[1])),
        None,
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED),
        "国办发〔2019〕51号",
    ),
    Measure(
        "unverified_reviews",
        N_("Reviews kept apart: default, imported, unverified"),
        _total(lambda part: part[0] == FactKind.REVIEW and not is_active(part[2])),
        None,
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED),
        "domain.md §3.5",
    ),
    Measure(
        "participation_rate",
        N_("Participation"),
        _total(lambda part: part[0] == FactKind.REVIEWED),
        _total(_of(FactKind.OCCURRENCE, REPORTED)),
        (_WITHDRAWN, _EXCLUDED, _NOT_ACTIVE, _UNSIGNED_CASES, N_("follow-up reviews")),
        "domain.md §3.3 参评率",
    ),
    Measure(
        "rectification_rate",
        N_("Bad reviews answered"),
        _total(lambda part: part[0] == FactKind.RECTIFIED),
        _total(lambda part: part[0] == FactKind.ORDER),
        (
            N_("work orders not yet dispatched"),
            N_("work orders cancelled because the reviewer changed or took back the review in time"),
        ),
        "domain.md §3.3 整改率",
    ),
    Measure(
        "good_rate",
        N_("Good reviews"),
        _total(lambda part: _is_active_review(part) and not is_bad(part[1])),
        _total(_is_active_review),
        (_WITHDRAWN, _EXCLUDED, _FOLLOWED, _NOT_ACTIVE),
        "domain.md §3.3 主动评价好评率",
    ),
    Measure(
        "excluded_reviews",
        N_("Reviews excluded after an appeal"),
        _total(lambda part: part[0] in EXCLUDED_KINDS),
        None,
        (_WITHDRAWN,),
        "domain.md §6.6",
    ),
)


def worked_out(measure: Measure, tally: Tally) -> MeasureValue:
    """A measure's value for a tally; a rate is withheld under n = 30, its counts never."""
    numerator = measure.numerator(tally)
    if measure.denominator is None:
        value: float | None = numerator
        denominator = None
    else:
        denominator = measure.denominator(tally)
        value = Ratio(numerator, denominator).value
    return MeasureValue(measure.name, measure.label, value, numerator, denominator, measure.exclusions)
