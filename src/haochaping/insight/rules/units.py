"""How cases, reviews, invitations, orders, supervision and voices turn into counted units."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from haochaping.insight.rules.handling import handling_units
from haochaping.insight.terms import NO_ITEM, REPORTED, UNVERIFIED, FactKey, FactKind, Said
from haochaping.kernel.periods import local_day
from haochaping.rectification.rules import UPHELD
from haochaping.rectification.terms import OrderState
from haochaping.reviews.rules import is_active
from haochaping.reviews.terms import ReviewStatus
from haochaping.voices.terms import VoiceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from haochaping.cases.terms import CaseFacts
    from haochaping.rectification.terms import OrderFacts
    from haochaping.reviews.asking.terms import InvitedFacts
    from haochaping.reviews.terms import ReviewFacts
    from haochaping.supervision.terms import RungReached
    from haochaping.voices.terms import VoiceFacts

# Not out yet, taken back, answered with another one, or excluded after an appeal: none of them is to be put right.
_NOT_COUNTED = frozenset({OrderState.CREATED, OrderState.CANCELLED, OrderState.MERGED, OrderState.EXCLUDED})
# Every kind that `order_units` makes.
ORDER_KINDS = frozenset(
    {
        FactKind.ORDER,
        FactKind.RECTIFIED,
        FactKind.CALLBACK,
        FactKind.CONTACT,
        FactKind.DEADLINE,
        FactKind.ANSWERED,
        FactKind.SOLVED,
        FactKind.REPEATED,
        FactKind.APPEAL,
    }
)
# Every kind that `voice_units` makes.
VOICE_KINDS = frozenset(
    {
        FactKind.VOICE,
        FactKind.VOICE_DUE,
        FactKind.VOICE_LATE,
        FactKind.VOICE_ANSWER,
        FactKind.VOICE_RESULT,
        FactKind.QUESTION,
    }
)
_PUT_RIGHT = frozenset({OrderState.REPLIED, OrderState.CHECKED, OrderState.CLOSED})


def case_units(cases: Iterable[CaseFacts]) -> Counter[FactKey]:
    """A case counts once on its day, each occurrence once on its own, and how it was handled on the day it was completed.

    The services of a withdrawn case are void.

    Of these only what was reviewed counts: `review_units` says so.
    """
    units: Counter[FactKey] = Counter()
    # A batch has many cases of one day and place, handled alike: they are counted before they are told apart by kind.
    alike = Counter(
        (
            (case.day, case.division_id, case.agency_id, case.item_id, *_known_from(case.verified)),
            case.handled if case.verified else None,
            () if case.withdrawn else tuple([(one.day, one.hall_id, one.stage) for one in case.occurrences]),
        )
        for case in cases
    )
    for (where, handled, services), n in alike.items():
        counted = FactKey(FactKind.CASE, *where)
        units[counted] += n
        for unit in handling_units(handled, counted) if handled else ():
            units[unit] += n
        for day, hall_id, stage in services:
            service = counted._replace(kind=FactKind.OCCURRENCE, day=day, hall_id=hall_id, stage=stage)
            units[service] += n
    return units


def _known_from(verified: bool) -> tuple[str, int, str]:
    """Channel, level and provenance of what is counted of a case."""
    return "", 0, REPORTED if verified else UNVERIFIED


def review_units(reviews: Iterable[ReviewFacts]) -> Counter[FactKey]:
    """An effective review counts on the day it was given; it marks its occurrence as reviewed on the service's day.

    The second unit makes participation exact: reviewed occurrences over occurrences of the same days and the same
    place, which is the case's: it follows when the case moves, while the review stays with who served. A first review
    that has given way to its follow-up keeps that unit only: the latest counts. One that was excluded after an appeal counts
    as that, by its class, and as no review. The service of a withdrawn case that somebody has reviewed could be reviewed:
    it counts as long as its first review is not taken back. What came through an invitation marks that too, while the
    invitation counts.
    """
    units: Counter[FactKey] = Counter()
    for review in reviews:
        if review.status == ReviewStatus.WITHDRAWN:
            continue
        place = (review.division_id, review.agency_id, review.item_id)
        served_on, served_at = local_day(review.occurred_at), (review.service_hall_id, review.stage)
        given_at = (review.hall_id, review.stage)
        if review.case_withdrawn and review.assess_no == 1:
            known_from = _known_from(review.verified_case)
            units[FactKey(FactKind.OCCURRENCE, served_on, *review.case_place, *known_from, *served_at)] += 1
        if review.status == ReviewStatus.EXCLUDED:
            said = (review.channel, review.level, review.provenance)
            kind = FactKind(review.reason_class)
            units[FactKey(kind, local_day(review.assessed_at), *place, *said, *given_at)] += 1
            continue
        if review.status == ReviewStatus.EFFECTIVE:
            said = (review.channel, review.level, review.provenance)
            given = FactKey(FactKind.REVIEW, local_day(review.assessed_at), *place, *said, *given_at)
            kinds = [FactKind.REVIEW, FactKind.FOLLOW_UP][: 1 + (review.assess_no > 1)]
            units.update(given._replace(kind=kind) for kind in kinds)
        if review.assess_no == 1 and review.verified_case and is_active(review.provenance):
            where = (*review.case_place, review.channel, 0, review.provenance, *served_at)
            units[FactKey(FactKind.REVIEWED, served_on, *where)] += 1
            if review.invited and not review.case_withdrawn:
                units[FactKey(FactKind.RESPONDED, served_on, *where)] += 1
    return units


def invitation_units(invitations: Iterable[InvitedFacts]) -> Counter[FactKey]:
    """An invitation counts on the service's day, in its place, by how far it has come; those of withdrawn cases are void.

    So they are some of the services that could be reviewed, and what came of them are some of those that were.
    """
    return Counter(
        FactKey(
            FactKind.INVITED,
            one.day,
            one.division_id,
            one.agency_id,
            one.item_id,
            channel="",
            level=0,
            provenance=one.reach,
            hall_id=one.hall_id,
            stage=one.stage,
        )
        for one in invitations
        if one.verified and not one.withdrawn
    )


def order_units(orders: Iterable[OrderFacts]) -> Counter[FactKey]:
    """An order counts from its dispatch on, on the day it was opened, and once more for each thing that came of it.

    So the numbers of a measure speak of the same orders, however late something happens. An appeal counts with the agency
    that filed it, also when it was upheld and the order counts no more. The hall is the one in which the service took place.
    """
    units: Counter[FactKey] = Counter()
    for order in orders:
        day = local_day(order.created_at)
        if appeal := order.appeal:
            where = (appeal.division_id, appeal.agency_id, order.item_id)
            units[FactKey(FactKind.APPEAL, day, *where, "", 0, _decided(appeal.verdict), order.hall_id)] += 1
        if order.state in _NOT_COUNTED:
            continue
        place = (order.division_id, order.agency_id, order.item_id)
        for kind, said in _came_of(order):
            units[FactKey(kind, day, *place, "", 0, said, order.hall_id)] += 1
    return units


def _came_of(order: OrderFacts) -> Iterator[tuple[FactKind, str]]:
    yield FactKind.ORDER, ""
    if order.state in _PUT_RIGHT:
        yield FactKind.RECTIFIED, Said.UNREACHED if order.unreached else ""
    # Somebody called, or should have by now.
    if order.heard or order.contact_kept is False:
        yield FactKind.CALLBACK, order.heard or Said.UNTRIED
    if order.contact_kept is not None:
        yield FactKind.CONTACT, Said.KEPT if order.contact_kept else Said.LATE
    if order.rectify_kept is not None:
        yield FactKind.DEADLINE, Said.KEPT if order.rectify_kept else Said.LATE
    if order.answered:
        yield FactKind.ANSWERED, Said.AGAIN if order.again else Said.ONCE
    if order.solved:
        yield FactKind.SOLVED, order.solved
    if order.repeats:
        yield FactKind.REPEATED, ""


def _decided(verdict: str) -> Said:
    if not verdict:
        return Said.UNDECIDED
    return Said.UPHELD if verdict in UPHELD else Said.DISMISSED


def supervision_units(reached: Iterable[RungReached]) -> Counter[FactKey]:
    """Each step of supervision counts on its own day: it may be about many orders, or about none."""
    units: Counter[FactKey] = Counter()
    for one in reached:
        place = (one.division_id, one.agency_id, one.item_id or NO_ITEM)
        units[FactKey(FactKind.SUPERVISED, local_day(one.at), *place, "", 0, one.rung)] += 1
    return units


def voice_units(voices: Iterable[VoiceFacts]) -> Counter[FactKey]:
    """A voice counts on the day it was given, with the agency it is with, and once more for each thing that came of it.

    The answer counts that stands: opened again, a voice has none until the next.
    """
    units: Counter[FactKey] = Counter()
    for voice in voices:
        place = (voice.division_id, voice.agency_id, voice.item_id or NO_ITEM)
        for kind, said in _of_voice(voice):
            units[FactKey(kind, local_day(voice.received_at), *place, "", 0, said)] += 1
    return units


def _of_voice(voice: VoiceFacts) -> Iterator[tuple[FactKind, str]]:
    yield FactKind.VOICE, voice.kind
    if voice.kind == VoiceKind.AFTER_SALES:
        yield FactKind.QUESTION, _in_time(voice.answer_kept)
    if voice.answer_kept is not None:
        yield FactKind.VOICE_DUE, Said.KEPT if voice.answer_kept else Said.LATE
    if voice.overdue:
        yield FactKind.VOICE_LATE, ""
    if voice.outcome:
        yield FactKind.VOICE_RESULT, voice.outcome
    if voice.outcome or voice.round > 1:
        yield FactKind.VOICE_ANSWER, Said.AGAIN if voice.round > 1 else Said.ONCE


def _in_time(kept: bool | None) -> Said:
    if kept is None:
        return Said.OPEN
    return Said.KEPT if kept else Said.LATE


def changes(before: Counter[FactKey], after: Counter[FactKey]) -> dict[FactKey, int]:
    """What to add to the counters so that `before` becomes `after`."""
    return {key: after[key] - before[key] for key in before | after if after[key] != before[key]}
