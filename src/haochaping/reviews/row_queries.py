"""评价 rows behind figures: the reviews of a place and time, the newest first, as far as one may see them; no words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases import access
from haochaping.reviews.models import Review
from haochaping.reviews.terms import CountedReview

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.access import Place
    from haochaping.kernel.actor import Actor


def given_in(
    by: Actor,
    place: Place,
    begin: datetime | None,
    end: datetime | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[CountedReview]:
    """Reviews of a place given from one moment to before another, none that names the actor; `before` is the last one seen."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = Review.objects.filter(access.visible(by), access.within(place), access.not_named(by))
    rows = rows.filter(assessed_at__gte=begin) if begin else rows
    rows = rows.filter(assessed_at__lt=end) if end else rows
    if before:
        last = Review.objects.filter(id=before).values("assessed_at")[:1]
        rows = rows.filter(Q(assessed_at__lt=last) | Q(assessed_at=last, id__lt=before))
    found = rows.order_by("-assessed_at", "-id").values_list(*CountedReview._fields)
    return [CountedReview(*row) for row in found[:limit]]
