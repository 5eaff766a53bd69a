"""诉求 of an older system (找茬窗口 and the like): taken over as they stand there, marked, and in no figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.voices import queries
from haochaping.voices.actions import clocks
from haochaping.voices.actions.steps import record, words_of
from haochaping.voices.models import Voice
from haochaping.voices.terms import ENTRY_DIFFERS, VoiceMove, VoiceState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import PastVoice, VoiceTarget


@transaction.atomic
def take_over(
    told: PastVoice, *, platform_id: int, target: VoiceTarget, digest: bytes, by: Actor, now: datetime
) -> tuple[UUID, bool]:
    """Take over an entry of an older system: one with its answer is closed, one without waits from now on.

    This system has promised nothing before: the clock of an open one begins now, and a closed one has none. Told again
    it is the same entry. Returns its id, and whether it is new.

    Raises:
        Refused: ENTRY_DIFFERS.
    """
    voice = Voice(
        id=uuid7(now),
        kind=told.kind,
        platform_id=platform_id,
        entry_no=told.entry_no,
        entry_digest=digest,
        division_id=target.division_id,
        agency_id=target.agency_id,
        item_id=target.item_id,
        text=told.text,
        state=VoiceState.CLOSED if told.answer else VoiceState.RECEIVED,
        received_at=told.given_at,
        received_by=str(by),
        outcome=told.outcome or "",
        answer=told.answer,
        answered_at=told.answered_at,
        closed_at=told.answered_at,
    )
    # Of two that bring the same entry at once the second waits here, and finds it.
    Voice.objects.bulk_create([voice], ignore_conflicts=True)
    stands, said = queries.entry_of(platform_id, told.entry_no) or (voice.id, digest)
    if stands != voice.id:
        if said != digest:
            raise Refused(ENTRY_DIFFERS, field="entry_no", value=told.entry_no)
        return stands, False
    if not told.answer:
        clocks.start(voice, now)
        voice.save(update_fields=clocks.COLUMNS)
    record(
        [voice], VoiceMove.IMPORT, by=by, now=now, fields=words_of(told.text), facts={"source": told.source}
    )
    return voice.id, True
