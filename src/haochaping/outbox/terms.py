"""待办箱 vocabulary: the states of a job and the rows that queries return."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class JobState(StrEnum):
    """Where a job stands. A job that succeeded is gone."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


STATE_LABELS: dict[JobState, str] = {
    JobState.WAITING: N_("Waiting"),
    JobState.RUNNING: N_("Running"),
    JobState.DEAD: N_("Given up"),
}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as lists show it.

    `due_at` is None when it may run at once; `error` is the last one, empty when there was none. A dead job
    without an error says `NO_ERROR`.
    """

    id: int
    name: str
    queue: str
    state: JobState
    ids: Mapping[str, object]
    attempts: int
    due_at: datetime | None
    deferred_at: datetime | None
    error: str
    failed_at: datetime | None


NO_ERROR = N_(
    "No error was recorded: the worker knows no job of this name, or could not write the error down."
)
WORKER_LOST = "WorkerLost: the worker stopped while the job was running"

JOB_NOT_DEAD = Reason(
    "job_not_dead",
    N_("Job {job} is not among the jobs that were given up."),
    N_("List them with “haochaping jobs list”; a waiting or running job needs no retry."),
)
