"""退单, 转派, 并单: which agency an order is with, and with which other order it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification import access, queries
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.steps import (
    checked_text,
    held_each,
    moved,
    own_words,
    record,
    step,
    stepped,
)
from haochaping.rectification.models import Milestone, WorkOrder
from haochaping.rectification.queries.dispatch import agency_within
from haochaping.rectification.states import FIRED_BY, WORKED_ON
from haochaping.rectification.terms import (
    ANSWERS_FOR_OTHERS,
    CLOCK_PAUSED,
    MERGED_INTO_ENDED,
    RETURN_IS_FREE,
    RETURN_TOO_LATE,
    RETURNS_OFF,
    RETURNS_USED_UP,
    SAME_AGENCY,
    HandlingOutcome,
    Move,
    OrderState,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def ask_return(order_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """The agency says that the matter is not its own: before signing, within the limit, as often as the rules allow.

    Raises:
        Refused: as `sign_for`, and RETURNS_OFF, RETURNS_USED_UP, RETURN_TOO_LATE, TEXT_MISSING, TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS.
    """
    reason = own_words(reason, "reason")
    order = step(order_id, Move.ASK_RETURN, by)
    limit = rulebook.terms_for(order.division.path, local_day(now)).returns_at_most
    if not limit:
        raise Refused(RETURNS_OFF)
    if queries.events_count(order.id, Move.ASK_RETURN) >= limit:
        raise Refused(RETURNS_USED_UP, limit=limit)
    if order.sign_due_at is not None and now > order.sign_due_at:
        raise Refused(RETURN_TOO_LATE, due=order.sign_due_at)
    writes.update(order, "state")
    record([order], Move.ASK_RETURN, by=by, now=now, note=reason)


@transaction.atomic
def refuse_return(order_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """The dispatcher leaves the order with the agency; its clock has been running all the time.

    Raises:
        Refused: as `sign_for`, and RETURN_IS_FREE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = checked_text(reason, "reason")
    order = step(order_id, Move.REFUSE_RETURN, by)
    if not rulebook.terms_for(order.division.path, local_day(now)).return_needs_approval:
        raise Refused(RETURN_IS_FREE)
    writes.update(order, "state")
    record([order], Move.REFUSE_RETURN, by=by, now=now, note=reason)


@transaction.atomic
def grant_return(order_id: UUID, *, agency_code: str, reason: str, by: Actor, now: datetime) -> UUID:
    """The dispatcher agrees and sends the order to another agency, with clocks started anew; returns the review's id.

    Raises:
        Refused: as `redispatch`.
    """
    return _send(order_id, Move.GRANT_RETURN, agency_code, reason, by=by, now=now)


@transaction.atomic
def redispatch(order_id: UUID, *, agency_code: str, reason: str, by: Actor, now: datetime) -> UUID:
    """The dispatcher sends an order that nobody signed for, or that was escalated, to another agency.

    Returns the review's id.

    Raises:
        Refused: as `sign_for` and `agency_within`, and SAME_AGENCY, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    return _send(order_id, Move.REDISPATCH, agency_code, reason, by=by, now=now)


def _send(order_id: UUID, move: Move, agency_code: str, reason: str, *, by: Actor, now: datetime) -> UUID:
    reason = checked_text(reason, "reason")
    order = step(order_id, move, by)
    agency = agency_within(agency_code, local_day(now), by)
    if agency.id == order.agency_id:
        raise Refused(SAME_AGENCY, field="agency")
    order.agency_id = agency.id
    # What the other agency promised is not this one's to have kept or broken.
    order.contact_kept = order.rectify_kept = None
    begin_again(order, now)
    record([order], move, by=by, now=now, note=f"{agency.name}\n{reason}", agency=agency.code)
    return order.review_id


def begin_again(order: WorkOrder, now: datetime) -> None:
    """Send an order out once more: nothing of the last time counts as done, and the clocks start anew. Saves it."""
    order.dispatched_at, order.assignee_id = now, None
    order.signed_at = order.verified_at = order.rectified_at = order.replied_at = order.rating_until = None
    order.appeal_until = None
    order.outcome = order.rectification_text = order.reply_text = ""
    clocks.pass_on(order, now, *clocks.restarted(order, now))
    end_plan(order, now)
    writes.update(order)


def end_plan(order: WorkOrder, now: datetime) -> None:
    """The agency's time begins anew: the lines of the plan are nobody's to do any more, and stay to be read."""
    writes.change(Milestone.objects.filter(order=order, ended_at=None), ended_at=now)


@transaction.atomic
def merge(order_id: UUID, *, into: UUID, by: Actor, now: datetime) -> None:
    """Two orders of one reviewer about one matter are answered together; that they are is the caller's to have checked.

    The other one is with an agency that owes the answer, and answers for whoever else is merged with it: an order that
    others are answered with stays. Locks both, the older id first.

    Raises:
        Refused: as `sign_for`, and MERGED_INTO_ENDED, CLOCK_PAUSED, ANSWERS_FOR_OTHERS.
    """
    orders = held_each({order_id, into})
    order, lead = stepped(orders[order_id], Move.MERGE, by), orders[into]
    access.check_not_named(by, lead.staff_id)
    access.check_fire(
        by, FIRED_BY[Move.MERGE], division_path=lead.division.path, agency_path=lead.agency.path
    )
    if order.id == lead.id or OrderState(lead.state) not in WORKED_ON:
        raise Refused(MERGED_INTO_ENDED, field="into", value=str(into))
    if lead.paused_at is not None:
        raise Refused(CLOCK_PAUSED, field="into")
    if queries.answers_for_others(order.id):
        raise Refused(ANSWERS_FOR_OTHERS, field="into")
    order.merged_into, order.outcome, order.closed_at = lead, HandlingOutcome.DUPLICATE_MERGED, now
    clocks.pass_on(order, now)
    writes.update(order, "state", "merged_into", "outcome", "closed_at", *clocks.COLUMNS)
    record([order], Move.MERGE, by=by, now=now, into=str(into))


@transaction.atomic
def separate(review_id: UUID, *, by: Actor, now: datetime) -> list[UUID]:
    """What was to be answered with the order of a review, which gives no answer, goes out on its own again.

    To the agency that had it, by clocks that start anew; returns the reviews. The caller holds the order they were
    merged with.
    """
    rows = WorkOrder.objects.select_for_update(of=("self",)).filter(merged_into__review_id=review_id)
    orders = list(rows.order_by("id"))
    lead = str(orders[0].merged_into_id) if orders else ""
    for order in orders:
        moved(order, Move.SEPARATE).merged_into = None
        order.closed_at = None
        begin_again(order, now)
    record(orders, Move.SEPARATE, by=by, now=now, lead=lead)
    return [order.review_id for order in orders]
