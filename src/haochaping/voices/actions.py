"""诉求 writes: each move locks the voice, checks who and when, and leaves an event and a ledger entry."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification.rules import own_words_complaint
from haochaping.rectification.terms import SOLUTION_TEXT_LIMIT, Solved
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS
from haochaping.rulebook import queries as rulebook
from haochaping.voices import access, queries
from haochaping.voices.models import Voice, VoiceEvent
from haochaping.voices.rules import answer_due, may_urge_from, receipt_hash
from haochaping.voices.states import FIRED_BY, after
from haochaping.voices.terms import (
    FOUND_ALREADY,
    NO_SUCH_VOICE,
    NOTE_LIMIT,
    OUTCOMES_OF,
    TEXT_LIMIT,
    UNKNOWN_TARGET,
    UNKNOWN_VOICE_CHOICE,
    URGED_ALREADY,
    VOICE_TEXT_MISSING,
    VOICE_TEXT_TOO_LONG,
    WRONG_VOICE_STATE,
    Matter,
    VoiceKind,
    VoiceMove,
    VoiceState,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import VoiceTarget

_SHOWN = 20
_ENTRY_OF = {
    VoiceMove.RECEIVE: EntryKind.VOICE_RECEIVED,
    VoiceMove.ANSWER: EntryKind.VOICE_ANSWERED,
    VoiceMove.CLOSE: EntryKind.VOICE_CLOSED,
}
_BATCH = 200


@transaction.atomic
def receive(
    *,
    kind: str,
    matter: str,
    target: VoiceTarget,
    text: str,
    receipt: str,
    person_id: UUID | None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Take what somebody gives on their own, with a promise from the rulebook; the same receipt again is the same voice.

    Raises:
        Refused: UNKNOWN_VOICE_CHOICE, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    chosen, about = _kind(kind), _matter(kind, matter)
    text = checked_text(text, "text")
    return _open(
        Voice(
            id=uuid7(now),
            kind=chosen,
            matter=about,
            text=text,
            receipt_hash=receipt_hash(receipt),
            person_id=person_id,
        ),
        target,
        by=by,
        now=now,
    )


@transaction.atomic
def take_up(
    review_id: UUID,
    *,
    kind: str,
    matter: str,
    target: VoiceTarget,
    quote: str,
    note: str,
    by: Actor,
    now: datetime,
) -> UUID:
    """Take up words of a good review as a voice: one of each kind for a review.

    Raises:
        Refused: UNKNOWN_VOICE_CHOICE, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, FOUND_ALREADY.
    """
    chosen, about = _kind(kind), _matter(kind, matter)
    quote = checked_text(quote, "quote")
    note = checked_text(note, "note", limit=NOTE_LIMIT)
    voice = Voice(id=uuid7(now), kind=chosen, matter=about, review_id=review_id, text=quote, note=note)
    try:
        with transaction.atomic():
            return _open(voice, target, by=by, now=now)
    except IntegrityError as error:
        if "voice_once_per_review_and_kind" not in str(error):
            raise
        raise Refused(FOUND_ALREADY, field="kind") from error


@transaction.atomic
def transfer(voice_id: UUID, *, agency: str, note: str, by: Actor, now: datetime) -> None:
    """转办: send a voice to the agency that will answer it; what was promised to the person stays.

    Raises:
        Refused: NO_SUCH_VOICE, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_VOICE_STATE, UNKNOWN_TARGET, VOICE_TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS.
    """
    note = checked_text(note, "note", limit=NOTE_LIMIT, required=False)
    voice = _step(voice_id, VoiceMove.TRANSFER, by)
    found = None if has_forbidden_control(agency) else directory.agencies([agency]).get(agency)
    if found is None:
        raise Refused(UNKNOWN_TARGET, field="agency")
    division = directory.division_by_id(found.division_id)
    access.check_move(by, FIRED_BY[VoiceMove.TRANSFER], division_path=division.path, agency_path=found.path)
    voice.agency_id, voice.division_id = found.id, found.division_id
    voice.save(update_fields=["state", "agency", "division"])
    _record([voice], VoiceMove.TRANSFER, by=by, now=now, note=note)


@transaction.atomic
def sign_for(voice_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes the voice.

    Raises:
        Refused: NO_SUCH_VOICE, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_VOICE_STATE.
    """
    voice = _step(voice_id, VoiceMove.SIGN_FOR, by)
    voice.save(update_fields=["state"])
    _record([voice], VoiceMove.SIGN_FOR, by=by, now=now)


