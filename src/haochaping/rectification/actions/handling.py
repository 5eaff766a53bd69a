"""What the agency does with an order: sign for, hear the reviewer, put right, reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.rectification.actions.steps import checked_text, record, step
from haochaping.rectification.models import Callback, WorkOrder
from haochaping.rectification.terms import (
    UNKNOWN_CHOICE,
    CallResult,
    HandlingOutcome,
    Move,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def sign_for(order_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes the order.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE.
    """
    order = step(order_id, Move.SIGN_FOR, by)
    order.signed_at = now
    order.save(update_fields=["state", "signed_at"])
    record([order], Move.SIGN_FOR, by=by, now=now)


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
    note = checked_text(note, "note")
    if result not in set(CallResult):
        raise Refused(UNKNOWN_CHOICE, field="result", value=result)
    order = step(order_id, Move.VERIFY, by)
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
    record([order], Move.VERIFY, by=by, now=now, note=note)


@transaction.atomic
def rectify(order_id: UUID, *, outcome: str, text: str, by: Actor, now: datetime) -> None:
    """Record what was put right, or why it could not be.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_CHOICE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text")
    if outcome not in set(HandlingOutcome):
        raise Refused(UNKNOWN_CHOICE, field="outcome", value=outcome)
    order = step(order_id, Move.RECTIFY, by)
    order.outcome, order.rectification_text, order.rectified_at = outcome, text, now
    order.save(update_fields=["state", "outcome", "rectification_text", "rectified_at"])
    record([order], Move.RECTIFY, by=by, now=now, note=text)


@transaction.atomic
def reply(order_id: UUID, *, text: str, by: Actor, now: datetime) -> UUID:
    """Answer the reviewer; returns the review's id.

    Raises:
        Refused: as `sign_for`, and TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text")
    order = step(order_id, Move.REPLY, by)
    order.reply_text, order.replied_at = text, now
    order.save(update_fields=["state", "reply_text", "replied_at"])
    record([order], Move.REPLY, by=by, now=now, note=text)
    return order.review_id


@transaction.atomic
def link_thread(order_id: UUID, thread_id: UUID) -> None:
    """Remember the message thread in which agency and reviewer talk about this order."""
    WorkOrder.objects.filter(id=order_id).update(thread_id=thread_id)
