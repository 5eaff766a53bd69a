"""诉求 handled: passed on, signed for, answered, decided by the supervisory office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.directory.rules import check_goes_on
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.rectification.rules import own_words_complaint
from haochaping.rulebook import queries as rulebook
from haochaping.voices import access
from haochaping.voices.actions import clocks
from haochaping.voices.actions.steps import bearer_of, checked_text, item_called, record, step, words_of
from haochaping.voices.models import VoiceEvent
from haochaping.voices.rules import gives_reason, outcomes_of
from haochaping.voices.states import FIRED_BY
from haochaping.voices.terms import (
    ANSWERER_DECIDES,
    BADGE_LIMIT,
    NAMED_ALREADY,
    NAMES_ONESELF,
    NOBODY_WITH_NUMBER,
    NOTE_LIMIT,
    REFUSED_WITHOUT_REASON,
    REFUSING,
    UNKNOWN_TARGET,
    UNKNOWN_VOICE_CHOICE,
    VoiceKind,
    VoiceMove,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import Ref
    from haochaping.kernel.actor import Actor
    from haochaping.voices.models import Voice

_SHOWN = 20


@transaction.atomic
def transfer(voice_id: UUID, *, agency: str, note: str, by: Actor, now: datetime) -> None:
    """转办: send a voice to the agency that will answer it; what was promised to the person stays.

    Raises:
        Refused: NO_SUCH_VOICE, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_VOICE_STATE, UNKNOWN_TARGET, AGENCY_ENDED,
            AGENCY_NOT_BEGUN, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, NAMES_ONESELF.
    """
    note = checked_text(note, "note", limit=NOTE_LIMIT, required=False)
    voice = step(voice_id, VoiceMove.TRANSFER, by)
    found = None if has_forbidden_control(agency) else directory.agencies([agency]).get(agency)
    if found is None:
        raise Refused(UNKNOWN_TARGET, field="agency")
    access.check_move(
        by, FIRED_BY[VoiceMove.TRANSFER], division_path=found.division_path, agency_path=found.path
    )
    check_goes_on(found, local_day(now))
    voice.agency_id, voice.division_id = found.id, found.division_id
    # The number that the person gave is perhaps one of the agency that answers.
    if voice.staff_id is None and (bearer := bearer_of(voice.badge, found.id)):
        _say_about(voice, bearer, by)
    voice.save(update_fields=["state", "agency", "division", "staff"])
    record([voice], VoiceMove.TRANSFER, by=by, now=now, note=note)


@transaction.atomic
def name(voice_id: UUID, *, number: str, by: Actor, now: datetime) -> int:
    """Say by their number which member of staff of its agency a voice is about: from now on they see nothing of it.

    An agency says it once, the offices may correct it. Returns who it is.

    Raises:
        Refused: as `sign_for`, and NAMED_ALREADY, NOBODY_WITH_NUMBER, NAMES_ONESELF, VOICE_TEXT_MISSING,
            VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    number = checked_text(number, "number", limit=BADGE_LIMIT)
    voice = step(voice_id, VoiceMove.NAME, by)
    if voice.staff_id is not None and not access.may_correct_name(by):
        raise Refused(NAMED_ALREADY)
    bearer = bearer_of(number, voice.agency_id) if voice.agency_id else None
    if bearer is None:
        agency = voice.agency.name if voice.agency else ""
        raise Refused(NOBODY_WITH_NUMBER, field="number", value=number[:_SHOWN], agency=agency)
    _say_about(voice, bearer, by)
    voice.save(update_fields=["staff"])
    record([voice], VoiceMove.NAME, by=by, now=now, note=bearer.code, fields=words_of(bearer.code))
    return bearer.id


def _say_about(voice: Voice, bearer: Ref, by: Actor) -> None:
    """What is about somebody is neither passed on nor said by themselves."""
    if bearer.id in by.staff_ids:
        raise Refused(NAMES_ONESELF, field="number")
    voice.staff_id = bearer.id


@transaction.atomic
def sign_for(voice_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes the voice.

    Raises:
        Refused: NO_SUCH_VOICE, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_VOICE_STATE.
    """
    voice = step(voice_id, VoiceMove.SIGN_FOR, by)
    voice.save(update_fields=["state"])
    record([voice], VoiceMove.SIGN_FOR, by=by, now=now)


@transaction.atomic
def answer(voice_id: UUID, *, outcome: str, text: str, next_item: str, by: Actor, now: datetime) -> None:
    """Answer with an outcome of the kind and its reason in words; `next_item` names what the person will need next.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_VOICE_CHOICE, UNKNOWN_TARGET, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS, GAP_LEFT, OWN_WORDS_MISSING, REFUSED_WITHOUT_REASON.
    """
    text = checked_text(text, "text")
    if complaint := own_words_complaint(text, "text"):
        raise Refused(complaint.reason, field="text", **complaint.params)
    voice = step(voice_id, VoiceMove.ANSWER, by)
    if outcome not in outcomes_of(VoiceKind(voice.kind), voice.matter):
        raise Refused(UNKNOWN_VOICE_CHOICE, field="outcome", value=outcome[:_SHOWN])
    if outcome in REFUSING and not gives_reason(text):
        raise Refused(REFUSED_WITHOUT_REASON, field="text")
    voice.next_item_id = item_called(next_item)
    voice.outcome, voice.answer, voice.answered_at = outcome, text, now
    # What they said of an earlier answer is not about this one.
    voice.solved = voice.solved_text = ""
    clocks.answered(voice, now)
    voice.word_until = now + rulebook.terms_for_division(voice.division_id, local_day(now)).rating_window
    columns = [
        "state",
        "outcome",
        "answer",
        "answered_at",
        "next_item",
        "word_until",
        "solved",
        "solved_text",
        "answer_kept",
        *clocks.COLUMNS,
    ]
    voice.save(update_fields=columns)
    record([voice], VoiceMove.ANSWER, by=by, now=now, note=text, fields=words_of(text))


@transaction.atomic
def end(voice_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The supervisory office decides what was called unsolved once more; whoever answered it does not.

    Raises:
        Refused: as `sign_for`, and ANSWERER_DECIDES, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text")
    voice = step(voice_id, VoiceMove.END, by)
    if VoiceEvent.objects.filter(voice=voice, move=VoiceMove.ANSWER, by=str(by)).exists():
        raise Refused(ANSWERER_DECIDES)
    voice.decision, voice.closed_at = text, now
    clocks.stop(voice, now)
    voice.save(update_fields=["state", "decision", "closed_at", *clocks.COLUMNS])
    record([voice], VoiceMove.END, by=by, now=now, note=text, fields=words_of(text))
