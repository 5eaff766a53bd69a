"""建议: what lies above the letter is proposed by one person and decided by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.terms import Power
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification.access import not_named
from haochaping.rectification.actions.steps import checked_text
from haochaping.supervision.access import ABOUT, check_decide, check_fire
from haochaping.supervision.actions.steps import locked, record, step
from haochaping.supervision.models import Proposal
from haochaping.supervision.states import MOVE_OF, may_propose
from haochaping.supervision.terms import (
    NO_SUCH_PROPOSAL,
    PROPOSAL_DECIDED,
    PROPOSAL_WAITS,
    PROPOSED,
    SUPERVISION_TEXT_LIMIT,
    UNKNOWN_RUNG,
    WRONG_SUPERVISION_STATE,
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
    _record(made, EntryKind.MEASURE_PROPOSED, by=by, now=now)
    return made.id


@transaction.atomic
def decide(proposal_id: UUID, *, adopt: bool, reason: str, by: Actor, now: datetime) -> None:
    """Adopt a proposal, which moves its supervision order to its end, or do not; both with a reason.

    Raises:
        Refused: NO_SUCH_PROPOSAL, NOT_ALLOWED, OUT_OF_SCOPE, PROPOSER_DECIDES, PROPOSAL_DECIDED, TEXT_MISSING,
            TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, WRONG_SUPERVISION_STATE.
    """
    reason = checked_text(reason, "reason", limit=SUPERVISION_TEXT_LIMIT)
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("division")
    proposal = rows.filter(not_named(by, f"supervision__{ABOUT}"), id=proposal_id).first()
    if proposal is None:
        raise Refused(NO_SUCH_PROPOSAL)
    check_decide(by, division_path=proposal.division.path, proposed_by=proposal.proposed_by)
    if proposal.state != ProposalState.WAITING:
        raise Refused(PROPOSAL_DECIDED)
    proposal.state = ProposalState.ADOPTED if adopt else ProposalState.REJECTED
    proposal.decision, proposal.decided_by, proposal.decided_at = reason, str(by), now
    proposal.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    _record(proposal, EntryKind.MEASURE_DECIDED, by=by, now=now)
    if adopt:
        move = MOVE_OF[Rung(proposal.rung)]
        row = step(proposal.supervision_id, move, by)
        row.save(update_fields=["state"])
        # The agency is told which measure it is, and nothing of how it came about.
        record([row], move, by=by, now=now, note=proposal.rung)


def _record(proposal: Proposal, kind: EntryKind, *, by: Actor, now: datetime) -> None:
    facts = {
        "supervision": str(proposal.supervision_id),
        "rung": str(proposal.rung),
        "state": str(proposal.state),
    }
    ledger.append([NewEntry(kind, "proposal", str(proposal.id), facts=facts)], by=by, now=now)
