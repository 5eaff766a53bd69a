"""`/oversight/urgings/`: urge an agency or a lower office, ask the level above for help, and see what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.fields import uuid_of
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.forms import HelpForm, NoteForm, UrgingForm, new_key
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager, urging_shown
from haochaping.flows import supervise
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.supervision import queries
from haochaping.supervision.access import may_answer
from haochaping.supervision.rules import may_ask_above

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The urgings of one's divisions, newest first."""
    by, now, done = actor_of(request), timezone.now(), request.GET.get("list") == "done"
    number = page_number(request.GET.get("page", ""))
    found = queries.urgings(by, done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": found[:ON_PAGE],
        "done": done,
        "now": now,
        "may_ask": may_ask_above(by.scope),
        **pager(number, len(found), "list=done&" if done else ""),
    }
    return oversight_page(request, "oversight/urgings.html", context, here="oversight_urgings")


@requires(Power.ORDER_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest) -> HttpResponse:
    """The form of an urging; what was refused is shown again with what was typed."""
    by, now = actor_of(request), timezone.now()
    if request.method != "POST":
        asked = {"to": request.GET.get("to", ""), "order": uuid_of(request.GET.get("order", ""))}
        return _form(request, UrgingForm(initial=asked | {"key": new_key(now)}, scope=by.scope))
    form = UrgingForm(request.POST, scope=by.scope)
    if not form.is_valid():
        return _form(request, form, INVALID)
    typed = form.cleaned_data
    try:
        made = supervise.urge(
            to=typed["to"],
            work_order_id=typed["order"],
            text=typed["text"],
            key=typed["key"],
            by=by,
            now=now,
        )
    except Refused as refused:
        return _form(request, form, told(form, refused))
    messages.success(request, gettext("They have been urged; the answer appears here."))
    return see_other(reverse("oversight_urging", args=[made]))


@requires(Power.ORDER_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def ask(request: HttpRequest) -> HttpResponse:
    """The form of a request for help; what was refused is shown again with what was typed."""
    by, now = actor_of(request), timezone.now()
    if request.method != "POST":
        asked = {"order": uuid_of(request.GET.get("order", "")), "key": new_key(now)}
        return _form(request, HelpForm(initial=asked))
    form = HelpForm(request.POST)
    if not form.is_valid():
        return _form(request, form, INVALID)
    typed = form.cleaned_data
    try:
        made = supervise.ask_help(
            work_order_id=typed["order"], text=typed["text"], key=typed["key"], by=by, now=now
        )
    except Refused as refused:
        return _form(request, form, told(form, refused))
    messages.success(request, gettext("The level above has been asked; its answer appears here."))
    return see_other(reverse("oversight_urging", args=[made]))


def _form(request: HttpRequest, form: UrgingForm | HelpForm, status: int = 200) -> HttpResponse:
    about = uuid_of(str(form["order"].value() or ""))
    context = {
        "form": form,
        "about": about,
        "order": orders.order(about, by=actor_of(request)) if about else None,
    }
    template = "oversight/urging_new.html" if isinstance(form, UrgingForm) else "oversight/help_new.html"
    return oversight_page(request, template, context, here="oversight_urgings", status=status)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, urging_id: UUID) -> HttpResponse:
    """One urging with its answer, or the form of one for the office that was urged."""
    return _one(request, urging_id, NoteForm())


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def answer(request: HttpRequest, urging_id: UUID) -> HttpResponse:
    """Answer for one's own office, or a lower one that asks for help."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _one(request, urging_id, form, INVALID)
    try:
        supervise.answer(urging_id, text=form.cleaned_data["text"], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _one(request, urging_id, form, told(form, refused))
    messages.success(request, gettext("Your answer is recorded."))
    return see_other(reverse("oversight_urging", args=[urging_id]))


def _one(request: HttpRequest, urging_id: UUID, form: NoteForm, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    row = queries.urging(urging_id, by=by)
    open_to_me = row.answered_at is None and may_answer(
        by, division_path=row.division_path, agency_path=row.agency_path, upward=row.upward
    )
    context = urging_shown(row, by, timezone.now()) | {"form": form, "may_answer": open_to_me}
    return oversight_page(request, "oversight/urging.html", context, here="oversight_urgings", status=status)
