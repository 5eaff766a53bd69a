"""评价人权益保护: a reviewer reports a disadvantage, and the supervisory office deals with it; the agency learns nothing."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import normal_receipt_no, receipt_no, uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification.actions.steps import checked_text
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import receipt_hash
from haochaping.reviews.terms import NOT_REVIEWED
from haochaping.supervision import access
from haochaping.supervision.models import ReprisalEvent, ReprisalReport
from haochaping.supervision.states import REPORT_TRANSITIONS
from haochaping.supervision.terms import (
    NO_SUCH_REPORT,
    REPORT_RECEIPT_UNKNOWN,
    REPORT_WAITS,
    SUPERVISION_TEXT_LIMIT,
    WRONG_REPORT_STATE,
    ReportMove,
    ReportState,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_ENTRY_OF = {
    ReportMove.LOOK_INTO: EntryKind.REPRISAL_LOOKED_INTO,
    ReportMove.CLOSE: EntryKind.REPRISAL_CLOSED,
    ReportMove.NOTE: EntryKind.REPRISAL_NOTED,
}


@transaction.atomic
def report(review_id: UUID, *, text: str, by: Actor, now: datetime) -> str:
    """The reviewer reports that they were disadvantaged; returns the number of the report, shown once.

    Raises:
        Refused: NOT_REVIEWED, REPORT_WAITS, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    review = reviews.review(review_id)
    if review is None:
        raise Refused(NOT_REVIEWED)
    reviews.hold([review_id])
    if ReprisalReport.objects.filter(review_id=review_id).exclude(state=ReportState.CLOSED).exists():
        raise Refused(REPORT_WAITS)
    receipt = receipt_no()
    row = ReprisalReport.objects.create(
        id=uuid7(now),
        review_id=review_id,
        division_id=review.division_id,
        state=ReportState.OPEN,
        text=text,
        receipt_hash=receipt_hash(receipt),
        reported_at=now,
    )
    _record(EntryKind.REPRISAL_REPORTED, row, text, by=by, now=now)
    return receipt


@transaction.atomic
def deal_with_report(report_id: UUID, *, move: ReportMove, note: str, by: Actor, now: datetime) -> None:
    """The supervisory office looks into a report, notes something, or closes it with what came of it.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_REPORT, WRONG_REPORT_STATE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    note = checked_text(note, "text", limit=SUPERVISION_TEXT_LIMIT)
    rows = ReprisalReport.objects.select_for_update(of=("self",))
    row = rows.filter(access.reports(by), id=report_id).first()
    if row is None:
        raise Refused(NO_SUCH_REPORT)
    state = REPORT_TRANSITIONS.get((ReportState(row.state), move))
    if state is None:
        raise Refused(WRONG_REPORT_STATE)
    row.state = state
    row.save(update_fields=["state"])
    ReprisalEvent.objects.create(id=uuid7(now), report=row, move=move, by=str(by), at=now, note=note)
    _record(_ENTRY_OF[move], row, note, by=by, now=now)


@transaction.atomic
def find_report(number: str, *, by: Actor, now: datetime) -> UUID:
    """The supervisory office finds the report whose number it was told; returns its id. That it asked is recorded.

    Raises:
        Refused: NOT_ALLOWED, REPORT_RECEIPT_UNKNOWN, also for a report of another place or about the actor.
    """
    receipt = normal_receipt_no(number)
    row = ReprisalReport.objects.filter(access.reports(by), receipt_hash=receipt_hash(receipt or "")).first()
    if row is None:
        raise Refused(REPORT_RECEIPT_UNKNOWN, field="number")
    entry = NewEntry(EntryKind.REPRISAL_FOUND, "reprisal_report", str(row.id), facts={"state": row.state})
    ledger.append([entry], by=by, now=now)
    return row.id


def _record(kind: EntryKind, row: ReprisalReport, words: str, *, by: Actor, now: datetime) -> None:
    """Leave an entry that commits to the words and names neither the review nor its place."""
    fields = {TEXT_FIELD: sha256(words.encode()).hexdigest()}
    entry = NewEntry(kind, "reprisal_report", str(row.id), fields, {"state": str(row.state)})
    ledger.append([entry], by=by, now=now)
