"""追评: one more review of the same service by the same person, once the first has had its answer; both are kept.

What comes by interface or file with `assess_no` 2 goes down the main road and counts beside the first review: only the
reviewer's own hand, on a page of ours, takes the first one's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, merge_orders
from haochaping.flows.answer_invitation import chosen_level
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import OrderState
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import follow_up_opens, is_active, is_bad, needs_order, yields_to_invitation
from haochaping.reviews.terms import (
    FOLLOW_UP_OVER,
    FOLLOW_UP_TOO_EARLY,
    NO_FOLLOW_UP,
    NOT_REVIEWED,
    REVIEW_EXCLUDED,
    Entrance,
    ReviewStatus,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import Level, ReviewChannel, ReviewRow
    from haochaping.rulebook.terms import Terms


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What a tap came to: `receipt` of a new follow-up review, shown once; None when there was one already."""

    receipt: str | None = None


def follow_up_period(first: ReviewRow, *, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when a first review may be followed up.

    For the rulebook's time, counted from the answer to a bad review, from the end of the change window of any other, and
    of a bad one that nobody answers because it has no words (上海): its follow-up can say them. None while the agency has
    not answered, and where the rules know no follow-up.
    """
    order = orders.order_of_review(merge_orders.answering_review(first.id))
    return follow_up_period_of(first, order, rulebook.terms_for_division(first.division_id, local_day(now)))


def follow_up_period_of(
    first: ReviewRow, order: OrderRow | None, terms: Terms
) -> tuple[datetime, datetime] | None:
    """The same, for who knows the order of the review and the terms of its division already."""
    waits = is_bad(first.level) and (
        (order is not None and order.state != OrderState.CANCELLED)
        or needs_order(first.level, first.comment_text, bad_needs_text=terms.bad_needs_text)
    )
    opens = follow_up_opens(first.changeable_until, order.replied_at if order else None, waits=waits)
    if opens is None or not terms.follow_up_reviews:
        return None
    return opens, opens + terms.rating_window


@transaction.atomic
def follow_up_review(
    first_id: UUID, level: str, *, by_token: bool, channel: ReviewChannel, by: Actor, now: datetime
) -> FollowedUp:
    """Store a tap on the follow-up's page, as often as it is tapped: one follow-up review, the last level.

    `by_token` says that the invitation opened the page; the holder of a receipt is believed as the first review is.

    Raises:
        Refused: NONE_OF_THE_FIVE, NOT_REVIEWED, NO_FOLLOW_UP, FOLLOW_UP_TOO_EARLY, FOLLOW_UP_OVER, CHANGE_WINDOW_OVER.
    """
    chosen = chosen_level(level)
    reviews.hold([first_id])
    first = reviews.reviews([first_id])[first_id]
    given = reviews.review_of_occurrence(first.occurrence_id, 2)
    own = by_token or is_active(first.provenance)
    if given is not None and not (own and yields_to_invitation(given.provenance)):
        change_review.change_level(given.id, chosen, by=by, now=now)
        return FollowedUp()
    _check_open(first, now)
    if given is not None:
        receipt = change_review.claim_review(given.id, chosen, channel=channel, by=by, now=now)
        return FollowedUp(receipt)
    entrance = Entrance.TOKEN if own else Entrance.UNSIGNED
    return _give(first, chosen, entrance=entrance, channel=channel, by=by, now=now)


def _check_open(first: ReviewRow, now: datetime) -> None:
    if first.assess_no != 1 or first.status == ReviewStatus.WITHDRAWN:
        raise Refused(NOT_REVIEWED)
    if first.status == ReviewStatus.EXCLUDED:
        raise Refused(REVIEW_EXCLUDED)
    if not rulebook.terms_for_division(first.division_id, local_day(now)).follow_up_reviews:
        raise Refused(NO_FOLLOW_UP)
    period = follow_up_period(first, now=now)
    if period is None or now < period[0]:
        raise Refused(FOLLOW_UP_TOO_EARLY)
    if now > period[1]:
        raise Refused(FOLLOW_UP_OVER, until=period[1])


def _give(
    first: ReviewRow, level: Level, *, entrance: Entrance, channel: ReviewChannel, by: Actor, now: datetime
) -> FollowedUp:
    binding = cases.binding_of(first.occurrence_id)
    if binding is None:
        raise Refused(NOT_REVIEWED)
    raw = Raw(
        {
            "source": binding.source,
            "case_no": binding.case_no,
            "occurrence_no": binding.occurrence_no,
            "assess_no": 2,
            "rating_value": level.value,
            "channel": channel.value,
            "assessed_at": now.isoformat(),
        }
    )
    outcome = receive_reviews([raw], entrance=entrance, by=by, now=now)[0]
    if outcome.kind == OutcomeKind.ACCEPTED and outcome.id:
        change_review.align_first(outcome.id, by=by, now=now)
    return FollowedUp(outcome.receipt)
