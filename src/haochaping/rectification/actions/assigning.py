"""专人: who in the agency deals with an order; and the two steps that are taken with several orders at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts import queries as accounts
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification import queries
from haochaping.rectification.actions.handling import sign_for
from haochaping.rectification.actions.steps import record, step
from haochaping.rectification.queries import worklist as worklist_queries
from haochaping.rectification.states import FIRED_BY
from haochaping.rectification.terms import (
    BULK_AT_MOST,
    NO_HANDLER_THERE,
    NOTHING_CHOSEN,
    TOO_MANY_CHOSEN,
    WRONG_STATE,
    BulkOutcome,
    Move,
    OrderState,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.models import WorkOrder


@transaction.atomic
def assign(order_id: UUID, *, assignee: int, by: Actor, now: datetime) -> bool:
    """Somebody of the agency is named to deal with the order; False when they were already.

    Raises:
        Refused: as `sign_for`, and NO_HANDLER_THERE.
    """
    order = step(order_id, Move.ASSIGN, by)
    name = _name_of(assignee, order)
    if order.assignee_id == assignee:
        return False
    order.assignee_id = assignee
    writes.update(order, "assignee_id")
    record([order], Move.ASSIGN, by=by, now=now, note=name, assignee=f"staff:{assignee}")
    return True


def _name_of(assignee: int, order: WorkOrder) -> str:
    """The name of somebody who handles orders at the order's agency; never of whom its review names."""
    path = order.agency.path
    for holder in accounts.holders([FIRED_BY[Move.ASSIGN]], [("", path)]):
        belongs = holder.scope.agency_path is not None and path.startswith(holder.scope.agency_path)
        if holder.user_id == assignee and belongs and order.staff_id not in holder.staff_ids:
            return accounts.display_names([assignee])[assignee]
    raise Refused(NO_HANDLER_THERE, field="assignee")


def sign_for_each(
    order_ids: Sequence[UUID], *, sign_one: Callable[..., object] = sign_for, by: Actor, now: datetime
) -> list[BulkOutcome]:
    """Sign for several orders, each in a transaction and with an outcome of its own; a flow that tells of it is `sign_one`.

    Raises:
        Refused: NOTHING_CHOSEN, TOO_MANY_CHOSEN.
    """

    def sign(order_id: UUID) -> bool:
        try:
            sign_one(order_id, by=by, now=now)
        except Refused as refused:
            # A second click finds done what the first has done.
            if refused.complaint.code == WRONG_STATE.code and _has_signed(order_id, by):
                return False
            raise
        return True

    return _each(order_ids, sign, by)


def _has_signed(order_id: UUID, by: Actor) -> bool:
    is_signed = queries.order(order_id, by=by).state == OrderState.SIGNED
    return is_signed and queries.last_author(order_id, Move.SIGN_FOR) == str(by)


def assign_each(order_ids: Sequence[UUID], *, assignee: int, by: Actor, now: datetime) -> list[BulkOutcome]:
    """Name one person for several orders, each in a transaction and with an outcome of its own.

    Raises:
        Refused: NOTHING_CHOSEN, TOO_MANY_CHOSEN.
    """
    return _each(order_ids, lambda order_id: assign(order_id, assignee=assignee, by=by, now=now), by)


def _each(order_ids: Sequence[UUID], do: Callable[[UUID], bool], by: Actor) -> list[BulkOutcome]:
    chosen = list(dict.fromkeys(order_ids))
    if not chosen:
        raise Refused(NOTHING_CHOSEN)
    if len(chosen) > BULK_AT_MOST:
        raise Refused(TOO_MANY_CHOSEN, count=len(chosen), limit=BULK_AT_MOST)
    known = worklist_queries.visible_rows(chosen, by=by)
    outcomes = []
    for order_id in chosen:
        item = known[order_id].item_name if order_id in known else ""
        try:
            outcomes.append(BulkOutcome(order_id, item, already=not do(order_id)))
        except Refused as refused:
            outcomes.append(BulkOutcome(order_id, item, complaint=refused.complaint))
    return outcomes
