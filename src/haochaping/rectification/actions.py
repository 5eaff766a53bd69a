"""整改 writes: an order's straight path. Each step locks the order, checks who and when, and leaves an event."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification import access, queries
from haochaping.rectification.models import Callback, OrderEvent, SolutionAnswer, WorkOrder
from haochaping.rectification.rules import deadlines
from haochaping.rectification.states import after
from haochaping.rectification.terms import (
    NO_SUCH_ORDER,
    NOT_REPLIED,
    SOLUTION_TEXT_LIMIT,
    SOLUTION_WINDOW_OVER,
    TEXT_LIMIT,
    TEXT_MISSING,
    TEXT_TOO_LONG,
    UNKNOWN_CHOICE,
    WRONG_STATE,
    BadReview,
    CallResult,
    HandlingOutcome,
    Move,
    OrderState,
    Solved,
)
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 20
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


@transaction.atomic(savepoint=False)
def open_orders(bad: Sequence[BadReview], *, by: Actor, now: datetime) -> list[UUID]:
    """Open one order per bad review, in the review's own transaction; dispatched later."""
    orders = [
        WorkOrder(
            id=uuid7(now),
            review_id=review.review_id,
            division_id=review.division_id,
            agency_id=review.agency_id,
            item_id=review.item_id,
            state=OrderState.CREATED,
            created_at=now,
            dispatch_after=review.dispatch_after,
        )
        for review in bad
    ]
    WorkOrder.objects.bulk_create(orders)
    _record(orders, Move.OPEN, by=by, now=now)
    return [order.id for order in orders]


@transaction.atomic
def hold_until(review_id: UUID, dispatch_after: datetime) -> None:
    """Set when the order of a review that is not yet dispatched goes out: the reviewer finished, or went on."""
    WorkOrder.objects.filter(review_id=review_id, state=OrderState.CREATED).update(
        dispatch_after=dispatch_after
    )


@transaction.atomic
def cancel(review_id: UUID, *, by: Actor, now: datetime) -> bool:
    """Cancel the order of a review its reviewer changed for the better; False when the agency has begun."""
    order = WorkOrder.objects.select_for_update().filter(review_id=review_id).first()
    if order is None or after(OrderState(order.state), Move.CANCEL) is None:
        return False
    order.state = OrderState.CANCELLED
    order.save(update_fields=["state"])
    _record([order], Move.CANCEL, by=by, now=now)
    return True


@transaction.atomic
def open_or_reopen(bad: BadReview, *, by: Actor, now: datetime) -> UUID:
    """Make sure a review that is bad (again) has an open order."""
    order = WorkOrder.objects.select_for_update().filter(review_id=bad.review_id).first()
    if order is None:
        return open_orders([bad], by=by, now=now)[0]
    if order.state == OrderState.CANCELLED:
        order.state = OrderState.CREATED
        order.dispatch_after = bad.dispatch_after
        order.dispatched_at = order.sign_due_at = order.contact_due_at = order.rectify_due_at = None
        order.save(
            update_fields=[
                "state",
                "dispatch_after",
                "dispatched_at",
                "sign_due_at",
                "contact_due_at",
                "rectify_due_at",
            ]
        )
        _record([order], Move.REOPEN, by=by, now=now)
    return order.id


@transaction.atomic
def dispatch(order_ids: Sequence[UUID], *, by: Actor, now: datetime) -> list[UUID]:
    """Send created orders to their agencies with deadlines from rulebook and calendar; returns their reviews.

    Orders that another worker is dispatching are left to it.
    """
    orders = list(
        WorkOrder.objects.select_for_update(skip_locked=True).filter(
            id__in=order_ids, state=OrderState.CREATED
        )
    )
    day = local_day(now)
    promises = {}
    for division_id in {order.division_id for order in orders}:
        terms = rulebook.terms_for_division(division_id, day)
        promises[division_id] = deadlines(now, terms, rulebook.calendar(terms, day))
    for order in orders:
        promise = promises[order.division_id]
        order.state = OrderState.DISPATCHED
        order.dispatched_at = now
        order.sign_due_at, order.contact_due_at, order.rectify_due_at = (
            promise.sign,
            promise.contact,
            promise.rectify,
        )
        order.deadline_known = promise.known
    WorkOrder.objects.bulk_update(
        orders,
        ["state", "dispatched_at", "sign_due_at", "contact_due_at", "rectify_due_at", "deadline_known"],
        batch_size=200,
    )
    _record(orders, Move.DISPATCH, by=by, now=now)
    return [order.review_id for order in orders]


@transaction.atomic
def promise_late(*, by: Actor, now: datetime) -> int:
    """Give open orders the deadlines that the calendar could not tell at dispatch, counted from dispatch; how many.

    A deadline that was promised is never moved: only those that are not known are filled.
    """
    ids = queries.without_deadline()
    promised = []
    for order in WorkOrder.objects.select_for_update(skip_locked=True).filter(
        id__in=ids, deadline_known=False
    ):
        if order.dispatched_at is None:
            continue
        day = local_day(order.dispatched_at)
        terms = rulebook.terms_for_division(order.division_id, day)
        found = deadlines(order.dispatched_at, terms, rulebook.calendar(terms, day))
        if not found.known:
            continue
        order.sign_due_at = order.sign_due_at or found.sign
        order.contact_due_at = order.contact_due_at or found.contact
        order.rectify_due_at = order.rectify_due_at or found.rectify
        order.deadline_known = True
        promised.append(order)
    columns = ["sign_due_at", "contact_due_at", "rectify_due_at", "deadline_known"]
    WorkOrder.objects.bulk_update(promised, columns)
    if promised:
        entries = [
            NewEntry(
                EntryKind.ORDER_DISPATCHED,
                "order",
                str(order.id),
                facts={"state": order.state, "deadline": "set"},
            )
            for order in promised
        ]
        ledger.append(entries, by=by, now=now)
    return len(promised)


