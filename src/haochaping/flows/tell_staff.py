"""工作通知: what happens is told to whoever holds the power in its place, at the desk and besides as they chose."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_above
from haochaping.notices import actions as notices
from haochaping.notices import gateway, mail, webhook
from haochaping.notices import queries as notice_queries
from haochaping.notices.terms import TOLD_HIGHER_UP, About, Channel, NoticeKind, Side
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import OrderState
from haochaping.supervision import queries as supervision
from haochaping.voices import queries as voices
from haochaping.voices.terms import VoiceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import NoticeRow, Outgoing
    from haochaping.rectification.terms import HelpRow, OrderRow

_ORDER = "order"
# A voice waits for whom it was told to in these states.
_WAITS_WHILE = {
    NoticeKind.VOICE_RECEIVED: frozenset({VoiceState.RECEIVED}),
    NoticeKind.VOICE_TRANSFERRED: frozenset({VoiceState.TRANSFERRED}),
    NoticeKind.VOICE_AT_OFFICE: frozenset({VoiceState.TRANSFERRED, VoiceState.ESCALATED}),
}


def tell(kind: NoticeKind, subjects: Sequence[About], *, by: Actor, now: datetime) -> None:
    """Tell staff of something that has happened, in the transaction of whoever makes it happen.

    It costs the caller one insert and one job for the whole batch; whom it concerns the job finds out. Whoever caused
    it (`by`) is not told.
    """
    notices.note_staff(kind, subjects, by=by, now=now)


def about_orders(found: Iterable[OrderRow]) -> list[About]:
    """Work orders as subjects."""
    return [
        About(
            _ORDER,
            str(order.id),
            order.division_id,
            order.agency_id,
            {"item": order.item_name, "agency": order.agency_name},
            staff_id=order.staff_id,
        )
        for order in found
    ]


def about_parts(found: Iterable[HelpRow]) -> list[About]:
    """Parts of agencies that help, as subjects: told where they help, about the order."""
    return [
        About(
            _ORDER,
            str(part.order_id),
            part.division_id,
            part.agency_id,
            {"item": part.item_name, "agency": part.agency_name},
            staff_id=part.staff_id,
        )
        for part in found
    ]


@transaction.atomic
def escalate_unread(*, by: Actor, now: datetime) -> int:
    """Tell higher up, once, what nobody has read of whom it was for; returns of how many notices.

    Of what lies with an agency its head and the office hear, of what lies with an office the next one above. What has
    been dealt with meanwhile, or is no longer theirs, needs nobody to be told.
    """
    unread = notices.escalate(now=now)
    waiting = _waiting(unread)
    again: dict[NoticeKind, list[About]] = {}
    for notice in unread:
        if notice.id in waiting:
            again.setdefault(TOLD_HIGHER_UP[notice.kind], []).append(_again(notice))
    sent = again.get(NoticeKind.UNREAD_SUPERVISION, ())
    again[NoticeKind.UNREAD_BELOW] = [replace(about, agency_id=None) for about in sent]
    for kind, subjects in again.items():
        tell(kind, subjects, by=by, now=now)
    return len(waiting)


def _waiting(unread: Sequence[NoticeRow]) -> set[UUID]:
    """Those of the notices whose matter still waits."""
    ids: dict[str, set[UUID]] = {}
    for notice in unread:
        ids.setdefault(notice.subject_kind, set()).add(UUID(notice.subject_id))
    found = {order.id: order for order in orders.rows(ids.get(_ORDER, ()))}
    threads = [order.thread_id for order in found.values() if order.thread_id]
    unheard = notice_queries.unread(threads, for_side=Side.AGENCY).answer
    unanswered = supervision.unanswered(ids.get("supervision", set()) | ids.get("urging", set()))
    said = voices.voices(ids.get("voice", set()) | ids.get("office_voice", set()))

    def waits(notice: NoticeRow) -> bool:
        subject = UUID(notice.subject_id)
        if subject in said:
            return said[subject].state in _WAITS_WHILE.get(notice.kind, frozenset())
        if subject in found and notice.kind == NoticeKind.REVIEWER_MESSAGE:
            return found[subject].thread_id in unheard
        if subject in found:
            return found[subject].state == OrderState.DISPATCHED
        return subject in unanswered

    return {notice.id for notice in unread if notice.kind in TOLD_HIGHER_UP and waits(notice)}


def _again(notice: NoticeRow) -> About:
    """The same subject, where whoever is told higher up has it: what waits at an office goes to the next one above."""
    about = About(
        notice.subject_kind,
        notice.subject_id,
        notice.division_id,
        notice.agency_id,
        notice.facts,
        staff_id=notice.staff_id,
    )
    if TOLD_HIGHER_UP[notice.kind] != NoticeKind.UNREAD_AT_OFFICE:
        return about
    # No agency hears of it; the supervisors of the place are above its dispatchers.
    place = notice.division_id
    if notice.kind != NoticeKind.VOICE_RECEIVED:
        place = division_above(directory.division_by_id(place).path)
    return replace(about, division_id=place, agency_id=None)


def division_above(division_path: str) -> int:
    """The division one level up; at the top the top itself."""
    return division_at(path_above(division_path), division_path)


def division_at(path: str, below: str) -> int:
    """The division with this path; of everywhere, which is none, the top of the tree in which `below` lies."""
    code = (path or f"{below.partition('.')[0]}.").rstrip(".").rpartition(".")[2]
    return directory.divisions([code])[code].id


def send_due(channel: Channel, *, now: datetime) -> int:
    """Send what staff are told by one channel besides the desk; returns how many messages went out.

    Holds no transaction while anybody is called: see `notices.actions.send_due`. Without a mail server or a gateway what
    is due waits.
    """
    send = _senders(now).get(channel)
    if send is None:
        return 0
    with translation.override("zh-hans"):
        return notices.send_due(
            channel, send=send, link=f"{settings.DESK_URL}/desk/notices/", translate=gettext, now=now
        )


def _senders(now: datetime) -> dict[Channel, Callable[[Outgoing], object]]:
    found: dict[Channel, Callable[[Outgoing], object]] = {
        Channel.WEBHOOK: partial(
            webhook.send, key=settings.WEBHOOK_KEY, allowed=settings.WEBHOOK_ORIGINS, now=now
        )
    }
    if settings.DEMO:
        found[Channel.EMAIL] = partial(mail.keep, now=now)
    elif settings.MAILERS:
        found[Channel.EMAIL] = mail.send
    if settings.SMS_GATEWAY:
        found[Channel.SMS] = partial(_text, now=now)
    return found


def _text(outgoing: Outgoing, *, now: datetime) -> object:
    through = gateway.named(settings.SMS_GATEWAY)
    return through.send(outgoing.to, outgoing.text, reference=str(outgoing.id), now=now)
