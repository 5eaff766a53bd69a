"""通知 reads: threads for each side, notices and what became of them; what staff are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from haochaping.kernel.masking import masked_phone
from haochaping.notices import rules
from haochaping.notices.models import (
    Delivery,
    DemoMessage,
    Endpoint,
    Message,
    NoticeChoice,
    NoticeCopy,
    StaffContact,
    StaffMessage,
    StaffNotice,
    Thread,
)
from haochaping.notices.terms import (
    NO_GATEWAY,
    NOTICE_LABELS,
    TOLD_HIGHER_UP,
    Channel,
    ChoiceRow,
    ContactRow,
    DeliveryRow,
    DeliveryState,
    DemoMessageRow,
    EndpointRow,
    LostDelivery,
    MailChoice,
    MessageRow,
    MessageState,
    NoticeKind,
    NoticeRow,
    Outgoing,
    Side,
    Template,
    ThreadRow,
)
from haochaping.postgres.together import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

# What reaches somebody who did not ask for it.
_DISTURBS = (Channel.SMS, Channel.IVR)
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


def last_words(thread_id: UUID) -> tuple[Side, str] | None:
    """Who wrote last in a thread, and what; None when nobody has."""
    row = Message.objects.filter(thread_id=thread_id).order_by("-id").values_list("side", "text").first()
    return (Side(row[0]), row[1]) if row else None


def unread(thread_ids: Collection[UUID], *, for_side: Side) -> Asked[dict[UUID, int]]:
    """How many messages of the others this side has not read, by thread; threads without any are absent."""
    rows = (
        Message.objects.filter(thread__in=thread_ids, read_at=None)
        .exclude(side=for_side)
        .values_list("thread_id")
        .annotate(Count("id"))
        .order_by()
    )
    return Asked(rows, dict)


def delivery(delivery_id: UUID) -> DeliveryRow | None:
    """One notice by id."""
    row = Delivery.objects.filter(id=delivery_id).values_list(*_DELIVERY).first()
    return _delivery_row(row) if row else None


def deliveries_to(person_id: UUID, *, limit: int = 100) -> list[DeliveryRow]:
    """Notices to one sealed person, newest first."""
    rows = Delivery.objects.filter(person=person_id).order_by("-id").values_list(*_DELIVERY)
    return [_delivery_row(row) for row in rows[:limit]]


def messaged_since(person_ids: Iterable[UUID], since: datetime) -> dict[UUID, int]:
    """How many messages and automatic calls were queued to each sealed person since then; codes they asked for are none.

    What was given up has disturbed nobody.
    """
    rows = Delivery.objects.filter(person__in=list(person_ids), channel__in=_DISTURBS, queued_at__gte=since)
    rows = rows.exclude(state=DeliveryState.GIVEN_UP)
    counted = rows.exclude(template=Template.SIGN_IN_CODE).values_list("person").annotate(Count("id"))
    return dict(counted.order_by())


def lost_deliveries(*, limit: int = 200) -> list[LostDelivery]:
    """Notices to reviewers that failed or may have gone out, oldest first: a person decides what becomes of them."""
    thread = ("message__thread__subject_kind", "message__thread__subject_id")
    columns = ("id", "channel", "template", *thread, "about", "state", "attempts", "last_error", "at")
    return [
        LostDelivery(
            pk,
            Channel(channel),
            Template(template),
            subject_id if subject_kind == "order" else None,
            review,
            DeliveryState(state),
            *rest,
        )
        for pk, channel, template, subject_kind, subject_id, review, state, *rest in _lost()
        .order_by("at", "id")
        .values_list(*columns)[:limit]
    ]


def worker_has_gateway(since: datetime) -> bool | None:
    """Whether the newest delivery tried since then found a gateway; None when none was. Reads every delivery."""
    told = Q(state=DeliveryState.SENT) | Q(last_error=NO_GATEWAY)
    newest = Delivery.objects.filter(told, at__gte=since).order_by("-at").values_list("state", flat=True)
    state = newest.first()
    return None if state is None else state == DeliveryState.SENT


def lost_deliveries_count() -> int:
    """How many notices to reviewers failed or may have gone out."""
    return _lost().count()


def _lost() -> QuerySet[Delivery]:
    # Told as the index tells it, which the planner finds by its words.
    done = (DeliveryState.SENT, DeliveryState.NO_PHONE, DeliveryState.REPLACED, DeliveryState.GIVEN_UP)
    lost = (DeliveryState.FAILED, DeliveryState.UNCLEAR)
    return Delivery.objects.exclude(state__in=done).filter(state__in=lost)


def demo_messages(sought: str = "", *, limit: int = 50, offset: int = 0) -> list[DemoMessageRow]:
    """What the demo's gateway would have sent, newest first; or of it what went to a number or holds some words."""
    rows = DemoMessage.objects.order_by("-id").values_list("channel", "masked_to", "text", "at")
    if sought:
        rows = rows.filter(
            Q(text__icontains=sought)
            | Q(masked_to__in=[sought, masked_phone(sought)])
            | Q(masked_to__endswith=sought)
        )
    found = rows[offset : offset + limit]
    return [DemoMessageRow(Channel(channel), masked_to, text, at) for channel, masked_to, text, at in found]


