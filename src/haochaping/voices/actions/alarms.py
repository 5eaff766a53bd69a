"""预警 of voices: which clocks have newly turned amber or red, marked as a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, Value, When

from haochaping.rectification.terms import Alarm
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID


def mark_alarms(voice_ids: Collection[UUID], *, now: datetime) -> None:
    """Mark what has turned (`queries.turned`, whose locks the caller holds): amber or red, and a broken promise.

    The time of the supervisory office is no promise of the agency. An alarm says nothing new about what happened, it
    follows from the clock: no ledger entry of its own.
    """
    red = Q(due_at__lt=now)
    Voice.objects.filter(id__in=voice_ids).update(
        alarm=Case(When(red, then=Value(Alarm.RED.value)), default=Value(Alarm.AMBER.value)),
        answer_kept=Case(
            When(red & ~Q(state=VoiceState.ESCALATED), then=Value(value=False)), default=F("answer_kept")
        ),
    )
