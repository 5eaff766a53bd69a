"""`/desk/openings/`: ask that a sealed identity be opened, decide about it, see what became of it. No name is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.rules import code_of
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told_here
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.forms import OpeningForm, RefusalForm
from haochaping.flows.open_identity import request_opening
from haochaping.identity import actions as identity
from haochaping.identity import queries
from haochaping.identity.access import LOOKERS, may_decide, may_request
from haochaping.identity.states import after
from haochaping.identity.terms import OPENING_LABELS, PURPOSE_LABELS, OpeningMove, OpeningState
from haochaping.kernel.refused import N_, Refused
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.identity.terms import OpeningRow
    from haochaping.kernel.actor import Actor

_ON_PAGE = 30
_SUBJECTS = {"review": N_("Review"), "case": N_("Case")}
_DONE = {
    "approve": N_("Your approval is recorded."),
    "refuse": N_("The request is refused."),
    "withdraw": N_("The request is withdrawn."),
}
_TONES = {OpeningState.APPROVED: "warn", OpeningState.OPENED: "bad"}


@requires(*LOOKERS)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The requests of one's remit, newest first."""
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    rows = queries.openings(by, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    context = {
        "rows": [_shown(row) for row in rows[:_ON_PAGE]],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(rows) > _ON_PAGE else "",
        "may_ask": may_request(by),
    }
    return desk_page(request, "workbench/openings.html", context, here="desk_openings")


@requires(Power.IDENTITY_REQUEST, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest) -> HttpResponse:
    """The form of a request; what was refused is shown again with what was typed."""
    if request.method != "POST":
        return _form(request, OpeningForm(initial={"about": request.GET.get("about", "")[:100]}))
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return _form(request, form, INVALID)
    try:
        made = request_opening(**form.cleaned_data, by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _form(request, form, told_here(form, refused))
    messages.success(request, gettext("The request is made; two offices decide about it."))
    return see_other(reverse("desk_opening", args=[made]))


@requires(*LOOKERS)
@require_safe
@refusable
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request with what was decided, and the steps open to whoever looks."""
    by = actor_of(request)
    row = queries.opening(request_id, by=by)
    context = _shown(row) | {
        "events": _events(row, names_of([row.requested_by, row.first_by, row.second_by, row.ended_by], by)),
        "subject": gettext(_SUBJECTS[row.subject_kind]),
        "may_approve": after(row.state, OpeningMove.APPROVE) is not None and may_decide(by, row),
        "may_refuse": after(row.state, OpeningMove.REFUSE) is not None and may(by, Power.IDENTITY_APPROVE),
        "may_withdraw": after(row.state, OpeningMove.WITHDRAW) is not None and str(by) == row.requested_by,
        "refusal": RefusalForm(),
    }
    return desk_page(request, "workbench/opening.html", context, here="desk_openings", counted=False)


@requires(Power.IDENTITY_REQUEST, Power.IDENTITY_APPROVE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def decide(request: HttpRequest, request_id: UUID, step: str) -> HttpResponse:
    """Approve, refuse or withdraw."""
    if step not in _DONE:
        raise Http404
    form = RefusalForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    _decide(request_id, step, note, actor_of(request), timezone.now())
    messages.success(request, gettext(_DONE[step]))
    return see_other(reverse("desk_opening", args=[request_id]))


def _decide(request_id: UUID, step: str, note: str, by: Actor, now: datetime) -> None:
    if step == "approve":
        identity.approve_opening(request_id, by=by, now=now)
    elif step == "refuse":
        identity.refuse_opening(request_id, note=note, by=by, now=now)
    else:
        identity.withdraw_opening(request_id, by=by, now=now)


def _form(request: HttpRequest, form: OpeningForm, status: int = 200) -> HttpResponse:
    return desk_page(
        request, "workbench/opening_new.html", {"form": form}, here="desk_openings", status=status
    )


def _shown(row: OpeningRow) -> dict[str, object]:
    division = directory.division(code_of(row.division_path))
    return {
        "row": row,
        "purpose": gettext(PURPOSE_LABELS[row.purpose]),
        "state": gettext(OPENING_LABELS[row.state]),
        "tone": _TONES.get(row.state, "info"),
        "division": division.name if division else "",
    }


def _events(row: OpeningRow, names: dict[str, str]) -> list[Event]:
    """What happened, oldest first; an approval says for which office."""
    offices = _offices(row.first_organisation, row.second_organisation)
    happened = [
        (row.requested_at, N_("Requested"), row.requested_by, row.legal_basis),
        (row.first_at, N_("Approved"), row.first_by, offices[row.first_organisation]),
        (row.second_at, N_("Approved"), row.second_by, offices[row.second_organisation]),
        (row.ended_at, OPENING_LABELS[row.state], row.ended_by, row.ended_note),
    ]
    events = [Event(gettext(title), at, names[who], text) for at, title, who, text in happened if at]
    if row.opened_at:
        opened = gettext("By whoever holds the escrow key")
        events.append(Event(gettext(OPENING_LABELS[OpeningState.OPENED]), row.opened_at, opened, ""))
    return events


def _offices(*paths: str) -> dict[str, str]:
    """The names of agencies by path, asked together; an unknown one is called by its code."""
    codes = {path: path.rstrip(".") for path in paths}
    found = directory.agencies(code for code in codes.values() if code)
    return {path: found[code].name if code in found else code for path, code in codes.items()}
