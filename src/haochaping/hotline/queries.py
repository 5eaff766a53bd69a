"""12345 对接 reads: links, orders at both sides, what waits on the way out and in."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, DateTimeField, Exists, JSONField, Min, OuterRef, Q
from django.db.models.expressions import RawSQL

from haochaping.directory.rules import path_range
from haochaping.hotline.models import (
    Attachment,
    HotlineLink,
    IncomingMessage,
    LinkedOrder,
    OutgoingMessage,
)
from haochaping.hotline.rules import moment, word
from haochaping.hotline.terms import (
    CENTRE,
    NO_SUCH_LINK,
    AttachmentKind,
    AttachmentRow,
    Gap,
    Happened,
    InRow,
    InState,
    Link,
    LinkedRow,
    Master,
    MoreTime,
    OutRow,
    OutState,
    Queue,
    Saying,
    Telling,
)
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.refused import Reason, Refused
from haochaping.postgres.together import Asked
from haochaping.rectification.states import FINAL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_LINK = (
    "id",
    "division_id",
    "division__code",
    "division__path",
    "agency__code",
    "agency__path",
    "client_id",
    "url",
    "master",
    "begins_at",
    "heard_at",
)
_LINKED = (
    "id",
    "link_id",
    "order_id",
    "master",
    "number",
    "duplicate_of",
    "heard_seq",
    "due_at",
    "linked_at",
    "changed_at",
    "heard_at",
    "closed_at",
)
_OUT = (
    "id",
    "linked_id",
    "linked__link_id",
    "linked__order_id",
    "linked__number",
    "seq",
    "kind",
    "about",
    "event_id",
    "state",
    "attempts",
    "last_error",
    "queued_at",
)
_IN = (
    "id",
    "link_id",
    "linked_id",
    "linked__order_id",
    "number",
    "seq",
    "kind",
    "facts",
    "state",
    "code",
    "reason",
    "remedy",
    "params",
    "received_at",
)
_TO_TELL = resources.files("haochaping.hotline").joinpath("sql/to_tell.sql").read_text(encoding="utf-8")
# A step whose transaction took longer than this to commit does not exist: no statement runs as long.
_LATE = timedelta(minutes=5)
_GIVEN = "SELECT {} FROM haochaping_more_time(hotline_linked_order.id)"
_UNDONE = (OutState.QUEUED, OutState.REFUSED)


def _link(values: tuple[Any, ...]) -> Link:
    columns = dict(zip((name.replace("__", "_") for name in _LINK), values, strict=True))
    columns["master"] = Master(columns["master"])
    return Link(**columns)


def links(by: Actor | None = None) -> list[Link]:
    """The links that are open, by division; with `by` only those within somebody's remit."""
    rows = HotlineLink.objects.filter(closed_at=None).order_by("division__path", "id")
    found = [_link(values) for values in rows.values_list(*_LINK)]
    return [link for link in found if by is None or by.scope.covers(division_path=link.division_path)]


def link(link_id: UUID) -> Link:
    """One open link; raises `Refused(NO_SUCH_LINK)`."""
    values = HotlineLink.objects.filter(id=link_id, closed_at=None).values_list(*_LINK).first()
    if values is None:
        raise Refused(NO_SUCH_LINK)
    return _link(values)


def link_of_client(client_id: int) -> Link:
    """The link whose orders a program may ask for; raises `Refused(NO_SUCH_LINK)`."""
    values = HotlineLink.objects.filter(client_id=client_id, closed_at=None).values_list(*_LINK).first()
    if values is None:
        raise Refused(NO_SUCH_LINK)
    return _link(values)


def to_tell(
    moves: Collection[str], going_out: Collection[str], now: datetime, *, limit: int
) -> list[Happened]:
    """Steps that are to be told and are not in the queue, oldest first; looks back to where the last look ended."""
    reached = HotlineLink.objects.filter(closed_at=None).aggregate(since=Min("told_until"))["since"]
    if reached is None:
        return []
    asked: dict[str, Any] = {
        "since": first_uuid7(min(reached, now) - _LATE),
        "moves": list(map(str, moves)),
        "going_out": list(map(str, going_out)),
        "hotline": f"system:{CENTRE}%",
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TO_TELL, asked)
        return [Happened(*row) for row in cursor.fetchall()]


def linked_of_order(order_id: UUID) -> Asked[LinkedRow | None]:
    """How an order stands at a hotline; None when it is at none."""
    rows = LinkedOrder.objects.filter(order_id=order_id, ended_at=None).values_list(*_LINKED)
    return Asked(rows, lambda found: next(map(_linked, found), None))


