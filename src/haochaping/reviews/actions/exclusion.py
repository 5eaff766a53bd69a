"""What an appeal does to a review: it stays, and is counted as excluded, or counts again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.reviews.actions.steps import remember, supersede
from haochaping.reviews.models import Exclusion, Review
from haochaping.reviews.terms import ChangeKind, ReviewStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReasonClass


@transaction.atomic
def exclude(review_id: UUID, *, reason_class: ReasonClass, by: Actor, now: datetime) -> bool:
    """Count the review as excluded from now on; False when it is withdrawn or excluded already."""
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None or row.status in {ReviewStatus.WITHDRAWN, ReviewStatus.EXCLUDED}:
        return False
    remember(row, ChangeKind.EXCLUDED, now)
    row.status = ReviewStatus.EXCLUDED
    row.save(update_fields=["status"])
    kept = {"reason_class": reason_class, "excluded_at": now, "lifted_at": None}
    Exclusion.objects.update_or_create(review=row, defaults=kept)
    facts = {"reason_class": str(reason_class)}
    ledger.append(
        [NewEntry(EntryKind.REVIEW_EXCLUDED, "review", str(review_id), facts=facts)], by=by, now=now
    )
    return True


@transaction.atomic
def restore(review_id: UUID, *, by: Actor, now: datetime) -> bool:
    """Count an excluded review again; False when it is not excluded.

    A first review whose follow-up stands gives way to it again, by whoever aligns the two.
    """
    row = Review.objects.select_for_update().filter(id=review_id, status=ReviewStatus.EXCLUDED).first()
    if row is None:
        return False
    remember(row, ChangeKind.RESTORED, now)
    row.status = ReviewStatus.EFFECTIVE
    row.save(update_fields=["status"])
    Exclusion.objects.filter(review=row).update(lifted_at=now)
    supersede(row, by, now)
    return True
