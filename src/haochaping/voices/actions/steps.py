"""What every move of a voice shares: texts and choices checked, the row locked, an event and a ledger entry left."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification.access import check_not_named
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS
from haochaping.voices import access
from haochaping.voices.actions import clocks
from haochaping.voices.models import Voice, VoiceEvent
from haochaping.voices.rules import number_on_badge
from haochaping.voices.states import FIRED_BY_OFFICE, after
from haochaping.voices.terms import (
    GIVEN,
    MATTERS_OF,
    NO_SUCH_VOICE,
    OFFICE_KINDS,
    TEXT_LIMIT,
    UNKNOWN_TARGET,
    UNKNOWN_VOICE_CHOICE,
    VOICE_TEXT_MISSING,
    VOICE_TEXT_TOO_LONG,
    WRONG_VOICE_STATE,
    VoiceKind,
    VoiceMove,
    VoiceState,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import Ref
    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import VoiceTarget

_SHOWN = 20
_ENTRY_OF = {
    VoiceMove.RECEIVE: EntryKind.VOICE_RECEIVED,
    VoiceMove.IMPORT: EntryKind.VOICE_IMPORTED,
    VoiceMove.HAND_ON: EntryKind.VOICE_HANDED_ON,
    VoiceMove.NAME: EntryKind.VOICE_NAMED,
    VoiceMove.ANSWER: EntryKind.VOICE_ANSWERED,
    VoiceMove.REOPEN: EntryKind.VOICE_REOPENED,
    VoiceMove.ESCALATE: EntryKind.VOICE_ESCALATED,
    VoiceMove.END: EntryKind.VOICE_CLOSED,
    VoiceMove.CLOSE: EntryKind.VOICE_CLOSED,
}


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


def known_kind(kind: str) -> VoiceKind:
    """A kind that is given or taken up; the handling of a review is complained of by `complain` alone."""
    if kind not in GIVEN:
        raise Refused(UNKNOWN_VOICE_CHOICE, field="kind", value=kind[:_SHOWN])
    return VoiceKind(kind)


def known_matter(kind: VoiceKind, matter: str) -> str:
    """The matter of a kind that has some; the others have none, whatever a form sends."""
    if kind not in MATTERS_OF:
        return ""
    if matter not in MATTERS_OF[kind]:
        raise Refused(UNKNOWN_VOICE_CHOICE, field="matter", value=matter[:_SHOWN])
    return matter


def item_called(typed: str) -> int | None:
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


def bearer_of(badge: str, agency_id: int) -> Ref | None:
    """The member of staff of an agency who bears a number as people write it; None where nobody does."""
    key = (agency_id, number_on_badge(badge))
    return directory.staff([key]).get(key)


def open_voice(voice: Voice, target: VoiceTarget | None, *, by: Actor, now: datetime) -> UUID:
    """Store a new voice about a target, or about no agency, with its promise, event and entry; returns its id."""
    if target is not None:
        voice.division_id, voice.agency_id = target.division_id, target.agency_id
        voice.item_id, voice.staff_id = target.item_id, target.staff_id
    # What is the office's own is where it belongs already: nobody passes it on.
    voice.state = VoiceState.TRANSFERRED if voice.kind in OFFICE_KINDS else VoiceState.RECEIVED
    voice.received_at, voice.received_by = now, str(by)
    voice.save(force_insert=True)
    clocks.start(voice, now)
    voice.save(update_fields=clocks.COLUMNS)
    record([voice], VoiceMove.RECEIVE, by=by, now=now, note=voice.note, fields=words_of(voice.text))
    return voice.id


def step(voice_id: UUID, move: VoiceMove, by: Actor) -> Voice:
    """The voice, locked and in its next state (not saved), for staff."""
    rows = Voice.objects.select_for_update(of=("self",)).select_related("division", "agency")
    voice = rows.filter(id=voice_id).first()
    if voice is None:
        raise Refused(NO_SUCH_VOICE)
    if voice.agency is None or voice.kind in OFFICE_KINDS or move == VoiceMove.END:
        # To anybody but its office it is as if there were none.
        check_power(by, FIRED_BY_OFFICE.get(move, Power.ORDER_SUPERVISE))
        if (
            move not in FIRED_BY_OFFICE
            or not Voice.objects.filter(access.at_office(by), id=voice_id).exists()
        ):
            raise Refused(NO_SUCH_VOICE)
        return moved(voice, move)
    check_not_named(by, voice.staff_id, NO_SUCH_VOICE)
    place = {"division_path": voice.division.path, "agency_path": voice.agency.path}
    access.check_move(by, access.power_for(by, move), **place)
    return moved(voice, move)


def own(voice_id: UUID, move: VoiceMove) -> Voice:
    """The same, for the person's own moves: whoever calls has seen the receipt number, or the review's."""
    return moved(held(voice_id), move)


def held(voice_id: UUID) -> Voice:
    """The voice, locked."""
    voice = Voice.objects.select_for_update().filter(id=voice_id).first()
    if voice is None:
        raise Refused(NO_SUCH_VOICE)
    return voice


def moved(voice: Voice, move: VoiceMove) -> Voice:
    """The voice in its next state (not saved); raises WRONG_VOICE_STATE."""
    state = after(VoiceState(voice.state), move)
    if state is None:
        raise Refused(WRONG_VOICE_STATE, state=VoiceState(voice.state))
    voice.state = state
    return voice


def words_of(text: str) -> dict[str, str]:
    """What the ledger commits to of a text."""
    return {TEXT_FIELD: sha256(text.encode()).hexdigest()}


def record(
    voices: list[Voice],
    move: VoiceMove,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    fields: dict[str, str] | None = None,
    facts: dict[str, str] | None = None,
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
            {"kind": voice.kind, "move": move.value, "state": str(voice.state)} | (facts or {}),
        )
        for voice in voices
    ]
    ledger.append(entries, by=by, now=now)
