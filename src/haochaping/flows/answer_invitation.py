"""应邀评价: the holder of an invitation taps a level; the first tap gives the review, a later one changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.cases import queries as cases
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review
from haochaping.flows.receive_together import receive_together
from haochaping.flows.review_window import check_open
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.reviews.rules import yields_to_invitation
from haochaping.reviews.terms import NONE_OF_THE_FIVE, TOKEN_INVALID, Entrance, Level

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor
    from haochaping.kernel.outcomes import Outcome
    from haochaping.reviews.terms import ReviewChannel

_LEVELS = {str(level.value): level for level in Level}
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """What a tap came to: `receipt` of a new review, shown once; no `review_id` when it waits in quarantine."""

    review_id: UUID | None
    receipt: str | None = None


def chosen_level(sent: str) -> Level:
    """The level of a tap; raises `Refused(NONE_OF_THE_FIVE)` for anything but one digit from 5 to 1."""
    if sent not in _LEVELS:
        raise Refused(NONE_OF_THE_FIVE, field="level", value=sent[:_SHOWN])
    return _LEVELS[sent]


def answer_invitation(
    token: str, level: str, *, channel: ReviewChannel, by: Actor, now: datetime
) -> Answered:
    """Store a tap on the page of an invitation, as often as it is tapped: one review, whoever was first.

    A first tap shares its transaction with others of the same moment; what it finds changed by then, the road tells.

    Raises:
        Refused: TOKEN_INVALID, TOKEN_EXPIRED, SERVICE_VOIDED, REVIEW_WINDOW_OVER, NONE_OF_THE_FIVE, CHANGE_WINDOW_OVER.
    """
    invitation = review_queries.invitation_by_token(token)
    chosen = chosen_level(level)
    given = review_queries.review_of_occurrence(invitation.occurrence_id)
    answered = given is not None and not yields_to_invitation(given.provenance)
    reviews.check_usable(invitation, answered=answered, now=now)
    if given is not None and answered:
        change_review.change_level(given.id, chosen, by=by, now=now)
        return Answered(given.id)
    binding = cases.binding_of(invitation.occurrence_id)
    if binding is None:
        raise Refused(TOKEN_INVALID)
    check_open(binding, now)
    if given is not None:
        receipt = change_review.claim_review(given.id, chosen, channel=channel, by=by, now=now)
        return Answered(given.id, receipt)
    outcome = _give(binding, chosen, channel, by, now)
    if outcome.kind == OutcomeKind.REFUSED and outcome.id:
        # Another tap of the same person came first by a moment; this one is what they last wanted.
        change_review.change_level(outcome.id, chosen, by=by, now=now)
        return Answered(outcome.id)
    if outcome.kind == OutcomeKind.QUARANTINED:
        return Answered(None, outcome.receipt)
    return Answered(outcome.id, outcome.receipt)


def _give(binding: Binding, level: Level, channel: ReviewChannel, by: Actor, now: datetime) -> Outcome:
    raw = Raw(
        {
            "source": binding.source,
            "case_no": binding.case_no,
            "occurrence_no": binding.occurrence_no,
            "rating_value": level.value,
            "channel": channel.value,
            "assessed_at": now.isoformat(),
        }
    )
    return receive_together([raw], entrance=Entrance.TOKEN, by=by, now=now)[0]
