"""`/desk/hotline/`: what a linked 12345 refused, what it said that could not be applied, and deciding about both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import desk_page, refusable, see_other
from haochaping.doors.gate import actor_of, requires
from haochaping.flows import hotline_in
from haochaping.hotline import actions, queries
from haochaping.hotline.terms import (
    MASTER_LABELS,
    REVIEW_CHANGED,
    REVIEW_CHANGED_LABEL,
    SAYING_LABELS,
    TELLING_LABELS,
    InState,
    Telling,
)
from haochaping.kernel.refused import N_
from haochaping.rectification.terms import MOVE_LABELS, Move
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.hotline.terms import InRow, OutRow
    from haochaping.kernel.actor import Actor

_HERE = "desk_hotline"


@requires(Power.ORDER_DISPATCH)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The links within the asker's remit with their queues, and all that waits for a person."""
    by = actor_of(request)
    links = queries.links(by)
    queues = queries.queues([link.id for link in links])
    context = {
        "links": [(link, gettext(MASTER_LABELS[link.master]), queues[link.id]) for link in links],
        "refused": [(row, _told(row)) for row in queries.refused(by)],
        "kept": [(row, gettext(SAYING_LABELS[row.kind]), _why(row)) for row in queries.kept(by)],
        "gaps": queries.gaps(by),
    }
    return desk_page(request, "workbench/hotline.html", context, here=_HERE)


def _told(row: OutRow) -> str:
    if row.about == REVIEW_CHANGED:
        return gettext(REVIEW_CHANGED_LABEL)
    return gettext(MOVE_LABELS[Move(row.about)] if row.kind == Telling.MOVED else TELLING_LABELS[row.kind])


def _why(row: InRow) -> str:
    return say(row.complaint).text if row.complaint else ""


@requires(Power.ORDER_DISPATCH)
@require_POST
@refusable
def step(request: HttpRequest, step: str, subject_id: UUID) -> HttpResponse:
    """Decide about one message, or one gap."""
    if step not in _STEPS:
        raise Http404
    why = request.POST.get("why", "")
    said = _STEPS[step](subject_id, why, actor_of(request), timezone.now())
    messages.success(request, gettext(said))
    return see_other(reverse(_HERE))


def _resend(message_id: UUID, _why: str, by: Actor, now: datetime) -> str:
    actions.resend(message_id, by=by, now=now)
    return N_("The message is sent again.")


def _give_up(message_id: UUID, why: str, by: Actor, now: datetime) -> str:
    actions.give_up(message_id, why, by=by, now=now)
    return N_("The message is given up; what waits behind it goes on.")


def _retry(message_id: UUID, _why: str, by: Actor, now: datetime) -> str:
    state = hotline_in.retry(message_id, by=by, now=now)
    return (
        N_("The message was applied.") if state == InState.APPLIED else N_("It still does not fit; see why.")
    )


def _set_aside(message_id: UUID, why: str, by: Actor, now: datetime) -> str:
    actions.set_aside(message_id, why, by=by, now=now)
    return N_("The message is set aside.")


def _close_gap(linked_id: UUID, _why: str, by: Actor, now: datetime) -> str:
    hotline_in.close_gap(linked_id, by=by, now=now)
    return N_("What is missing is given up; what was held behind it goes on.")


_STEPS: dict[str, Callable[[UUID, str, Actor, datetime], str]] = {
    "resend": _resend,
    "give-up": _give_up,
    "retry": _retry,
    "set-aside": _set_aside,
    "close-gap": _close_gap,
}
