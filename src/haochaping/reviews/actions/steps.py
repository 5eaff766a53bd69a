"""What every change of a review shares: the lock, what stood there before, the entry in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.reviews import queries
from haochaping.reviews.models import (
    Review,
    ReviewChange,
)
from haochaping.reviews.terms import (
    CHANGE_WINDOW_OVER,
    NOT_REVIEWED,
    REVIEW_EXCLUDED,
    ChangeKind,
    ReviewStatus,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


def changeable(review_id: UUID, now: datetime) -> Review:
    """The review, locked, if its reviewer may still change it; raises NOT_REVIEWED, REVIEW_EXCLUDED, CHANGE_WINDOW_OVER."""
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None:
        raise Refused(NOT_REVIEWED)
    if row.status == ReviewStatus.EXCLUDED:
        raise Refused(REVIEW_EXCLUDED)
    if now > row.changeable_until:
        raise Refused(CHANGE_WINDOW_OVER, until=row.changeable_until)
    return row


def remember(row: Review, kind: ChangeKind, now: datetime) -> None:
    """Keep what stands there before it changes."""
    ReviewChange.objects.create(
        id=uuid7(now),
        review=row,
        kind=kind,
        level=row.level,
        indicator_codes=row.indicator_codes,
        comment_text=row.comment_text,
        changed_at=now,
    )


def supersede(row: Review, by: Actor, now: datetime) -> None:
    """Commit the ledger to what stands there now."""
    facts = {"status": row.status} if row.status == ReviewStatus.SUPERSEDED else {}
    entries = [
        NewEntry(EntryKind.REVIEW_SUPERSEDED, "review", review_id, fields, facts)
        for review_id, fields in queries.committed([row.id])
    ]
    ledger.append(entries, by=by, now=now)
