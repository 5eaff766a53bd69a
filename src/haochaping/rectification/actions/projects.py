"""专项整改: many orders about one cause become one project with tasks, a change, and its effect."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_scope, may_any
from haochaping.accounts.terms import NOT_ALLOWED, Power
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification import access
from haochaping.rectification.actions.steps import checked_text
from haochaping.rectification.models import Project, ProjectOrder, ProjectTask, WorkOrder
from haochaping.rectification.rules import effect_counted_on
from haochaping.rectification.states import PROJECT_FIRED_BY, PROJECT_OPENED_BY, project_after
from haochaping.rectification.terms import (
    EFFECT_UNCOUNTED,
    IN_ANOTHER_PROJECT,
    NO_SUCH_ORDER,
    NO_SUCH_PROJECT,
    NO_SUCH_TASK,
    OTHER_ITEM,
    TASK_COUNT,
    TASK_LIMIT,
    TASKS_AT_MOST,
    TASKS_OPEN,
    TITLE_LIMIT,
    WRONG_PROJECT_STATE,
    OrderState,
    ProjectMove,
    ProjectState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def open_project(
    order_id: UUID, *, title: str, root_cause: str, tasks: str, by: Actor, now: datetime
) -> UUID:
    """Open a project from an order: its agency owns it, its item is what the effect is counted by.

    Args:
        order_id: The first order of the project.
        title: What it is called.
        root_cause: What lies behind the orders.
        tasks: What has to be done, one task a line.
        by: Who opens it.
        now: When.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS,
            TASK_COUNT, IN_ANOTHER_PROJECT.
    """
    title = " ".join(checked_text(title, "title", limit=TITLE_LIMIT).split())
    root_cause = checked_text(root_cause, "root_cause")
    lines = _tasks(tasks)
    order = _order(order_id, by)
    project = Project.objects.create(
        id=uuid7(now),
        title=title,
        root_cause=root_cause,
        division_id=order.division_id,
        agency_id=order.agency_id,
        item_id=order.item_id,
        state=ProjectState.OPEN,
        opened_at=now,
        opened_by=str(by),
    )
    ProjectTask.objects.bulk_create(
        [ProjectTask(id=uuid7(now), project=project, place=n, text=line) for n, line in enumerate(lines, 1)]
    )
    _record(project, "open", by=by, now=now, text=root_cause)
    _add(project, order, by=by, now=now)
    return project.id


@transaction.atomic
def add_order(project_id: UUID, order_id: UUID, *, by: Actor, now: datetime) -> None:
    """Put one more order into a project that is not closed.

    Raises:
        Refused: NO_SUCH_PROJECT, NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_PROJECT_STATE, OTHER_ITEM,
            IN_ANOTHER_PROJECT.
    """
    project = _project(project_id, PROJECT_OPENED_BY, by)
    order = _order(order_id, by)
    if project.state == ProjectState.CLOSED:
        raise Refused(WRONG_PROJECT_STATE, state=project.state)
    if order.item_id != project.item_id:
        raise Refused(OTHER_ITEM, field="project")
    _add(project, order, by=by, now=now)


@transaction.atomic
def tick_task(project_id: UUID, place: int, *, done: bool, by: Actor, now: datetime) -> None:
    """The owner marks a task as done, or takes the mark back, while the project is open.

    Raises:
        Refused: NO_SUCH_PROJECT, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_PROJECT_STATE, NO_SUCH_TASK.
    """
    project = _project(project_id, {Power.ORDER_HANDLE}, by)
    if project.state != ProjectState.OPEN:
        raise Refused(WRONG_PROJECT_STATE, state=project.state)
    task = ProjectTask.objects.filter(project=project, place=place).first()
    if task is None:
        raise Refused(NO_SUCH_TASK)
    if (task.done_at is not None) is done:
        return
    task.done_at, task.done_by = (now, str(by)) if done else (None, "")
    task.save(update_fields=["done_at", "done_by"])
    _record(project, "task_done" if done else "task_open", by=by, now=now, task=str(place))


@transaction.atomic
def record_change(project_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The owner says what was changed, once every task is done; from this day on the effect is counted.

    Raises:
        Refused: as `tick_task`, and TASKS_OPEN, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text")
    project = _moved(project_id, ProjectMove.CHANGE, by)
    waiting = ProjectTask.objects.filter(project=project, done_at=None).count()
    if waiting:
        raise Refused(TASKS_OPEN, n=waiting)
    project.change_text, project.changed_at, project.changed_by = text, now, str(by)
    project.save(update_fields=["state", "change_text", "changed_at", "changed_by"])
    _record(project, ProjectMove.CHANGE, by=by, now=now, text=text)


@transaction.atomic
def close_project(project_id: UUID, *, by: Actor, now: datetime) -> None:
    """Close a project once the figures since its change can be held against those before it.

    Raises:
        Refused: NO_SUCH_PROJECT, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_PROJECT_STATE, EFFECT_UNCOUNTED.
    """
    project = _moved(project_id, ProjectMove.CLOSE, by)
    if project.changed_at is not None and local_day(now) < (day := effect_counted_on(project.changed_at)):
        raise Refused(EFFECT_UNCOUNTED, day=day)
    project.closed_at, project.closed_by = now, str(by)
    project.save(update_fields=["state", "closed_at", "closed_by"])
    _record(project, ProjectMove.CLOSE, by=by, now=now)


def _tasks(text: str) -> list[str]:
    lines = [checked_text(line, "tasks", limit=TASK_LIMIT) for line in text.splitlines() if line.strip()]
    if not 1 <= len(lines) <= TASKS_AT_MOST:
        raise Refused(TASK_COUNT, field="tasks", limit=TASKS_AT_MOST)
    return lines


def _check(by: Actor, powers: Iterable[Power], *, division_path: str, agency_path: str) -> None:
    if not may_any(by, powers):
        raise Refused(NOT_ALLOWED)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def _order(order_id: UUID, by: Actor) -> WorkOrder:
    """The order, locked, for somebody who may open projects; one that is not dispatched is nobody's business."""
    rows = WorkOrder.objects.select_for_update(of=("self",)).select_related("division", "agency")
    order = rows.filter(id=order_id).exclude(state=OrderState.CREATED).first()
    if order is None:
        raise Refused(NO_SUCH_ORDER)
    access.check_not_named(by, order.staff_id)
    _check(by, PROJECT_OPENED_BY, division_path=order.division.path, agency_path=order.agency.path)
    return order


