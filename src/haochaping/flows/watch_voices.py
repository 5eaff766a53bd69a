"""诉求预警: what is nearly or wholly overdue is told to those who can do something, and what is overdue is supervised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.flows import tell_staff
from haochaping.flows.handle_voices import about, recounted
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import NoticeKind
from haochaping.rectification.terms import Alarm
from haochaping.supervision import actions as supervision
from haochaping.supervision.terms import NewSignal, SignalKind
from haochaping.voices import actions as voices
from haochaping.voices import queries
from haochaping.voices.rules import alarm_of, at_office

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.voices.terms import VoiceRow

_BATCH = 2000


@transaction.atomic
def tell_alarms(now: datetime) -> int:
    """Mark what has turned amber or red, once each: agency, supervisors and figures hear of it; how many did.

    What lies with the supervisory office is told to it alone: no agency is late with it, and none is supervised for it.
    """
    turned = queries.turned(now, limit=_BATCH)
    ids = [voice.id for voice in turned]
    recounted(ids, lambda: voices.mark_alarms(ids, now=now))
    theirs = [voice for voice in turned if not at_office(voice)]
    red = [voice for voice in theirs if alarm_of(voice, now) == Alarm.RED]
    amber = [voice for voice in theirs if alarm_of(voice, now) == Alarm.AMBER]
    office = [about(voice, office=True) for voice in turned if at_office(voice)]
    tell_staff.tell(NoticeKind.VOICE_AMBER, [about(v, office=False) for v in amber], by=SYSTEM, now=now)
    tell_staff.tell(NoticeKind.VOICE_RED, [about(v, office=False) for v in red], by=SYSTEM, now=now)
    tell_staff.tell(NoticeKind.OFFICE_VOICE_DUE, office, by=SYSTEM, now=now)
    supervision.raise_signals([_signal(voice) for voice in red], by=SYSTEM, now=now)
    return len(turned)


def _signal(voice: VoiceRow) -> NewSignal:
    assert voice.due_at is not None  # noqa: S101 - it is red
    assert voice.agency_id is not None  # noqa: S101 - it is an agency's
    day = local_day(voice.due_at)
    return NewSignal(SignalKind.VOICE_OVERDUE, voice.division_id, voice.agency_id, f"voice:{voice.id}", day)
