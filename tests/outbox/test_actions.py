from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from haochaping.outbox import actions, queries
from haochaping.outbox.models import Failure
from haochaping.outbox.rules import MOST_RETRIES
from haochaping.outbox.terms import JOB_NOT_DEAD, NO_ERROR, WORKER_LOST, JobState

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def put_into(state: JobState, job: int, *, attempts: int = 0) -> None:
    """Bring a job into a state as a worker would have."""
    status = {JobState.RUNNING: "doing", JobState.DEAD: "failed", JobState.WAITING: "todo"}[state]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s, attempts = %s WHERE id = %s", [status, attempts, job]
        )


@pytest.fixture
def job(db: None) -> int:
    with transaction.atomic():
        actions.defer("notify", order_id="o1")
    return queries.jobs()[-1].id


@pytest.fixture
def dead(job: int) -> int:
    put_into(JobState.RUNNING, job)
    put_into(JobState.DEAD, job, attempts=MOST_RETRIES + 1)
    actions.record_failure(job, name="notify", attempts=8, error="ValueError: no", now=NOW)
    return job


@pytest.mark.usefixtures("committed_db")
def test_a_rolled_back_transaction_leaves_no_job():
    with transaction.atomic():
        actions.defer("notify", order_id="o1")
        assert len(queries.jobs()) == 1
        transaction.set_rollback(True)

    assert queries.jobs() == []


@pytest.mark.usefixtures("committed_db")
def test_all_jobs_are_listed_however_many_there_are():
    with transaction.atomic():
        for n in range(201):
            actions.defer("notify", n=n)

    assert len(queries.jobs()) == 201
    assert len(queries.jobs(limit=20)) == 20


@pytest.mark.usefixtures("committed_db")
def test_a_committed_transaction_leaves_its_job():
    with transaction.atomic():
        actions.defer("notify", queue="notices", lock="o1", at=NOW, order_ids=["o1", "o2"], n=3)

    [row] = queries.jobs(JobState.WAITING)
    assert (row.name, row.queue, row.due_at) == ("notify", "notices", NOW)
    assert row.ids == {"order_ids": ["o1", "o2"], "n": 3}
    assert ProcrastinateJob.objects.values_list("lock", "queueing_lock", "priority").get() == ("o1", None, 0)


@pytest.mark.usefixtures("committed_db")
def test_deferring_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        actions.defer("notify", order_id="o1")


def test_a_given_up_job_shows_its_last_error(dead):
    actions.record_failure(dead, name="notify", attempts=8, error="ValueError: still no", now=NOW)

    [row] = queries.jobs(JobState.DEAD)
    assert (row.id, row.attempts, row.error, row.failed_at) == (dead, 8, "ValueError: still no", NOW)


def test_a_given_up_job_without_an_error_says_so(job):
    put_into(JobState.DEAD, job)

    assert queries.jobs(JobState.DEAD)[0].error == NO_ERROR


def test_retry_puts_a_given_up_job_back_and_keeps_who_asked(dead):
    actions.retry(dead, by=OPERATOR, now=NOW)

    assert queries.jobs(JobState.DEAD) == []
    assert queries.jobs(JobState.WAITING)[0].due_at == NOW
    assert Failure.objects.values_list("rerun_by", "rerun_at").get() == ("operator:shell", NOW)


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
def test_retry_of_a_job_that_was_not_given_up_is_refused(job, state):
    put_into(state, job)

    with pytest.raises(Refused) as refused:
        actions.retry(job, by=OPERATOR, now=NOW)
    assert refused.value.code == JOB_NOT_DEAD.code


def test_retry_of_an_unknown_job_is_refused(db):
    with pytest.raises(Refused):
        actions.retry(404, by=OPERATOR, now=NOW)


def test_a_success_forgets_the_failure(dead):
    actions.forget_failure(dead)

    assert not Failure.objects.exists()


def test_a_job_whose_worker_died_is_put_back(job):
    put_into(JobState.RUNNING, job)

    assert actions.rescue_stalled(now=NOW) == 1
    [row] = queries.jobs(JobState.WAITING)
    assert (row.attempts, row.error) == (1, WORKER_LOST)


def test_a_job_whose_workers_keep_dying_is_given_up(job):
    put_into(JobState.RUNNING, job, attempts=MOST_RETRIES)

    assert actions.rescue_stalled(now=NOW) == 1
    assert queries.jobs(JobState.DEAD)[0].error == WORKER_LOST


@pytest.mark.parametrize(("silence", "rescued"), [(59, 0), (61, 1)])
def test_a_worker_is_given_a_minute(job, silence, rescued):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [NOW])
        worker = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", worker)

    assert actions.rescue_stalled(now=NOW + timedelta(seconds=silence)) == rescued


def test_counts_cover_every_state(dead):
    actions.defer("notify", order_id="o2")

    assert queries.counts() == {JobState.WAITING: 1, JobState.RUNNING: 0, JobState.DEAD: 1}
    assert {row.state for row in queries.jobs()} == {JobState.WAITING, JobState.DEAD}


def test_oldest_due_is_the_earliest_job_that_could_run(db):
    assert queries.oldest_due(now=NOW) is None
    actions.defer("notify", at=NOW + timedelta(hours=1))
    assert queries.oldest_due(now=NOW) is None
    actions.defer("notify", at=NOW - timedelta(hours=1))
    actions.defer("notify", at=NOW - timedelta(minutes=1))
    assert queries.oldest_due(now=NOW) == NOW - timedelta(hours=1)


def test_oldest_due_of_an_unplanned_job_is_when_it_was_deferred(job):
    [row] = queries.jobs()

    assert queries.oldest_due(now=NOW) == row.deferred_at
