"""`/desk/reforms/`: proposals of reforms, with the steps that whoever looks may take with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.access import may_any, may_reach
from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.doors.workbench.fault_forms import NoForm, ReformChangeForm, ReformNoteForm
from haochaping.flows import class_fault
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import actions
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.states import BY_ADDRESSEE, REFORM_FINAL, REFORM_FIRED_BY, reform_after
from haochaping.rectification.terms import (
    PART_LABELS,
    REFORM_LABELS,
    REFORM_MOVE_LABELS,
    ReformMove,
    ReformState,
)
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import ReformRow

    type Typed = Mapping[str, Any]

_TONES = {ReformState.CHECKED: "good", ReformState.DECLINED: "bad", ReformState.DROPPED: "info"}
# Whose move it is, for whoever can do nothing.
_WAITS = {
    ReformState.DRAFTED: N_(
        "It waits for a dispatcher or supervisor, who sends it to the deciding agency or drops it."
    ),
    ReformState.SENT: N_("It waits for the answer of the deciding agency."),
    ReformState.ACCEPTED: N_("It waits for the deciding agency to change it."),
    ReformState.DONE: N_("It waits for a dispatcher or supervisor, who sees whether the change is there."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One form of a proposal's page, and the move that it fires."""

    move: ReformMove
    title: str
    button: str
    done: str
    form: type[forms.Form]
    perform: Callable[[UUID, Typed, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Offer:
    """A step with its form, ready to be shown."""

    name: str
    title: str
    button: str
    form: forms.Form


def _send(pk: UUID, _typed: Typed, by: Actor, now: datetime) -> None:
    class_fault.send_reform(pk, by=by, now=now)


def _drop(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.drop_reform(pk, reason=typed["text"], by=by, now=now)


def _accept(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.answer_reform(pk, accept=True, reason=typed["text"], by=by, now=now)


def _decline(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.answer_reform(pk, accept=False, reason=typed["text"], by=by, now=now)


def _carry_out(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.carry_out_reform(pk, parts=typed["parts"], text=typed["text"], by=by, now=now)


def _check(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.check_reform(pk, there=True, text=typed["text"], by=by, now=now)


def _send_back(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.check_reform(pk, there=False, text=typed["text"], by=by, now=now)


STEPS = {
    "send": Step(
        ReformMove.SEND,
        N_("Send the proposal to the deciding agency"),
        N_("Send it"),
        N_("The proposal is sent; the agency has been asked to answer."),
        NoForm,
        _send,
    ),
    "drop": Step(
        ReformMove.DROP,
        N_("Do not send it, and say why"),
        N_("Drop it"),
        N_("The proposal is dropped."),
        ReformNoteForm,
        _drop,
    ),
    "accept": Step(
        ReformMove.ACCEPT,
        N_("Accept the proposal: say how it will be done"),
        N_("Accept the proposal"),
        N_("The proposal is accepted; the time for the change runs."),
        ReformNoteForm,
        _accept,
    ),
    "decline": Step(
        ReformMove.DECLINE,
        N_("Decline the proposal: say why"),
        N_("Decline it"),
        N_("The proposal is declined with your reason."),
        ReformNoteForm,
        _decline,
    ),
    "change": Step(
        ReformMove.CARRY_OUT,
        N_("Record what was changed"),
        N_("Record it"),
        N_("The change is recorded; the office that proposed it checks."),
        ReformChangeForm,
        _carry_out,
    ),
    "check": Step(
        ReformMove.CHECK,
        N_("Check: the change is there"),
        N_("It is there"),
        N_("The change is checked."),
        ReformNoteForm,
        _check,
    ),
    "send-back": Step(
        ReformMove.SEND_BACK,
        N_("Check: the change is not there"),
        N_("Send it back"),
        N_("The agency works on it again."),
        ReformNoteForm,
        _send_back,
    ),
}


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The proposals from orders of one's remit and to agencies of it, newest first."""
    by, done = actor_of(request), request.GET.get("list") == "done"
    number = page_number(request.GET.get("page", ""))
    rows = fault_queries.reforms(by, done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": [_shown(row) for row in rows[:ON_PAGE]],
        "done": done,
        "now": timezone.now(),
        **pager(number, len(rows), "list=done&" if done else ""),
    }
    return desk_page(request, "workbench/reforms.html", context, here="desk_reforms")


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def one(request: HttpRequest, reform_id: UUID) -> HttpResponse:
    """One proposal with what happened and what is possible now."""
    return _one(request, reform_id)


@requires(Power.ORDER_HANDLE, Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE)
@require_POST
@refusable
def step(request: HttpRequest, reform_id: UUID, step: str) -> HttpResponse:
    """Take a step; what was refused is shown again with what was typed."""
    if step not in STEPS:
        raise Http404
    chosen, by = STEPS[step], actor_of(request)
    fault_queries.reform(reform_id, by=by)
    form = chosen.form(request.POST, auto_id=f"{step}_%s")
    if not form.is_valid():
        return _one(request, reform_id, tried=step, form=form, status=INVALID)
    try:
        chosen.perform(reform_id, form.cleaned_data, by, timezone.now())
    except Refused as refused:
        return _one(request, reform_id, tried=step, form=form, status=told(form, refused))
    messages.success(request, gettext(chosen.done))
    return see_other(reverse("desk_reform", args=[reform_id]))


def _one(
    request: HttpRequest,
    reform_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    row = fault_queries.reform(reform_id, by=by)
    events = fault_queries.reform_events(reform_id)
    names = names_of([event.by for event in events], by)
    offers = [_offer(name, tried, form) for name, one in STEPS.items() if _may(row, one.move, by)]
    context = _shown(row) | {
        "now": timezone.now(),
        "parts": [gettext(PART_LABELS[part]) for part in row.parts],
        "events": [
            Event(gettext(REFORM_MOVE_LABELS[event.move]), event.at, names[event.by], event.note)
            for event in events
        ],
        "offers": offers,
        "waits": gettext(_WAITS[row.state]) if not offers and row.state in _WAITS else "",
        "sees_order": _sees_order(row, by),
        "wrong": form,
    }
    return desk_page(request, "workbench/reform.html", context, here="desk_reforms", status=status)


def _may(row: ReformRow, move: ReformMove, by: Actor) -> bool:
    """Whether the state and who looks allow a move."""
    asked = move in BY_ADDRESSEE
    reach = may_reach(
        by,
        division_path=row.division_path if asked else row.from_division_path,
        agency_path=row.agency_path if asked else row.from_agency_path,
    )
    return reach and may_any(by, REFORM_FIRED_BY[move]) and reform_after(row.state, move) is not None


def _sees_order(row: ReformRow, by: Actor) -> bool:
    try:
        orders.order(row.order_id, by=by)
    except Refused:
        return False
    return True


def _offer(name: str, tried: str, form: forms.Form | None) -> Offer:
    offered = STEPS[name]
    mine = form if form is not None and name == tried else offered.form(auto_id=f"{name}_%s")
    return Offer(name, gettext(offered.title), gettext(offered.button), mine)


def _shown(row: ReformRow) -> dict[str, object]:
    return {
        "row": row,
        "state": gettext(REFORM_LABELS[row.state]),
        "tone": _TONES.get(row.state, "info" if row.state in REFORM_FINAL else "warn"),
    }
