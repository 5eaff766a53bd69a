"""`/desk/voices/`: complaints, suggestions and after-sales questions by time left; one with the moves its state allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.access import may, may_any
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.agencies import near
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told_here
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.paging import page_number
from haochaping.doors.photo import photo_response
from haochaping.doors.workbench import standard
from haochaping.doors.workbench.inbox import GROUPS, OVERDUE, left_until
from haochaping.doors.workbench.voice_forms import AnswerForm, HandOnForm, NameForm, SignForm, TransferForm
from haochaping.doors.workbench.words import excerpt, names_of
from haochaping.files import queries as files
from haochaping.flows import hand_on, handle_voices
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import SOLVED_LABELS, Alarm, OrderState
from haochaping.ui.shapes import Event
from haochaping.voices import actions, queries
from haochaping.voices.access import may_correct_name
from haochaping.voices.rules import alarm_of, running_due
from haochaping.voices.states import DONE, FIRED_BY, SHARED, moves_from
from haochaping.voices.terms import (
    KIND_LABELS,
    MATTER_LABELS,
    MOVE_LABELS,
    OUTCOME_LABELS,
    PERSONS_WORDS,
    STATE_LABELS,
    VoiceMove,
    VoiceState,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow
    from haochaping.voices.terms import VoiceRow

_ON_PAGE = 30
_TONES = {
    VoiceState.RECEIVED: "warn",
    VoiceState.TRANSFERRED: "warn",
    VoiceState.ESCALATED: "bad",
    VoiceState.CLOSED: "good",
}
# Whose move it is, for whoever can do nothing.
_WAITS = {
    VoiceState.RECEIVED: N_("It waits for a dispatcher, who passes it on to the agency that answers."),
    VoiceState.TRANSFERRED: N_("It waits for the agency to accept it."),
    VoiceState.SIGNED: N_("It waits for the answer of the agency."),
    VoiceState.ANSWERED: N_("It waits for the person to say whether it is solved."),
}
_CLOSES = N_("It closes by itself: the person was asked by an older system and is not heard here.")
_TRANSFER, _HAND_ON, _NAME = "transfer", "hand-on", "name"
# From the address of a step to its move, with title, button and what is said afterwards.
STEPS: dict[str, tuple[VoiceMove, str, str, str]] = {
    _TRANSFER: (
        VoiceMove.TRANSFER,
        N_("Transfer to the agency that answers"),
        N_("Transfer it"),
        N_("It is transferred."),
    ),
    _HAND_ON: (
        VoiceMove.HAND_ON,
        N_("The agency has ended: who answers now?"),
        N_("Hand it on"),
        N_("It is with the other agency; its time runs on."),
    ),
    "sign-for": (
        VoiceMove.SIGN_FOR,
        N_("Sign for it"),
        N_("Sign for it"),
        N_("You have signed for it."),
    ),
    _NAME: (
        VoiceMove.NAME,
        N_("Say which member of staff it is about"),
        N_("Hide it from them"),
        N_("It is hidden from whom it is about."),
    ),
    "answer": (
        VoiceMove.ANSWER,
        N_("Answer the person"),
        N_("Send the answer"),
        N_("The answer is sent."),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One voice as a row."""

    id: UUID
    kind: str
    place: str
    agency: str
    words: str
    state: str
    tone: str
    due: datetime | None
    beyond: bool
    late: bool
    soon: bool
    ended_at: datetime | None
    urged: int
    solved: str
    older: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A step with its form, ready to be shown."""

    name: str
    title: str
    button: str
    form: forms.Form
    standard: list[str]
    fills: str
    """The field that a standard text goes into."""


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """Open ones by time left, answered ones newest first."""
    by, now = actor_of(request), timezone.now()
    done, number = request.GET.get("list") == "done", page_number(request.GET.get("page", ""))
    found = queries.inbox(by, done=done, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    lines: dict[str, list[Line]] = {}
    for voice in found[:_ON_PAGE]:
        lines.setdefault(left_until(running_due(voice), now, done=done), []).append(_line(voice, now))
    start = "?list=done&page=" if done else "?page="
    context = {
        "groups": [(gettext(group), group == OVERDUE, lines[group]) for group in GROUPS if group in lines],
        "done": done,
        "open_count": queries.open_count(by),
        "now": now,
        "page": number,
        "previous": f"{start}{number - 1}" if number > 1 else "",
        "next": f"{start}{number + 1}" if len(found) > _ON_PAGE else "",
        "takes_up": may_any(by, (Power.ORDER_HANDLE, Power.ORDER_DISPATCH)),
    }
    return desk_page(request, "workbench/voices.html", context, here="desk_voices")


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def one(request: HttpRequest, voice_id: UUID) -> HttpResponse:
    """One voice with what its state allows whoever looks."""
    return _page(request, voice_id)


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def photo(request: HttpRequest, voice_id: UUID, photo_id: UUID) -> HttpResponse:
    """Show a photograph that the person sent with it."""
    voice = queries.voice(voice_id, by=actor_of(request))
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "voice", str(voice.id))
    content = files.content_of(photo_id, subject_kind="voice", subject_id=str(voice.id))
    return photo_response(content, place=str(photo_id)[-4:])


@requires(Power.ORDER_DISPATCH)
@require_POST
@refusable
def transfer(request: HttpRequest, voice_id: UUID) -> HttpResponse:
    """The dispatcher sends it to the agency that answers."""
    return _step(request, voice_id, _TRANSFER)


@requires(Power.ORDER_DISPATCH)
@require_POST
@refusable
def take_over(request: HttpRequest, voice_id: UUID) -> HttpResponse:
    """The dispatcher says who takes what an agency that has ended left."""
    return _step(request, voice_id, _HAND_ON)


@requires(Power.ORDER_HANDLE, Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE)
@require_POST
@refusable
def say_about(request: HttpRequest, voice_id: UUID) -> HttpResponse:
    """Whoever passes it on, handles or supervises it says which member of staff it is about."""
    return _step(request, voice_id, _NAME)


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def step(request: HttpRequest, voice_id: UUID, step: str) -> HttpResponse:
    """The agency takes a step of its own."""
    if step not in STEPS:
        raise Http404
    return _step(request, voice_id, step)


def _step(request: HttpRequest, voice_id: UUID, step: str) -> HttpResponse:
    """Take a step; what was refused is shown again with what was typed."""
    by = actor_of(request)
    voice = queries.voice(voice_id, by=by)
    form = _form(step, voice, by, request.POST)
    if standard.is_asked_for(step, request.POST):
        form = _form(step, voice, by, initial=standard.with_text(form, step, request.POST))
        return _page(request, voice_id, tried=step, form=form)
    if not form.is_valid():
        return _page(request, voice_id, tried=step, form=form, status=INVALID)
    try:
        _perform(step, voice_id, form.cleaned_data, by, timezone.now())
    except Refused as refused:
        return _page(request, voice_id, tried=step, form=form, status=told_here(form, refused))
    messages.success(request, gettext(STEPS[step][3]))
    return see_other(reverse("desk_voice", args=[voice_id]))


def _perform(step: str, voice_id: UUID, typed: dict[str, Any], by: Actor, now: datetime) -> None:
    if step == _TRANSFER:
        handle_voices.transfer(voice_id, **typed, by=by, now=now)
    elif step == _HAND_ON:
        hand_on.hand_on_voice(voice_id, typed["agency"], typed["note"], by=by, now=now)
    elif step == _NAME:
        handle_voices.name(voice_id, **typed, by=by, now=now)
    elif step == "answer":
        handle_voices.answer(voice_id, **typed, by=by, now=now)
    else:
        actions.sign_for(voice_id, by=by, now=now)


def _form(
    step: str, voice: VoiceRow, by: Actor, data: Any = None, initial: dict[str, object] | None = None
) -> forms.Form:
    ids = f"{step}_%s"
    if step == _TRANSFER:
        near_ones = directory.agencies_under(_city(voice), local_day(timezone.now()))
        return TransferForm(data, voice=voice, agencies=near_ones, auto_id=ids)
    if step == _HAND_ON:
        return HandOnForm(data, scope=by.scope, around=_city(voice), auto_id=ids)
    if step == _NAME:
        return NameForm(data, initial={"number": voice.badge}, auto_id=ids)
    if step == "answer":
        earlier = queries.earlier_answers(voice) if data is not None else []
        return AnswerForm(data, voice=voice, earlier=earlier, initial=initial, auto_id=ids)
    return SignForm(data, auto_id=ids)


def _city(voice: VoiceRow) -> str:
    """Where the agencies are to whom a voice is most often transferred."""
    return near(directory.division_by_id(voice.division_id).path)


def _line(voice: VoiceRow, now: datetime) -> Line:
    due = running_due(voice)
    return Line(
        id=voice.id,
        kind=gettext(KIND_LABELS[voice.kind]),
        place=voice.item_name,
        agency=voice.agency_name,
        words=excerpt(for_handlers(voice.text)),
        state=gettext(STATE_LABELS[voice.state]),
        tone=_TONES.get(voice.state, "info"),
        due=due,
        beyond=due is None and voice.state not in DONE,
        late=alarm_of(voice, now) == Alarm.RED,
        soon=alarm_of(voice, now) == Alarm.AMBER,
        ended_at=voice.answered_at,
        urged=0 if voice.state in DONE else voice.urged,
        solved=gettext(SOLVED_LABELS[voice.solved]) if voice.solved else "",
        older=bool(voice.entry_no),
    )


def _waits(voice: VoiceRow) -> str:
    """Whose move it is; "" where there is nothing to wait for."""
    if voice.entry_no and voice.state == VoiceState.ANSWERED:
        return gettext(_CLOSES)
    return gettext(_WAITS[voice.state]) if voice.state in _WAITS else ""


def _may(by: Actor, voice: VoiceRow, move: VoiceMove) -> bool:
    """Whether the actor is offered a move: whom it is about an agency says once, the offices correct it."""
    if move in SHARED:
        return (voice.staff_id is None and may(by, Power.ORDER_HANDLE)) or may_correct_name(by)
    return may(by, FIRED_BY[move])


def _order(voice: VoiceRow) -> OrderRow | None:
    """The order of the review from which it was taken up, once that has become a bad one and its order is dispatched."""
    order = orders.order_of_review(voice.review_id) if voice.review_id else None
    return order if order and order.state not in {OrderState.CREATED, OrderState.CANCELLED} else None


def _page(
    request: HttpRequest,
    voice_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    voice = queries.voice(voice_id, by=by)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "voice", str(voice.id))
    events = queries.timeline(voice.id)
    names = names_of([event.by for event in events], by)
    open_moves = set(moves_from(voice.state))
    if voice.agency_id and directory.held_on(Kind.AGENCIES, [voice.agency_id], local_day(now)):
        open_moves.discard(VoiceMove.HAND_ON)
    offers = [
        Offer(
            name,
            gettext(title),
            gettext(button),
            form if form is not None and name == tried else _form(name, voice, by),
            standard.titles(name),
            standard.field_of(name),
        )
        for name, (move, title, button, _) in STEPS.items()
        if move in open_moves and _may(by, voice, move)
    ]
    context = {
        "voice": voice,
        "kind": gettext(KIND_LABELS[voice.kind]),
        "matter": gettext(MATTER_LABELS[voice.matter]) if voice.matter else "",
        "state": gettext(STATE_LABELS[voice.state]),
        "tone": _TONES.get(voice.state, "info"),
        "words": for_handlers(voice.text),
        "badge": for_handlers(voice.badge),
        "photos": files.photos_of("voice", str(voice.id)),
        "decision": voice.decision,
        "order": _order(voice),
        "due": running_due(voice),
        "beyond": running_due(voice) is None and voice.state not in DONE,
        "outcome": gettext(OUTCOME_LABELS[voice.outcome]) if voice.outcome else "",
        "solved": gettext(SOLVED_LABELS[voice.solved]) if voice.solved else "",
        "solved_words": for_handlers(voice.solved_text),
        "events": [
            # What the person said stands above, without the numbers they may have written.
            Event(
                gettext(MOVE_LABELS[event.move]),
                event.at,
                names[event.by],
                for_handlers(event.note) if event.move in PERSONS_WORDS else event.note,
            )
            for event in events
        ],
        "offers": offers,
        "waits": "" if any(offer.name != _NAME for offer in offers) else _waits(voice),
        "wrong": form,
        "now": now,
    }
    return desk_page(request, "workbench/voice.html", context, here="desk_voices", status=status)
