"""通知 reads: threads for each side, notices and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count

from haochaping.notices.models import Delivery, DemoMessage, Message, Thread
from haochaping.notices.terms import (
    Channel,
    DeliveryRow,
    DeliveryState,
    DemoMessageRow,
    MessageRow,
    Side,
    Template,
    ThreadRow,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

_THREAD = ("id", "subject_kind", "subject_id", "person", "opened_at")
_DELIVERY = (
    "id",
    "message_id",
    "person",
    "template",
    "channel",
    "state",
    "attempts",
    "last_error",
    "gateway_ref",
    "queued_at",
    "at",
    "grant",
)


def thread(thread_id: UUID) -> ThreadRow | None:
    """One thread by id."""
    row = Thread.objects.filter(id=thread_id).values_list(*_THREAD).first()
    return ThreadRow(*row) if row else None


def thread_of(subject_kind: str, subject_id: str) -> ThreadRow | None:
    """The thread about a subject, if one is open."""
    row = (
        Thread.objects.filter(subject_kind=subject_kind, subject_id=subject_id).values_list(*_THREAD).first()
    )
    return ThreadRow(*row) if row else None


def messages(thread_id: UUID, *, for_side: Side, limit: int = 500) -> list[MessageRow]:
    """The messages of a thread, oldest first; the reviewer reads a side, never a clerk's name or number."""
    rows = Message.objects.filter(thread_id=thread_id).order_by("id")
    return [
        MessageRow(row[0], Side(row[1]), "" if for_side == Side.REVIEWER else row[2], *row[3:])
        for row in rows.values_list("id", "side", "author", "text", "sent_at", "read_at")[:limit]
    ]


def unread(thread_ids: Collection[UUID], *, for_side: Side) -> dict[UUID, int]:
    """How many messages of the others this side has not read, by thread; threads without any are absent."""
    rows = (
        Message.objects.filter(thread__in=thread_ids, read_at=None)
        .exclude(side=for_side)
        .values_list("thread_id")
        .annotate(Count("id"))
        .order_by()
    )
    return dict(rows)


def delivery(delivery_id: UUID) -> DeliveryRow | None:
    """One notice by id."""
    row = Delivery.objects.filter(id=delivery_id).values_list(*_DELIVERY).first()
    return _delivery_row(row) if row else None


def deliveries_to(person_id: UUID, *, limit: int = 100) -> list[DeliveryRow]:
    """Notices to one sealed person, newest first."""
    rows = Delivery.objects.filter(person=person_id).order_by("-id").values_list(*_DELIVERY)
    return [_delivery_row(row) for row in rows[:limit]]


def messaged_since(person_ids: Iterable[UUID], since: datetime) -> dict[UUID, int]:
    """How many messages were queued to each sealed person since then; codes that they asked for are none."""
    rows = Delivery.objects.filter(person__in=list(person_ids), channel=Channel.SMS, queued_at__gte=since)
    counted = rows.exclude(template=Template.SIGN_IN_CODE).values_list("person").annotate(Count("id"))
    return dict(counted.order_by())


def unfinished_deliveries(*, limit: int = 200) -> list[DeliveryRow]:
    """Notices that wait, failed or were interrupted, oldest first."""
    done = (DeliveryState.SENT, DeliveryState.NO_PHONE)
    rows = Delivery.objects.exclude(state__in=done).order_by("at", "id").values_list(*_DELIVERY)
    return [_delivery_row(row) for row in rows[:limit]]


def demo_messages(*, limit: int = 50) -> list[DemoMessageRow]:
    """What the demo's gateway would have sent, newest first."""
    rows = DemoMessage.objects.order_by("-id").values_list("masked_phone", "text", "at")
    return [DemoMessageRow(*row) for row in rows[:limit]]


def _delivery_row(row: tuple[object, ...]) -> DeliveryRow:
    facts = dict(zip(_DELIVERY, row, strict=True))
    facts |= {
        "template": Template(str(facts["template"])),
        "channel": Channel(str(facts["channel"])),
        "state": DeliveryState(str(facts["state"])),
    }
    return DeliveryRow(**facts)  # type: ignore[arg-type]