def _delivery_row(row: tuple[object, ...]) -> DeliveryRow:
    facts = dict(zip(_DELIVERY, row, strict=True))
    facts |= {
        "template": Template(str(facts["template"])),
        "channel": Channel(str(facts["channel"])),
        "state": DeliveryState(str(facts["state"])),
    }
    return DeliveryRow(**facts)  # type: ignore[arg-type]


_NOTICE = ("id", "kind", "subject_kind", "subject_id", "division_id", "agency_id", "facts", "at", "staff_id")
_UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.FAILED, DeliveryState.UNCLEAR)
UNREAD_SHOWN = 99


def messages_by_day(
    person_ids: Iterable[UUID], since: datetime, *, replacing: Collection[UUID] = ()
) -> list[tuple[UUID, datetime]]:
    """The messages to each sealed person since then, sent or waiting: whom, and when; codes they asked for are none.

    What still waits about the reviews in `replacing` is about to give way, and left out.
    """
    rows = Delivery.objects.filter(person__in=list(person_ids), channel__in=_DISTURBS)
    rows = rows.exclude(template=Template.SIGN_IN_CODE)
    rows = rows.exclude(state__in=[DeliveryState.REPLACED, DeliveryState.GIVEN_UP])
    waiting = Q(state=DeliveryState.QUEUED, about__isnull=False, about__in=list(replacing), due_at__gt=since)
    found = rows.exclude(waiting).annotate(when=Coalesce("due_at", "queued_at")).filter(when__gte=since)
    return list(found.values_list("person", "when"))


def notices_of(user_id: int, *, limit: int = 50, offset: int = 0) -> list[NoticeRow]:
    """What one person has been told, newest first."""
    columns = (f"notice__{name}" for name in _NOTICE)
    rows = NoticeCopy.objects.filter(user_id=user_id).order_by("-notice").values_list(*columns, "read_at")
    return [_notice(row) for row in rows[offset : offset + limit]]


def notice_of(user_id: int, notice_id: UUID) -> NoticeRow | None:
    """One notice that this person has been told of; None when there is none."""
    columns = (f"notice__{name}" for name in _NOTICE)
    row = (
        NoticeCopy.objects.filter(user_id=user_id, notice=notice_id).values_list(*columns, "read_at").first()
    )
    return _notice(row) if row else None


def unread_count(user_id: int) -> int:
    """How many notices one person has not read; counted up to one more than `UNREAD_SHOWN`."""
    return NoticeCopy.objects.filter(user_id=user_id, read_at=None)[: UNREAD_SHOWN + 1].count()


def read_by_nobody(notice_ids: Iterable[UUID]) -> list[NoticeRow]:
    """Of these notices those that nobody has read."""
    read = NoticeCopy.objects.filter(notice=OuterRef("id"), read_at__isnull=False)
    rows = StaffNotice.objects.filter(~Exists(read), id__in=list(notice_ids)).order_by("id")
    return [_notice(row) for row in rows.values_list(*_NOTICE)]


def told_higher_up(notices: Collection[NoticeRow]) -> set[UUID]:
    """Those of the notices whose matter was told higher up after they were written."""
    rows = StaffNotice.objects.filter(
        kind__in=set(TOLD_HIGHER_UP.values()), subject_id__in=[row.subject_id for row in notices]
    )
    last: dict[tuple[str, str], datetime] = {}
    for kind, subject_id, at in rows.order_by("at").values_list("kind", "subject_id", "at"):
        last[kind, subject_id] = at
    known = {row.id: last.get((TOLD_HIGHER_UP.get(row.kind, ""), row.subject_id)) for row in notices}
    return {row.id for row in notices if (told_at := known[row.id]) is not None and told_at > row.at}


