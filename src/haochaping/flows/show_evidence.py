"""整改佐证: the agency shows by photographs what it has put right, and takes them away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.files import actions as files
from haochaping.files import queries as photos
from haochaping.kernel.refused import Refused
from haochaping.outbox import actions as outbox
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import EVIDENCE_EMPTY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.files.terms import Picture
    from haochaping.kernel.actor import Actor

KIND = "evidence"


@transaction.atomic
def show(
    order_id: UUID, *, caption: str, shown: bool, pictures: Sequence[Picture], by: Actor, now: datetime
) -> UUID:
    """Keep photographs with what they show; returns the id of the evidence.

    Raises:
        Refused: EVIDENCE_EMPTY, TOO_MANY_PHOTOS, and as `rectification.actions.add_evidence`.
    """
    if not pictures:
        raise Refused(EVIDENCE_EMPTY, field="photos")
    made = rectification.add_evidence(order_id, caption=caption, shown=shown, by=by, now=now)
    files.keep(KIND, str(made), pictures, by=by, now=now)
    return made


@transaction.atomic
def take_away(order_id: UUID, evidence_id: UUID, *, by: Actor, now: datetime) -> None:
    """Show it to nobody any more, and have the photographs erased; that they were there, and who took them away, stays.

    Nobody at a desk can erase a photograph in the database: that is the program's own (`erase`).

    Raises:
        Refused: as `rectification.actions.remove_evidence`.
    """
    rectification.remove_evidence(order_id, evidence_id, by=by, now=now)
    outbox.defer("files.erase_evidence", evidence_id=str(evidence_id))


@transaction.atomic
def erase(evidence_id: UUID, *, by: Actor, now: datetime) -> None:
    """Erase the photographs of evidence that was taken away; those of any other are left alone."""
    if not orders.is_removed(evidence_id):
        return
    for photo in photos.photos_of(KIND, str(evidence_id)):
        files.remove(photo.id, subject_kind=KIND, subject_id=str(evidence_id), by=by, now=now)
