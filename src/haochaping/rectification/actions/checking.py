"""质检 and 办结: a reply is checked by somebody else, the reviewer's word decides, what is still unsolved goes further."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification import queries
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.places import begin_again, end_plan
from haochaping.rectification.actions.steps import checked_text, held, moved, own_words, record, step
from haochaping.rectification.terms import OWN_REPLY, Move
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def pass_check(order_id: UUID, *, by: Actor, now: datetime) -> None:
    """The reply holds; whoever wrote it cannot say so.

    Raises:
        Refused: as `sign_for`, and OWN_REPLY.
    """
    order = step(order_id, Move.PASS_CHECK, by)
    _check_not_own(order_id, by)
    clocks.pass_on(order, now)
    writes.update(order, "state", *clocks.COLUMNS)
    record([order], Move.PASS_CHECK, by=by, now=now)


@transaction.atomic
def redo(order_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """The reply does not hold: the agency works on it again, by a clock that starts anew; returns the review's id.

    Raises:
        Refused: as `sign_for`, and OWN_REPLY, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = own_words(reason, "reason")
    order = step(order_id, Move.REDO, by)
    _check_not_own(order_id, by)
    order.rectified_at = order.replied_at = order.rating_until = None
    order.outcome = order.rectification_text = order.reply_text = ""
    clocks.pass_on(order, now, *clocks.again(order, now))
    end_plan(order, now)
    writes.update(order)
    record([order], Move.REDO, by=by, now=now, note=reason)
    return order.review_id


def _check_not_own(order_id: UUID, by: Actor) -> None:
    if queries.last_author(order_id, Move.REPLY) == str(by):
        raise Refused(OWN_REPLY)


@transaction.atomic
def close(order_id: UUID, *, rated: str, by: Actor, now: datetime) -> None:
    """The reviewer has said that it is solved (`rated`), or nothing within the time ("").

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE.
    """
    order = moved(held(order_id), Move.CLOSE)
    order.closed_at = now
    clocks.pass_on(order, now)
    writes.update(order, "state", "closed_at", *clocks.COLUMNS)
    record([order], Move.CLOSE, by=by, now=now, rated=rated or "unrated")


@transaction.atomic
def take_up_again(order_id: UUID, *, by: Actor, now: datetime) -> Move:
    """The reviewer has said that it is not solved; returns whether the agency begins again or the supervisor gets it.

    The rulebook says how often an order is opened again, and how long the supervisor has then.

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE.
    """
    order = held(order_id)
    terms = rulebook.terms_for(order.division.path, local_day(now))
    if order.round <= terms.reopenings_at_most:
        moved(order, Move.DO_AGAIN)
        order.round += 1
        begin_again(order, now)
        record([order], Move.DO_AGAIN, by=by, now=now, round=str(order.round))
        return Move.DO_AGAIN
    moved(order, Move.ESCALATE)
    clocks.pass_on(order, now, clocks.decision_limit(terms, now))
    writes.update(order, "state", *clocks.COLUMNS)
    record([order], Move.ESCALATE, by=by, now=now)
    return Move.ESCALATE


@transaction.atomic
def end(order_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """The supervisor closes an order that stayed unsolved, with a reason that the reviewer reads; returns the review's id.

    Raises:
        Refused: as `sign_for`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = checked_text(reason, "reason")
    order = step(order_id, Move.END, by)
    order.closed_at = now
    clocks.pass_on(order, now)
    writes.update(order, "state", "closed_at", *clocks.COLUMNS)
    record([order], Move.END, by=by, now=now, note=reason)
    return order.review_id
