"""差评工单 from its review to its agency: opened, cancelled by the reviewer, dispatched with deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification import queries
from haochaping.rectification.actions.steps import record
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.rules import deadlines
from haochaping.rectification.states import after
from haochaping.rectification.terms import (
    BadReview,
    Move,
    OrderState,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


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
    record(orders, Move.OPEN, by=by, now=now)
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
    record([order], Move.CANCEL, by=by, now=now)
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
        record([order], Move.REOPEN, by=by, now=now)
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
    record(orders, Move.DISPATCH, by=by, now=now)
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
