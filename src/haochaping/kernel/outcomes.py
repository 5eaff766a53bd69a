"""The answer to one submitted thing: what became of it, in the order it was sent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.refused import Complaint


class OutcomeKind(StrEnum):
    """What became of a submitted case or review."""

    ACCEPTED = "accepted"
    UPDATED = "updated"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class Outcome(Struct, frozen=True):
    """One answer: `id` of the stored thing, `receipt` of a new review (shown once), `complaint` of a no."""

    kind: OutcomeKind
    id: UUID | None = None
    receipt: str | None = None
    complaint: Complaint | None = None
