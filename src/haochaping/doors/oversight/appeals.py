"""`/oversight/appeals/`: take appeals up, hear the reviewer, decide in two steps, and see how many are upheld where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.appeals import actors, events_of, shown, timeline, whole
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told_here
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.names import names_of
from haochaping.doors.oversight.appeal_forms import DecisionForm, RefuseForm, SendBackForm
from haochaping.doors.paging import page_number
from haochaping.doors.photo import handed_over, photo_response
from haochaping.files import queries as files
from haochaping.files.terms import DocumentKind
from haochaping.flows import decide_appeal
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import access
from haochaping.rectification.queries import appeals
from haochaping.rectification.rules import is_anomalous
from haochaping.rectification.states import APPEAL_SECOND, appeal_moves_from
from haochaping.rectification.terms import AppealMove
from haochaping.ui.numbers import between, percent
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import AppealCount, AppealRow, DecisionRow

_ON_PAGE = 30
_HERE = "oversight_appeals"
_TYPES = {
    DocumentKind.WAV: "audio/wav",
    DocumentKind.MPEG: "audio/mpeg",
    DocumentKind.MPEG_FOUR: "audio/mp4",
    DocumentKind.OGG: "audio/ogg",
    DocumentKind.PDF: "application/pdf",
    DocumentKind.TEXT: "text/plain; charset=utf-8",
}
_ENDINGS = {DocumentKind.MPEG_FOUR: "m4a", DocumentKind.TEXT: "txt"}


@dataclass(frozen=True, slots=True)
class Step:
    """A move of the deciders as a form of the page."""

    title: str
    button: str
    done: str
    move: AppealMove
    perform: Callable[[UUID, Mapping[str, str], Actor, datetime], None]
    form: type[forms.Form] | None = None


def _accept(appeal_id: UUID, _typed: Mapping[str, str], by: Actor, now: datetime) -> None:
    decide_appeal.accept(appeal_id, by=by, now=now)


def _refuse(appeal_id: UUID, typed: Mapping[str, str], by: Actor, now: datetime) -> None:
    decide_appeal.refuse(appeal_id, refusal=typed["refusal"], by=by, now=now)


def _propose(appeal_id: UUID, typed: Mapping[str, str], by: Actor, now: datetime) -> None:
    decide_appeal.propose(
        appeal_id,
        verdict=typed["verdict"],
        fact=typed["fact"],
        evidence=tuple(dict.fromkeys(filter(None, map(str.strip, typed["evidence"].splitlines())))),
        text=typed["text"],
        by=by,
        now=now,
    )


def _confirm(appeal_id: UUID, _typed: Mapping[str, str], by: Actor, now: datetime) -> None:
    decide_appeal.confirm(appeal_id, by=by, now=now)


def _send_back(appeal_id: UUID, typed: Mapping[str, str], by: Actor, now: datetime) -> None:
    decide_appeal.send_back(appeal_id, text=typed["text"], by=by, now=now)


STEPS = {
    "accept": Step(
        N_("Accept the appeal"),
        N_("Accept and ask the reviewer"),
        N_("The appeal is accepted; the reviewer is asked."),
        AppealMove.ACCEPT,
        _accept,
    ),
    "refuse": Step(
        N_("Do not accept the appeal"),
        N_("Do not accept it"),
        N_("The appeal is not accepted; the review counts."),
        AppealMove.REFUSE,
        _refuse,
        RefuseForm,
    ),
    "propose": Step(
        N_("Propose a decision"),
        N_("Propose it"),
        N_("The decision is proposed; a second person confirms it."),
        AppealMove.PROPOSE,
        _propose,
        DecisionForm,
    ),
    "confirm": Step(
        N_("Confirm the decision"),
        N_("Confirm it"),
        N_("It is decided; the reviewer is told."),
        AppealMove.CONFIRM,
        _confirm,
    ),
    "send-back": Step(
        N_("Send the proposal back"),
        N_("Send it back"),
        N_("The proposal is sent back."),
        AppealMove.SEND_BACK,
        _send_back,
        SendBackForm,
    ),
}


@requires(Power.APPEAL_DECIDE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The appeals of one's division by the time left, and how many are upheld by agency and month."""
    by, now = actor_of(request), timezone.now()
    done, number = request.GET.get("done") == "1", page_number(request.GET.get("page", ""))
    rows = appeals.appeals(by, done=done, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    query = "done=1&" if done else ""
    context = {
        "rows": [shown(row) for row in rows[:_ON_PAGE]],
        "done": done,
        "now": now,
        "page": number,
        "previous": f"?{query}page={number - 1}" if number > 1 else "",
        "next": f"?{query}page={number + 1}" if len(rows) > _ON_PAGE else "",
        "counts": [_count(row) for row in appeals.appeal_counts(by, now=now)],
    }
    return desk_page(request, "oversight/appeals.html", context, here=_HERE)


@requires(Power.APPEAL_DECIDE)
@require_safe
@refusable
def one(request: HttpRequest, appeal_id: UUID) -> HttpResponse:
    """One appeal with evidence, the reviewer's answer and the moves that its state allows."""
    return _one(request, appeal_id)


@requires(Power.APPEAL_DECIDE)
@require_safe
@refusable
def photo(request: HttpRequest, appeal_id: UUID, photo_id: UUID) -> HttpResponse:
    """Show a photograph of the evidence."""
    row = appeals.appeal(appeal_id, by=actor_of(request), power=Power.APPEAL_DECIDE)
    content = files.content_of(photo_id, subject_kind="appeal", subject_id=str(row.id))
    return photo_response(content, place=str(photo_id)[-4:])


@requires(Power.APPEAL_DECIDE)
@require_safe
@refusable
def document(request: HttpRequest, appeal_id: UUID, document_id: UUID) -> HttpResponse:
    """Hand over a recording, log or PDF of the evidence, to those who decide alone; each look is recorded."""
    row = appeals.appeal(appeal_id, by=actor_of(request), power=Power.APPEAL_DECIDE)
    kind, content = files.document_of(document_id, subject_kind="appeal", subject_id=str(row.id))
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "document", str(document_id))
    return handed_over(
        content,
        content_type=_TYPES[kind],
        name=f"evidence-{str(document_id)[-4:]}.{_ENDINGS.get(kind, kind)}",
    )


