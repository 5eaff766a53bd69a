"""What every step of an order shares: who may take it, the text that goes with it, the event it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres import writes
from haochaping.postgres.together import Asked, together
from haochaping.rectification import access, queries
from haochaping.rectification.models import OrderEvent, TakenStep, WorkOrder
from haochaping.rectification.rules import own_words_complaint
from haochaping.rectification.states import FIRED_BY, NOT_WHILE_PAUSED, after
from haochaping.rectification.terms import (
    CLOCK_PAUSED,
    NO_SUCH_ORDER,
    STEP_TAKEN,
    TEXT_LIMIT,
    TEXT_MISSING,
    TEXT_TOO_LONG,
    WRONG_STATE,
    Move,
    OrderState,
)
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.accounts.terms import Power
    from haochaping.kernel.actor import Actor


_ENTRY_OF = {
    Move.OPEN: EntryKind.ORDER_OPENED,
    Move.DISPATCH: EntryKind.ORDER_DISPATCHED,
    Move.REDISPATCH: EntryKind.ORDER_DISPATCHED,
    Move.GRANT_RETURN: EntryKind.ORDER_DISPATCHED,
    Move.DO_AGAIN: EntryKind.ORDER_DISPATCHED,
    Move.SIGN_FOR: EntryKind.ORDER_SIGNED_FOR,
    Move.VERIFY: EntryKind.CALLBACK_RECORDED,
    Move.CLASS_FAULT: EntryKind.FAULT_CLASSED,
    Move.HAND_ON: EntryKind.ORDER_HANDED_ON,
    Move.RECTIFY: EntryKind.RECTIFICATION_RECORDED,
    Move.REPLY: EntryKind.ORDER_REPLIED,
    Move.CLOSE: EntryKind.ORDER_CLOSED,
    Move.END: EntryKind.ORDER_CLOSED,
    Move.CANCEL: EntryKind.ORDER_CANCELLED,
    Move.REOPEN: EntryKind.ORDER_OPENED,
}
_COLUMNS = [field.attname for field in WorkOrder._meta.concrete_fields]  # noqa: SLF001 - documented by Django
# An order out of the asker's reach is not found. Of two at once the second waits until the first is committed or given up.
_TAKE_ONCE = """
    WITH found AS (
        SELECT id FROM rectification_work_order WHERE id = %(order)s
    ), noted AS (
        INSERT INTO rectification_taken_step (id, order_id, mark, content, at)
        SELECT %(id)s, id, %(mark)s, %(content)s, %(now)s FROM found
        ON CONFLICT (mark) DO NOTHING RETURNING id
    )
    SELECT EXISTS (SELECT FROM found), EXISTS (SELECT FROM noted)
"""


def step(order_id: UUID, move: Move, by: Actor, power: Power | None = None) -> WorkOrder:
    """The order, locked and in its next state (not saved), for a move of staff; `power` where another one than usual counts.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE, CLOCK_PAUSED.
    """
    return stepped(held(order_id), move, by, power)


def stepped(order: WorkOrder, move: Move, by: Actor, power: Power | None = None) -> WorkOrder:
    """The same for an order that is locked already."""
    access.check_not_named(by, order.staff_id)
    needed = power or FIRED_BY[move]
    access.check_fire(by, needed, division_path=order.division.path, agency_path=order.agency.path)
    if order.paused_at is not None and move in NOT_WHILE_PAUSED:
        raise Refused(CLOCK_PAUSED)
    return moved(order, move)


def held(order_id: UUID) -> WorkOrder:
    """The order, locked until the transaction ends, with the events of its clocks; raises NO_SUCH_ORDER."""
    return held_each([order_id])[order_id]


def held_each(order_ids: Collection[UUID]) -> dict[UUID, WorkOrder]:
    """The same of several, the older id first."""
    rows = WorkOrder.objects.select_for_update(of=("self",))
    columns = (*_COLUMNS, "division__path", "agency__path")
    found = {pk: Asked(rows.filter(id=pk).values_list(*columns), _order) for pk in sorted(order_ids)}
    ticks = {pk: queries.ticks_of(pk) for pk in found}
    # Each question is put when those before it have their lock: it sees what whoever held the order before has left.
    together(*found.values(), *ticks.values())
    orders = {}
    for pk, one in found.items():
        order = one.answer
        if order is None:
            raise Refused(NO_SUCH_ORDER)
        order.ticks = ticks[pk].answer
        orders[pk] = order
    return orders


def _order(rows: Iterable[tuple[Any, ...]]) -> WorkOrder | None:
    for *own, division_path, agency_path in rows:
        order = WorkOrder.from_db(connection.alias, _COLUMNS, own)
        # Of its place no more is known than where it lies; the rest is asked for when somebody wants it.
        for name, path in (("division", division_path), ("agency", agency_path)):
            place: Any = WorkOrder._meta.get_field(name).related_model  # noqa: SLF001 - documented by Django
            known = place.from_db(connection.alias, ("id", "path"), (getattr(order, f"{name}_id"), path))
            setattr(order, name, known)
        return order
    return None


def moved(order: WorkOrder, move: Move) -> WorkOrder:
    """The order in its next state (not saved); raises WRONG_STATE."""
    state = after(OrderState(order.state), move)
    if state is None:
        raise Refused(WRONG_STATE, state=order.state)
    order.state = state
    return order


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


def own_words(text: str, field: str) -> str:
    """The same for what may be begun with a standard text; raises GAP_LEFT, OWN_WORDS_MISSING too."""
    text = checked_text(text, field)
    if complaint := own_words_complaint(text, field):
        raise Refused(complaint.reason, field=field, **complaint.params)
    return text


@transaction.atomic
def take_once(order_id: UUID, mark: str, *, content: bytes | None = None, now: datetime) -> bool:
    """Note that a form is being taken; False when it was taken before. Who sends it a second time waits for the first.

    `content` is the fingerprint of what it says. What is noted goes with the transaction: a step that was refused may be sent
    again.

    Raises:
        Refused: NO_SUCH_ORDER; STEP_TAKEN when the form was taken before and said something else then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_ONCE, {"id": uuid7(now), "order": order_id, "mark": mark, "content": content, "now": now}
        )
        found, noted = cursor.fetchone() or (False, False)
    if not found:
        raise Refused(NO_SUCH_ORDER)
    if not noted and content is not None:
        _check_same(mark, content)
    return bool(noted)


def _check_same(mark: str, content: bytes) -> None:
    # A statement of its own: what somebody else noted a moment ago is seen by no statement that began before.
    before = TakenStep.objects.filter(mark=mark).values_list("content", flat=True).first()
    if before is not None and bytes(before) != content:
        raise Refused(STEP_TAKEN)


def record(
    orders: Sequence[WorkOrder],
    move: Move,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    warned: str = "",
    **facts: str,
) -> None:
    """Leave an event on the timeline and an entry in the ledger for each order."""
    if not orders:
        return
    ids = uuids7(now, len(orders))
    writes.insert(
        [
            OrderEvent(id=pk, order=order, move=move, by=str(by), at=now, note=note, warned=warned)
            for pk, order in zip(ids, orders, strict=True)
        ]
    )
    kind = _ENTRY_OF.get(move, EntryKind.ORDER_MOVED)
    facts |= {"warned": warned} if warned else {}
    said = facts if move in _ENTRY_OF else {"move": move.value, **facts}
    ledger.append(
        [NewEntry(kind, "order", str(order.id), facts={"state": order.state, **said}) for order in orders],
        by=by,
        now=now,
    )
