"""What every step of an order shares: who may take it, the text that goes with it, the event it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification import access
from haochaping.rectification.models import OrderEvent, WorkOrder
from haochaping.rectification.states import after
from haochaping.rectification.terms import (
    NO_SUCH_ORDER,
    TEXT_LIMIT,
    TEXT_MISSING,
    TEXT_TOO_LONG,
    WRONG_STATE,
    Move,
    OrderState,
)
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


_ENTRY_OF = {
    Move.OPEN: EntryKind.ORDER_OPENED,
    Move.DISPATCH: EntryKind.ORDER_DISPATCHED,
    Move.SIGN_FOR: EntryKind.ORDER_SIGNED_FOR,
    Move.VERIFY: EntryKind.CALLBACK_RECORDED,
    Move.RECTIFY: EntryKind.RECTIFICATION_RECORDED,
    Move.REPLY: EntryKind.ORDER_REPLIED,
    Move.CANCEL: EntryKind.ORDER_CANCELLED,
    Move.REOPEN: EntryKind.ORDER_OPENED,
}


def step(order_id: UUID, move: Move, by: Actor) -> WorkOrder:
    """The order, locked and in its next state (not saved); raises NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE."""
    order = (
        WorkOrder.objects.select_for_update(of=("self",))
        .select_related("division", "agency")
        .filter(id=order_id)
    )
    row = order.first()
    if row is None:
        raise Refused(NO_SUCH_ORDER)
    access.check_handle(by, division_path=row.division.path, agency_path=row.agency.path)
    state = after(OrderState(row.state), move)
    if state is None:
        raise Refused(WRONG_STATE, state=row.state)
    row.state = state
    return row


def checked_text(text: str, field: str, *, limit: int = TEXT_LIMIT, required: bool = True) -> str:
    """The text without its rough edges; raises TEXT_MISSING, FORBIDDEN_CHARACTERS, TEXT_TOO_LONG."""
    text = clean(text)
    if required and not text:
        raise Refused(TEXT_MISSING, field=field)
    if has_forbidden_control(text):
        raise Refused(FORBIDDEN_CHARACTERS, field=field)
    if len(text) > limit:
        raise Refused(TEXT_TOO_LONG, field=field, length=len(text), limit=limit)
    return text


def record(orders: Sequence[WorkOrder], move: Move, *, by: Actor, now: datetime, note: str = "") -> None:
    """Leave an event on the timeline and an entry in the ledger for each order."""
    if not orders:
        return
    OrderEvent.objects.bulk_create(
        [OrderEvent(id=uuid7(now), order=order, move=move, by=str(by), at=now, note=note) for order in orders]
    )
    ledger.append(
        [NewEntry(_ENTRY_OF[move], "order", str(order.id), facts={"state": order.state}) for order in orders],
        by=by,
        now=now,
    )
