"""来件: taken once, in the order of each work order; held until what is missing has come, kept when it does not fit."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.hotline import queries
from haochaping.hotline.models import Attachment, HotlineLink, IncomingMessage, LinkedOrder, UsedNonce
from haochaping.hotline.terms import (
    ANOTHER_NUMBER,
    ATTACHMENT_BYTES,
    MESSAGE_REUSED,
    NAME_LIMIT,
    NO_GAP,
    NO_SUCH_MESSAGE,
    NONCE_USED,
    SEQUENCE_PASSED,
    UNKNOWN_NUMBER,
    WHY_MISSING,
    WINDOW,
    AttachmentKind,
    InState,
    Saying,
)
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.hotline.terms import InRow, Link, Said
    from haochaping.kernel.actor import Actor

_WORDS = 300


@transaction.atomic
def use_nonce(link_id: UUID, nonce: str, *, now: datetime) -> None:
    """Take a nonce for good; forgets those whose moment no longer counts. Raises `Refused(NONCE_USED)`."""
    UsedNonce.objects.filter(link_id=link_id, at__lt=now - 2 * WINDOW).delete()
    _, is_new = UsedNonce.objects.get_or_create(link_id=link_id, nonce=nonce, defaults={"at": now})
    if not is_new:
        raise Refused(NONCE_USED)


@transaction.atomic
def receive(link: Link, said: Said, *, by: Actor, now: datetime) -> tuple[InRow, bool]:
    """Put down a message of the hotline; returns it, and whether it is new. The order it is about is locked until the end.

    Raises:
        Refused: MESSAGE_REUSED when its id stands for another message.
    """
    linked = _linked(link, said)
    known = IncomingMessage.objects.filter(link_id=link.id, message=said.message).first()
    if known is not None:
        if bytes(known.digest) != said.digest:
            raise Refused(MESSAGE_REUSED, field="message")
        return queries.incoming(known.id), False
    HotlineLink.objects.filter(id=link.id).update(heard_at=now)
    row = IncomingMessage.objects.create(
        id=uuid7(now),
        link_id=link.id,
        linked=linked,
        message=said.message,
        digest=said.digest,
        seq=said.seq,
        number=said.number,
        kind=said.kind,
        said_at=said.at,
        facts=dict(said.facts),
        state=InState.HELD,
        received_at=now,
    )
    complaint = None
    if linked is None:
        complaint = Complaint(UNKNOWN_NUMBER, "number", {"value": said.number or str(said.order)})
    else:
        LinkedOrder.objects.filter(id=linked.id).update(heard_at=now)
        if said.seq <= linked.heard_seq:
            complaint = Complaint(SEQUENCE_PASSED, "seq", {"seq": said.seq})
        elif said.number and linked.number and said.number not in {linked.number, linked.duplicate_of}:
            complaint = Complaint(ANOTHER_NUMBER, "number", {"known": linked.number, "value": said.number})
        elif said.number and not linked.number:
            call_by(linked.id, said.number, now=now)
    if complaint is not None:
        keep(row.id, complaint, by=by, now=now)
    return queries.incoming(row.id), True


def _linked(link: Link, said: Said) -> LinkedOrder | None:
    """The order that a message is about, locked: by our id where it is said, else by the hotline's number."""
    rows = LinkedOrder.objects.select_for_update().filter(link_id=link.id)
    if said.order is not None:
        return rows.filter(order_id=said.order, ended_at=None).first()
    return rows.filter(number=said.number, ended_at=None).first()


@transaction.atomic
def call_by(linked_id: UUID, number: str, *, duplicate_of: str = "", now: datetime) -> bool:
    """Remember the hotline's number of an order, unless another one has it; whether it is this order's now."""
    row = LinkedOrder.objects.select_for_update().get(id=linked_id)
    others = LinkedOrder.objects.filter(link_id=row.link_id, number=number, ended_at=None)
    taken = others.exclude(id=linked_id).exists()
    row.duplicate_of = duplicate_of or row.duplicate_of
    row.number = row.number or ("" if taken else number)
    row.changed_at = now
    row.save(update_fields=["number", "duplicate_of", "changed_at"])
    return row.number == number


@transaction.atomic
def apply_next(linked_id: UUID) -> InRow | None:
    """The message that comes next in the sequence of an order, its place taken; None while it has not come.

    Locks the order's row; whoever takes it settles it in the same transaction.
    """
    linked = LinkedOrder.objects.select_for_update().get(id=linked_id)
    found = queries.next_held(linked_id, linked.heard_seq)
    if found is not None:
        LinkedOrder.objects.filter(id=linked_id).update(heard_seq=found.seq)
    return found


@transaction.atomic
def apply_at(message: InRow, *, by: Actor, now: datetime) -> None:
    """A message has done what it says; what it brought along is kept elsewhere by now."""
    facts = {name: value for name, value in message.facts.items() if name != "content"}
    IncomingMessage.objects.filter(id=message.id).update(
        state=InState.APPLIED,
        facts=facts,
        code="",
        reason="",
        remedy="",
        params={},
        settled_at=now,
        settled_by=str(by),
    )
    if message.linked_id is not None:
        LinkedOrder.objects.filter(id=message.linked_id).update(changed_at=now)
    _record(message, EntryKind.HOTLINE_HEARD, by=by, now=now, outcome=InState.APPLIED.value)


