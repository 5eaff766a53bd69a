"""办件 rows behind figures: the cases and services of a place and time, the newest first, as far as one may see them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models.functions import Coalesce

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases import access
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.terms import CountedCase, CountedService
from haochaping.kernel.identifiers import first_uuid7

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.access import Place
    from haochaping.kernel.actor import Actor

# Ids are made on arrival; the clocks of senders may be a little ahead of ours.
_AHEAD = timedelta(days=1)
_CASE = ("id", "case_no", "status", "agency_id", "item_id", "told")
_SERVICE = ("id", "case_id", "case__case_no", "case__agency_id", "case__item_id", "at", "stage")


def cases_in(
    by: Actor,
    place: Place,
    begin: datetime | None,
    end: datetime | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[CountedCase]:
    """Cases of a place by their own day, from one moment to before another; `before` is the last one seen."""
    check_power(by, Power.ORDER_SUPERVISE)
    told = Coalesce("applied_at", "accepted_at", "received_at")
    rows = Case.objects.annotate(told=told).filter(access.visible(by), access.within(place))
    rows = rows.filter(told__gte=begin, id__gte=first_uuid7(begin - _AHEAD)) if begin else rows
    rows = rows.filter(told__lt=end) if end else rows
    rows = rows.filter(id__lt=before) if before else rows
    return [CountedCase(*row) for row in rows.order_by("-id").values_list(*_CASE)[:limit]]


def services_in(
    by: Actor,
    place: Place,
    begin: datetime | None,
    end: datetime | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[CountedService]:
    """Services of a place by the day they took place, in the same way; none at which the actor served."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = ServiceOccurrence.objects.filter(
        access.visible(by, "case__"), access.within(place, "case__"), access.not_named(by)
    )
    rows = rows.filter(at__gte=begin, id__gte=first_uuid7(begin - _AHEAD)) if begin else rows
    rows = rows.filter(at__lt=end) if end else rows
    rows = rows.filter(id__lt=before) if before else rows
    return [CountedService(*row) for row in rows.order_by("-id").values_list(*_SERVICE)[:limit]]