def choices_of(user_ids: Iterable[int]) -> dict[tuple[int, NoticeKind], ChoiceRow]:
    """What people chose, by person and kind; without a choice, absent."""
    rows = NoticeChoice.objects.filter(user__in=list(user_ids)).values_list("user_id", "kind", "mail", "sms")
    return {
        (user_id, NoticeKind(kind)): ChoiceRow(MailChoice(mail), sms) for user_id, kind, mail, sms in rows
    }


def contacts_of(user_ids: Iterable[int]) -> dict[int, ContactRow]:
    """Where people's notices go besides the desk; who gave nothing is absent."""
    rows = StaffContact.objects.filter(user__in=list(user_ids)).values_list("user_id", "email", "phone")
    return {user_id: ContactRow(email, phone) for user_id, email, phone in rows}


def endpoints() -> list[EndpointRow]:
    """Where programs are told, by division."""
    rows = Endpoint.objects.filter(closed_at=None).order_by("division__path")
    columns = ("id", "division__code", "division__path", "url", "set_at")
    return [EndpointRow(*row) for row in rows.values_list(*columns)]


def messages_due(channel: Channel, now: datetime, *, limit: int) -> list[tuple[UUID, UUID | None]]:
    """Messages to staff that are due by one channel, oldest first, with the endpoint of each."""
    rows = StaffMessage.objects.filter(channel=channel, due_at__lte=now).order_by("due_at", "id")
    return list(rows.values_list("id", "endpoint_id")[:limit])


def unsent_messages(*, limit: int = 200) -> list[MessageState]:
    """Messages to staff that have not gone out: waiting, failed or unclear, oldest first."""
    columns = ("id", "channel", "kind", "count", "state", "attempts", "last_error", "due_at", "at")
    rows = StaffMessage.objects.filter(state__in=_UNSENT).order_by("at", "id").values_list(*columns)
    return [
        MessageState(pk, Channel(channel), kind, count, DeliveryState(state), *rest)
        for pk, channel, kind, count, state, *rest in rows[:limit]
    ]


def outgoing(message_id: UUID, *, link: str, translate: Callable[[str], str]) -> Outgoing | None:
    """A message to staff as it would go out now; None when nothing is left to say or nobody to say it to."""
    row = StaffMessage.objects.select_related("endpoint", "user").get(id=message_id)
    channel = Channel(row.channel)
    if row.endpoint is not None:
        if row.endpoint.closed_at:
            return None
        told = json.dumps({"id": str(row.id), "notices": _told(row.id)}, ensure_ascii=False)
        return Outgoing(row.id, channel, row.endpoint.url, "", told, row.endpoint.id)
    contact = contacts_of([row.user_id or 0]).get(row.user_id or 0)
    if contact is None or row.user is None or not row.user.is_active:
        return None
    to = contact.phone if channel == Channel.SMS else contact.email
    counts = {NoticeKind(row.kind): row.count} if row.kind else _unread_daily(row.user_id or 0)
    if not to or not counts:
        return None
    labelled = {translate(NOTICE_LABELS[kind]): count for kind, count in counts.items()}
    if channel == Channel.SMS:
        return Outgoing(row.id, channel, to, "", rules.sms_of(labelled, link, translate))
    title, text = rules.mail_of(labelled, link, translate, digest=not row.kind)
    return Outgoing(row.id, channel, to, title, text)


def _unread_daily(user_id: int) -> dict[NoticeKind, int]:
    """What one person has not read of the kinds they want to be told of once a day."""
    daily = NoticeChoice.objects.filter(user_id=user_id, mail=MailChoice.DAILY).values("kind")
    unread = NoticeCopy.objects.filter(user_id=user_id, read_at=None, notice__kind__in=daily)
    rows = unread.values_list("notice__kind").annotate(n=Count("id")).order_by("notice__kind")
    return {NoticeKind(kind): n for kind, n in rows}


def _told(message_id: UUID) -> list[dict[str, object]]:
    """The notices of a signed request as the other program reads them: codes and ids, never a person."""
    columns = (
        "id", "kind", "at", "division__code", "agency__code", "subject_kind", "subject_id", "facts",
    )  # fmt: skip
    rows = StaffNotice.objects.filter(pushed=message_id).order_by("id").values_list(*columns)
    return [
        {
            "id": str(pk),
            "kind": kind,
            "at": at.isoformat(),
            "division": division,
            "agency": agency,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "facts": facts,
        }
        for pk, kind, at, division, agency, subject_kind, subject_id, facts in rows
    ]


def _notice(row: tuple[object, ...]) -> NoticeRow:
    pk, kind, *rest = row
    return NoticeRow(pk, NoticeKind(str(kind)), *rest)  # type: ignore[arg-type]
