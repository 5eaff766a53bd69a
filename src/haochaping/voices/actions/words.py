"""诉求 and the person: they urge, they say whether it is solved; what they leave unsaid closes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification.terms import SOLUTION_TEXT_LIMIT, Solved
from haochaping.rulebook import queries as rulebook
from haochaping.voices import queries
from haochaping.voices.actions import clocks
from haochaping.voices.actions.steps import checked_text, held, moved, own, record, words_of
from haochaping.voices.models import Voice
from haochaping.voices.rules import after_word, may_urge_from
from haochaping.voices.terms import (
    UNKNOWN_VOICE_CHOICE,
    URGED_ALREADY,
    VoiceMove,
    VoiceState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 20
_BATCH = 200


@transaction.atomic
def urge(voice_id: UUID, *, by: Actor, now: datetime) -> None:
    """催办: the person waits and says so; the mark goes to the agency, the state stays.

    Raises:
        Refused: NO_SUCH_VOICE, WRONG_VOICE_STATE, URGED_ALREADY.
    """
    voice = own(voice_id, VoiceMove.URGE)
    since = may_urge_from(queries.voices([voice.id])[voice.id])
    if since is not None and now < since:
        raise Refused(URGED_ALREADY, since=since)
    voice.urged_at, voice.urged = now, voice.urged + 1
    voice.save(update_fields=["urged_at", "urged"])
    record([voice], VoiceMove.URGE, by=by, now=now)


@transaction.atomic
def say_word(voice_id: UUID, *, solved: str, text: str, by: Actor, now: datetime) -> VoiceMove:
    """The person says whether the answer has solved it; returns what that led to.

    Solved or partly solved closes the voice. Not solved opens it again, from nothing and with a new day, as often as the
    rulebook allows; after that the supervisory office has it.

    Raises:
        Refused: NO_SUCH_VOICE, WRONG_VOICE_STATE, UNKNOWN_VOICE_CHOICE, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text", limit=SOLUTION_TEXT_LIMIT, required=False)
    if solved not in set(Solved):
        raise Refused(UNKNOWN_VOICE_CHOICE, field="solved", value=solved[:_SHOWN])
    voice = held(voice_id)
    terms = rulebook.terms_for_division(voice.division_id, local_day(now))
    move = after_word(Solved(solved), voice.round, terms.reopenings_at_most)
    moved(voice, move)
    voice.solved, voice.solved_text = solved, text
    if move == VoiceMove.CLOSE:
        voice.closed_at = now
    else:
        voice.round += 1
        clocks.start(voice, now)
    if move == VoiceMove.ESCALATE:
        voice.escalated_at = now
    if move == VoiceMove.REOPEN:
        voice.outcome = voice.answer = ""
        voice.answered_at = voice.word_until = voice.next_item_id = voice.urged_at = None
    voice.save()
    record([voice], move, by=by, now=now, note=text, fields={"solved": solved} | words_of(text))
    return move


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
    record(voices, VoiceMove.CLOSE, by=by, now=now)
    return len(voices)


def promise_late(*, by: Actor, now: datetime) -> int:
    """Give open voices the deadline that the calendar could not tell when they came; how many. None is ever moved."""
    promised, after = 0, None
    while waiting := queries.without_deadline(after=after, limit=_BATCH):
        promised += _promise(waiting, by, now)
        after = waiting[-1]
    return promised


@transaction.atomic
def _promise(waiting: Sequence[UUID], by: Actor, now: datetime) -> int:
    rows = Voice.objects.select_for_update(skip_locked=True).filter(id__in=waiting, due_at=None)
    promised = [voice for voice in rows if clocks.set_late(voice, now)]
    Voice.objects.bulk_update(promised, clocks.COLUMNS)
    ledger.append(
        [NewEntry(EntryKind.DEADLINE_SET, "voice", str(voice.id)) for voice in promised], by=by, now=now
    )
    return len(promised)
