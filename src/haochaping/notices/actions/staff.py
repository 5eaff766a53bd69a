"""工作通知: written down with its cause, addressed by a job, read by each for themselves, told higher up when unread."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib import resources
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max

from haochaping.accounts import queries as accounts
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.periods import local_day
from haochaping.notices import queries, rules
from haochaping.notices.models import Endpoint, NoticeCopy, StaffMessage, StaffNotice
from haochaping.notices.terms import (
    ADDRESSED_TO,
    CONFIDENTIAL,
    TO_OTHER_OFFICES,
    TOLD_HIGHER_UP,
    Channel,
    DeliveryState,
    MailChoice,
    NoticeKind,
)
from haochaping.outbox import actions as outbox
from haochaping.postgres import writes
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import due_after_working_hours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.accounts.terms import HolderRow
    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import About, NoticeRow

_GATHER = resources.files("haochaping.notices").joinpath("sql/gather.sql").read_text(encoding="utf-8")
TOGETHER = 100
_ESCALATED = 200


@transaction.atomic(savepoint=False)
def note_staff(kind: NoticeKind, abouts: Sequence[About], *, by: Actor, now: datetime) -> list[UUID]:
    """Write down that staff are to be told, and one job that finds out whom; returns the notices' ids."""
    rows = [
        StaffNotice(
            id=uuid7(now),
            kind=kind,
            division_id=about.division_id,
            agency_id=about.agency_id,
            subject_kind=about.subject_kind,
            subject_id=about.subject_id,
            facts=dict(about.facts),
            at=now,
            caused_by=str(by),
            staff_id=about.staff_id,
        )
        for about in abouts
    ]
    if rows:
        writes.insert(rows)
        outbox.defer("notices.address", notice_ids=[str(row.id) for row in rows])
    return [row.id for row in rows]


def set_about(subject_id: str, staff_id: int) -> None:
    """Say whom a subject is about, now that it is known: what was told of it is not there for them any more."""
    StaffNotice.objects.filter(subject_id=subject_id).update(staff_id=staff_id)


@transaction.atomic
def address(notice_ids: Iterable[UUID], *, now: datetime) -> int:
    """Put notices into the list of each who holds the power in their place, and queue what goes out besides.

    Whoever caused a notice, or is meant by it, is not told of it. Locks the notices; one that is addressed is not
    addressed again. Returns how many copies there are.
    """
    waiting = StaffNotice.objects.select_for_update().filter(id__in=list(notice_ids), addressed_at=None)
    notices = list(waiting.order_by("id"))
    if not notices:
        return 0
    found = directory.divisions_by_id({notice.division_id for notice in notices})
    divisions = {pk: ref.path for pk, ref in found.items()}
    copies = _copies(notices, divisions)
    NoticeCopy.objects.bulk_create(
        [NoticeCopy(notice=notice, user_id=holder.user_id) for notice, holder in copies],
        ignore_conflicts=True,
    )
    _gather(copies, now)
    _push(notices, divisions, now)
    for read_by, some in _to_be_read(notices, divisions).items():
        StaffNotice.objects.filter(id__in=some).update(addressed_at=now, unread_due_at=read_by)
    return len(copies)


def _to_be_read(
    notices: Iterable[StaffNotice], divisions: Mapping[int, str]
) -> dict[datetime | None, list[UUID]]:
    """Until when somebody of those they are for has read the notices, by the rules of their places; None without a limit.

    What is told higher up has one, counted from when it happened.
    """
    same: dict[tuple[str, datetime] | None, list[UUID]] = defaultdict(list)
    for notice in notices:
        is_limited = notice.kind in TOLD_HIGHER_UP
        same[(divisions[notice.division_id], notice.at) if is_limited else None].append(notice.id)
    found: dict[datetime | None, list[UUID]] = defaultdict(list)
    for limited, some in same.items():
        found[_read_until(*limited) if limited else None] += some
    return found


def _read_until(division_path: str, at: datetime) -> datetime | None:
    terms = rulebook.terms_for(division_path, local_day(at))
    calendar = rulebook.calendar(terms, local_day(at))
    return due_after_working_hours(at, terms.unread_limit_hours, calendar)


def _copies(
    notices: Sequence[StaffNotice], divisions: Mapping[int, str]
) -> list[tuple[StaffNotice, HolderRow]]:
    agency_ids = {notice.agency_id for notice in notices if notice.agency_id}
    agencies = directory.agency_paths(agency_ids)
    groups = {powers for notice in notices for powers in ADDRESSED_TO[NoticeKind(notice.kind)]}
    places = {(divisions[n.division_id], agencies.get(n.agency_id or 0, "")) for n in notices}
    offices = any(notice.kind in TO_OTHER_OFFICES for notice in notices)
    holders = {powers: accounts.holders(powers, None if offices else places) for powers in groups}
    found = []
    for notice in notices:
        place = divisions[notice.division_id], agencies.get(notice.agency_id or 0, "")
        told = {
            holder.user_id: holder
            for powers in ADDRESSED_TO[NoticeKind(notice.kind)]
            for holder in holders[powers]
            if notice.staff_id not in holder.staff_ids
            and rules.is_told(NoticeKind(notice.kind), holder, *place, caused_by=notice.caused_by)
        }
        told = rules.of_the_nearest(NoticeKind(notice.kind), told)
        found += [(notice, holder) for holder in told.values()]
    return found


