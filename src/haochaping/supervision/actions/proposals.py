"""建议: what lies above the letter is proposed by one person and decided by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.terms import Power
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification.actions.steps import checked_text
from haochaping.supervision.access import check_decide, check_fire, not_concerned
from haochaping.supervision.actions.steps import locked, record, step
from haochaping.supervision.models import Proposal
from haochaping.supervision.states import HEARD_BEFORE, MOVE_OF, may_propose, proposal_after
from haochaping.supervision.terms import (
    NO_SUCH_PROPOSAL,
    PERSON_NOT_HEARD,
    PROPOSAL_DECIDED,
    PROPOSAL_WAITS,
    PROPOSED,
    SUPERVISION_TEXT_LIMIT,
    UNKNOWN_RUNG,
    WRONG_SUPERVISION_STATE,
    ProposalMove,
    ProposalState,
    Rung,
    SupervisionState,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 20


@transaction.atomic
def propose(supervision_id: UUID, *, rung: str, reason: str, by: Actor, now: datetime) -> UUID:
    """Propose a measure. The supervision order itself shows nothing of it until it is adopted.

    Raises:
        Refused: NO_SUCH_SUPERVISION, NOT_ALLOWED, OUT_OF_SCOPE, UNKNOWN_RUNG, TEXT_MISSING, TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS, WRONG_SUPERVISION_STATE, PROPOSAL_WAITS.
    """
    if rung not in PROPOSED:
        raise Refused(UNKNOWN_RUNG, field="rung", value=rung[:_SHOWN])
    reason = checked_text(reason, "reason", limit=SUPERVISION_TEXT_LIMIT)
    row = locked(supervision_id, by)
    check_fire(by, Power.ORDER_SUPERVISE, division_path=row.division.path, agency_path=row.agency.path)
    if not may_propose(SupervisionState(row.state)):
        raise Refused(WRONG_SUPERVISION_STATE)
    if Proposal.objects.filter(supervision_id=row.id, state=ProposalState.WAITING).exists():
        raise Refused(PROPOSAL_WAITS)
    made = Proposal.objects.create(
        id=uuid7(now),
        supervision_id=row.id,
        division_id=row.division_id,
        rung=rung,
        state=ProposalState.WAITING,
        reason=reason,
        proposed_by=str(by),
        proposed_at=now,
    )
    record_proposal(made, EntryKind.MEASURE_PROPOSED, by=by, now=now)
    return made.id


@transaction.atomic
def decide(proposal_id: UUID, *, adopt: bool, reason: str, by: Actor, now: datetime) -> None:
    """Adopt a proposal or do not, with a reason; adopting one moves its supervision order, if it has one, to its end.

    Raises:
        Refused: NO_SUCH_PROPOSAL, NOT_ALLOWED, OUT_OF_SCOPE, PROPOSER_DECIDES, PROPOSAL_DECIDED, TEXT_MISSING,
            TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, WRONG_SUPERVISION_STATE, PERSON_NOT_HEARD.
    """
    reason = checked_text(reason, "reason", limit=SUPERVISION_TEXT_LIMIT)
    proposal = held_proposal(proposal_id, by)
    check_decide(by, division_path=proposal.division.path, proposed_by=proposal.proposed_by)
    state = proposal_after(
        ProposalState(proposal.state), ProposalMove.ADOPT if adopt else ProposalMove.REJECT
    )
    if state is None:
        raise Refused(PROPOSAL_DECIDED)
    personal = proposal.staff_id is not None
    if adopt and personal and proposal.rung in HEARD_BEFORE and proposal.heard_at is None:
        raise Refused(PERSON_NOT_HEARD)
    proposal.state = state
    proposal.decision, proposal.decided_by, proposal.decided_at = reason, str(by), now
    proposal.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    record_proposal(proposal, EntryKind.MEASURE_DECIDED, by=by, now=now)
    if adopt and proposal.supervision_id is not None:
        move = MOVE_OF[Rung(proposal.rung)]
        row = step(proposal.supervision_id, move, by)
        row.save(update_fields=["state"])
        # The agency is told which measure it is and why, and nothing of who proposed it or how it came about.
        record([row], move, by=by, now=now, note=f"{proposal.rung}\n{reason}")


def held_proposal(proposal_id: UUID, by: Actor) -> Proposal:
    """The proposal, locked until the transaction ends; raises NO_SUCH_PROPOSAL, also for whom it is about."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("division")
    proposal = rows.filter(not_concerned(by), id=proposal_id).first()
    if proposal is None:
        raise Refused(NO_SUCH_PROPOSAL)
    return proposal


def record_proposal(proposal: Proposal, kind: EntryKind, *, by: Actor, now: datetime) -> None:
    """Leave an entry that says which measure it is; it never says about whom."""
    facts = {"rung": str(proposal.rung), "state": str(proposal.state)}
    if proposal.supervision_id is not None:
        facts |= {"supervision": str(proposal.supervision_id)}
    ledger.append([NewEntry(kind, "proposal", str(proposal.id), facts=facts)], by=by, now=now)
