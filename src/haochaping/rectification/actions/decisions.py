"""申诉决定: one person of another organisation proposes, a second one confirms or sends it back; once more one level up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.rectification import access
from haochaping.rectification.actions.appeal_steps import locked, moved, note_move
from haochaping.rectification.actions.steps import checked_text
from haochaping.rectification.models import Appeal, AppealDecision
from haochaping.rectification.queries import appeals as appeal_queries
from haochaping.rectification.rules import decision_complaint
from haochaping.rectification.states import APPEAL_SECOND
from haochaping.rectification.terms import (
    ONE_ORGANISATION,
    SAME_PERSON,
    UNKNOWN_CHOICE,
    WRONG_APPEAL_STATE,
    AppealMove,
    Ground,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, in which instance, about whose review."""

    verdict: Verdict
    instance: int


@transaction.atomic
def propose_decision(
    appeal_id: UUID, *, verdict: str, fact: str, evidence: Sequence[str], text: str, by: Actor, now: datetime
) -> None:
    """The first person says how it should be decided, and why.

    Raises:
        Refused: NO_SUCH_APPEAL, NOT_ALLOWED, OUT_OF_SCOPE, OWN_APPEAL, HIGHER_LEVEL, DECIDED_BEFORE, UNKNOWN_CHOICE,
            WRONG_APPEAL_STATE, FACT_NEEDED, MISTAKE_DENIED, EVIDENCE_NEEDED, and for the text.
    """
    text = checked_text(text, "text")
    if verdict not in set(Verdict):
        raise Refused(UNKNOWN_CHOICE, field="verdict", value=verdict[:_SHOWN])
    fact = fact if verdict == Verdict.MALICIOUS else ""
    appeal = locked(appeal_id, by)
    instance = _instance(appeal)
    _check(appeal, instance, by)
    moved(appeal, AppealMove.PROPOSE, now)
    complaint = decision_complaint(
        Verdict(verdict), fact, evidence, ground=Ground(appeal.ground), agrees=appeal.agrees
    )
    if complaint:
        raise Refused(complaint.reason, field=complaint.field)
    AppealDecision.objects.create(
        id=uuid7(now),
        appeal=appeal,
        instance=instance,
        verdict=verdict,
        fact=fact,
        evidence=list(evidence),
        text=text,
        proposed_by=str(by),
        proposed_path=by.scope.division_path or "",
        proposed_at=now,
    )
    note_move(appeal, AppealMove.PROPOSE, note=text, by=by, now=now, verdict=verdict, instance=str(instance))


@transaction.atomic
def confirm_decision(appeal_id: UUID, *, by: Actor, now: datetime) -> Decided:
    """The second person confirms: now it is decided.

    To exclude a review takes two organisations, or the level above; to have it count two persons.

    Raises:
        Refused: as `propose_decision`, SAME_PERSON for who proposed it, ONE_ORGANISATION.
    """
    appeal, proposal = _proposed(appeal_id, by)
    if not access.may_confirm(by, appeal_queries.decision_row(proposal.id)):
        raise Refused(ONE_ORGANISATION)
    moved(appeal, AppealMove.CONFIRM, now)
    proposal.confirmed_by, proposal.confirmed_at = str(by), now
    proposal.confirmed_path = by.scope.division_path or ""
    proposal.save(update_fields=["confirmed_by", "confirmed_path", "confirmed_at"])
    decided = Decided(Verdict(proposal.verdict), proposal.instance)
    facts = {"verdict": proposal.verdict, "instance": str(proposal.instance)}
    note_move(appeal, AppealMove.CONFIRM, reason=proposal.text, by=by, now=now, **facts)
    return decided


@transaction.atomic
def send_back(appeal_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The second person does not agree: it is to be looked at again. Raises as `confirm_decision`, and for the text."""
    text = checked_text(text, "text")
    appeal, proposal = _proposed(appeal_id, by)
    moved(appeal, AppealMove.SEND_BACK, now)
    proposal.sent_back_by, proposal.sent_back_at = str(by), now
    proposal.save(update_fields=["sent_back_by", "sent_back_at"])
    note_move(appeal, AppealMove.SEND_BACK, note=text, by=by, now=now, instance=str(proposal.instance))


def _instance(appeal: Appeal) -> int:
    return 2 if appeal.state in APPEAL_SECOND else 1


def _check(appeal: Appeal, instance: int, by: Actor) -> None:
    """Whether this person may take part in deciding: of another organisation, and above those who decided before."""
    access.check_decide(
        by,
        division_path=appeal.division.path,
        agency_path=appeal.agency.path,
        filed_by=appeal.filed_by,
    )
    before = appeal_queries.decided(appeal.id) if instance > 1 else None
    if before is not None:
        access.check_decide_again(by, before)


def _proposed(appeal_id: UUID, by: Actor) -> tuple[Appeal, AppealDecision]:
    """The appeal, locked, with the proposal that waits for a second person."""
    appeal = locked(appeal_id, by)
    _check(appeal, _instance(appeal), by)
    proposal = AppealDecision.objects.filter(appeal=appeal, confirmed_at=None, sent_back_at=None).first()
    if proposal is None:
        raise Refused(WRONG_APPEAL_STATE, state=appeal.state)
    if str(by) == proposal.proposed_by:
        raise Refused(SAME_PERSON)
    return appeal, proposal
