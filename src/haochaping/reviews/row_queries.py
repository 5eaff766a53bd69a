"""评价 rows behind figures: the reviews of a place and time, the newest first, as far as one may see them; no words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases import access
from haochaping.reviews.models import Review
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import CountedReview, Level, Provenance, ReviewStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Literal
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


_BAD = [int(level) for level in Level if is_bad(level)]
_ACTIVE = [str(one) for one in Provenance if is_active(one)]


def by_desk(
    by: Actor,
    desk: Literal["window_id", "staff_id"],
    agency_ids: Sequence[int],
    begin: datetime,
    end: datetime,
    *,
    hall_id: int | None = None,
) -> dict[int, tuple[int, int]]:
    """(bad, all) reviews of each window or staff member, of what counts in the rates, in one query; none that names the actor.

    Of these agencies, whose index is read, and of one hall where one is named.
    """
    check_power(by, Power.ORDER_SUPERVISE)
    rows = Review.objects.filter(
        access.visible(by),
        access.not_named(by),
        agency_id__in=list(agency_ids),
        status=ReviewStatus.EFFECTIVE,
        provenance__in=_ACTIVE,
        assessed_at__gte=begin,
        assessed_at__lt=end,
        **{f"{desk}__isnull": False},
        **({} if hall_id is None else {"hall_id": hall_id}),
    )
    counted = rows.values_list(desk).annotate(bad=Count("id", filter=Q(level__in=_BAD)), n=Count("id"))
    return {pk: (bad, n) for pk, bad, n in counted.order_by(desk)}
