"""What an appeal does to the order it is about: its clock pauses, runs again, or the order ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.places import begin_again
from haochaping.rectification.actions.steps import held, moved, record
from haochaping.rectification.terms import EXCLUSIONS, UNKNOWN_CHOICE, Move

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def pause(order_id: UUID, *, cause: str, by: Actor, now: datetime) -> None:
    """Stop the clock while an appeal is pending; nothing when it is paused already.

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE.
    """
    order = moved(held(order_id), Move.PAUSE)
    if order.paused_at is not None:
        return
    order.paused_at = now
    clocks.pass_on(order, now, *clocks.paused(order, now))
    writes.update(order, "paused_at", *clocks.COLUMNS)
    record([order], Move.PAUSE, by=by, now=now, cause=cause)


@transaction.atomic
def resume(order_id: UUID, *, by: Actor, now: datetime) -> None:
    """Let the clock run again, by as many working days later as it stood; nothing when it is not paused.

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE.
    """
    order = held(order_id)
    if order.paused_at is None:
        return
    moved(order, Move.RESUME)
    order.paused_at = None
    clocks.pass_on(order, now, *clocks.resumed(order, now))
    writes.update(order, "paused_at", *clocks.COLUMNS)
    record([order], Move.RESUME, by=by, now=now)


@transaction.atomic
def exclude(order_id: UUID, *, outcome: str, by: Actor, now: datetime) -> UUID:
    """The appeal was upheld: the order ends, and what others were to help with; returns the review's id.

    Its outcome is the review's exclusion.

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE, UNKNOWN_CHOICE.
    """
    if outcome not in EXCLUSIONS:
        raise Refused(UNKNOWN_CHOICE, field="outcome", value=outcome)
    order = moved(held(order_id), Move.EXCLUDE)
    order.outcome, order.closed_at, order.paused_at, order.merged_into = outcome, now, None, None
    clocks.pass_on(order, now)
    writes.update(order, "state", "outcome", "closed_at", "paused_at", "merged_into", *clocks.COLUMNS)
    record([order], Move.EXCLUDE, by=by, now=now, outcome=outcome)
    return order.review_id


@transaction.atomic
def restore(order_id: UUID, *, by: Actor, now: datetime) -> UUID:
    """The second review turned the exclusion: the order goes to its agency again, by clocks that start anew.

    Returns the review's id.

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE.
    """
    order = moved(held(order_id), Move.RESTORE)
    order.closed_at = None
    begin_again(order, now)
    record([order], Move.RESTORE, by=by, now=now)
    return order.review_id
