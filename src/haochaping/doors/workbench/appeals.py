"""`/desk/appeals/`: the agency appeals against a review, follows what becomes of it, and asks for the second review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors import uploads
from haochaping.doors.appeals import actors, events_of, shown, timeline, whole
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told_here
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.paging import page_number
from haochaping.doors.photo import photo_response
from haochaping.doors.workbench.appeal_forms import AppealForm, ContestForm
from haochaping.files import queries as files
from haochaping.files.terms import DOCUMENTS_ALLOWED, PHOTOS_ALLOWED
from haochaping.flows import decide_appeal
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import queries as orders
from haochaping.rectification.access import is_own
from haochaping.rectification.queries import appeals
from haochaping.rectification.rules import may_contest
from haochaping.rectification.states import appeal_moves_from
from haochaping.rectification.terms import AppealMove

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import OrderRow

_ON_PAGE = 30
_HERE = "desk_appeals"
_DONE = {
    "withdraw": N_("The appeal is withdrawn; the work order goes on."),
    "contest": N_("The second review is asked for; the level above decides."),
}


class OfOrder:
    """What the page of an order shows about its appeal: its state, or that one can be filed; nothing to others."""

    def __init__(self, order: OrderRow, by: Actor, now: datetime) -> None:
        self._order_id = order.id
        self._row = appeals.appeal_of_order(order.id)
        self._window = appeals.may_appeal_until(order.id, now=now)
        may_file = may(by, Power.APPEAL_FILE) and is_own(by, order)
        self.asked: list[Asked[Any]] = [self._row, self._window] if may_file else []

    def shown(self) -> dict[str, object]:
        """The part of the page, when it has been asked for."""
        if not self.asked:
            return {}
        if self._row.answer is not None:
            return shown(self._row.answer)
        open_, until = self._window.answer
        return {"order_id": self._order_id, "until": until} if open_ else {}


@requires(Power.APPEAL_FILE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The appeals of one's agency: open ones by the time left, or the finished ones."""
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    done = request.GET.get("done") == "1"
    rows = appeals.appeals(by, done=done, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    query = "done=1&" if done else ""
    context = {
        "rows": [shown(row) for row in rows[:_ON_PAGE]],
        "done": done,
        "now": timezone.now(),
        "page": number,
        "previous": f"?{query}page={number - 1}" if number > 1 else "",
        "next": f"?{query}page={number + 1}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/appeals.html", context, here=_HERE)


@csrf_exempt
@requires(Power.APPEAL_FILE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The form of an appeal. It is read within bounds; that it is ours is checked once that is sure, and only then."""
    uploads.bound(request, taken=PHOTOS_ALLOWED + DOCUMENTS_ALLOWED)
    return _new(request, order_id)


@csrf_protect
def _new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return _form(request, order_id, AppealForm())
    form = AppealForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, order_id, form, INVALID)
    typed = form.cleaned_data
    try:
        made = decide_appeal.file_appeal(
            order_id,
            ground=typed["ground"],
            fact=typed["fact"],
            text=typed["text"],
            reference=typed["reference"],
            pictures=uploads.pictures(typed["photos"]),
            documents=uploads.documents(typed["documents"]),
            by=actor_of(request),
            now=timezone.now(),
        )
    except Refused as refused:
        return _form(request, order_id, *_told(form, refused))
    messages.success(request, gettext("The appeal is filed; another organisation decides."))
    return see_other(reverse("desk_appeal", args=[made]))


@requires(Power.APPEAL_FILE)
@require_safe
@refusable
def one(request: HttpRequest, appeal_id: UUID) -> HttpResponse:
    """One appeal with what was decided, and what the agency can do."""
    return _one(request, appeal_id, ContestForm(auto_id="contest_%s"))


@requires(Power.APPEAL_FILE)
@require_safe
@refusable
def photo(request: HttpRequest, appeal_id: UUID, photo_id: UUID) -> HttpResponse:
    """Show a photograph that belongs to an appeal of one's agency."""
    row = appeals.appeal(appeal_id, by=actor_of(request), power=Power.APPEAL_FILE)
    content = files.content_of(photo_id, subject_kind="appeal", subject_id=str(row.id))
    return photo_response(content, place=str(photo_id)[-4:])


@requires(Power.APPEAL_FILE)
@require_POST
@refusable
def step(request: HttpRequest, appeal_id: UUID, step: str) -> HttpResponse:
    """Withdraw the appeal, or ask for the second review."""
    if step not in _DONE:
        raise Http404
    by, now, form = actor_of(request), timezone.now(), ContestForm(request.POST, auto_id="contest_%s")
    if step == "withdraw":
        decide_appeal.withdraw(appeal_id, by=by, now=now)
    elif not form.is_valid():
        return _one(request, appeal_id, form, INVALID)
    else:
        try:
            decide_appeal.contest(appeal_id, form.cleaned_data["text"], by=by, now=now)
        except Refused as refused:
            return _one(request, appeal_id, *_told(form, refused))
    messages.success(request, gettext(_DONE[step]))
    return see_other(reverse("desk_appeal", args=[appeal_id]))


def _one(request: HttpRequest, appeal_id: UUID, form: ContestForm, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    row = appeals.appeal(appeal_id, by=by, power=Power.APPEAL_FILE)
    decisions, events = appeals.decisions(row.id), events_of(row)
    moves = appeal_moves_from(row.state, Power.APPEAL_FILE)
    last = appeals.decided(row.id)
    context = whole(row, [one for one in decisions if one.confirmed_at]) | {
        # What the two persons weigh before they have decided is theirs.
        "events": timeline(
            [event for event in events if event.move not in {AppealMove.PROPOSE, AppealMove.SEND_BACK}],
            names_of(actors(row, decisions, events), by),
        ),
        "now": timezone.now(),
        "may_withdraw": AppealMove.WITHDRAW in moves,
        "contest": form
        if AppealMove.CONTEST in moves and last and may_contest(last.verdict, reviewer=False)
        else None,
        "wrong": form if form.errors else None,
    }
    return desk_page(request, "workbench/appeal.html", context, here=_HERE, status=status)


def _form(request: HttpRequest, order_id: UUID, form: AppealForm, status: int = 200) -> HttpResponse:
    item = orders.order(order_id, by=actor_of(request)).item_name
    context = {"form": form, "order_id": order_id, "item": item}
    return desk_page(request, "workbench/appeal_new.html", context, here=_HERE, status=status)


def _told[F: forms.Form](form: F, refused: Refused) -> tuple[F, int]:
    """The form with what was wrong, and the status of the answer."""
    return form, told_here(form, refused)
