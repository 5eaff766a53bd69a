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

from haochaping.kernel.periods import local_day
from haochaping.notices import actions as notices
from haochaping.notices import gateway, mail, webhook
from haochaping.notices.terms import About, Channel, NoticeKind
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import OrderState
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import due_after_working_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import NoticeRow, Outgoing
    from haochaping.rectification.terms import HelpRow, OrderRow

_ORDER = "order"


def tell(kind: NoticeKind, subjects: Sequence[About], *, by: Actor, now: datetime) -> None:
    """Tell staff of something that has happened, in the transaction of whoever makes it happen.

    It costs the caller one insert and one job for the whole batch; whom it concerns the job finds out. Whoever caused
    it (`by`) is not told.
    """
    if kind == NoticeKind.ORDER_DISPATCHED:
        subjects = _to_be_read(subjects, now)
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


def _to_be_read(subjects: Sequence[About], now: datetime) -> list[About]:
    """The same with the moment until which somebody at the agency has read it, by the rules of its place."""
    terms = rulebook.terms_for_divisions({about.division_id for about in subjects}, local_day(now))
    due = {
        division_id: due_after_working_hours(
            now, found.unread_limit_hours, rulebook.calendar(found, local_day(now))
        )
        for division_id, found in terms.items()
    }
    return [replace(about, unread_due_at=due[about.division_id]) for about in subjects]


@transaction.atomic
def escalate_unread(*, by: Actor, now: datetime) -> int:
    """Tell the head of the agency and the dispatcher, once, of orders nobody there has read of; returns how many.

    An order that has been signed for, or is no longer the agency's, needs nobody to be told.
    """
    unread = [notice for notice in notices.escalate(now=now) if notice.subject_kind == _ORDER]
    found = orders.rows(UUID(notice.subject_id) for notice in unread)
    waiting = {str(order.id) for order in found if order.state == OrderState.DISPATCHED}
    due = [_again(notice) for notice in unread if notice.subject_id in waiting]
    tell(NoticeKind.UNREAD, due, by=by, now=now)
    return len(due)


def _again(notice: NoticeRow) -> About:
    return About(
        notice.subject_kind,
        notice.subject_id,
        notice.division_id,
        notice.agency_id,
        notice.facts,
        staff_id=notice.staff_id,
    )


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
            channel, send=send, link=f"{settings.SITE_URL}/desk/notices/", translate=gettext, now=now
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
