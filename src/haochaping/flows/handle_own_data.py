"""个人信息请求: whoever has proven who they are asks what is kept of them, has it corrected or their identity erased.

It goes to the supervisory office of the division in which all their matters lie, and never to an agency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.directory.rules import common_path
from haochaping.exchange import queries as exchange
from haochaping.flows import handle_voices
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.terms import ErasureCause
from haochaping.kernel.identifiers import receipt_no
from haochaping.kernel.refused import Refused
from haochaping.voices import actions as voices
from haochaping.voices import queries
from haochaping.voices.terms import NOBODY_SEALED, STILL_NEEDED, VoiceOutcome

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def ask(
    fingerprints: Collection[bytes], *, matter: str, text: str, receipt: str, by: Actor, now: datetime
) -> str:
    """Take a request of whoever has these fingerprints; returns its receipt number.

    `receipt` was drawn with the form, as for any voice: a form sent twice is one request.

    Raises:
        Refused: NOBODY_SEALED, and as `voices.actions.ask_about_own_data`.
    """
    before = queries.by_receipt(receipt)
    if before is not None:
        if before.text == voices.checked_text(text, "text"):
            return receipt
        receipt = receipt_no()
    persons = identities.persons_with(fingerprints)
    if not persons:
        raise Refused(NOBODY_SEALED)
    voice_id = voices.ask_about_own_data(
        persons,
        division_id=_division_of(persons),
        matter=matter,
        text=text,
        receipt=receipt,
        by=by,
        now=now,
    )
    handle_voices.tell_office(voice_id, by=by, now=now)
    return receipt


@transaction.atomic
def answer(voice_id: UUID, *, outcome: str, text: str, by: Actor, now: datetime) -> None:
    """The office says what was done; with the outcome “erased” the identities are erased in the same transaction.

    An identity that an open matter still needs is not erased by half: the office declines and says which matter it is.
    It reads and erases what no desk reaches, so it runs as the application.

    Raises:
        Refused: STILL_NEEDED, and as `voices.actions.answer`.
    """
    handle_voices.answer(voice_id, outcome=outcome, text=text, by=by, now=now)
    if outcome == VoiceOutcome.ERASED:
        _erase(voice_id, by=by, now=now)


def _erase(voice_id: UUID, *, by: Actor, now: datetime) -> None:
    persons = [one for one in queries.voices([voice_id])[voice_id].persons if identities.is_sealed(one)]
    free = exchange.persons_nobody_needs(
        now, closed_before=now, limit=len(persons) + 1, among=persons, asked_by=voice_id
    )
    if len(free) < len(persons):
        raise Refused(STILL_NEEDED, field="outcome", n=len(persons) - len(free))
    identity.erase(free, ErasureCause.REQUEST, by=by, now=now)


def _division_of(persons: Collection[UUID]) -> int:
    """The lowest office above everything that the persons applied for, or handled for somebody else."""
    services = cases.services_of_persons(persons) + cases.services_handled_by(persons)
    paths = {binding.division_path for binding in services}
    common = common_path(paths)
    return (directory.ancestors(common)[-1] if common else directory.top_divisions()[0]).id