def _gather(copies: Sequence[tuple[StaffNotice, HolderRow]], now: datetime) -> None:
    """Queue mails and text messages for those who asked for them."""
    people = {holder.user_id: holder for _, holder in copies}
    choices = queries.choices_of(people)
    contacts = queries.contacts_of({user_id for user_id, _ in choices})
    counts: Counter[tuple[int, Channel, str]] = Counter()
    for notice, holder in copies:
        choice = choices.get((holder.user_id, NoticeKind(notice.kind)))
        contact = contacts.get(holder.user_id)
        if choice is None or contact is None:
            continue
        if contact.email and choice.mail != MailChoice.NONE:
            counts[
                holder.user_id, Channel.EMAIL, notice.kind if choice.mail == MailChoice.AT_ONCE else ""
            ] += 1
        if contact.phone and choice.sms:
            counts[holder.user_id, Channel.SMS, notice.kind] += 1
    if not counts:
        return
    mornings = _mornings({people[user_id] for user_id, _, kind in counts if not kind}, now)
    users, channels, kinds = zip(*counts, strict=True)
    due = [now if kind else mornings[people[user].division_path] for user, _, kind in counts]
    with connection.cursor() as cursor:
        told: dict[str, Any] = {
            "ids": uuids7(now, len(counts)),
            "channels": [str(channel) for channel in channels],
            "users": list(users),
            "kinds": [str(kind) for kind in kinds],
            "counts": list(counts.values()),
            "due": due,
            "now": now,
            "window": rules.BURST,
        }
        cursor.execute(_GATHER, told)


def _mornings(people: Iterable[HolderRow], now: datetime) -> dict[str, datetime]:
    """When the digest of each place's people goes out next."""
    places = {holder.division_path for holder in people}
    terms = rulebook.terms_of_each(places, local_day(now)) if places else {}
    return {
        path: rules.digest_at(now, rulebook.calendar(terms[path], local_day(now)).is_working)
        for path in places
    }


def _push(notices: Sequence[StaffNotice], divisions: Mapping[int, str], now: datetime) -> None:
    """Queue signed requests to the program of the nearest division up the path that has one; a burst is one request.

    What is confidential goes to no program.
    """
    endpoints = {row.division_path: row.id for row in queries.endpoints()}
    by_endpoint: dict[UUID, list[UUID]] = defaultdict(list)
    for notice in notices:
        if notice.kind in CONFIDENTIAL:
            continue
        nearest = rules.nearest(divisions[notice.division_id], endpoints)
        if nearest is not None:
            by_endpoint[endpoints[nearest]].append(notice.id)
    # One after the other at each program, in one order: two workers neither begin two messages nor wait for each other.
    for endpoint in Endpoint.objects.select_for_update().filter(id__in=by_endpoint).order_by("id"):
        _gather_pushed(endpoint, by_endpoint[endpoint.id], now)


def _gather_pushed(endpoint: Endpoint, ids: list[UUID], now: datetime) -> None:
    """Put notices into the request that waits for this program; what it cannot hold begins further ones."""
    messages = StaffMessage.objects.filter(endpoint=endpoint, channel=Channel.WEBHOOK)
    waiting = (
        messages.select_for_update()
        .filter(state=DeliveryState.QUEUED, due_at__isnull=False, count__lt=TOGETHER)
        .order_by("id")
        .first()
    )
    if waiting is not None:
        some, ids = ids[: TOGETHER - waiting.count], ids[TOGETHER - waiting.count :]
        StaffMessage.objects.filter(id=waiting.id).update(count=waiting.count + len(some))
        StaffNotice.objects.filter(id__in=some).update(pushed=waiting)
    before = messages.exclude(state=DeliveryState.QUEUED).filter(at__gt=now - rules.PUSHED_TOGETHER)
    last = before.aggregate(Max("at"))["at__max"]
    for some_more in batched(ids, TOGETHER):
        message = StaffMessage.objects.create(
            id=uuid7(now),
            channel=Channel.WEBHOOK,
            endpoint=endpoint,
            count=len(some_more),
            state=DeliveryState.QUEUED,
            due_at=last + rules.PUSHED_TOGETHER if last else now,
            queued_at=now,
            at=now,
        )
        StaffNotice.objects.filter(id__in=some_more).update(pushed=message)


@transaction.atomic
def mark_notices_read(user_id: int, notice_ids: Collection[UUID] | None = None, *, now: datetime) -> int:
    """Mark notices as read by one person, all of theirs when none are named; returns how many were new."""
    mine = NoticeCopy.objects.filter(user_id=user_id, read_at=None)
    return (mine if notice_ids is None else mine.filter(notice__in=notice_ids)).update(read_at=now)


@transaction.atomic
def escalate(*, now: datetime) -> list[NoticeRow]:
    """Take the notices whose time to be read is over, each once; returns those that nobody has read.

    Of one matter it is told higher up once for all that came before: what was, is left out.

    Locks what it takes; two at once take different ones.
    """
    due = StaffNotice.objects.select_for_update(skip_locked=True).filter(
        unread_due_at__lte=now, addressed_at__isnull=False
    )
    ids = list(due.order_by("unread_due_at", "id").values_list("id", flat=True)[:_ESCALATED])
    unread = queries.read_by_nobody(ids)
    StaffNotice.objects.filter(id__in=ids).update(unread_due_at=None)
    known = queries.told_higher_up(unread)
    once = {(row.kind, row.subject_id): row for row in reversed(unread) if row.id not in known}
    return [row for row in unread if once.get((row.kind, row.subject_id)) is row]
