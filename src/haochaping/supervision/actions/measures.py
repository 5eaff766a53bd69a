"""处理措施: education, interview or accountability of one person; the person is heard, somebody else decides, it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import queries as work_orders
from haochaping.rectification.actions.steps import checked_text
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.terms import NO_SUCH_ORDER, Responsibility
from haochaping.supervision.access import check_supervise
from haochaping.supervision.actions.proposals import held_proposal, record_proposal
from haochaping.supervision.models import Proposal, Signal
from haochaping.supervision.states import PROPOSAL_FIRED_BY, proposal_after
from haochaping.supervision.terms import (
    MEASURE_WAITS,
    NO_SERVICE_FAULT,
    NO_SUCH_STAFF,
    NOT_ABOUT_A_PERSON,
    PERSONAL,
    PROPOSAL_DECIDED,
    PROPOSAL_NOT_ADOPTED,
    SUPERVISION_TEXT_LIMIT,
    UNKNOWN_RUNG,
    ProposalMove,
    ProposalState,
    SignalKind,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 40


@transaction.atomic
def propose_measure(
    work_order_id: UUID, *, rung: str, staff_code: str, reason: str, by: Actor, now: datetime
) -> UUID:
    """Propose a measure about a member of staff of the order's agency, whose service was found at fault.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, UNKNOWN_RUNG, NO_SERVICE_FAULT, NO_SUCH_STAFF,
            MEASURE_WAITS, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    if rung not in PERSONAL:
        raise Refused(UNKNOWN_RUNG, field="rung", value=rung[:_SHOWN])
    reason = checked_text(reason, "reason", limit=SUPERVISION_TEXT_LIMIT)
    order = work_orders.order(work_order_id, by=by)
    check_supervise(by, division_path=order.division_path)
    if Responsibility.SERVICE not in {one.responsibility for one in fault_queries.faults_of(order.id).answer}:
        raise Refused(NO_SERVICE_FAULT)
    key = (order.agency_id, staff_code.strip())
    member = directory.staff([key]).get(key)
    if member is None:
        raise Refused(NO_SUCH_STAFF, field="staff_code", value=staff_code[:_SHOWN])
    if member.id in by.staff_ids:
        raise Refused(NO_SUCH_ORDER)
    row = Proposal(
        id=uuid7(now),
        work_order_id=order.id,
        staff_id=member.id,
        division_id=order.division_id,
        rung=rung,
        state=ProposalState.WAITING,
        reason=reason,
        proposed_by=str(by),
        proposed_at=now,
    )
    # The table knows of one that somebody else proposed a moment ago.
    Proposal.objects.bulk_create([row], ignore_conflicts=True)
    if not Proposal.objects.filter(id=row.id).exists():
        raise Refused(MEASURE_WAITS)
    Signal.objects.filter(
        kind=SignalKind.SERVICE_FAULT, work_order_id=order.id, supervision=None, measure_id=None
    ).update(measure_id=row.id)
    record_proposal(row, EntryKind.MEASURE_PROPOSED, by=by, now=now)
    return row.id


@transaction.atomic
def hear_person(proposal_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """Write down what the person says about the proposal, or that they say nothing; what they said before stays.

    The same words twice running by the same account, a double click, are written down once.

    Raises:
        Refused: NO_SUCH_PROPOSAL, NOT_ALLOWED, OUT_OF_SCOPE, NOT_ABOUT_A_PERSON, PROPOSAL_DECIDED, TEXT_MISSING,
            TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    proposal = _personal(proposal_id, ProposalMove.HEAR, by)
    if proposal_after(ProposalState(proposal.state), ProposalMove.HEAR) is None:
        raise Refused(PROPOSAL_DECIDED)
    if (proposal.heard, proposal.heard_by) == (text, str(by)):
        return
    if proposal.heard_at is not None:
        said = {"text": proposal.heard, "by": proposal.heard_by, "at": proposal.heard_at.isoformat()}
        proposal.heard_before = [*proposal.heard_before, said]
    proposal.heard, proposal.heard_by, proposal.heard_at = text, str(by), now
    proposal.save(update_fields=["heard", "heard_by", "heard_at", "heard_before"])
    record_proposal(proposal, EntryKind.PERSON_HEARD, by=by, now=now)


@transaction.atomic
def carry_out_measure(proposal_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """What was decided has been done: when, how, and what came of it.

    Raises:
        Refused: as `hear_person`, and PROPOSAL_NOT_ADOPTED.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    proposal = _personal(proposal_id, ProposalMove.CARRY_OUT, by)
    state = proposal_after(ProposalState(proposal.state), ProposalMove.CARRY_OUT)
    if state is None:
        raise Refused(PROPOSAL_NOT_ADOPTED)
    proposal.state, proposal.outcome, proposal.done_by, proposal.done_at = state, text, str(by), now
    proposal.save(update_fields=["state", "outcome", "done_by", "done_at"])
    record_proposal(proposal, EntryKind.MEASURE_CARRIED_OUT, by=by, now=now)


def _personal(proposal_id: UUID, move: ProposalMove, by: Actor) -> Proposal:
    proposal = held_proposal(proposal_id, by)
    check_power(by, PROPOSAL_FIRED_BY[move])
    check_scope(by, division_path=proposal.division.path)
    if proposal.staff_id is None:
        raise Refused(NOT_ABOUT_A_PERSON)
    return proposal
