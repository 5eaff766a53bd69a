"""Orders that wait for the clock, and what is counted of an order while it is held."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Q, Subquery

from haochaping.postgres import writes
from haochaping.postgres.together import Asked
from haochaping.rectification.models import SolutionAnswer, WorkOrder
from haochaping.rectification.queries.dispatch import held_back
from haochaping.rectification.rules import best_of
from haochaping.rectification.states import FINAL
from haochaping.rectification.terms import AppealFacts, OrderFacts, OrderState, Solved

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet


_HOLD = "SELECT FROM rectification_work_order WHERE "
_FACTS = resources.files("haochaping.rectification").joinpath("sql/facts.sql").read_text(encoding="utf-8")


def to_settle(now: datetime, *, limit: int, of: Collection[int] | None = None) -> list[UUID]:
    """Answered orders that the reviewer's word, or their silence for long enough, decides; by review.

    They are locked until the transaction ends; those that somebody else has at hand are left to them.
    """
    newest = SolutionAnswer.objects.filter(order_id=OuterRef("id")).order_by("-answered_at", "-id")
    rows = WorkOrder.objects.annotate(
        said=Subquery(newest.values("solved")[:1]),
        said_at=Subquery(newest.values("answered_at")[:1]),
        said_for_good=Subquery(newest.values("changeable_until")[:1]),
    ).filter(
        Q(state=OrderState.REPLIED, said=Solved.NO) | Q(state=OrderState.CHECKED),
        Q(said_at__gte=F("replied_at"), said_for_good__lt=now)
        | Q(state=OrderState.CHECKED, rating_until__lt=now),
        paused_at__isnull=True,
    )
    if of is not None:
        rows = rows.filter(agency_id__in=of)
    due = rows.select_for_update(skip_locked=True, of=("self",)).order_by("replied_at", "id")
    return list(due.values_list("review_id", flat=True)[:limit])


def hold(review_ids: Iterable[UUID]) -> None:
    """Lock the orders of these reviews until the transaction ends: who would go on with one waits."""
    writes.write(_HOLD + "review_id = ANY(%s) ORDER BY id FOR UPDATE", [list(review_ids)])


def held_facts(order_id: UUID) -> Asked[dict[UUID, OrderFacts]]:
    """Lock an order until the transaction ends; what is counted of it, by its review. Empty when there is no such order."""
    writes.write(_HOLD + "id = %s FOR UPDATE", [order_id])
    return Asked(f"{_FACTS} WHERE work.id = %s", _facts, [order_id])


def facts_of(review_ids: Iterable[UUID]) -> dict[UUID, OrderFacts]:
    """What is counted of the order of each review that has one."""
    return asked_facts(review_ids).answer


def asked_facts(review_ids: Iterable[UUID]) -> Asked[dict[UUID, OrderFacts]]:
    """The same, to be asked with other reads."""
    return Asked(f"{_FACTS} WHERE work.review_id = ANY(%s)", _facts, [list(review_ids)])


def _facts(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, OrderFacts]:
    found = {}
    for review_id, *plain, calls, solved, division_id, agency_id, verdict, hall_id in rows:
        appeal = AppealFacts(division_id, agency_id, verdict) if agency_id is not None else None
        found[review_id] = OrderFacts(review_id, *(*plain, best_of(calls), solved, appeal, hall_id))
    return found


def due_for_dispatch(now: datetime, *, limit: int, of: Collection[int] | None = None) -> list[UUID]:
    """Orders whose reviewer has finished or whose change window has passed, oldest first; `of` names the agencies.

    They are locked until the transaction ends; those that somebody else has at hand are left to them.
    """
    due = WorkOrder.objects.filter(state=OrderState.CREATED, dispatch_after__lte=now).exclude(
        id__in=held_back(now)
    )
    if of is not None:
        due = due.filter(agency_id__in=of)
    rows = due.select_for_update(skip_locked=True).order_by("dispatch_after", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def without_deadline(*, after: UUID | None = None, limit: int | None = None) -> list[UUID]:
    """Open orders whose deadline could not be computed as the working calendar does not reach, the oldest first."""
    return _oldest(WorkOrder.objects.filter(deadline_known=False), after, limit)


def without_amber(*, after: UUID | None = None, limit: int | None = None) -> list[UUID]:
    """Open orders whose end the hotline told, on a day so far beyond the calendar that their amber is not known either."""
    return _oldest(WorkOrder.objects.filter(due_at__isnull=False, amber_at__isnull=True), after, limit)


def _oldest(found: QuerySet[WorkOrder], after: UUID | None, limit: int | None) -> list[UUID]:
    rows = found.exclude(state__in=FINAL).order_by("id")
    rows = rows.filter(id__gt=after) if after else rows
    return list(rows.values_list("id", flat=True)[:limit])