@requires(Power.APPEAL_DECIDE)
@require_POST
@refusable
def step(request: HttpRequest, appeal_id: UUID, step: str) -> HttpResponse:
    """Take one step; what was refused is shown again with what was typed."""
    if step not in STEPS:
        raise Http404
    chosen = STEPS[step]
    form = chosen.form(request.POST, auto_id=f"{step}_%s") if chosen.form else None
    if form is not None and not form.is_valid():
        return _one(request, appeal_id, tried=step, form=form, status=INVALID)
    try:
        typed = form.cleaned_data if form else {}
        chosen.perform(appeal_id, typed, actor_of(request), timezone.now())
    except Refused as refused:
        if form is None:
            raise
        return _one(request, appeal_id, tried=step, form=form, status=told_here(form, refused))
    messages.success(request, gettext(chosen.done))
    return see_other(reverse("oversight_appeal", args=[appeal_id]))


def _one(
    request: HttpRequest,
    appeal_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    row = appeals.appeal(appeal_id, by=by, power=Power.APPEAL_DECIDE)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "appeal", str(row.id))
    decisions, events = appeals.decisions(row.id), events_of(row)
    moves = appeal_moves_from(row.state, Power.APPEAL_DECIDE)
    waiting = next((one for one in decisions if not one.confirmed_at and not one.sent_back_at), None)
    barred = _barred(row, decisions, by) if moves else ""
    mine = waiting is not None and waiting.proposed_by == str(by) and not barred
    alike = waiting is not None and not mine and not barred and not access.may_confirm(by, waiting)
    possible = [name for name in STEPS if STEPS[name].move in moves and not (alike and name == "confirm")]
    context = whole(row, decisions) | {
        "events": timeline(events, names_of(actors(row, decisions, events), by)),
        "now": timezone.now(),
        # Whoever proposed has done their part: the second person is somebody else.
        "mine": mine,
        "alike": alike,
        "barred": barred,
        "offers": [] if mine or barred else [_offer(name, tried, form) for name in possible],
        "wrong": form,
    }
    return desk_page(request, "oversight/appeal.html", context, here=_HERE, status=status)


def _barred(row: AppealRow, decisions: Sequence[DecisionRow], by: Actor) -> str:
    """Why the reader takes no part in deciding this appeal, and who does; "" for whoever may."""
    before = next((one for one in reversed(decisions) if one.confirmed_at), None)
    try:
        access.check_decide(
            by, division_path=row.division_path, agency_path=row.agency_path, filed_by=row.filed_by
        )
        if before is not None and row.state in APPEAL_SECOND:
            access.check_decide_again(by, before)
    except Refused as refused:
        return say(refused.complaint).text
    return ""


def _offer(name: str, tried: str, form: forms.Form | None) -> dict[str, object]:
    step = STEPS[name]
    empty = step.form(auto_id=f"{name}_%s") if step.form else None
    return {
        "name": name,
        "title": gettext(step.title),
        "button": gettext(step.button),
        "form": form if name == tried and form is not None else empty,
    }


def _count(row: AppealCount) -> dict[str, object]:
    """One line of the figures: the share of upheld ones only with its interval, and neither of too few."""
    return {
        "row": row,
        "share": percent(row.decided),
        "interval": between(row.decided.interval),
        "anomalous": is_anomalous(row.decided),
    }
