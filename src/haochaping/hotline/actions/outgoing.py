"""去件: put into the queue, sent at least once in the order of each work order, refused, sent again or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.hotline import queries
from haochaping.hotline.models import HotlineLink, LinkedOrder, OutgoingMessage
from haochaping.hotline.rules import retry_after
from haochaping.hotline.terms import NO_SUCH_MESSAGE, WHY_MISSING, OutState, Telling
from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from haochaping.hotline.terms import Happened, Link, LinkedRow, OutRow
    from haochaping.kernel.actor import Actor

_WORDS = 300
# Whoever holds this puts steps into the queue; a step put there by two at once would be refused to the second.
_QUEUE_LOCK = 0x686F746C


def is_alone() -> bool:
    """Take the right to put steps into the queue until the transaction ends; False when somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_QUEUE_LOCK])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def put(
    step: Happened, known: LinkedRow | None, link: Link | None, pictures: Sequence[UUID], *, now: datetime
) -> int:
    """Put a step of an order into the queue of its hotline; returns how many messages that makes.

    `known` is how the order stands at a hotline so far, `link` the one that it goes through with this step, None where
    it does not go out with it. An order that now goes through another link has left the one before.
    """
    told = 0
    if known is not None:
        told += _add(known.id, step, [(Telling.MOVED, step.move)], now)
    if link is None or (known is not None and known.link_id == link.id):
        return told
    if known is not None:
        LinkedOrder.objects.filter(id=known.id).update(ended_at=now)
    new = LinkedOrder.objects.create(
        id=uuid7(now),
        link_id=link.id,
        order_id=step.order_id,
        master=link.master,
        linked_at=step.at,
        changed_at=now,
    )
    wholly = [(Telling.ORDER, ""), *((Telling.PICTURE, str(picture)) for picture in pictures)]
    return told + _add(new.id, step, wholly, now)


@transaction.atomic
def put_change(change: Happened, known: LinkedRow, *, now: datetime) -> None:
    """Put what the reviewer has changed into the queue of the order's hotline, once however often it is asked."""
    LinkedOrder.objects.select_for_update().get(id=known.id)
    if not OutgoingMessage.objects.filter(linked_id=known.id, event_id=change.event_id).exists():
        _add(known.id, change, [(Telling.MOVED, change.move)], now)


def _add(linked_id: UUID, step: Happened, messages: Sequence[tuple[Telling, str]], now: datetime) -> int:
    linked = LinkedOrder.objects.select_for_update().get(id=linked_id)
    OutgoingMessage.objects.bulk_create(
        [
            OutgoingMessage(
                id=pk,
                linked_id=linked_id,
                seq=seq,
                kind=kind,
                about=about,
                event_id=step.event_id,
                state=OutState.QUEUED,
                queued_at=now,
                due_at=now,
            )
            for seq, (pk, (kind, about)) in enumerate(
                zip(uuids7(now, len(messages)), messages, strict=True), start=linked.told_seq + 1
            )
        ]
    )
    LinkedOrder.objects.filter(id=linked_id).update(told_seq=linked.told_seq + len(messages), changed_at=now)
    return len(messages)


@transaction.atomic
def told_until(moment: datetime) -> None:
    """Remember up to when steps are in the queue."""
    HotlineLink.objects.filter(closed_at=None, told_until__lt=moment).update(told_until=moment)


@transaction.atomic(durable=True)
def claim(
    message_id: UUID, *, holds: timedelta, without: Collection[UUID] = (), now: datetime
) -> OutRow | None:
    """Take a message to send it, so that nobody else does for a while; None when somebody has it or it is settled.

    Links in `without` have not answered a moment ago: theirs are left as they are.

    Committed before the line is opened: whoever dies with it leaves it due again, and it is sent once more under the
    same id.
    """
    row = (
        OutgoingMessage.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(id=message_id, state=OutState.QUEUED, due_at__lte=now)
        .exclude(linked__link_id__in=without)
        .first()
    )
    if row is None:
        return None
    OutgoingMessage.objects.filter(id=message_id).update(attempts=row.attempts + 1, due_at=now + holds)
    return queries.outgoing(message_id)


