"""换渠道邀评: whoever got no text message was not asked; the next channel of the rules has them (domain.md §6.3).

Room notices never tells what became of a message: this sweep reads it from below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.flows.send_invitations import recounted
from haochaping.identity import queries as identity
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import DeliveryState
from haochaping.reviews.asking import actions as invitations
from haochaping.reviews.asking import queries
from haochaping.reviews.asking.rules import fallen_back
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.asking.terms import Asking, ToAsk

_BATCH = 500


@transaction.atomic
def read_outcomes(*, by: Actor, now: datetime) -> int:
    """Write down what became of invitations' messages, up to a batch; returns how many have failed for good.

    What failed and is tried again has no outcome yet, nor has what may have gone out.
    """
    outcomes = queries.outcomes(limit=_BATCH)
    if not outcomes:
        return 0
    held = queries.hold(invitation for invitation, _, _ in outcomes)
    sent = [delivery for _, delivery, state in outcomes if state == DeliveryState.SENT]
    states = {invitation: state for invitation, _, state in outcomes if state != DeliveryState.SENT}
    failed = queries.held(states)
    settled = _settled(failed, states, now)
    recounted(held, lambda: invitations.settle_outcomes(sent, settled, by=by, now=now))
    return len(failed)


def _settled(
    failed: Sequence[ToAsk], states: Mapping[UUID, str], now: datetime
) -> list[tuple[ToAsk, Asking]]:
    terms = rulebook.terms_of_each((one.division_path for one in failed), local_day(now))
    refused = identity.refusing(one.person_id for one in failed if one.person_id)
    return [
        (
            one,
            fallen_back(
                one,
                terms[one.division_path],
                has_number=states[one.id] != DeliveryState.NO_PHONE,
                refused=one.person_id is not None and refused.get(one.person_id, False),
                now=now,
            ),
        )
        for one in failed
    ]
