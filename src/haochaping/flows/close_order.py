"""办结: a reply is checked, the reviewer's word or their silence closes the order, and what is unsolved goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.flows import tell_reviewers, tell_staff
from haochaping.flows.handle_bad_review import counted, tell, tell_dispatched, tell_reached
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import NoticeKind, Template
from haochaping.postgres.together import together
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import of_this_round
from haochaping.rectification.terms import Move, Solved
from haochaping.reviews import queries as reviews
from haochaping.supervision import actions as supervision
from haochaping.supervision.terms import NewSignal, SignalKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import About
    from haochaping.rectification.terms import OrderRow, SolutionRow

_BATCH = 200


@transaction.atomic
def pass_check(order_id: UUID, *, by: Actor, now: datetime) -> None:
    """The reply holds; a reviewer who has not said whether it helped is asked."""
    rectification.pass_check(order_id, by=by, now=now)
    found, said = orders.asked_rows([order_id]), orders.solutions_of([order_id])
    together(found, said)
    [order] = found.answer
    if of_this_round(said.answer.get(order_id), order.replied_at) is None:
        tell_reviewers.tell_reviewers(Template.SOLVED_QUESTION, [order.review_id], now=now)


@transaction.atomic
def redo(order_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The quality check sends a reply back; agency, supervisors and the reviewer hear of it."""
    review_id = counted(order_id, lambda: rectification.redo(order_id, reason=reason, by=by, now=now))
    found, reached = orders.asked_rows([order_id]), reviews.reached([review_id])
    together(found, reached)
    tell_staff.tell(NoticeKind.REPLY_SENT_BACK, tell_staff.about_orders(found.answer), by=by, now=now)
    _signal(SignalKind.QUALITY_CHECK_FAILED, found.answer, by=by, now=now)
    tell_reached(review_id, reached, Template.ORDER_AGAIN, by=by, now=now)


@transaction.atomic
def ask_return(order_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The agency says that an order is not its own; the dispatchers hear of it."""
    rectification.ask_return(order_id, reason=reason, by=by, now=now)
    about = tell_staff.about_orders(orders.rows([order_id]))
    tell_staff.tell(NoticeKind.ORDER_RETURNED, about, by=by, now=now)


@transaction.atomic
def send_to_another(order_id: UUID, agency_code: str, reason: str, *, by: Actor, now: datetime) -> None:
    """The order goes to another agency, whose figures it counts in from then on."""
    review_id = counted(
        order_id,
        lambda: rectification.redispatch(order_id, agency_code=agency_code, reason=reason, by=by, now=now),
    )
    tell_dispatched([review_id], by=by, now=now)


@transaction.atomic
def grant_return(order_id: UUID, agency_code: str, reason: str, *, by: Actor, now: datetime) -> None:
    """The order was returned with reason and goes to another agency; the one that asked is told why it is gone."""
    before = orders.asked_rows([order_id])
    before.wait()
    review_id = counted(
        order_id,
        lambda: rectification.grant_return(order_id, agency_code=agency_code, reason=reason, by=by, now=now),
    )
    tell_dispatched([review_id], by=by, now=now)
    _tell_decided(NoticeKind.RETURN_GRANTED, tell_staff.about_orders(before.answer), reason, by=by, now=now)


@transaction.atomic
def refuse_return(order_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The order stays with the agency, which is told why; raises as `rectification.actions.refuse_return`."""
    rectification.refuse_return(order_id, reason=reason, by=by, now=now)
    asked = tell_staff.about_orders(orders.rows([order_id]))
    _tell_decided(NoticeKind.RETURN_REFUSED, asked, reason, by=by, now=now)


def _tell_decided(kind: NoticeKind, asked: list[About], reason: str, *, by: Actor, now: datetime) -> None:
    told = [replace(one, facts={**one.facts, "reason": reason.strip()}) for one in asked]
    tell_staff.tell(kind, told, by=by, now=now)


@transaction.atomic
def end(order_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The supervisor closes an order that stayed unsolved: its answer stands, and the reviewer reads why."""
    review_id = counted(order_id, lambda: rectification.end(order_id, reason=reason, by=by, now=now))
    tell_reviewers.tell_reviewers(Template.ORDER_CLOSED, [review_id], now=now)


@transaction.atomic
def settle(*, of: Collection[int] | None = None, by: Actor, now: datetime) -> int:
    """Close what the reviewer called solved, or said nothing about for long enough; take up again what is not.

    A reply that waits for its quality check waits on, unless the reviewer says that it solves nothing. Returns how many
    orders were decided; `of` names the agencies, all without it.
    """
    review_ids = orders.to_settle(now, limit=_BATCH, of=of)
    if not review_ids:
        return 0
    found = orders.orders_of_reviews(review_ids)
    said = orders.solutions_of([order.id for order in found.values()]).answer
    for order in found.values():
        word = of_this_round(said.get(order.id), order.replied_at)
        counted(order.id, partial(_decide, order, word, by=by, now=now))
    return len(found)


def _decide(order: OrderRow, word: SolutionRow | None, *, by: Actor, now: datetime) -> None:
    if word is None or word.solved != Solved.NO:
        rectification.close(order.id, rated=word.solved if word else "", by=by, now=now)
        tell_reviewers.tell_reviewers(Template.ORDER_CLOSED, [order.review_id], now=now)
        return
    again = rectification.take_up_again(order.id, by=by, now=now) == Move.DO_AGAIN
    found = orders.rows([order.id])
    _signal(SignalKind.REOPENED if again else SignalKind.ESCALATED, found, by=by, now=now)
    if again:
        tell_staff.tell(NoticeKind.ORDER_DISPATCHED, tell_staff.about_orders(found), by=by, now=now)
    tell(order.review_id, Template.ORDER_AGAIN if again else Template.ORDER_ESCALATED, by=by, now=now)


def _signal(kind: SignalKind, found: Iterable[OrderRow], *, by: Actor, now: datetime) -> None:
    """Have the supervisors see it."""
    signals = [
        NewSignal(kind, row.division_id, row.agency_id, str(row.id), local_day(now), row.id) for row in found
    ]
    supervision.raise_signals(signals, by=by, now=now)