@transaction.atomic
def sent(message: OutRow, *, by: Actor, now: datetime) -> None:
    """The other side has it."""
    _settle(message, OutState.SENT, by=by, now=now)
    LinkedOrder.objects.filter(id=message.linked_id).update(heard_at=now)
    _heard(message.link_id, now)
    _record(message, EntryKind.HOTLINE_TOLD, by=by, now=now, outcome=OutState.SENT.value)


@transaction.atomic
def later(message: OutRow, error: str, *, now: datetime) -> None:
    """It has not gone through: it is due again after a while, ever longer up to ten minutes, for as long as it takes."""
    OutgoingMessage.objects.filter(id=message.id, state=OutState.QUEUED).update(
        due_at=now + retry_after(message.attempts), last_error=error[:_WORDS]
    )


@transaction.atomic
def refuse(message: OutRow, why: str, *, by: Actor, now: datetime) -> None:
    """The other side says no: a person looks at it, and what comes after waits."""
    OutgoingMessage.objects.filter(id=message.id, state=OutState.QUEUED).update(
        state=OutState.REFUSED, last_error=why[:_WORDS]
    )
    _heard(message.link_id, now)
    _record(message, EntryKind.HOTLINE_TOLD, by=by, now=now, outcome=OutState.REFUSED.value)


@transaction.atomic
def resend(message_id: UUID, *, by: Actor, now: datetime) -> None:
    """A person has a refused message sent once more.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MESSAGE, OUT_OF_SCOPE.
    """
    message = _refused(message_id, by)
    OutgoingMessage.objects.filter(id=message.id).update(state=OutState.QUEUED, due_at=now)
    _record(message, EntryKind.HOTLINE_DECIDED, by=by, now=now, decided="resend")


@transaction.atomic
def give_up(message_id: UUID, why: str, *, by: Actor, now: datetime) -> None:
    """A person lets a refused message go, with the reason; what waits behind it goes on.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MESSAGE, OUT_OF_SCOPE, WHY_MISSING.
    """
    why = clean(why)[:_WORDS]
    if not why:
        raise Refused(WHY_MISSING, field="why")
    message = _refused(message_id, by)
    OutgoingMessage.objects.filter(id=message.id).update(why=why)
    _settle(message, OutState.GIVEN_UP, by=by, now=now)
    _record(message, EntryKind.HOTLINE_DECIDED, by=by, now=now, decided="give_up")


@transaction.atomic
def withdraw(message: OutRow, *, by: Actor, now: datetime) -> None:
    """There is nothing left to say: what it was about is gone, or hidden since."""
    _settle(message, OutState.GIVEN_UP, by=by, now=now)


def _refused(message_id: UUID, by: Actor) -> OutRow:
    check_power(by, Power.ORDER_DISPATCH)
    rows = OutgoingMessage.objects.select_for_update(of=("self",)).select_related("linked__link__division")
    row = rows.filter(id=message_id, state=OutState.REFUSED).first()
    if row is None:
        raise Refused(NO_SUCH_MESSAGE)
    check_scope(by, division_path=row.linked.link.division.path)
    return queries.outgoing(message_id)


def _settle(message: OutRow, state: OutState, *, by: Actor, now: datetime) -> None:
    OutgoingMessage.objects.filter(id=message.id).update(state=state, settled_at=now, settled_by=str(by))


def _heard(link_id: UUID, now: datetime) -> None:
    HotlineLink.objects.filter(id=link_id).update(heard_at=now)


def _record(message: OutRow, kind: EntryKind, *, by: Actor, now: datetime, **facts: str) -> None:
    said = {"order": str(message.order_id), "seq": str(message.seq), "kind": message.kind.value}
    said |= {"about": message.about, **facts}
    ledger.append([NewEntry(kind, "hotline_message", str(message.id), facts=said)], by=by, now=now)
