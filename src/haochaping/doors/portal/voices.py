"""`/voices/`: a complaint, suggestion or after-sales question, given and followed without any account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.core import signing
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.directory import queries as directory
from haochaping.doors import uploads
from haochaping.doors.gate import public
from haochaping.doors.origin import network_asked_from
from haochaping.doors.photo import photo_response
from haochaping.doors.portal.voice_forms import VoiceForm, WordForm, for_office
from haochaping.doors.private_page import private_page, see_other
from haochaping.files import actions as file_actions
from haochaping.files import queries as files
from haochaping.flows import handle_voices
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import normal_receipt_no, receipt_no
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.kernel.text import visible
from haochaping.rectification.terms import SOLVED_LABELS
from haochaping.ui.moments import moment
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Event
from haochaping.voices import queries
from haochaping.voices.rules import may_urge_from, move_label, running_due
from haochaping.voices.states import DONE
from haochaping.voices.terms import (
    GIVEN,
    KIND_HINTS,
    KIND_LABELS,
    MATTER_LABELS,
    OUTCOME_LABELS,
    SAID_LABELS,
    UNKNOWN_TARGET,
    VOICE_RECEIPT_UNKNOWN,
    VoiceKind,
    VoiceMove,
    VoiceState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.voices.terms import VoiceEventRow, VoiceRow

_INVALID, _TOO_MANY = 422, 429
_PERSONS = {VoiceMove.REOPEN, VoiceMove.ESCALATE}
_SEARCHED = 100

_PROMISED = N_("{agency} will answer you here by {due}.")
_LATE = N_("{agency} should have answered you by {due} and has not done so. This is recorded as overdue.")
_AT_OFFICE = N_("You said that it is still not solved. The supervisory office decides about it by {due}.")
_AT_OFFICE_LATE = N_(
    "You said that it is still not solved. The supervisory office should have decided by {due} and has not done so."
    " This is recorded as overdue."
)
NOT_DRAWN = N_(
    "The receipt number of this form is not known here. What you wrote stands below: send it again, with a new number."
)
_OFFICE = N_("The supervisory office")
_NO_DATE = N_("The date of the answer is still to be set.")


# Nobody has signed in here and nothing but a form is to be had: as on the pages of reviews there is no cookie to abuse.
@public
@private_page
def new(request: HttpRequest) -> HttpResponse:
    """First the kind, then the agency or item, then the words; each step has its own address."""
    if request.method == "POST":
        return _give(request)
    kind, agency, item = (request.GET.get(name, "") for name in ("kind", "agency", "item"))
    if kind not in GIVEN:
        kinds = [(one.value, gettext(KIND_LABELS[one]), gettext(KIND_HINTS[one])) for one in GIVEN]
        return render(request, "portal/voice_kind.html", {"kinds": kinds})
    if not agency and not item:
        return _search(request, VoiceKind(kind))
    known = {"kind": kind, "agency": agency, "item": item, "receipt": drawn()}
    return _form(request, VoiceForm(kind=kind, initial=known), known)


@public
@private_page
def page(request: HttpRequest, receipt: str) -> HttpResponse:
    """What became of it, for whoever holds the receipt number."""
    normal = _normal(receipt)
    if normal != receipt:
        return see_other(reverse("voice", args=[normal]))
    return _page(request, normal)


@public
@private_page
def urge(request: HttpRequest, receipt: str) -> HttpResponse:
    """Say that one waits; opened without its form, the address leads to the page."""
    normal = _normal(receipt)
    if request.method == "POST":
        try:
            handle_voices.urge(_id(normal), by=REVIEWER, now=timezone.now())
        except Refused as refused:
            return _page(request, normal, refused=refused)
    return see_other(reverse("voice", args=[normal]))


@public
@private_page
def word(request: HttpRequest, receipt: str) -> HttpResponse:
    """Say whether it is solved."""
    normal = _normal(receipt)
    if request.method != "POST":
        return see_other(reverse("voice", args=[normal]))
    form = WordForm(request.POST)
    if not form.is_valid():
        return _page(request, normal, form=form)
    try:
        handle_voices.say_word(_id(normal), **form.cleaned_data, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        return _page(request, normal, form=form, refused=refused)
    return see_other(reverse("voice", args=[normal]))


@public
@private_page
def photo(request: HttpRequest, receipt: str, photo_id: UUID) -> HttpResponse:
    """Show one of the photographs; a POST removes it, at any time."""
    normal = _normal(receipt)
    of = {"subject_kind": "voice", "subject_id": str(_id(normal))}
    if request.method == "POST":
        file_actions.remove(photo_id, **of, by=REVIEWER, now=timezone.now())
        return see_other(reverse("voice", args=[normal]))
    return photo_response(files.content_of(photo_id, **of), place=str(photo_id)[-4:])


def _normal(receipt: str) -> str:
    normal = normal_receipt_no(receipt)
    if normal is None:
        raise Refused(VOICE_RECEIPT_UNKNOWN)
    return normal


def _id(receipt: str) -> UUID:
    voice = queries.by_receipt(receipt)
    if voice is None:
        raise Refused(VOICE_RECEIPT_UNKNOWN)
    return voice.id


_DRAWN = signing.Signer(salt="voice")


def drawn() -> str:
    """A receipt number for a form, signed: nobody chooses their own, or another's."""
    return _DRAWN.sign(receipt_no())


def receipt_of(drawn: str) -> str | None:
    """The receipt number that a form was given; None for one that we have not drawn."""
    try:
        return _DRAWN.unsign(drawn)
    except signing.BadSignature:
        return None


