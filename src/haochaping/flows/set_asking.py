"""拒绝邀评: whoever was asked by SMS says, in one tap on the page of the link, not to be asked any more, or again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.terms import NO_PHONE
from haochaping.kernel.refused import Refused
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import InvitationRow


@transaction.atomic
def set_asking(token: str, *, wanted: bool, by: Actor, now: datetime) -> None:
    """Keep it for the number of the invitation's person: for later invitations of whatever case.

    Raises:
        Refused: TOKEN_INVALID, NO_PHONE.
    """
    invitation = reviews.invitation_by_token(token)
    person = cases.persons_of([invitation.occurrence_id]).get(invitation.occurrence_id)
    if person is None:
        raise Refused(NO_PHONE)
    identity.set_asking(person, wanted=wanted, by=by, now=now)


def is_asked(invitation: InvitationRow) -> bool | None:
    """Whether the person of an invitation may be asked by SMS as far as they are concerned; None without a number."""
    persons = cases.persons_of([invitation.occurrence_id]).values()
    refused = identities.refusing(persons).values()
    return not any(refused) if refused else None
