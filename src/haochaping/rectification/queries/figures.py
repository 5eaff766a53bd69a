"""整改 reads for figures: what is counted once more, and the orders behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncMonth

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.rectification import access
from haochaping.rectification import queries as orders
from haochaping.rectification.models import CONTACT_OPEN, RECTIFY_OPEN, Appeal, WorkOrder
from haochaping.rectification.rules import REPEATS_WITHIN
from haochaping.rectification.terms import OrderState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow


def months_of_orders() -> list[date]:
    """The first days of the months in which orders were opened, oldest first."""
    months = WorkOrder.objects.annotate(month=TruncMonth("created_at", tzinfo=BEIJING)).values_list("month")
    return [month.astimezone(BEIJING).date() for (month,) in months.distinct().order_by("month")]


def reviews_of_orders(begin: datetime, end: datetime) -> list[UUID]:
    """The reviews of the orders opened from one moment to before another."""
    rows = WorkOrder.objects.filter(created_at__gte=begin, created_at__lt=end)
    return list(rows.order_by("id").values_list("review_id", flat=True))


def repeating(order_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these orders are about an item of which another bad review was first answered not long before."""
    earlier = WorkOrder.objects.filter(
        item_id=OuterRef("item_id"),
        first_replied_at__lte=OuterRef("created_at"),
        first_replied_at__gt=OuterRef("created_at") - REPEATS_WITHIN,
    ).exclude(Q(id=OuterRef("id")) | Q(state=OrderState.EXCLUDED))
    rows = WorkOrder.objects.filter(Exists(earlier), id__in=list(order_ids))
    return set(rows.values_list("id", flat=True))


def newly_late(now: datetime, *, limit: int, of: Collection[int] | None = None) -> list[UUID]:
    """The reviews of orders with a promise that has run out since the last time; locked, those of others left out.

    `of` names the agencies, all without it.
    """
    missed = CONTACT_OPEN & Q(contact_due_at__lt=now) | RECTIFY_OPEN & Q(rectify_due_at__lt=now)
    rows = WorkOrder.objects.filter(missed)
    if of is not None:
        rows = rows.filter(agency_id__in=of)
    rows = rows.select_for_update(skip_locked=True).order_by("id")
    return list(rows.values_list("review_id", flat=True)[:limit])


def opened_in(
    by: Actor,
    place: tuple[str, str | None, int | None, int | None],
    begin: datetime | None,
    end: datetime | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[OrderRow]:
    """Orders of a place, or appealed by an agency of it, opened from one moment to before another; newest first.

    `place` names a division and perhaps an agency, each with all below, an item, and the hall of the review. `before` is the
    last one of the page before.
    """
    check_power(by, Power.ORDER_SUPERVISE)
    division_path, agency_path, item_id, hall_id = place
    appealed = Appeal.objects.filter(_within(division_path, agency_path), order=OuterRef("id"))
    within = _within(division_path, agency_path)
    # Of everywhere there is nothing to add: no condition or another one would be the other one alone.
    here = within | Exists(appealed) if within else within
    rows = _opened(by, begin, end).filter(here, Q() if item_id is None else Q(item_id=item_id))
    if hall_id is not None:
        rows = rows.filter(review__hall_id=hall_id)
    if before is not None:
        rows = rows.filter(id__lt=before)
    ids = list(rows.order_by("-id").values_list("id", flat=True)[:limit])
    return sorted(orders.rows(ids), key=lambda row: row.id, reverse=True)


def naming_staff(
    by: Actor, agency_path: str, begin: datetime | None, end: datetime | None, *, limit: int
) -> dict[UUID, int]:
    """Which staff member the reviews of an agency's orders name, by review, of the newest orders; none of whoever asks."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = _opened(by, begin, end).filter(_within("", agency_path), staff_id__isnull=False)
    return {
        review_id: staff_id
        for review_id, staff_id in rows.order_by("-id").values_list("review_id", "staff_id")[:limit]
        if staff_id is not None
    }


def _opened(by: Actor, begin: datetime | None, end: datetime | None) -> QuerySet[WorkOrder]:
    rows = WorkOrder.objects.filter(access.visible_orders(by))
    # An order's id is made when it is opened, so that its index finds the days too.
    if begin is not None:
        rows = rows.filter(id__gte=first_uuid7(begin))
    return rows if end is None else rows.filter(id__lt=first_uuid7(end))


def _within(division_path: str, agency_path: str | None) -> Q:
    low, high = path_range(division_path)
    within = Q(division__path__gte=low, division__path__lt=high) if division_path else Q()
    if agency_path is not None:
        low, high = path_range(agency_path)
        within &= Q(agency__path__gte=low, agency__path__lt=high)
    return within
