"""Messages to staff on their way out: claimed, sent, settled; tried again when they have certainly not gone out."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from haochaping.kernel.refused import Refused
from haochaping.notices import queries, rules, states
from haochaping.notices.models import StaffMessage
from haochaping.notices.terms import (
    NO_DELIVERY,
    NOT_FAILED,
    Channel,
    DeliveryState,
    GatewayAway,
    GatewayFailed,
    Outgoing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

_log = logging.getLogger(__name__)
_ROUND = 100
_ERROR_LENGTH = 200
# No attempt lasts as long: whoever made it is gone.
_LOST_AFTER = timedelta(minutes=10)


def send_due(
    channel: Channel,
    *,
    send: Callable[[Outgoing], object],
    link: str,
    translate: Callable[[str], str],
    now: datetime,
) -> int:
    """Send what is due to staff by one channel, oldest first, up to a round of it; returns how many went out.

    Each attempt is committed before `send` is called; must not run inside another transaction. `GatewayFailed` means
    that it has certainly not gone out: it is tried again, ever later. Any other error leaves it open: it is listed as
    `unclear` and not sent again by itself. Whoever does not answer is left alone for the rest of the round.
    """
    _find_interrupted(channel, now)
    sent, away = 0, set()
    for message_id, endpoint_id in queries.messages_due(channel, now, limit=_ROUND):
        if endpoint_id in away:
            continue
        outgoing = _claim(message_id, link, translate, now)
        if outgoing is None:
            continue
        state, error = _attempt(send, outgoing)
        if isinstance(error, GatewayAway) or state == DeliveryState.UNCLEAR:
            away.add(endpoint_id)
        _settle(message_id, state, str(error) if isinstance(error, GatewayFailed) else _name(error), now)
        sent += state == DeliveryState.SENT
    return sent


def _attempt(
    send: Callable[[Outgoing], object], outgoing: Outgoing
) -> tuple[DeliveryState, Exception | None]:
    try:
        send(outgoing)
    except GatewayFailed as failure:
        return DeliveryState.FAILED, failure
    except Exception as error:  # noqa: BLE001 - whatever it was, nobody knows whether it has gone out
        _log.warning(
            "A notice by %s may or may not have gone out: %s", outgoing.channel, type(error).__name__
        )
        return DeliveryState.UNCLEAR, error
    return DeliveryState.SENT, None


def _name(error: Exception | None) -> str:
    return type(error).__name__ if error else ""


@transaction.atomic
def requeue_message(message_id: UUID, *, now: datetime) -> None:
    """Have a message that failed or is unclear sent once more: a person decides that it has not arrived.

    Raises `Refused` with `NO_DELIVERY` or `NOT_FAILED`.
    """
    row = StaffMessage.objects.select_for_update().filter(id=message_id).first()
    if row is None:
        raise Refused(NO_DELIVERY)
    if not states.may_follow(DeliveryState(row.state), DeliveryState.QUEUED):
        raise Refused(NOT_FAILED)
    # Not “queued”, where another one may be gathering: it stays the message that failed, and is due at once.
    StaffMessage.objects.filter(id=message_id).update(
        state=DeliveryState.FAILED, attempts=0, due_at=now, at=now
    )


def _find_interrupted(channel: Channel, now: datetime) -> None:
    lost = Q(channel=channel, state=DeliveryState.SENDING, at__lt=now - _LOST_AFTER)
    StaffMessage.objects.filter(lost).update(state=DeliveryState.UNCLEAR, due_at=None, at=now)


@transaction.atomic(durable=True)
def _claim(message_id: UUID, link: str, translate: Callable[[str], str], now: datetime) -> Outgoing | None:
    row = (
        StaffMessage.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("endpoint")
        .filter(id=message_id, due_at__lte=now, state__in=[DeliveryState.QUEUED, DeliveryState.FAILED])
        .first()
    )
    if row is None:
        return None
    outgoing = queries.outgoing(row.id, link=link, translate=translate)
    if outgoing is None:
        # Nothing is left to say, or nobody to say it to.
        StaffMessage.objects.filter(id=row.id).update(state=DeliveryState.NO_PHONE, due_at=None, at=now)
        return None
    StaffMessage.objects.filter(id=row.id).update(
        state=DeliveryState.SENDING, attempts=row.attempts + 1, last_error="", due_at=None, at=now
    )
    return outgoing


@transaction.atomic(durable=True)
def _settle(message_id: UUID, state: DeliveryState, error: str, now: datetime) -> None:
    row = StaffMessage.objects.select_for_update().get(id=message_id)
    wait = rules.retry_after(row.attempts) if state == DeliveryState.FAILED else None
    StaffMessage.objects.filter(id=message_id).update(
        state=state, last_error=error[:_ERROR_LENGTH], due_at=now + wait if wait else None, at=now
    )