def _project(project_id: UUID, powers: Iterable[Power], by: Actor) -> Project:
    rows = Project.objects.select_for_update(of=("self",)).select_related("division", "agency")
    project = rows.filter(id=project_id).first()
    if project is None:
        raise Refused(NO_SUCH_PROJECT)
    _check(by, powers, division_path=project.division.path, agency_path=project.agency.path)
    return project


def _moved(project_id: UUID, move: ProjectMove, by: Actor) -> Project:
    project = _project(project_id, PROJECT_FIRED_BY[move], by)
    state = project_after(ProjectState(project.state), move)
    if state is None:
        raise Refused(WRONG_PROJECT_STATE, state=project.state)
    project.state = state
    return project


def _add(project: Project, order: WorkOrder, *, by: Actor, now: datetime) -> None:
    # The order is locked: whoever would put it elsewhere at the same time waits.
    if ProjectOrder.objects.filter(order=order).exists():
        raise Refused(IN_ANOTHER_PROJECT, field="project")
    ProjectOrder.objects.create(id=uuid7(now), order=order, project=project, added_at=now, added_by=str(by))
    _record(project, "add_order", by=by, now=now, order=str(order.id))


def _record(project: Project, move: str, *, by: Actor, now: datetime, text: str = "", **facts: str) -> None:
    fields = {TEXT_FIELD: sha256(text.encode()).hexdigest()} if text else {}
    told = {"move": str(move), "state": str(project.state)} | facts
    ledger.append(
        [NewEntry(EntryKind.PROJECT_MOVED, "project", str(project.id), fields, told)], by=by, now=now
    )
