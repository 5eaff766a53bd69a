"""收历史诉求: what people told an older system without a level (找茬窗口) is kept as what it is: no review, and no promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.cases.rules import place_complaint
from haochaping.cases.terms import NAMED_ELSEWHERE, UNKNOWN_AGENCY, UNKNOWN_ITEM
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.exchange.rules import raw_digest
from haochaping.exchange.terms import NO_SUCH_PLATFORM, UNKNOWN_FIELD
from haochaping.exchange.voices import judge_voice
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import CLOCK_LEEWAY
from haochaping.kernel.refused import Refused
from haochaping.voices import actions as voices
from haochaping.voices.terms import ENTRY_DIFFERS, ENTRY_IN_FUTURE, VoiceTarget

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.exchange.terms import Raw
    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import PastVoice

# What whoever has the table can alone put right; all else waits for the directory, or for a person.
_REFUSED = {reason.code for reason in (UNKNOWN_FIELD, NAMED_ELSEWHERE, ENTRY_DIFFERS)}


@transaction.atomic
def take_past_voice(raw: Raw, *, by: Actor, now: datetime) -> Outcome:
    """Take over one entry: accepted, duplicate or refused; what is to be quarantined the caller puts aside.

    Nobody is told of it: it is old, and whoever has an open one to answer finds it in the list.
    """
    try:
        told = judge_voice(raw)
        _check_times(told, now)
        voice_id, new = voices.take_over(
            told,
            platform_id=_platform_id(told.source),
            target=_target(told, by),
            digest=raw.digest or raw_digest(raw.fields, settings.CONTENT_KEY),
            by=by,
            now=now,
        )
    except Refused as refused:
        kind = OutcomeKind.REFUSED if refused.code in _REFUSED else OutcomeKind.QUARANTINED
        return Outcome(kind, complaint=refused.complaint)
    return Outcome(OutcomeKind.ACCEPTED if new else OutcomeKind.DUPLICATE, voice_id)


def _check_times(told: PastVoice, now: datetime) -> None:
    for field, at in (("given_at", told.given_at), ("answered_at", told.answered_at)):
        if at is not None and at > now + CLOCK_LEEWAY:
            raise Refused(ENTRY_IN_FUTURE, field=field, value=at.isoformat())


def _platform_id(source: str) -> int:
    platform = directory.platforms([source]).get(source)
    if platform is None:
        raise Refused(NO_SUCH_PLATFORM, field="source", value=source)
    return platform.id


def _target(told: PastVoice, by: Actor) -> VoiceTarget:
    """Whom it is about: the agency that is named, else whoever carries out the item."""
    meant = (told.source, told.item)
    item = matches.items_meant([meant]).get(meant) if told.item else None
    if told.item and item is None:
        raise Refused(UNKNOWN_ITEM, field="item", value=told.item)
    if told.agency:
        agency = directory.agencies([told.agency]).get(told.agency)
        if agency is None:
            raise Refused(UNKNOWN_AGENCY, field="agency", value=told.agency)
    else:
        assert item is not None  # noqa: S101 - one of the two is told
        agency = directory.agency_by_id(item.agency_id)
    if complaint := place_complaint("agency", agency, by.scope):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)
    return VoiceTarget(agency.division_id, agency.id, item.id if item else None)
