"""`/oversight/supervision/`: supervision orders, each with only the steps that are possible now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.fields import uuid_of
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight import signals
from haochaping.doors.oversight.forms import (
    InterviewForm,
    LetterForm,
    NoForm,
    NoteForm,
    ProposalForm,
    new_key,
)
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, events_of, pager, shown
from haochaping.flows import supervise
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import queries as orders
from haochaping.supervision import actions, queries
from haochaping.supervision.states import FINAL, after, may_propose
from haochaping.supervision.terms import ProposalState, SignalKind, SupervisionMove, SupervisionState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.supervision.terms import ProposalRow, SupervisionRow

    type Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One form of a supervision order's page; `move` is what it fires, None for a proposal, which fires nothing yet."""

    title: str
    button: str
    done: str
    form: type[forms.Form]
    perform: Callable[[UUID, Typed, Actor, datetime], object]
    move: SupervisionMove | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A step with its form, ready to be shown."""

    name: str
    title: str
    button: str
    form: forms.Form


def _notify(pk: UUID, _typed: Typed, by: Actor, now: datetime) -> None:
    supervise.send(pk, by=by, now=now)


def _check(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.check(pk, text=typed["text"], by=by, now=now)


def _lift(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.lift(pk, text=typed["text"], by=by, now=now)


def _hold_interview(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.hold_interview(pk, text=typed["text"], by=by, now=now)


def _propose(pk: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    actions.propose(pk, rung=typed["rung"], reason=typed["reason"], by=by, now=now)


PROPOSE = "propose"
STEPS = {
    "notify": Step(
        N_("Send the letter"),
        N_("Send it to the agency"),
        N_("The letter is sent; the agency has been asked to answer."),
        NoForm,
        _notify,
        SupervisionMove.NOTIFY,
    ),
    "check": Step(
        N_("Record what you found"),
        N_("Record it"),
        N_("The check is recorded."),
        NoteForm,
        _check,
        SupervisionMove.CHECK,
    ),
    "lift": Step(
        N_("Lift the supervision"),
        N_("Lift it"),
        N_("The supervision is lifted."),
        NoteForm,
        _lift,
        SupervisionMove.LIFT,
    ),
    "interview": Step(
        N_("Record the interview"),
        N_("Record it"),
        N_("The interview is recorded; the supervision has ended."),
        InterviewForm,
        _hold_interview,
        SupervisionMove.HOLD_INTERVIEW,
    ),
    PROPOSE: Step(
        N_("Propose a measure"),
        N_("Propose it"),
        N_("The proposal is made; somebody else decides about it."),
        ProposalForm,
        _propose,
    ),
}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The supervision orders of one's divisions, newest first."""
    now, done = timezone.now(), request.GET.get("list") == "done"
    number = page_number(request.GET.get("page", ""))
    found = queries.supervisions(
        actor_of(request), done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE
    )
    context = {
        "rows": [shown(row, now) for row in found[:ON_PAGE]],
        "done": done,
        "now": now,
        **pager(number, len(found), "list=done&" if done else ""),
    }
    return oversight_page(request, "oversight/supervisions.html", context, here="oversight_supervisions")


@requires(Power.ORDER_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest) -> HttpResponse:
    """Draft a letter about a signal, a work order or an agency."""
    by, now = actor_of(request), timezone.now()
    if request.method != "POST":
        asked = {
            "signal": uuid_of(request.GET.get("signal", "")),
            "order": uuid_of(request.GET.get("order", "")),
        }
        return _letter(
            request,
            LetterForm(
                initial=asked | {"key": new_key(now), "agency": request.GET.get("agency", "")}, scope=by.scope
            ),
        )
    form = LetterForm(request.POST, scope=by.scope)
    if not form.is_valid():
        return _letter(request, form, INVALID)
    typed = form.cleaned_data
    try:
        made = actions.open_letter(
            agency_code=typed["agency"].strip(),
            work_order_id=typed["order"],
            signal_id=typed["signal"],
            text=typed["text"],
            key=typed["key"],
            by=by,
            now=now,
        )
    except Refused as refused:
        return _letter(request, form, told(form, refused))
    messages.success(request, gettext("The letter is drafted. The agency reads it once you send it."))
    return see_other(reverse("oversight_supervision", args=[made]))


def _letter(request: HttpRequest, form: LetterForm, status: int = 200) -> HttpResponse:
    about = {name: uuid_of(str(form[name].value() or "")) for name in ("signal", "order")}
    context = _named(about["signal"], about["order"], actor_of(request)) | {"form": form}
    return oversight_page(
        request, "oversight/supervision_new.html", context, here="oversight_supervisions", status=status
    )


def _named(signal_id: UUID | None, order_id: UUID | None, by: Actor) -> dict[str, object]:
    """What a letter is about and whom it goes to, as `actions.open_letter` finds it; empty where neither is known."""
    named: dict[str, object] = {}
    helper = False
    if signal_id:
        row = queries.signal(signal_id, by=by)
        [line] = signals.lines([row])
        named = {"signal": line, "agency": row.agency_name}
        order_id, helper = row.work_order_id, row.kind == SignalKind.HELP_LATE
    if order_id:
        order = orders.order(order_id, by=by)
        named |= {"order": order, "agency": named["agency"] if helper else order.agency_name}
    return named


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """One supervision order with what happened and what is possible now."""
    return _one(request, supervision_id)


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def step(request: HttpRequest, supervision_id: UUID, step: str) -> HttpResponse:
    """Take a step; what was refused is shown again with what was typed."""
    if step not in STEPS:
        raise Http404
    chosen = STEPS[step]
    form = chosen.form(request.POST, auto_id=f"{step}_%s")
    if not form.is_valid():
        return _one(request, supervision_id, tried=step, form=form, status=INVALID)
    try:
        chosen.perform(supervision_id, form.cleaned_data, actor_of(request), timezone.now())
    except Refused as refused:
        return _one(request, supervision_id, tried=step, form=form, status=told(form, refused))
    messages.success(request, gettext(chosen.done))
    return see_other(reverse("oversight_supervision", args=[supervision_id]))


def _one(
    request: HttpRequest,
    supervision_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    row = queries.supervision(supervision_id, by=by)
    proposals = queries.proposals(by, supervision_id=supervision_id)
    context = shown(row, now) | {
        "events": events_of(row, proposals, by),
        "waiting": next((p for p in proposals if p.state == ProposalState.WAITING), None),
        "offers": [_offer(name, tried, form) for name in _possible(row, proposals, now)],
        "goes_on": row.work_order_id is not None and row.state in FINAL - {SupervisionState.LIFTED},
        "wrong": form,
    }
    return oversight_page(
        request, "oversight/supervision.html", context, here="oversight_supervisions", status=status
    )


def _possible(row: SupervisionRow, proposals: list[ProposalRow], now: datetime) -> list[str]:
    """The steps that this supervision order allows now."""
    if any(p.state == ProposalState.WAITING for p in proposals):
        return []
    silent = row.state == SupervisionState.NOTIFIED and row.due_at is not None and now <= row.due_at
    return [
        name
        for name, one in STEPS.items()
        if (may_propose(row.state) if one.move is None else after(row.state, one.move) is not None)
        and not (silent and one.move == SupervisionMove.CHECK)
    ]


def _offer(name: str, tried: str, form: forms.Form | None) -> Offer:
    offered = STEPS[name]
    mine = form if form is not None and name == tried else offered.form(auto_id=f"{name}_%s")
    return Offer(name, gettext(offered.title), gettext(offered.button), mine)