def _search(request: HttpRequest, kind: VoiceKind, refused: Refused | None = None) -> HttpResponse:
    asked = visible(request.GET.get("q", "").strip()[:_SEARCHED])
    agencies, items = directory.find(asked, day=local_day(timezone.now())) if asked else ([], [])
    of = directory.agency_names(item.agency_id for item in items)
    context = {
        "kind": kind.value,
        "title": gettext(KIND_LABELS[kind]),
        "q": asked,
        "agencies": agencies,
        "items": [(item, of[item.agency_id]) for item in items],
        "sentences": [say(refused.complaint)] if refused else [],
    }
    return render(request, "portal/voice_target.html", context, status=_INVALID if refused else 200)


def _give(request: HttpRequest) -> HttpResponse:
    uploads.bound(request)
    typed = {name: request.POST.get(name, "") for name in ("kind", "agency", "item")}
    form = VoiceForm(request.POST, request.FILES, kind=typed["kind"])
    receipt = receipt_of(request.POST.get("receipt", ""))
    if receipt is None:
        form = VoiceForm(request.POST.dict() | {"receipt": drawn()}, request.FILES, kind=typed["kind"])
        form.add_error(None, gettext(NOT_DRAWN))
    if receipt is None or not form.is_valid():
        return _form(request, form, typed, _INVALID)
    if not ratelimit.consume(request, action="voice_given", key=network_asked_from(request)):
        form.add_error(None, gettext("Too much was sent from here within an hour. Try again later."))
        return _form(request, form, typed, _TOO_MANY)
    said = form.cleaned_data
    try:
        receipt = handle_voices.give_voice(
            kind=said["kind"],
            matter=said.get("matter", ""),
            agency=said["agency"],
            item=said["item"],
            text=said["text"],
            phone=said["phone"],
            badge=said.get("badge", ""),
            receipt=receipt,
            pictures=uploads.pictures(said["photos"]),
            by=REVIEWER,
            now=timezone.now(),
        )
    except Refused as refused:
        sentence = say(refused.complaint)
        form.add_error(sentence.field if sentence.field in form.fields else None, sentence.text)
        return _form(request, form, typed, _INVALID)
    return see_other(reverse("voice", args=[receipt]))


def _form(request: HttpRequest, form: VoiceForm, known: Mapping[str, str], status: int = 200) -> HttpResponse:
    kind = VoiceKind(known["kind"] if known["kind"] in GIVEN else VoiceKind.COMPLAINT)
    try:
        target = handle_voices.target_of(agency=known["agency"], item=known["item"], now=timezone.now())
    except Refused as refused:
        if refused.code == UNKNOWN_TARGET.code:
            raise
        return _search(request, kind, refused)
    context = {
        "form": form,
        "title": gettext(KIND_LABELS[kind]),
        "kind": kind,
        "agency": directory.agency_by_id(target.agency_id).name,
        "item": directory.item_by_id(target.item_id).name if target.item_id else "",
    }
    return render(request, "portal/voice_new.html", context, status=status)


def _page(
    request: HttpRequest, receipt: str, *, form: WordForm | None = None, refused: Refused | None = None
) -> HttpResponse:
    voice, now = queries.by_receipt(receipt), timezone.now()
    if voice is None:
        raise Refused(VOICE_RECEIPT_UNKNOWN)
    since, word = may_urge_from(voice), form or WordForm()
    context = shown(voice, now) | {
        "receipt": receipt,
        "photos": files.photos_of("voice", str(voice.id)),
        "may_urge": since is not None and now >= since,
        "urge_from": since,
        "form": word if voice.agency_name else for_office(word),
        "asks": voice.state == VoiceState.ANSWERED,
        "wrong": form,
        "sentences": [say(refused.complaint)] if refused else [],
        "now": now,
    }
    return render(request, "portal/voice.html", context, status=_INVALID if form or refused else 200)


def shown(voice: VoiceRow, now: datetime) -> dict[str, object]:
    """A voice as the person reads it, who gave it or wrote the review it was found in."""
    due = running_due(voice)
    events = queries.timeline(voice.id)
    told = _told(voice, events)
    return {
        "voice": voice,
        "title": gettext(KIND_LABELS[voice.kind]),
        "said": gettext(SAID_LABELS[voice.kind]),
        "answerer": voice.agency_name or gettext(_OFFICE),
        "matter": gettext(MATTER_LABELS[voice.matter]) if voice.matter else "",
        "promise": _promise(voice, due, now),
        "late": due is not None and now > due,
        "outcome": gettext(OUTCOME_LABELS[voice.outcome]) if voice.outcome else "",
        "solved": gettext(SOLVED_LABELS[voice.solved]) if voice.solved else "",
        # Who at the agency did it, and what they noted, is the agency's; an earlier answer was the person's to read.
        "events": [
            Event(gettext(move_label(one.move, voice.kind)), one.at, text=one.note if one in told else "")
            for one in events
        ],
    }


def _told(voice: VoiceRow, events: list[VoiceEventRow]) -> list[VoiceEventRow]:
    """The events that show their words: earlier answers, and what the person said to them where that is repeated."""
    answers = [one for one in events if one.move == VoiceMove.ANSWER]
    earlier = answers[:-1] if voice.answer else answers
    return earlier + [
        one for one in events if one.move in _PERSONS and voice.kind != VoiceKind.HANDLING and one.note
    ]


def _promise(voice: VoiceRow, due: datetime | None, now: datetime) -> str:
    if voice.state in DONE:
        return ""
    if due is None:
        return gettext(_NO_DATE)
    late = now > due
    if voice.state == VoiceState.ESCALATED:
        return gettext(_AT_OFFICE_LATE if late else _AT_OFFICE).format(due=moment(due))
    return gettext(_LATE if late else _PROMISED).format(
        agency=voice.agency_name or gettext(_OFFICE), due=moment(due)
    )
