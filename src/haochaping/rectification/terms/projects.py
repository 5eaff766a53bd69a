"""专项整改 vocabulary: many orders of one cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class ProjectState(StrEnum):
    """专项整改状态."""

    OPEN = "open"
    CHANGED = "changed"
    CLOSED = "closed"


PROJECT_LABELS: dict[ProjectState, str] = {
    ProjectState.OPEN: N_("Being worked on"),
    ProjectState.CHANGED: N_("Changed, effect being watched"),
    ProjectState.CLOSED: N_("Closed"),
}


class ProjectMove(StrEnum):
    """What can happen to a systemic project as a whole."""

    CHANGE = "change"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task of a project."""

    place: int
    text: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A systemic project as pages show it."""

    id: UUID
    title: str
    root_cause: str
    state: ProjectState
    agency_name: str
    item_id: int
    item_name: str
    opened_at: datetime
    opened_by: str
    change_text: str
    changed_at: datetime | None
    changed_by: str
    closed_at: datetime | None
    closed_by: str
    tasks: int
    tasks_done: int
    orders: int


TITLE_LIMIT = 100


TASK_LIMIT = 200


TASKS_AT_MOST = 20


# 整改前后对比: so many days before a change are held against as many after it.
COMPARED_DAYS = 90


NO_SUCH_PROJECT = Reason("no_such_project", N_("There is no such project."), N_("Go back to the list."))


WRONG_PROJECT_STATE = Reason(
    "wrong_project_state",
    N_("This project is “{state}”; that step is not possible now."),
    N_("Somebody may have gone on with it: see how it stands now."),
)


TASKS_OPEN = Reason(
    "tasks_open", N_("{n} tasks are not done yet."), N_("Tick them first, then record the change.")
)


EFFECT_UNCOUNTED = Reason(
    "effect_uncounted",
    N_("The effect of the change is counted until {day}, as long as the time before it."),
    N_("Close the project from that day on; orders can still be added until then."),
)


TASK_COUNT = Reason("task_count", N_("A project has 1 to {limit} tasks."), N_("Write one task on each line."))


NO_SUCH_TASK = Reason("no_such_task", N_("There is no such task."), N_("See how it stands now."))


IN_ANOTHER_PROJECT = Reason(
    "in_another_project",
    N_("This order belongs to a project already."),
    N_("Open the project from the order."),
)


OTHER_ITEM = Reason(
    "other_item",
    N_("This order is about another item than the project."),
    N_("Its effect is counted by the item: open a project of its own."),
)
