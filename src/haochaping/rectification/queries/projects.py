"""专项整改 reads: systemic projects with their tasks and the orders linked to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.kernel.refused import Refused
from haochaping.rectification import access
from haochaping.rectification.models import Project, ProjectOrder, ProjectTask, WorkOrder
from haochaping.rectification.queries.orders import ORDER_COLUMNS, order_row
from haochaping.rectification.terms import NO_SUCH_PROJECT, ProjectRow, ProjectState, TaskRow

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow

_PROJECT = (
    "id",
    "title",
    "root_cause",
    "state",
    "agency__name",
    "item_id",
    "item__name",
    "opened_at",
    "opened_by",
    "change_text",
    "changed_at",
    "changed_by",
    "closed_at",
    "closed_by",
)


def _projects(where: Q, *, limit: int, offset: int = 0) -> list[ProjectRow]:
    found = Project.objects.filter(where).order_by("-opened_at", "-id").values_list(*_PROJECT)
    rows = list(found[offset : offset + limit])
    ids = [row[0] for row in rows]
    tasks = {
        pk: (n, done)
        for pk, n, done in ProjectTask.objects.filter(project_id__in=ids)
        .values_list("project_id")
        .annotate(n=Count("id"), done=Count("done_at"))
    }
    orders = dict(
        ProjectOrder.objects.filter(project_id__in=ids).values_list("project_id").annotate(n=Count("id"))
    )
    return [
        ProjectRow(
            **_named(row),
            tasks=tasks.get(row[0], (0, 0))[0],
            tasks_done=tasks.get(row[0], (0, 0))[1],
            orders=orders.get(row[0], 0),
        )
        for row in rows
    ]


def _named(row: tuple[Any, ...]) -> dict[str, Any]:
    columns = dict(zip((name.replace("__", "_") for name in _PROJECT), row, strict=True))
    return columns | {"state": ProjectState(columns["state"])}


def projects(by: Actor, *, limit: int = 50, offset: int = 0) -> list[ProjectRow]:
    """The systemic projects somebody may see, the newest first."""
    check_power(by, Power.ORDER_VIEW)
    return _projects(access.visible(by), limit=limit, offset=offset)


def project(project_id: UUID, *, by: Actor) -> ProjectRow:
    """One project; raises `Refused(NO_SUCH_PROJECT)` when it is not there or not the actor's to see."""
    check_power(by, Power.ORDER_VIEW)
    found = _projects(access.visible(by) & Q(id=project_id), limit=1)
    if not found:
        raise Refused(NO_SUCH_PROJECT)
    return found[0]


def tasks_of(project_id: UUID) -> list[TaskRow]:
    """The tasks of a project in their order."""
    rows = ProjectTask.objects.filter(project_id=project_id).order_by("place")
    return [TaskRow(*row) for row in rows.values_list("place", "text", "done_at")]


def orders_of_project(project_id: UUID, *, by: Actor) -> list[OrderRow]:
    """The orders of a project that somebody may see, oldest first."""
    linked = ProjectOrder.objects.filter(project_id=project_id).values("order_id")
    rows = WorkOrder.objects.filter(access.visible_orders(by), id__in=linked).order_by("created_at", "id")
    return [order_row(values) for values in rows.values_list(*ORDER_COLUMNS)[:200]]