@transaction.atomic
def keep(message_id: UUID, complaint: Complaint, *, by: Actor, now: datetime) -> None:
    """A message does not fit the order as it stands: it stays, with the newest reason, until somebody decides."""
    params = {name: _plain(value) for name, value in complaint.params.items()}
    IncomingMessage.objects.filter(id=message_id).update(
        state=InState.KEPT,
        code=complaint.reason.code,
        reason=complaint.reason.message[:_WORDS],
        remedy=complaint.reason.remedy[:_WORDS],
        params={**params, "field": complaint.field},
    )
    message = queries.incoming(message_id)
    _record(message, EntryKind.HOTLINE_HEARD, by=by, now=now, outcome="kept", why=complaint.reason.code)


def _plain(value: object) -> object:
    return value if isinstance(value, int | str) else str(value)


@transaction.atomic
def set_aside(message_id: UUID, why: str, *, by: Actor, now: datetime) -> None:
    """A person decides that a kept message is not to be applied, with the reason; it stays listed in its order.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MESSAGE, OUT_OF_SCOPE, WHY_MISSING.
    """
    why = clean(why)[:_WORDS]
    if not why:
        raise Refused(WHY_MISSING, field="why")
    message = kept_by(message_id, by)
    IncomingMessage.objects.filter(id=message_id).update(
        state=InState.SET_ASIDE, why=why, settled_at=now, settled_by=str(by)
    )
    _record(message, EntryKind.HOTLINE_DECIDED, by=by, now=now, decided="set_aside")


def kept_by(message_id: UUID, by: Actor) -> InRow:
    """A kept message, locked, for somebody who decides about it; raises NOT_ALLOWED, NO_SUCH_MESSAGE, OUT_OF_SCOPE."""
    check_power(by, Power.ORDER_DISPATCH)
    rows = IncomingMessage.objects.select_for_update(of=("self",)).select_related("link__division")
    row = rows.filter(id=message_id, state=InState.KEPT).first()
    if row is None:
        raise Refused(NO_SUCH_MESSAGE)
    check_scope(by, division_path=row.link.division.path)
    # Before the order itself, as a message that comes in takes them.
    if row.linked_id is not None:
        LinkedOrder.objects.select_for_update().get(id=row.linked_id)
    return queries.incoming(message_id)


@transaction.atomic
def put_in_place(message_id: UUID, linked_id: UUID) -> None:
    """It is known now which order a kept message is about: it waits for its turn in the sequence."""
    IncomingMessage.objects.filter(id=message_id, state=InState.KEPT).update(
        linked_id=linked_id, state=InState.HELD, code="", reason="", remedy="", params={}
    )


@transaction.atomic
def close_gap(linked_id: UUID, *, by: Actor, now: datetime) -> None:
    """A person gives up the messages that are missing: the next that is held comes now.

    Raises:
        Refused: NOT_ALLOWED, NO_GAP, OUT_OF_SCOPE.
    """
    check_power(by, Power.ORDER_DISPATCH)
    rows = LinkedOrder.objects.select_for_update(of=("self",)).select_related("link__division")
    row = rows.filter(id=linked_id).first()
    held = IncomingMessage.objects.filter(linked_id=linked_id, state=InState.HELD).order_by("seq").first()
    if row is None or held is None:
        raise Refused(NO_GAP)
    check_scope(by, division_path=row.link.division.path)
    missing = {"from": str(row.heard_seq + 1), "to": str(held.seq - 1)}
    LinkedOrder.objects.filter(id=linked_id).update(heard_seq=held.seq - 1)
    _record(queries.incoming(held.id), EntryKind.HOTLINE_DECIDED, by=by, now=now, decided="gap", **missing)


@transaction.atomic
def note_deadline(linked_id: UUID, due_at: datetime, *, now: datetime) -> None:
    """Remember until when the hotline says that the order is to be done."""
    LinkedOrder.objects.filter(id=linked_id).update(due_at=due_at, changed_at=now)


@transaction.atomic
def note_closed(linked_id: UUID, *, now: datetime) -> None:
    """Remember that the hotline has closed its order."""
    LinkedOrder.objects.filter(id=linked_id).update(closed_at=now, changed_at=now)


@transaction.atomic
def keep_attachment(
    message: InRow,
    linked_id: UUID,
    content: bytes,
    *,
    name: str,
    size: int,
    kind: AttachmentKind,
    code: str = "",
    by: Actor,
    now: datetime,
) -> UUID:
    """Keep what came with an order, once for a message; what is too large is only remembered by its fingerprint."""
    kept = Attachment.objects.create(
        id=uuid7(now),
        linked_id=linked_id,
        incoming_id=message.id,
        name=clean(name)[:NAME_LIMIT],
        kind=kind,
        content=content if len(content) <= ATTACHMENT_BYTES else b"",
        sha256=sha256(content).digest(),
        size=size,
        code=code,
        at=now,
    )
    facts = {"of": f"order:{message.order_id}", "kind": kind.value, "sha256": bytes(kept.sha256).hex()}
    entry = NewEntry(EntryKind.HOTLINE_ATTACHED, "hotline_attachment", str(kept.id), facts=facts)
    ledger.append([entry], by=by, now=now)
    return kept.id


def _record(message: InRow, kind: EntryKind, *, by: Actor, now: datetime, **facts: str) -> None:
    said = {"order": str(message.order_id or ""), "kind": Saying(message.kind).value, "seq": str(message.seq)}
    ledger.append([NewEntry(kind, "hotline_message", str(message.id), facts=said | facts)], by=by, now=now)