@transaction.atomic
def answer(voice_id: UUID, *, outcome: str, text: str, next_item: str, by: Actor, now: datetime) -> None:
    """Answer with an outcome of the kind and its reason in words; `next_item` names what the person will need next.

    Raises:
        Refused: as `sign_for`, and UNKNOWN_VOICE_CHOICE, UNKNOWN_TARGET, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS, GAP_LEFT, OWN_WORDS_MISSING.
    """
    text = checked_text(text, "text")
    if complaint := own_words_complaint(text, "text"):
        raise Refused(complaint.reason, field="text", **complaint.params)
    voice = _step(voice_id, VoiceMove.ANSWER, by)
    if outcome not in OUTCOMES_OF[VoiceKind(voice.kind)]:
        raise Refused(UNKNOWN_VOICE_CHOICE, field="outcome", value=outcome[:_SHOWN])
    voice.next_item_id = _item(next_item)
    voice.outcome, voice.answer, voice.answered_at = outcome, text, now
    voice.word_until = now + rulebook.terms_for_division(voice.division_id, local_day(now)).rating_window
    columns = ["state", "outcome", "answer", "answered_at", "next_item", "word_until"]
    voice.save(update_fields=columns)
    _record([voice], VoiceMove.ANSWER, by=by, now=now, note=text, fields=_words(text))


@transaction.atomic
def urge(receipt: str, *, by: Actor, now: datetime) -> None:
    """催办: the person waits and says so; the mark goes to the agency, the state stays.

    Raises:
        Refused: NO_SUCH_VOICE, WRONG_VOICE_STATE, URGED_ALREADY.
    """
    voice = _own(receipt, VoiceMove.URGE)
    since = may_urge_from(queries.voices([voice.id])[voice.id])
    if since is not None and now < since:
        raise Refused(URGED_ALREADY, since=since)
    voice.urged_at, voice.urged = now, voice.urged + 1
    voice.save(update_fields=["urged_at", "urged"])
    _record([voice], VoiceMove.URGE, by=by, now=now)


@transaction.atomic
def close(receipt: str, *, solved: str, text: str, by: Actor, now: datetime) -> None:
    """The person says whether the answer has solved it, which closes the voice.

    Raises:
        Refused: NO_SUCH_VOICE, WRONG_VOICE_STATE, UNKNOWN_VOICE_CHOICE, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text", limit=SOLUTION_TEXT_LIMIT, required=False)
    if solved not in set(Solved):
        raise Refused(UNKNOWN_VOICE_CHOICE, field="solved", value=solved[:_SHOWN])
    voice = _own(receipt, VoiceMove.CLOSE)
    voice.solved, voice.solved_text, voice.closed_at = solved, text, now
    voice.save(update_fields=["state", "solved", "solved_text", "closed_at"])
    _record([voice], VoiceMove.CLOSE, by=by, now=now, note=text, fields={"solved": solved} | _words(text))


@transaction.atomic
def close_silent(*, by: Actor, now: datetime) -> int:
    """Close what was answered and nobody has spoken of within the rulebook's time; returns how many."""
    rows = Voice.objects.select_for_update(skip_locked=True).filter(
        state=VoiceState.ANSWERED, word_until__lt=now
    )
    voices = list(rows.order_by("word_until")[:_BATCH])
    for voice in voices:
        voice.state, voice.closed_at = VoiceState.CLOSED, now
    Voice.objects.bulk_update(voices, ["state", "closed_at"])
    _record(voices, VoiceMove.CLOSE, by=by, now=now)
    return len(voices)


@transaction.atomic
def promise_late(*, by: Actor, now: datetime) -> int:
    """Give open voices the deadline that the calendar could not tell when they came; how many. None is ever moved."""
    rows = Voice.objects.select_for_update(skip_locked=True).filter(due_at=None, answered_at=None)
    promised = []
    for voice in rows.order_by("received_at")[:_BATCH]:
        voice.due_at = _due(VoiceKind(voice.kind), voice.division_id, voice.received_at)
        if voice.due_at is not None:
            promised.append(voice)
    Voice.objects.bulk_update(promised, ["due_at"])
    if promised:
        facts = {"deadline": "set"}
        entries = [NewEntry(EntryKind.VOICE_MOVED, "voice", str(voice.id), facts=facts) for voice in promised]
        ledger.append(entries, by=by, now=now)
    return len(promised)


