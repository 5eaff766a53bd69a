"""The worker as it is run: real jobs, real beats, a real stop."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from psycopg.conninfo import make_conninfo

from haochaping.doors.jobs import beats, worker
from haochaping.doors.jobs.registry import job
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import actions as ledger
from haochaping.ledger import queries as ledger_queries
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.outbox import actions as outbox
from haochaping.outbox import queries as outbox_queries
from haochaping.outbox.models import Failure
from haochaping.outbox.terms import JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def working(stop: threading.Event) -> Iterator[Callable[..., threading.Thread]]:
    """Start a worker in a thread; it is stopped at the end of the test."""
    threads = []

    def start(*beating: beats.Beat) -> threading.Thread:
        threads.append(threading.Thread(target=worker.run, args=(stop,), kwargs={"beating": beating}))
        threads[0].start()
        return threads[0]

    yield start
    stop.set()
    threads[0].join(timeout=10)
    assert not threads[0].is_alive()


@pytest.fixture
def trial() -> Iterator[Callable[[Callable[[str], None]], None]]:
    """Register what the job `trial` does, for one test."""

    def register(call: Callable[[str], None]) -> None:
        @job("trial")
        def work(*, review_id: str) -> None:
            """Do what the test wants. Tried again for an hour."""
            call(review_id)

    yield register
    app.tasks.pop("trial", None)


def until(event: threading.Event | Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    if isinstance(event, threading.Event):
        assert event.wait(15)
        return
    pause, deadline = threading.Event(), time.monotonic() + 15
    while not event():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def test_a_job_deferred_by_name_is_done_and_gone(working, trial):
    done, seen = threading.Event(), []

    def call(review_id: str) -> None:
        seen.append(review_id)
        done.set()

    trial(call)
    working()

    with transaction.atomic():
        outbox.defer("trial", review_id="r1")

    until(done)
    until(lambda: not outbox_queries.jobs())
    assert seen == ["r1"]


def test_what_a_job_defers_falls_with_its_transaction(working, trial):
    failed = threading.Event()

    def call(_: str) -> None:
        try:
            with transaction.atomic():
                outbox.defer("never", review_id="r2")
                raise ValueError("changed my mind")
        finally:
            failed.set()

    trial(call)
    working()
    with transaction.atomic():
        outbox.defer("trial", review_id="r1")

    until(failed)
    until(Failure.objects.exists)
    assert [row.name for row in outbox_queries.jobs()] == ["trial"]


def test_a_failed_job_waits_with_its_error_written_down(working, trial):
    def call(_: str) -> None:
        raise ValueError("the phone 13900000000 is off")

    trial(call)
    working()
    with transaction.atomic():
        outbox.defer("trial", review_id="r1")

    until(lambda: [row.attempts for row in outbox_queries.jobs(JobState.WAITING)] == [1])
    [row] = outbox_queries.jobs()
    assert row.error.startswith("ValueError: the phone … is off (haochaping/doors/jobs/")
    assert row.due_at is not None


def test_a_job_that_succeeds_after_all_leaves_no_failure(working, trial):
    done = threading.Event()
    trial(lambda _: done.set())
    with transaction.atomic():
        outbox.defer("trial", review_id="r1")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET attempts = 1")
    [row] = outbox_queries.jobs()
    outbox.record_failure(row.id, name="trial", attempts=1, error="ValueError: no", now=timezone.now())

    working()

    until(done)
    until(lambda: not Failure.objects.exists())


def test_an_unknown_job_is_given_up_and_can_be_run_again(working):
    with transaction.atomic():
        outbox.defer("nobody knows me", review_id="r1")

    working()

    until(lambda: [row.name for row in outbox_queries.jobs(JobState.DEAD)] == ["nobody knows me"])


@pytest.fixture
def rename(committed_db) -> Callable[[LiteralString, LiteralString], None]:
    def go(before: LiteralString, after: LiteralString) -> None:
        url = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(f"ALTER TABLE {before} RENAME TO {after}")

    return go


def test_a_heart_beats_on_after_a_beat_that_failed(working, rename, monkeypatch, caplog):
    def last() -> datetime | None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
            found: datetime | None = cursor.fetchone()[0]
            return found

    monkeypatch.setattr(worker, "_HEARTBEAT_SECONDS", 0.05)
    working()
    until(lambda: last() is not None)
    rename("procrastinate_workers", "away")
    until(lambda: "could not say that it lives" in caplog.text)
    rename("away", "procrastinate_workers")
    before = last()

    until(lambda: last() != before)


def test_the_worker_outlives_a_database_that_fails(working, rename, trial, monkeypatch, caplog):
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0.01)
    done = threading.Event()
    trial(lambda _: done.set())
    with transaction.atomic():
        outbox.defer("trial", review_id="r1")
    rename("procrastinate_jobs", "away")
    working()
    until(lambda: "The worker broke off" in caplog.text)

    rename("away", "procrastinate_jobs")

    until(done)


def test_the_worker_chains_the_ledger(working):
    with transaction.atomic():
        ledger.append([NewEntry(EntryKind.ORDER_OPENED, "order", "o1")], by=SYSTEM, now=timezone.now())

    working(*beats.BEATS)

    until(lambda: ledger_queries.head() is not None)


def test_a_long_statement_does_not_hold_up_the_end(working, stop, caplog):
    begun = threading.Event()

    def call(_: datetime) -> None:
        begun.set()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    caplog.set_level(logging.INFO, logger="haochaping")
    thread = working(beats.Beat("trial", 1, call))
    until(begun)

    stop.set()

    thread.join(timeout=5)
    assert not thread.is_alive()
    assert "Worker stopped" in caplog.text
    assert "failed" not in caplog.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_worker_within_two_seconds(committed_db, number):
    program = "import django; django.setup(); from haochaping.doors.jobs import worker; worker.run()"
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db)
    surroundings = os.environ | {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, env=surroundings
    )
    assert process.stderr is not None
    with process, process.stderr as said:
        assert any("Worker started" in line for line in said)

        asked = time.monotonic()
        process.send_signal(number)

        assert "Worker stopped" in said.read()
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - asked < 2.5
