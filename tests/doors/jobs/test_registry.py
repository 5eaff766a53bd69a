from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from haochaping.doors.jobs.registry import Patience, job
from haochaping.kernel.refused import Refused
from haochaping.outbox.rules import MOST_RETRIES
from haochaping.outbox.terms import JOB_NOT_DEAD


def failed(attempts: int) -> Job:
    return Job(
        id=1, status="doing", queue="default", lock=None, queueing_lock=None, task_name="t", attempts=attempts
    )


def test_a_failure_waits_longer_each_time():
    decision = Patience().get_retry_decision(exception=ValueError(), job=failed(2))

    assert decision is not None
    assert decision.retry_at is not None
    assert abs(decision.retry_at - datetime.now(UTC) - timedelta(seconds=27)) < timedelta(seconds=5)


def test_after_the_last_retry_a_job_is_given_up():
    assert Patience().get_retry_decision(exception=ValueError(), job=failed(MOST_RETRIES)) is None


def test_a_refusal_is_not_asked_twice():
    assert Patience().get_retry_decision(exception=Refused(JOB_NOT_DEAD), job=failed(0)) is None


def test_a_positional_parameter_is_refused():
    def by_position(review_id: str) -> None:
        """Tried again for an hour."""

    with pytest.raises(TypeError, match="keyword-only"):
        job("trial")(by_position)


def test_a_docstring_without_a_retry_window_is_refused():
    def silent(*, review_id: str) -> None:
        """Do something."""

    with pytest.raises(TypeError, match="Tried again"):
        job("trial")(silent)


def test_a_job_is_known_to_the_worker_by_its_name():
    @job("trial registration", queue="trials")
    def work(*, review_id: str) -> None:
        """Do something. Tried again for an hour."""

    try:
        assert app.tasks["trial registration"].queue == "trials"
        work(review_id="r1")
    finally:
        del app.tasks["trial registration"]
