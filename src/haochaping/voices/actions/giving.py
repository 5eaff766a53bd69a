"""诉求 given: by somebody on their own, taken up from a good review, about a handling, or about one's own data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.voices.actions.steps import bearer_of, checked_text, known_kind, known_matter, open_voice
from haochaping.voices.models import Voice
from haochaping.voices.rules import receipt_hash
from haochaping.voices.terms import BADGE_LIMIT, COMPLAINT_WAITS, FOUND_ALREADY, NOTE_LIMIT, VoiceKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import VoiceTarget

_RECEIPT_LOCKS = 0x766F  # "vo": one form of a receipt at a time


def take_turn(receipt: str) -> None:
    """Wait, until the transaction ends, for whoever sends the same form at the same moment: a double click."""
    with connection.cursor() as cursor:
        place = int.from_bytes(receipt_hash(receipt)[:4], signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_RECEIPT_LOCKS, place])


@transaction.atomic
def receive(
    *,
    kind: str,
    matter: str,
    target: VoiceTarget,
    text: str,
    receipt: str,
    person_id: UUID | None,
    badge: str = "",
    by: Actor,
    now: datetime,
) -> UUID:
    """Take what somebody gives on their own, with a promise from the rulebook; the same receipt again is the same voice.

    `badge` is the number of a member of staff as the person gives it: whoever bears it at the agency sees nothing of it.

    Raises:
        Refused: UNKNOWN_VOICE_CHOICE, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    chosen = known_kind(kind)
    about = known_matter(chosen, matter)
    text = checked_text(text, "text")
    badge = checked_text(badge, "badge", limit=BADGE_LIMIT, required=False)
    bearer = bearer_of(badge, target.agency_id)
    return open_voice(
        Voice(
            id=uuid7(now),
            kind=chosen,
            matter=about,
            text=text,
            badge=badge,
            receipt_hash=receipt_hash(receipt),
            person_id=person_id,
        ),
        replace(target, staff_id=bearer.id if bearer else None),
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
    chosen = known_kind(kind)
    about = known_matter(chosen, matter)
    quote = checked_text(quote, "quote")
    note = checked_text(note, "note", limit=NOTE_LIMIT)
    voice = Voice(id=uuid7(now), kind=chosen, matter=about, review_id=review_id, text=quote, note=note)
    try:
        with transaction.atomic():
            return open_voice(voice, target, by=by, now=now)
    except IntegrityError as error:
        if "voice_once_per_review_and_kind" not in str(error):
            raise
        raise Refused(FOUND_ALREADY, field="kind") from error


@transaction.atomic
def complain(
    review_id: UUID, *, matter: str, target: VoiceTarget, text: str, by: Actor, now: datetime
) -> UUID:
    """对办理的投诉: the reviewer says that the handling was wrong; it is with the supervisory office from then on.

    One at a time for a review.

    Raises:
        Refused: UNKNOWN_VOICE_CHOICE, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, COMPLAINT_WAITS.
    """
    about = known_matter(VoiceKind.HANDLING, matter)
    text = checked_text(text, "text")
    voice = Voice(id=uuid7(now), kind=VoiceKind.HANDLING, matter=about, review_id=review_id, text=text)
    try:
        with transaction.atomic():
            return open_voice(voice, target, by=by, now=now)
    except IntegrityError as error:
        if "voice_one_open_about_handling" not in str(error):
            raise
        raise Refused(COMPLAINT_WAITS) from error


@transaction.atomic
def ask_about_own_data(
    persons: Sequence[UUID],
    *,
    division_id: int,
    matter: str,
    text: str,
    receipt: str,
    by: Actor,
    now: datetime,
) -> UUID:
    """个人信息请求: somebody who is these sealed persons, the newest last, asks the supervisory office of a division.

    Raises:
        Refused: UNKNOWN_VOICE_CHOICE, VOICE_TEXT_MISSING, VOICE_TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    about = known_matter(VoiceKind.OWN_DATA, matter)
    voice = Voice(
        id=uuid7(now),
        kind=VoiceKind.OWN_DATA,
        matter=about,
        division_id=division_id,
        text=checked_text(text, "text"),
        receipt_hash=receipt_hash(receipt),
        person_id=persons[-1],
        persons=list(persons),
    )
    return open_voice(voice, None, by=by, now=now)
