"""待办箱 reads: jobs by state, with their last error."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Min
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from haochaping.outbox.models import Failure
from haochaping.outbox.terms import NO_ERROR, JobRow, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_STATUS = {JobState.WAITING: "todo", JobState.RUNNING: "doing", JobState.DEAD: "failed"}
_STATE = {status: state for state, status in _STATUS.items()}
# A worker says every 10 seconds that it lives; after a minute of silence its jobs are taken for lost.
SILENCE = timedelta(seconds=60)


def jobs(state: JobState | None = None, *, limit: int | None = None) -> list[JobRow]:
    """Jobs in a state, or in any, oldest first; all of them where no limit is given."""
    statuses = [_STATUS[state]] if state else list(_STATE)
    return _shown(ProcrastinateJob.objects.filter(status__in=statuses).order_by("id")[:limit])


def counts() -> dict[JobState, int]:
    """How many jobs are in each state."""
    rows = ProcrastinateJob.objects.filter(status__in=_STATE).values_list("status").annotate(n=Count("id"))
    found = dict(rows.order_by())
    return {state: found.get(status, 0) for state, status in _STATUS.items()}


def oldest_due(*, now: datetime) -> datetime | None:
    """Since when the job that has waited longest could have run; None when none is due."""
    due = ProcrastinateJob.objects.filter(status="todo")
    planned = due.filter(scheduled_at__lte=now).aggregate(at=Min("scheduled_at"))["at"]
    unplanned = ProcrastinateEvent.objects.filter(type="deferred", job__in=due.filter(scheduled_at=None))
    found = [at for at in (planned, unplanned.aggregate(at=Min("at"))["at"]) if at is not None]
    return min(found, default=None)


def is_dead(job: int, *, lock: bool = False) -> bool:
    """Whether a job was given up; `lock` keeps others from changing it until the transaction ends."""
    rows = ProcrastinateJob.objects.filter(pk=job, status="failed")
    return (rows.select_for_update() if lock else rows).exists()


def stalled_jobs(*, now: datetime, silence: timedelta = SILENCE) -> list[JobRow]:
    """Running jobs whose worker has not been heard of, locked for the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT job.id
              FROM procrastinate_jobs job
              LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
             WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < %s)
             ORDER BY job.id
               FOR UPDATE OF job SKIP LOCKED
            """,
            [now - silence],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return _shown(ProcrastinateJob.objects.filter(pk__in=ids).order_by("id"))


def _shown(rows: Iterable[ProcrastinateJob]) -> list[JobRow]:
    found = list(rows)
    ids = [row.pk for row in found]
    failures = {failure.job: failure for failure in Failure.objects.filter(job__in=ids)}
    events = ProcrastinateEvent.objects.filter(job__in=ids, type="deferred").values_list("job_id", "at")
    deferred = dict(events)
    shown = []
    for row in found:
        state = _STATE[row.status]
        failure = failures.get(row.pk)
        shown.append(
            JobRow(
                id=row.pk,
                name=row.task_name,
                queue=row.queue_name,
                state=state,
                ids=row.args,
                attempts=row.attempts,
                due_at=row.scheduled_at,
                deferred_at=deferred.get(row.pk),
                error=failure.error if failure else NO_ERROR if state is JobState.DEAD else "",
                failed_at=failure.failed_at if failure else None,
            )
        )
    return shown
