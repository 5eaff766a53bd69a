"""邀评: the invitation of a case on request, as links, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.cases import actions as case_actions
from haochaping.cases import queries as cases
from haochaping.cases.terms import NO_SUCH_CASE
from haochaping.flows.review_window import check_standing
from haochaping.insight import actions as insight
from haochaping.insight.rules import invitation_units
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.reviews.asking import queries as asking
from haochaping.reviews.asking.rules import state_of
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.asking.terms import InvitationFacts, InvitationState


@transaction.atomic
def invite_service(service: Binding, *, by: Actor, now: datetime) -> None:
    """Issue the invitation of one service and count it, or renew the one there is."""
    # First: whoever moves the case counts its invitations, and waits for this one or is waited for.
    case_actions.hold_still([(service.source, service.case_no)])
    valid = rulebook.terms_for(service.division_path, local_day(now)).invitation_valid
    new = reviews.invite([service.occurrence_id], valid=valid, renew=True, by=by, now=now)
    if new:
        insight.count(invitation_units(asking.counted(new.values())))


@transaction.atomic
def invite_case(source: str, case_no: str, *, by: Actor, now: datetime) -> list[str]:
    """Issue the invitation of a case's last service, or renew the one there is; returns all links of the case.

    Raises:
        Refused: NO_SUCH_CASE, SERVICE_VOIDED for a withdrawn one, or AMBIGUOUS_CASE when several platforms have a case
            of this number and none is named.
    """
    bindings = _services(source, case_no)
    last = bindings[-1]
    check_standing(last)
    invite_service(last, by=by, now=now)
    tokens = review_queries.tokens_of(binding.occurrence_id for binding in bindings)
    return [f"{settings.SITE_URL}/r/{tokens[b.occurrence_id]}" for b in bindings if b.occurrence_id in tokens]


def states_of_case(
    source: str, case_no: str, *, now: datetime
) -> list[tuple[InvitationFacts, InvitationState]]:
    """Where the invitations of a case's services stand; raises `Refused` as `invite_case` for a case that is not there."""
    services = _services(source, case_no)
    found = asking.facts_of_services(service.occurrence_id for service in services)
    return [(facts, state_of(facts, now)) for facts in found]


def _services(source: str, case_no: str) -> list[Binding]:
    bindings = cases.bindings_of_case(source, case_no)
    if not bindings:
        raise Refused(NO_SUCH_CASE, field="case", value=case_no)
    return bindings
