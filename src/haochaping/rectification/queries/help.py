"""协办 reads: the parts of agencies that help, on the list of their desk, for notices, and for supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.postgres.together import Asked
from haochaping.rectification import access
from haochaping.rectification.models import HELP_OPEN, CoHandler
from haochaping.rectification.terms import HelpHanding, HelpRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_PART = (
    "id",
    "order_id",
    "order__division_id",
    "agency_id",
    "agency__name",
    "order__agency__name",
    "order__item__name",
    "order__staff_id",
    "due_at",
)


def parts_of(by: Actor, *, done: bool) -> QuerySet[CoHandler] | None:
    """The parts that stand on somebody's list, one for each order: still to be done, or over; None where nobody asks them.

    Whoever has the order itself in their remit has it on their list as their own.
    """
    if by.scope.division_path is not None or by.scope.agency_path is None:
        return None
    low, high = path_range(by.scope.agency_path)
    here = CoHandler.objects.filter(agency__path__gte=low, agency__path__lt=high)
    same_order = here.filter(order_id=OuterRef("order_id"))
    if done:
        listed = here.exclude(HELP_OPEN).exclude(
            Exists(same_order.filter(HELP_OPEN | Q(id__gt=OuterRef("id"))))
        )
    else:
        listed = here.filter(HELP_OPEN).exclude(Exists(same_order.filter(HELP_OPEN, id__lt=OuterRef("id"))))
    return listed.filter(access.not_named(by, "order__staff_id")).exclude(
        order__agency__path__gte=low, order__agency__path__lt=high
    )


def parts(part_ids: Iterable[UUID]) -> list[HelpRow]:
    """Parts by id, for flows."""
    rows = CoHandler.objects.filter(id__in=list(part_ids)).order_by("id")
    return [HelpRow(*row) for row in rows.values_list(*_PART)]


def open_parts(order_id: UUID) -> list[tuple[UUID, int]]:
    """The parts of an order that are still to be done, each with its agency, the oldest first."""
    return asked_parts(order_id).answer


def asked_parts(order_id: UUID, *, ended_by: date | None = None) -> Asked[list[tuple[UUID, int]]]:
    """The same, to be asked with other reads; only those of agencies that are none on a day, where it is given."""
    rows = CoHandler.objects.filter(HELP_OPEN, order_id=order_id).order_by("asked_at", "id")
    if ended_by is not None:
        rows = rows.filter(Q(agency__valid_to__lt=ended_by) | Q(agency__valid_from__gt=ended_by))
    return Asked(rows.values_list("id", "agency_id"), list)


def late_parts(by: Actor, now: datetime, *, agency_id: int | None = None, limit: int) -> list[HelpRow]:
    """The parts of orders in one's remit whose time is over, longest over first; `agency_id` is who helps."""
    low, high = path_range(by.scope.division_path) if by.scope.division_path is not None else ("", "")
    rows = CoHandler.objects.filter(
        HELP_OPEN,
        access.not_named(by, "order__staff_id"),
        due_at__lt=now,
        order__division__path__gte=low,
        order__division__path__lt=high,
    )
    if agency_id is not None:
        rows = rows.filter(agency_id=agency_id)
    return [HelpRow(*row) for row in rows.order_by("due_at", "id").values_list(*_PART)[:limit]]


def of_ended_agencies(day: date, *, limit: int) -> list[HelpHanding]:
    """Open parts of agencies that ended before a day, each with who goes on for its agency."""
    rows = CoHandler.objects.filter(HELP_OPEN, agency__valid_to__lt=day).order_by("id")
    columns = ("id", "order_id", "order__division_id", "agency_id", "agency__valid_to")
    found = list(rows.values_list(*columns)[:limit])
    goes_on = directory.successors({row[3] for row in found}, day) if found else {}
    return [
        HelpHanding(pk, order_id, division_id, agency_id, ended_on, goes_on.get(agency_id))
        for pk, order_id, division_id, agency_id, ended_on in found
        if ended_on is not None
    ]


def helper_names(order_id: UUID) -> dict[UUID | None, str]:
    """The agency of each part of an order that was ever asked of somebody, by the part's id."""
    return dict(CoHandler.objects.filter(order_id=order_id).values_list("id", "agency__name"))