@transaction.atomic
def sign_for(order_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes the order.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE.
    """
    order = _step(order_id, Move.SIGN_FOR, by)
    order.signed_at = now
    order.save(update_fields=["state", "signed_at"])
    _record([order], Move.SIGN_FOR, by=by, now=now)


@transaction.atomic
def verify_by_callback(
    order_id: UUID,
    *,
    result: str,
    is_true: bool | None,
    is_reasonable: bool | None,
    note: str,
    by: Actor,
    now: datetime,
) -> None:
    """Record one attempt to hear the reviewer, and what was found.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_CHOICE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    note = _text(note, "note")
    if result not in set(CallResult):
        raise Refused(UNKNOWN_CHOICE, field="result", value=result)
    order = _step(order_id, Move.VERIFY, by)
    Callback.objects.create(
        id=uuid7(now),
        order=order,
        result=result,
        is_true=is_true,
        is_reasonable=is_reasonable,
        note=note,
        by=str(by),
        at=now,
    )
    order.verified_at = order.verified_at or now
    order.save(update_fields=["state", "verified_at"])
    _record([order], Move.VERIFY, by=by, now=now, note=note)


@transaction.atomic
def rectify(order_id: UUID, *, outcome: str, text: str, by: Actor, now: datetime) -> None:
    """Record what was put right, or why it could not be.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_CHOICE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = _text(text, "text")
    if outcome not in set(HandlingOutcome):
        raise Refused(UNKNOWN_CHOICE, field="outcome", value=outcome)
    order = _step(order_id, Move.RECTIFY, by)
    order.outcome, order.rectification_text, order.rectified_at = outcome, text, now
    order.save(update_fields=["state", "outcome", "rectification_text", "rectified_at"])
    _record([order], Move.RECTIFY, by=by, now=now, note=text)


@transaction.atomic
def reply(order_id: UUID, *, text: str, by: Actor, now: datetime) -> UUID:
    """Answer the reviewer; returns the review's id.

    Raises:
        Refused: as `sign_for`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = _text(text, "text")
    order = _step(order_id, Move.REPLY, by)
    order.reply_text, order.replied_at = text, now
    order.save(update_fields=["state", "reply_text", "replied_at"])
    _record([order], Move.REPLY, by=by, now=now, note=text)
    return order.review_id


@transaction.atomic
def answer_solution(review_id: UUID, *, solved: str, text: str, by: Actor, now: datetime) -> None:
    """The reviewer says whether the matter is solved: once, changeable for as long as a review is.

    Raises:
        Refused: NOT_REPLIED, UNKNOWN_CHOICE, FORBIDDEN_CHARACTERS, TEXT_TOO_LONG, SOLUTION_WINDOW_OVER.
    """
    text = _text(text, "text", limit=SOLUTION_TEXT_LIMIT, required=False)
    if solved not in set(Solved):
        raise Refused(UNKNOWN_CHOICE, field="solved", value=solved[:_SHOWN])
    order = WorkOrder.objects.select_for_update().filter(review_id=review_id).first()
    if order is None or order.state != OrderState.REPLIED:
        raise Refused(NOT_REPLIED)
    said = queries.solutions_of([order.id]).get(order.id)
    if said is not None and now > said.changeable_until:
        raise Refused(SOLUTION_WINDOW_OVER, until=said.changeable_until)
    if said is not None and (said.solved, said.text) == (solved, text):
        return
    window = rulebook.terms_for_division(order.division_id, local_day(now)).change_window
    SolutionAnswer.objects.create(
        id=uuid7(now),
        order=order,
        solved=solved,
        text=text,
        answered_at=now,
        changeable_until=said.changeable_until if said else now + window,
    )
    fields = {"solved": solved, TEXT_FIELD: sha256(text.encode()).hexdigest()}
    entry = NewEntry(EntryKind.SOLUTION_ANSWERED, "order", str(order.id), fields, {"solved": solved})
    ledger.append([entry], by=by, now=now)


@transaction.atomic
def link_thread(order_id: UUID, thread_id: UUID) -> None:
    """Remember the message thread in which agency and reviewer talk about this order."""
    WorkOrder.objects.filter(id=order_id).update(thread_id=thread_id)


def _step(order_id: UUID, move: Move, by: Actor) -> WorkOrder:
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


def _text(text: str, field: str, *, limit: int = TEXT_LIMIT, required: bool = True) -> str:
    text = clean(text)
    if required and not text:
        raise Refused(TEXT_MISSING, field=field)
    if has_forbidden_control(text):
        raise Refused(FORBIDDEN_CHARACTERS, field=field)
    if len(text) > limit:
        raise Refused(TEXT_TOO_LONG, field=field, length=len(text), limit=limit)
    return text


def _record(orders: Sequence[WorkOrder], move: Move, *, by: Actor, now: datetime, note: str = "") -> None:
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
