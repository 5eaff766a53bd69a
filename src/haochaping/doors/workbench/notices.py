"""`/desk/notices/`: what somebody has been told, what of it is new, and how they want to be told besides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.desk import desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.notice_forms import SettingsForm
from haochaping.identity import queries as identities
from haochaping.kernel.refused import Refused
from haochaping.notices import actions, queries
from haochaping.notices.terms import ADDRESSED_TO, NO_NOTICE, NOTICE_LABELS, NoticeKind
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import appeals
from haochaping.rectification.queries import faults as fault_queries
from haochaping.supervision import queries as supervisions
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import NoticeRow

ON_PAGE = 30
# The page on which the thing that a notice is about is handled, by its kind, and how one asks whether it is still one's
# own to see; others are only named.
_PAGES: dict[str, tuple[str, Callable[..., object]]] = {
    "order": ("desk_order", orders.order),
    "opening": ("desk_opening", identities.opening),
    "supervision": ("desk_supervision_one", supervisions.supervision),
    "urging": ("desk_urging", supervisions.urging),
    "reform": ("desk_reform", fault_queries.reform),
    "appeal": ("desk_appeal", partial(appeals.appeal, power=Power.APPEAL_FILE)),
    "voice": ("desk_voice", voices.voice),
    "office_voice": ("oversight_voice", voices.at_office),
    "report": ("oversight_report", supervisions.report),
}
# The same for whoever supervises it.
_AT_OFFICE: dict[str, tuple[str, Callable[..., object]]] = {
    "supervision": ("oversight_supervision", supervisions.supervision),
    "urging": ("oversight_urging", supervisions.urging),
    "appeal": ("oversight_appeal", partial(appeals.appeal, power=Power.APPEAL_DECIDE)),
}
# What is about a list leads there.
_LISTS = {"texts": "desk_releases", "figures": "desk_figures"}
_GONE = 410


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as a row."""

    id: UUID
    what: str
    about: str
    at: datetime
    new: bool


@requires()
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """One's notices, newest first."""
    number = page_number(request.GET.get("page", ""))
    found = queries.notices_of(_me(request), limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "lines": [_line(row) for row in found[:ON_PAGE]],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(found) > ON_PAGE else "",
    }
    return desk_page(request, "workbench/notices.html", context, here="desk_notices")


@requires()
@require_POST
@refusable
def open_one(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Go to what a notice is about; it is read from then on.

    What has gone to another agency since, or has been erased, has no page for whoever asks: that is said plainly.
    """
    me = _me(request)
    notice = queries.notice_of(me, notice_id)
    if notice is None:
        raise Refused(NO_NOTICE)
    actions.mark_notices_read(me, [notice_id], now=timezone.now())
    by = actor_of(request)
    pages = _PAGES | _AT_OFFICE if may(by, Power.ORDER_SUPERVISE) else _PAGES
    if notice.subject_kind in _LISTS:
        return see_other(reverse(_list_of(notice, by)))
    if notice.subject_kind not in pages:
        return see_other(reverse("desk_notices"))
    name, ask = pages[notice.subject_kind]
    try:
        ask(UUID(notice.subject_id), by=by)
    except Refused:
        context = {"line": _line(notice)}
        return desk_page(request, "workbench/notice_gone.html", context, here="desk_notices", status=_GONE)
    return see_other(reverse(name, args=[notice.subject_id]))


def _list_of(notice: NoticeRow, by: Actor) -> str:
    """The list that a notice is about; whoever supervises a source sees it by its quality instead of explaining it."""
    if notice.subject_kind == "figures" and not may(by, Power.QUARANTINE_MANAGE):
        return "oversight_quality"
    return _LISTS[notice.subject_kind]


@requires()
@require_POST
@refusable
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_notices_read(_me(request), now=timezone.now())
    return see_other(reverse("desk_notices"))


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def settings(request: HttpRequest) -> HttpResponse:
    """How one wants to be told of each kind besides the list, and where."""
    me, kinds = _me(request), kinds_of(actor_of(request))
    contact = queries.contacts_of([me]).get(me)
    chosen = {kind: row for (_, kind), row in queries.choices_of([me]).items()}
    form = SettingsForm(request.POST or None, kinds=kinds, contact=contact, chosen=chosen)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose(me, form.contact(), form.choices())
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext("Your choice is kept."))
            return see_other(reverse("desk_notice_settings"))
    elif request.method == "POST":
        status = 422
    context = {"form": form, "rows": form.rows()}
    return desk_page(request, "workbench/notice_settings.html", context, here="desk_notices", status=status)


def kinds_of(by: Actor) -> list[NoticeKind]:
    """The kinds that can reach somebody with these powers."""
    return [
        kind
        for kind, groups in ADDRESSED_TO.items()
        if any(all(may(by, power) for power in powers) for powers in groups)
    ]


def _me(request: HttpRequest) -> int:
    return int(actor_of(request).id)


def _line(row: NoticeRow) -> Line:
    about = " · ".join(row.facts[name] for name in ("item", "agency", "reason") if row.facts.get(name))
    return Line(row.id, gettext(NOTICE_LABELS[row.kind]), about, row.at, row.read_at is None)
