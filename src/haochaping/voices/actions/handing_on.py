"""承继: an agency that was merged away or ended hands on its voices; nothing done so far is done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.voices.actions.steps import checked_text, moved, record, step
from haochaping.voices.models import Voice
from haochaping.voices.terms import NOTE_LIMIT, VOICE_AGENCY_GOES_ON, VoiceMove

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import VoiceHanding


@transaction.atomic
def hand_on_ended(handings: Sequence[VoiceHanding], *, by: Actor, now: datetime) -> list[UUID]:
    """Give voices of agencies that have ended to their successors, with their time; returns those.

    What was meanwhile handed on by somebody else, or is over, is left alone.
    """
    to = {one.voice_id: one for one in handings if one.successor_id}
    named = directory.refs(Kind.AGENCIES, {one.successor_id for one in to.values() if one.successor_id})
    handed = []
    for voice in Voice.objects.select_for_update(of=("self",)).filter(id__in=to):
        one = to[voice.id]
        if voice.agency_id != one.agency_id or one.successor_id is None:
            continue
        _give(moved(voice, VoiceMove.HAND_ON), named[one.successor_id].id)
        ref = named[one.successor_id]
        record([voice], VoiceMove.HAND_ON, by=by, now=now, note=ref.name, facts={"agency": ref.code})
        handed.append(voice.id)
    return handed


@transaction.atomic
def hand_on(voice_id: UUID, *, agency: str, note: str, by: Actor, now: datetime) -> None:
    """The dispatcher says who takes a voice whose agency has ended.

    Raises:
        Refused: NO_SUCH_VOICE, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_VOICE_STATE, VOICE_TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS, VOICE_AGENCY_GOES_ON, and as `dispatch_queries.agency_within`.
    """
    note = checked_text(note, "note", limit=NOTE_LIMIT, required=False)
    voice = step(voice_id, VoiceMove.HAND_ON, by)
    day = local_day(now)
    if voice.agency_id and directory.held_on(Kind.AGENCIES, [voice.agency_id], day):
        raise Refused(VOICE_AGENCY_GOES_ON)
    found: AgencyRef = dispatch_queries.agency_within(agency, day, by)
    _give(voice, found.id)
    told = f"{found.name}\n{note}".strip()
    record([voice], VoiceMove.HAND_ON, by=by, now=now, note=told, facts={"agency": found.code})


def _give(voice: Voice, agency_id: int) -> None:
    voice.agency_id = agency_id
    voice.save(update_fields=["agency"])