def at_hotline(order_id: UUID) -> Asked[tuple[LinkedRow, MoreTime | None] | None]:
    """The same with the last time that the hotline gave more time, as long as its words are kept.

    Its messages are for whoever reaches the division: of this one kind whoever sees the order is told.
    """
    rows = LinkedOrder.objects.filter(order_id=order_id, ended_at=None).annotate(
        given=RawSQL(_GIVEN.format("facts"), (), JSONField()),  # noqa: S611 - words of ours
        given_at=RawSQL(_GIVEN.format("at"), (), DateTimeField()),  # noqa: S611 - words of ours
    )
    return Asked(
        rows.values_list(*_LINKED, "given", "given_at"),
        lambda found: next(((_linked(tuple(row)), _more_time(facts, at)) for *row, facts, at in found), None),
    )


def extensions_of(linked_id: UUID) -> int:
    """How often the hotline has given more time for an order."""
    return IncomingMessage.objects.filter(
        linked_id=linked_id, kind=Saying.EXTENDED, state=InState.APPLIED
    ).count()


def _more_time(facts: Mapping[str, object] | None, at: datetime | None) -> MoreTime | None:
    if at is None or not facts or "until" not in facts:
        return None
    return MoreTime(at, moment(facts, "until"), word(facts, "reason", ""))


def linked_of_number(link_id: UUID, number: str) -> LinkedRow | None:
    """The order of a link that the hotline calls by a number; None when there is none."""
    values = (
        LinkedOrder.objects.filter(link_id=link_id, number=number, ended_at=None)
        .values_list(*_LINKED)
        .first()
    )
    return _linked(values) if values else None


def linked(linked_id: UUID) -> LinkedRow:
    """One order at both sides."""
    return _linked(LinkedOrder.objects.values_list(*_LINKED).get(id=linked_id))


def changed_since(link_id: UUID, since: datetime, after: UUID | None, *, limit: int) -> list[LinkedRow]:
    """The orders of a link that have changed since a moment, oldest change first; those after one of that moment."""
    rows = LinkedOrder.objects.filter(link_id=link_id, ended_at=None).order_by("changed_at", "id")
    later = Q(changed_at__gte=since)
    if after is not None:
        later = Q(changed_at__gt=since) | Q(changed_at=since, id__gt=after)
    return [_linked(values) for values in rows.filter(later).values_list(*_LINKED)[:limit]]


def _linked(values: tuple[Any, ...]) -> LinkedRow:
    pk, link_id, order_id, master, *rest = values
    return LinkedRow(pk, link_id, order_id, Master(master), *rest)


def due(now: datetime, *, limit: int) -> list[UUID]:
    """Messages that may go out now, the longest due first: of each order only the first that is not settled."""
    before = OutgoingMessage.objects.filter(
        linked_id=OuterRef("linked_id"), seq__lt=OuterRef("seq"), state__in=_UNDONE
    )
    rows = OutgoingMessage.objects.filter(
        ~Exists(before), state=OutState.QUEUED, due_at__lte=now, linked__link__closed_at=None
    )
    return list(rows.order_by("due_at", "seq", "id").values_list("id", flat=True)[:limit])


def outgoing(message_id: UUID) -> OutRow:
    """One message to the hotline."""
    return _out(OutgoingMessage.objects.values_list(*_OUT).get(id=message_id))


def refused(by: Actor, *, limit: int = 100) -> list[OutRow]:
    """Messages that the hotline refused, oldest first, within somebody's remit."""
    rows = OutgoingMessage.objects.filter(_within(by, "linked__link__"), state=OutState.REFUSED)
    return [_out(values) for values in rows.order_by("queued_at", "id").values_list(*_OUT)[:limit]]


def _out(values: tuple[Any, ...]) -> OutRow:
    pk, linked_id, link_id, order_id, number, seq, kind, about, event_id, state, *rest = values
    return OutRow(
        pk, linked_id, link_id, order_id, number, seq, Telling(kind), about, event_id, OutState(state), *rest
    )


def next_held(linked_id: UUID, heard_seq: int) -> InRow | None:
    """The held message that comes next in an order's sequence; None while it has not come."""
    rows = IncomingMessage.objects.filter(linked_id=linked_id, state=InState.HELD, seq=heard_seq + 1)
    values = rows.order_by("received_at", "id").values_list(*_IN).first()
    return _in(values) if values else None


def incoming(message_id: UUID) -> InRow:
    """One message of the hotline."""
    return _in(IncomingMessage.objects.values_list(*_IN).get(id=message_id))


