"""办件 rows behind figures: the cases and services of a place and time, the newest first, as far as one may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.db.models.functions import Coalesce

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases import access
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.terms import CaseStatus, CountedCase, CountedService

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model, QuerySet

    from haochaping.cases.access import Place
    from haochaping.kernel.actor import Actor

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
    rows = Case.objects.annotate(told=Coalesce("applied_at", "accepted_at", "received_at"))
    found = _between(_seen(rows, by, place), begin, end, before)
    return [CountedCase(*row) for row in found.values_list(*_CASE)[:limit]]


def completed_in(
    by: Actor,
    place: Place,
    begin: datetime | None,
    end: datetime | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[CountedCase]:
    """Completed cases of a place by the day of that, in the same way."""
    rows = Case.objects.annotate(told=F("completed_at")).filter(status=CaseStatus.COMPLETED)
    found = _between(_seen(rows, by, place), begin, end, before)
    return [CountedCase(*row) for row in found.values_list(*_CASE)[:limit]]


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
    rows = ServiceOccurrence.objects.annotate(told=F("at")).filter(access.not_named(by))
    found = _between(_seen(rows, by, place, "case__"), begin, end, before)
    return [CountedService(*row) for row in found.values_list(*_SERVICE)[:limit]]


def _seen[M: Model](rows: QuerySet[M], by: Actor, place: Place, of: str = "") -> QuerySet[M]:
    check_power(by, Power.ORDER_SUPERVISE)
    return rows.filter(access.visible(by, of), access.within(place, of))


def _between[M: Model](
    rows: QuerySet[M], begin: datetime | None, end: datetime | None, before: UUID | None
) -> QuerySet[M]:
    rows = rows.filter(told__gte=begin) if begin else rows
    rows = rows.filter(told__lt=end) if end else rows
    return (rows.filter(id__lt=before) if before else rows).order_by("-id")
