"""上报评价: a review that another installation keeps becomes here what it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.reviews import queries
from haochaping.reviews.actions.steps import remember
from haochaping.reviews.models import Exclusion, Review
from haochaping.reviews.rules import lacks_reason
from haochaping.reviews.terms import ChangeKind, ReviewStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import Stated

_KIND_OF = {
    ReviewStatus.WITHDRAWN: ChangeKind.WITHDRAWN,
    ReviewStatus.EXCLUDED: ChangeKind.EXCLUDED,
    ReviewStatus.SUPERSEDED: ChangeKind.FOLLOWED_UP,
    ReviewStatus.EFFECTIVE: ChangeKind.RESTORED,
}
_ENTRY_OF = {
    ReviewStatus.WITHDRAWN: EntryKind.REVIEW_WITHDRAWN,
    ReviewStatus.EXCLUDED: EntryKind.REVIEW_EXCLUDED,
}


@transaction.atomic
def restate(told: Sequence[Stated], *, by: Actor, now: datetime) -> None:
    """Write over reviews with what the installation that keeps them says; what stood here goes into their history."""
    rows = Review.objects.select_for_update().filter(id__in=[one.review_id for one in told]).order_by("id")
    found = {row.id: row for row in rows}
    for one in told:
        _restate(found[one.review_id], one, by, now)


def _restate(row: Review, stated: Stated, by: Actor, now: datetime) -> None:
    remember(row, _kind(row, stated), now)
    row.level, row.status = stated.level, stated.status
    row.indicator_codes, row.comment_text = list(stated.indicator_codes), stated.comment_text
    row.reason_missing = lacks_reason(stated.level, stated.indicator_codes, stated.comment_text)
    row.channel, row.provenance = stated.channel, stated.provenance
    row.anonymous, row.assessed_at = stated.anonymous, stated.assessed_at
    row.save()
    if stated.status == ReviewStatus.EXCLUDED and stated.reason_class:
        kept = {"reason_class": stated.reason_class, "excluded_at": now, "lifted_at": None}
        Exclusion.objects.update_or_create(review=row, defaults=kept)
    else:
        Exclusion.objects.filter(review=row, lifted_at=None).update(lifted_at=now)
    # First what stands there now, then that it does not count: the newest entry decides its status.
    facts = {"status": row.status} if row.status == ReviewStatus.SUPERSEDED else {}
    entries = [
        NewEntry(EntryKind.REVIEW_SUPERSEDED, "review", review_id, fields, facts)
        for review_id, fields in queries.committed([row.id])
    ]
    if kind := _ENTRY_OF.get(stated.status):
        why = {"reason_class": str(stated.reason_class)} if stated.reason_class else {}
        entries.append(NewEntry(kind, "review", str(row.id), facts=why))
    ledger.append(entries, by=by, now=now)


def _kind(row: Review, stated: Stated) -> ChangeKind:
    if row.status != stated.status:
        return _KIND_OF[stated.status]
    return ChangeKind.LEVEL if row.level != stated.level else ChangeKind.REASONS
