"""整改佐证: what shows that a matter was put right, and that it was taken away again; the pictures are the files room's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.terms import Power
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification import access
from haochaping.rectification.actions.steps import checked_text, held
from haochaping.rectification.models import Evidence
from haochaping.rectification.states import SHOWS_EVIDENCE
from haochaping.rectification.terms import (
    CAPTION_LIMIT,
    EVIDENCE_AT_MOST,
    NO_SUCH_EVIDENCE,
    TOO_MUCH_EVIDENCE,
    WRONG_STATE,
    OrderState,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.models import WorkOrder


@transaction.atomic
def add_evidence(order_id: UUID, *, caption: str, shown: bool, by: Actor, now: datetime) -> UUID:
    """The agency shows what it has put right; `shown` to the reviewer too, with the reply. Locks the order.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE, TOO_MUCH_EVIDENCE, TEXT_MISSING, TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS.
    """
    caption = checked_text(caption, "caption", limit=CAPTION_LIMIT)
    order = _open(order_id, by)
    if Evidence.objects.filter(order=order, removed_at__isnull=True).count() >= EVIDENCE_AT_MOST:
        raise Refused(TOO_MUCH_EVIDENCE, limit=EVIDENCE_AT_MOST)
    row = Evidence.objects.create(
        id=uuid7(now), order=order, caption=caption, shown=shown, added_by=str(by), added_at=now
    )
    _record(EntryKind.EVIDENCE_ADDED, row, by=by, now=now, shown="yes" if shown else "no")
    return row.id


@transaction.atomic
def remove_evidence(order_id: UUID, evidence_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take it away again, as long as the order is worked on: the row stays, with who did it.

    Raises:
        Refused: as `add_evidence`, and NO_SUCH_EVIDENCE.
    """
    order = _open(order_id, by)
    row = Evidence.objects.filter(id=evidence_id, order=order, removed_at__isnull=True).first()
    if row is None:
        raise Refused(NO_SUCH_EVIDENCE)
    row.removed_by, row.removed_at = str(by), now
    row.save(update_fields=["removed_by", "removed_at"])
    _record(EntryKind.EVIDENCE_REMOVED, row, by=by, now=now)


def _open(order_id: UUID, by: Actor) -> WorkOrder:
    order = held(order_id)
    access.check_not_named(by, order.staff_id)
    access.check_fire(
        by, Power.ORDER_HANDLE, division_path=order.division.path, agency_path=order.agency.path
    )
    if OrderState(order.state) not in SHOWS_EVIDENCE:
        raise Refused(WRONG_STATE, state=order.state)
    return order


def _record(kind: EntryKind, row: Evidence, *, by: Actor, now: datetime, **facts: str) -> None:
    said = {"order": str(row.order_id), **facts}
    ledger.append([NewEntry(kind, "evidence", str(row.id), facts=said)], by=by, now=now)
