"""差评工单 from its review to its agency: opened, cancelled by the reviewer, dispatched with deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres import writes
from haochaping.rectification import access, queries
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.places import end_plan
from haochaping.rectification.actions.reforms import promise_reforms
from haochaping.rectification.actions.steps import held, record
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.queries import figures as figure_queries
from haochaping.rectification.rules import consequences_of
from haochaping.rectification.states import after
from haochaping.rectification.terms import WRONG_STATE, Move, OrderState
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import BadReview

TOGETHER = 100


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
            staff_id=review.staff_id,
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
    """Cancel the order of a review its reviewer changed for the better; False when the agency has begun.

    One that is merged with another ends here: what the agency has begun it finishes with the other.
    """
    order = WorkOrder.objects.select_for_update().filter(review_id=review_id).first()
    if order is None or after(OrderState(order.state), Move.CANCEL) is None:
        return False
    was_out = order.state != OrderState.CREATED
    order.state = OrderState.CANCELLED
    if was_out:
        clocks.pass_on(order, now)
    order.merged_into, order.outcome, order.closed_at, order.paused_at = None, "", None, None
    writes.update(order, "state", "merged_into", "outcome", "closed_at", "paused_at", *clocks.COLUMNS)
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
        # Where it went last time a rule may have said that no longer holds.
        order.agency_id, order.assignee_id = bad.agency_id, None
        order.dispatch_after = bad.dispatch_after
        order.dispatched_at = order.sign_due_at = order.contact_due_at = order.rectify_due_at = None
        order.contact_kept = order.rectify_kept = None
        # One that was merged may have been signed for and looked into before.
        order.signed_at = order.verified_at = order.appeal_until = None
        writes.update(
            order,
            "state",
            "agency_id",
            "assignee_id",
            "dispatch_after",
            "dispatched_at",
            "sign_due_at",
            "contact_due_at",
            "rectify_due_at",
            "contact_kept",
            "rectify_kept",
            "signed_at",
            "verified_at",
            "appeal_until",
        )
        end_plan(order, now)
        record([order], Move.REOPEN, by=by, now=now)
    return order.id


@transaction.atomic
def dispatch(order_ids: Sequence[UUID], *, by: Actor, now: datetime) -> list[UUID]:
    """Send created orders out with deadlines from rulebook and calendar; returns their reviews.

    Each goes to the agency that the dispatch rules of today name, without one to whoever served, or to the one that
    goes on for them. Orders that another worker is dispatching are left to it.
    """
    orders = list(
        WorkOrder.objects.select_for_update(skip_locked=True).filter(
            id__in=order_ids, state=OrderState.CREATED
        )
    )
    named = dispatch_queries.targets([order.id for order in orders], now)
    _classify(orders)
    elsewhere = {order.id for order in orders if named.get(order.id, order.agency_id) != order.agency_id}
    for order in orders:
        order.state = OrderState.DISPATCHED
        order.dispatched_at = now
        order.agency_id = named.get(order.id, order.agency_id)
    clocks.begin(orders, now)
    repeating = figure_queries.repeating(order.id for order in orders)
    for order in orders:
        order.repeats = order.id in repeating
    columns = ["state", "dispatched_at", "agency_id", "categories", "repeats", *clocks.COLUMNS]
    WorkOrder.objects.bulk_update(orders, columns, batch_size=200)
    _record(orders, elsewhere, by=by, now=now)
    return [order.review_id for order in orders]


def _classify(orders: Sequence[WorkOrder]) -> None:
    """Note what the reasons of each order's review speak of now. Saves nothing."""
    given = reviews.reviews(order.review_id for order in orders)
    for order in orders:
        follows = consequences_of(given[order.review_id].indicator_codes)
        order.categories = list(follows.categories) if follows else []


@transaction.atomic
def classify_again(review_id: UUID) -> None:
    """Follow reasons that their reviewer changes while the order is out already; lists are searched by them."""
    orders = list(WorkOrder.objects.select_for_update().filter(review_id=review_id))
    _classify(orders)
    WorkOrder.objects.bulk_update(orders, ["categories"])


@transaction.atomic
def send(order_id: UUID, *, agency_code: str, by: Actor, now: datetime) -> UUID:
    """The operator of the hotline sends an order that waits for them, to whom they name; returns the review's id.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE, and as `dispatch_queries.agency_within`.
    """
    order = held(order_id)
    access.check_not_named(by, order.staff_id)
    access.check_fire(
        by, Power.ORDER_DISPATCH, division_path=order.division.path, agency_path=order.agency.path
    )
    if not dispatch_queries.waits_for_operator(order.id, now):
        raise Refused(WRONG_STATE, state=order.state)
    agency = dispatch_queries.agency_within(agency_code, local_day(now), by)
    elsewhere = {order.id} if agency.id != order.agency_id else set()
    order.state, order.dispatched_at, order.agency_id = OrderState.DISPATCHED, now, agency.id
    _classify([order])
    order.repeats = order.id in figure_queries.repeating([order.id])
    clocks.begin([order], now)
    writes.update(order, "state", "dispatched_at", "agency_id", "categories", "repeats", *clocks.COLUMNS)
    _record([order], elsewhere, by=by, now=now)
    return order.review_id


def _record(orders: Sequence[WorkOrder], elsewhere: set[UUID], *, by: Actor, now: datetime) -> None:
    """Leave the trace of a dispatch; where an order went elsewhere than to whoever served, with the agency it went to."""
    sent: dict[int, list[WorkOrder]] = {}
    for order in orders:
        sent.setdefault(order.agency_id if order.id in elsewhere else 0, []).append(order)
    record(sent.pop(0, []), Move.DISPATCH, by=by, now=now)
    named = directory.refs(Kind.AGENCIES, sent)
    for agency_id, there in sent.items():
        agency = named[agency_id]
        record(there, Move.DISPATCH, by=by, now=now, note=agency.name, agency=agency.code)


def promise_late(*, by: Actor, now: datetime) -> int:
    """Give open orders and proposals of reforms the deadlines that the calendar could not tell; how many.

    So does an order whose end was told get its amber. A deadline that was promised is never moved: only those that are
    not known are filled. When a year comes, many wait for it: they are promised some at a time, each time in a
    transaction of its own.
    """
    promised = 0
    for untold in (queries.without_deadline, queries.without_amber):
        after = None
        while waiting := untold(after=after, limit=TOGETHER):
            promised += _promise(waiting, by, now)
            after = waiting[-1]
    return promised + promise_reforms(by=by, now=now)


@transaction.atomic
def _promise(waiting: Sequence[UUID], by: Actor, now: datetime) -> int:
    entries = []
    for order in WorkOrder.objects.select_for_update(skip_locked=True).filter(id__in=waiting):
        found = clocks.now_known(order, now)
        if found:
            clocks.pass_on(order, now, *found)
            writes.update(order, *clocks.COLUMNS)
            facts = {"state": order.state}
            entries.append(NewEntry(EntryKind.DEADLINE_SET, "order", str(order.id), facts=facts))
    ledger.append(entries, by=by, now=now)
    return len(entries)