def checked_text(text: str, field: str, *, limit: int = TEXT_LIMIT, required: bool = True) -> str:
    """The text without its rough edges; raises VOICE_TEXT_MISSING, FORBIDDEN_CHARACTERS, VOICE_TEXT_TOO_LONG."""
    text = clean(text)
    if required and not text:
        raise Refused(VOICE_TEXT_MISSING, field=field)
    if has_forbidden_control(text):
        raise Refused(FORBIDDEN_CHARACTERS, field=field)
    if len(text) > limit:
        raise Refused(VOICE_TEXT_TOO_LONG, field=field, length=len(text), limit=limit)
    return text


def _kind(kind: str) -> VoiceKind:
    if kind not in set(VoiceKind):
        raise Refused(UNKNOWN_VOICE_CHOICE, field="kind", value=kind[:_SHOWN])
    return VoiceKind(kind)


def _matter(kind: str, matter: str) -> str:
    """The matter of an after-sales question; the other kinds have none, whatever a form sends."""
    if kind != VoiceKind.AFTER_SALES:
        return ""
    if matter not in set(Matter):
        raise Refused(UNKNOWN_VOICE_CHOICE, field="matter", value=matter[:_SHOWN])
    return matter


def _item(typed: str) -> int | None:
    """An item by its code, or by its whole name where no other is called so."""
    typed = typed.strip()
    if not typed:
        return None
    if has_forbidden_control(typed):
        raise Refused(UNKNOWN_TARGET, field="next_item")
    known = directory.items([typed]).get(typed)
    named = [known] if known else [item for item in directory.find(typed)[1] if item.name == typed]
    if len(named) != 1:
        raise Refused(UNKNOWN_TARGET, field="next_item")
    return named[0].id


def _due(kind: VoiceKind, division_id: int, received_at: datetime) -> datetime | None:
    day = local_day(received_at)
    terms = rulebook.terms_for_division(division_id, day)
    return answer_due(kind, received_at, terms, rulebook.calendar(terms, day))


def _open(voice: Voice, target: VoiceTarget, *, by: Actor, now: datetime) -> UUID:
    voice.division_id, voice.agency_id, voice.item_id = target.division_id, target.agency_id, target.item_id
    voice.state, voice.received_at, voice.received_by = VoiceState.RECEIVED, now, str(by)
    voice.due_at = _due(VoiceKind(voice.kind), voice.division_id, now)
    voice.save(force_insert=True)
    _record([voice], VoiceMove.RECEIVE, by=by, now=now, note=voice.note, fields=_words(voice.text))
    return voice.id


def _step(voice_id: UUID, move: VoiceMove, by: Actor) -> Voice:
    """The voice, locked and in its next state (not saved), for staff."""
    voice = (
        Voice.objects.select_for_update(of=("self",))
        .select_related("division", "agency")
        .filter(id=voice_id)
        .first()
    )
    if voice is None:
        raise Refused(NO_SUCH_VOICE)
    place = {"division_path": voice.division.path, "agency_path": voice.agency.path}
    access.check_move(by, FIRED_BY[move], **place)
    return _moved(voice, move)


def _own(receipt: str, move: VoiceMove) -> Voice:
    """The same, for whoever holds its receipt number."""
    voice = Voice.objects.select_for_update().filter(receipt_hash=receipt_hash(receipt)).first()
    if voice is None:
        raise Refused(NO_SUCH_VOICE)
    return _moved(voice, move)


def _moved(voice: Voice, move: VoiceMove) -> Voice:
    state = after(VoiceState(voice.state), move)
    if state is None:
        raise Refused(WRONG_VOICE_STATE, state=voice.state)
    voice.state = state
    return voice


def _words(text: str) -> dict[str, str]:
    return {TEXT_FIELD: sha256(text.encode()).hexdigest()}


def _record(
    voices: list[Voice],
    move: VoiceMove,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    fields: dict[str, str] | None = None,
) -> None:
    """Leave an event on the timeline and an entry in the ledger for each voice."""
    if not voices:
        return
    VoiceEvent.objects.bulk_create(
        [VoiceEvent(id=uuid7(now), voice=voice, move=move, by=str(by), at=now, note=note) for voice in voices]
    )
    kind = _ENTRY_OF.get(move, EntryKind.VOICE_MOVED)
    entries = [
        NewEntry(
            kind,
            "voice",
            str(voice.id),
            fields or {},
            {"kind": voice.kind, "move": move.value, "state": str(voice.state)},
        )
        for voice in voices
    ]
    ledger.append(entries, by=by, now=now)
