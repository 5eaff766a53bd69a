"""待办箱 writes: defer a job in the caller's transaction, note how it failed, have it run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from haochaping.kernel.refused import Refused
from haochaping.outbox import queries
from haochaping.outbox.models import Failure
from haochaping.outbox.rules import wait_seconds
from haochaping.outbox.terms import JOB_NOT_DEAD, WORKER_LOST
from haochaping.postgres import writes

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor

# As procrastinate defers one job of the usual priority; it is not asked for the number, which nobody needs.
_DEFER = """
    SELECT procrastinate_defer_jobs_v1(
        ARRAY[ROW(%s, %s, 0, %s, NULL, %s, %s)::procrastinate_job_to_defer_v1])
"""


def defer(
    name: str,
    *,
    queue: str = "default",
    at: datetime | None = None,
    lock: str | None = None,
    **ids: str | int | list[str],
) -> None:
    """Put a job into the outbox in the caller's transaction.

    The job is known by name only, so a low room can cause what a high room does. It runs after the
    transaction has committed and, if that rolls back, never.

    Args:
        name: of a function in `doors/jobs/tasks.py`.
        queue: workers may be told to serve some queues only.
        at: not before this moment.
        lock: jobs with the same lock run one at a time, in the order they were deferred.
        **ids: the keyword arguments of the job: ids, never personal data.

    Raises:
        RuntimeError: called outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("outbox.defer joins the transaction of what causes the job; open one first")
    writes.write(_DEFER, [queue, name, lock, Jsonb(ids), at])


def record_failure(job: int, *, name: str, attempts: int, error: str, now: datetime) -> None:
    """Write down why a job failed; `error` comes from `rules.described`, which masks personal data."""
    facts = {
        "name": name,
        "attempts": attempts,
        "error": error,
        "failed_at": now,
        "rerun_by": "",
        "rerun_at": None,
    }
    Failure.objects.update_or_create(job=job, defaults=facts)


def forget_failure(job: int) -> None:
    """Drop the record of a job that has succeeded after all."""
    Failure.objects.filter(job=job).delete()


@transaction.atomic
def retry(job: int, *, by: Actor, now: datetime) -> None:
    """Have a job that was given up run once more, at once; who asked for it is kept beside its error.

    Raises:
        Refused: `JOB_NOT_DEAD`.
    """
    if not queries.is_dead(job, lock=True):
        raise Refused(JOB_NOT_DEAD, field="job", job=job)
    Failure.objects.filter(job=job).update(rerun_by=str(by), rerun_at=now)
    _put_back(job, now)


@transaction.atomic
def rescue_stalled(*, now: datetime) -> int:
    """Put jobs whose worker died back into the queue, or give them up when their retries are used.

    Returns how many there were.

    Two sweeps at once do the same as one: each locks the jobs it takes and skips those that are taken.
    """
    stalled = queries.stalled_jobs(now=now)
    for job in stalled:
        record_failure(job.id, name=job.name, attempts=job.attempts + 1, error=WORKER_LOST, now=now)
        if wait_seconds(job.attempts) is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job.id])
        else:
            _put_back(job.id, now)
    return len(stalled)


def _put_back(job: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job, at])
