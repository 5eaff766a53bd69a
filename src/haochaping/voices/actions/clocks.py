"""时限 of voices: what starts, sets and stops a clock is an event; the columns of a voice follow from its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory import queries as directory
from haochaping.kernel.periods import local_day
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import kept
from haochaping.rectification.terms import Alarm, ClockTick, Tick
from haochaping.rulebook import queries as rulebook
from haochaping.voices import queries
from haochaping.voices.models import VoiceClockEvent
from haochaping.voices.rules import answer_limit
from haochaping.voices.terms import CLOCK, VoiceKind

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.voices.models import Voice

COLUMNS = ("due_at", "amber_at", "alarm")


def start(voice: Voice, now: datetime) -> None:
    """The person has spoken, now or once more: the clock begins. Columns are set, not saved."""
    path = voice.division.path
    terms = rulebook.terms_for(path, local_day(now))
    limit = ClockTick(CLOCK, Tick.START, now, *answer_limit(VoiceKind(voice.kind), terms))
    (told,) = orders.recomputed(path, [limit])
    _write(voice, told, voice.division_id)


def set_late(voice: Voice, now: datetime) -> bool:
    """Promise the day that the calendar could not tell at the start; whether it tells it now. Columns are not saved."""
    started = queries.runs_of(voice.id)
    if not started:
        return False
    division_id, ticks = started[-1]
    first = ticks[0]
    limit = ClockTick(CLOCK, Tick.LIMIT, now, first.number, first.unit, first.rule)
    told = orders.recomputed(directory.division_by_id(division_id).path, [*ticks, limit])[-1]
    if told.due_at is None:
        return False
    _write(voice, told, division_id)
    return True


def stop(voice: Voice, now: datetime) -> None:
    """What was promised is done, in time or not: the clock stops. Columns are set, not saved."""
    _write(voice, ClockTick(CLOCK, Tick.STOP, now, due_at=None), None)


def answered(voice: Voice, now: datetime) -> None:
    """The same, and whether the promise to the person was kept: one that was broken stays broken."""
    voice.answer_kept = kept(voice.answer_kept, voice.due_at, paused=False, now=now)
    stop(voice, now)


def _write(voice: Voice, told: ClockTick, division_id: int | None) -> None:
    VoiceClockEvent.objects.create(
        voice_id=voice.id,
        division_id=division_id,
        tick=told.tick,
        at=told.at,
        number=told.number,
        unit=told.unit,
        rule=told.rule,
        due_at=told.due_at,
        amber_at=told.amber_at,
    )
    voice.amber_at, voice.alarm = told.amber_at, Alarm.NONE
    # What was promised stays to be seen when it is past.
    if told.tick != Tick.STOP:
        voice.due_at = told.due_at
