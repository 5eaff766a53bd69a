"""`/desk/supervision/`: what an agency is supervised for and urged to do, and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, events_of, pager, shown, urging_shown
from haochaping.doors.workbench.forms import AnswerForm
from haochaping.flows import supervise
from haochaping.kernel.refused import Refused
from haochaping.supervision import queries
from haochaping.supervision.access import may_answer
from haochaping.supervision.states import after
from haochaping.supervision.terms import SupervisionMove

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@requires(Power.ORDER_HANDLE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """What was sent to one's agency: supervision, and above it what it was urged to do."""
    by, now, done = actor_of(request), timezone.now(), request.GET.get("list") == "done"
    number = page_number(request.GET.get("page", ""))
    found = queries.supervisions(by, done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": [shown(row, now) for row in found[:ON_PAGE]],
        "urgings": queries.urgings(by, done=done, limit=ON_PAGE),
        "done": done,
        "now": now,
        **pager(number, len(found), "list=done&" if done else ""),
    }
    return desk_page(request, "workbench/supervised.html", context, here="desk_supervision")


@requires(Power.ORDER_HANDLE)
@require_safe
@refusable
def one(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """One supervision order, and the form of an answer while one is asked for."""
    return _one(request, supervision_id, AnswerForm())


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def respond(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Answer for the agency; what was refused is shown again with what was typed."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _one(request, supervision_id, form, INVALID)
    try:
        supervise.respond(
            supervision_id, text=form.cleaned_data["text"], by=actor_of(request), now=timezone.now()
        )
    except Refused as refused:
        return _one(request, supervision_id, form, told(form, refused))
    messages.success(request, gettext("Your answer is recorded."))
    return see_other(reverse("desk_supervision_one", args=[supervision_id]))


def _one(request: HttpRequest, supervision_id: UUID, form: AnswerForm, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    row = queries.supervision(supervision_id, by=by)
    context = shown(row, timezone.now()) | {
        "events": events_of(row, [], by),
        "form": form,
        "may_respond": after(row.state, SupervisionMove.RESPOND) is not None,
        "may_see_order": may(by, Power.ORDER_VIEW),
    }
    return desk_page(
        request, "workbench/supervised_one.html", context, here="desk_supervision", status=status
    )


@requires(Power.ORDER_HANDLE)
@require_safe
@refusable
def urging(request: HttpRequest, urging_id: UUID) -> HttpResponse:
    """One urging, and the form of an answer while one is asked for."""
    return _urging(request, urging_id, AnswerForm())


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def answer(request: HttpRequest, urging_id: UUID) -> HttpResponse:
    """Answer an urging for the agency."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _urging(request, urging_id, form, INVALID)
    try:
        supervise.answer(urging_id, text=form.cleaned_data["text"], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _urging(request, urging_id, form, told(form, refused))
    messages.success(request, gettext("Your answer is recorded."))
    return see_other(reverse("desk_urging", args=[urging_id]))


def _urging(request: HttpRequest, urging_id: UUID, form: AnswerForm, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    row = queries.urging(urging_id, by=by)
    open_to_me = row.answered_at is None and may_answer(
        by, division_path=row.division_path, agency_path=row.agency_path
    )
    context = urging_shown(row, by, timezone.now()) | {"form": form, "may_answer": open_to_me}
    return desk_page(request, "workbench/urged.html", context, here="desk_supervision", status=status)