def kept(by: Actor, *, limit: int = 100) -> list[InRow]:
    """Messages of the hotline that could not be applied, oldest first, within somebody's remit."""
    rows = IncomingMessage.objects.filter(_within(by, "link__"), state=InState.KEPT)
    return [_in(values) for values in rows.order_by("received_at", "id").values_list(*_IN)[:limit]]


def _in(values: tuple[Any, ...]) -> InRow:
    pk, link_id, linked_id, order_id, number, seq, kind, facts, state, *why, params, received_at = values
    reason = Reason(*why) if why[0] else None
    known = (Saying(kind), facts, InState(state), reason, params, received_at)
    return InRow(pk, link_id, linked_id, order_id, number, seq, *known)


def without_order(link_id: UUID, number: str) -> list[UUID]:
    """Kept messages whose number was not known when they came, in their sequence."""
    rows = IncomingMessage.objects.filter(
        link_id=link_id, number=number, linked=None, state=InState.KEPT
    ).order_by("seq", "received_at")
    return list(rows.values_list("id", flat=True))


def gaps(by: Actor, *, limit: int = 100) -> list[Gap]:
    """Orders of which messages are held until earlier ones come, the longest first, within somebody's remit."""
    rows = IncomingMessage.objects.filter(
        _within(by, "link__"), state=InState.HELD, linked__isnull=False
    ).values("linked_id", "linked__order_id", "linked__number", "linked__heard_seq")
    found = rows.annotate(first=Min("seq"), n=Count("id"), since=Min("received_at")).order_by("since")
    return [
        Gap(
            row["linked_id"],
            row["linked__order_id"],
            row["linked__number"],
            row["linked__heard_seq"] + 1,
            row["first"] - 1,
            row["n"],
            row["since"],
        )
        for row in found[:limit]
    ]


def _within(by: Actor, prefix: str) -> Q:
    if by.scope.division_path is None:
        return Q(pk__in=[])
    low, high = path_range(by.scope.division_path)
    path = f"{prefix}division__path"
    return Q(**{f"{path}__gte": low, f"{path}__lt": high})


def queues(link_ids: Iterable[UUID]) -> dict[UUID, Queue]:
    """How the queue of each link stands."""
    wanted = list(link_ids)
    out: dict[UUID, Any] = {
        row["linked__link_id"]: row
        for row in OutgoingMessage.objects.filter(linked__link_id__in=wanted, state__in=_UNDONE)
        .values("linked__link_id")
        .annotate(
            n=Count("id", filter=Q(state=OutState.QUEUED)),
            oldest=Min("queued_at", filter=Q(state=OutState.QUEUED)),
            no=Count("id", filter=Q(state=OutState.REFUSED)),
        )
    }
    kept_ones = IncomingMessage.objects.filter(link_id__in=wanted, state=InState.KEPT).values("link_id")
    in_ = dict(kept_ones.annotate(n=Count("id")).values_list("link_id", "n"))
    open_ones = LinkedOrder.objects.filter(link_id__in=wanted, ended_at=None).exclude(order__state__in=FINAL)
    open_ = dict(open_ones.values("link_id").annotate(n=Count("id")).values_list("link_id", "n"))
    nothing: dict[str, Any] = {"n": 0, "oldest": None, "no": 0}
    found = {pk: out.get(pk, nothing) for pk in wanted}
    return {
        pk: Queue(row["n"], row["oldest"], row["no"], in_.get(pk, 0), open_.get(pk, 0))
        for pk, row in found.items()
    }


def with_queues() -> list[tuple[Link, Queue]]:
    """Every open link with how its queue stands."""
    found = links()
    stands = queues([link.id for link in found])
    return [(link, stands[link.id]) for link in found]


def attachments(order_id: UUID) -> Asked[list[AttachmentRow]]:
    """What the hotline sent with an order, oldest first, without its content."""
    rows = Attachment.objects.filter(linked__order_id=order_id).order_by("at", "id")
    return Asked(
        rows.values_list("id", "name", "kind", "size", "at", "code"),
        lambda found: [
            AttachmentRow(pk, name, AttachmentKind(kind), *rest) for pk, name, kind, *rest in found
        ],
    )


def attachment(attachment_id: UUID, order_id: UUID) -> tuple[AttachmentRow, bytes] | None:
    """One attachment of this order with its content; None when there is none, or it lies in quarantine."""
    rows = Attachment.objects.filter(id=attachment_id, linked__order_id=order_id)
    row = rows.exclude(kind=AttachmentKind.QUARANTINED).first()
    if row is None:
        return None
    told = AttachmentRow(row.id, row.name, AttachmentKind(row.kind), row.size, row.at, row.code)
    return told, bytes(row.content)
