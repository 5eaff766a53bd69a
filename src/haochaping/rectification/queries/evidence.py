"""Photographs of what was put right, as the reviewer is shown them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from haochaping.files import queries as files
from haochaping.rectification.models import Evidence
from haochaping.rectification.terms import EvidenceRow

if TYPE_CHECKING:
    from uuid import UUID


_EVIDENCE = ("id", "caption", "shown", "added_by", "added_at", "removed_by", "removed_at")


def shown_evidence(order_id: UUID) -> list[EvidenceRow]:
    """The evidence that a reviewer is shown with the reply, oldest first, with its photographs."""
    rows = Evidence.objects.filter(order_id=order_id, shown=True, removed_at__isnull=True)
    found = [EvidenceRow(*row) for row in rows.order_by("added_at", "id").values_list(*_EVIDENCE)]
    photos = files.photos_of_each("evidence", [str(one.id) for one in found]) if found else {}
    return [replace(one, photos=photos.get(str(one.id), [])) for one in found]


def is_removed(evidence_id: UUID) -> bool:
    """Whether evidence was taken away again."""
    return Evidence.objects.filter(id=evidence_id, removed_at__isnull=False).exists()


def shows(review_id: UUID, photo_id: UUID) -> UUID | None:
    """The evidence that shows this photograph to the reviewer, once there is a reply; None where there is none."""
    rows = Evidence.objects.filter(
        order__review_id=review_id, order__replied_at__isnull=False, shown=True, removed_at__isnull=True
    )
    for pk in rows.values_list("id", flat=True):
        if any(photo.id == photo_id for photo in files.photos_of("evidence", str(pk))):
            return pk
    return None
