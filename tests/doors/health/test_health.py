from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from haochaping.doors.health.views import QUEUE_PATIENCE
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.ledger import actions as ledger
from haochaping.ledger import queries
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rulebook.models import CalendarDay


def test_healthz_answers_without_a_database(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_when_all_is_well(client):
    today = local_day(timezone.now())
    known = [CalendarDay(day=today + timedelta(days=n), is_working=True) for n in range(60)]
    CalendarDay.objects.bulk_create(known, ignore_conflicts=True)
    ledger.chain(now=timezone.now())

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {
            "database": {"status": "ok"},
            "migrations": {"status": "ok", "waiting": 0},
            "queue": {"status": "ok", "oldest_waiting_seconds": None},
            "ledger": {"status": "ok", "oldest_waiting_seconds": None, "head": head_index()},
            "calendar": {"status": "ok", "years_missing": ""},
        },
    }


@pytest.mark.django_db
def test_readyz_when_a_migration_waits(client, settings):
    settings.MIGRATION_MODULES = {"sessions": "tests.doors.health.ahead"}

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {"status": "failing", "waiting": 1}


@pytest.mark.django_db
def test_readyz_when_the_database_gives_no_answers(client, caplog):
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("SELECT nonsense")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "checks": {"database": {"status": "failing"}}}
    assert "the database does not answer" in caplog.text


def head_index() -> int | None:
    head = queries.head()
    return head.index if head else None


def record(at: datetime) -> None:
    ledger.append([NewEntry(EntryKind.SETTING_CHANGED, "setting", "1")], by=OPERATOR, now=at)


@pytest.mark.django_db
def test_readyz_says_that_the_sequencer_is_late_but_serves(client):
    record(timezone.now() - timedelta(minutes=3))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "late")
    assert answer.json()["checks"]["ledger"]["oldest_waiting_seconds"] >= 180


@pytest.mark.django_db
def test_readyz_names_the_head_of_the_ledger(client):
    record(timezone.now())
    ledger.chain(now=timezone.now())

    ledger_check = client.get("/readyz").json()["checks"]["ledger"]

    assert (ledger_check["status"], ledger_check["head"]) == ("ok", head_index())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "status"),
    [(timedelta(), "ok"), (QUEUE_PATIENCE - timedelta(minutes=1), "ok"), (QUEUE_PATIENCE * 2, "late")],
)
def test_readyz_knows_the_age_of_the_queue(client, age, status):
    defer(scheduled_at=timezone.now() - age)

    queue = client.get("/readyz").json()["checks"]["queue"]

    assert queue["status"] == status


@pytest.mark.django_db
def test_readyz_does_not_count_a_job_whose_time_has_not_come(client):
    defer(scheduled_at=timezone.now() + timedelta(hours=1))

    assert client.get("/readyz").json()["checks"]["queue"]["oldest_waiting_seconds"] is None


def defer(*, scheduled_at: datetime) -> None:
    """A job that came due at a moment; it was deferred well before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)"
            " VALUES ('default', 'example', '{}', %s) RETURNING id",
            [scheduled_at],
        )
        cursor.execute(
            "UPDATE procrastinate_events SET at = %s WHERE job_id = (SELECT max(id) FROM procrastinate_jobs)",
            [scheduled_at - timedelta(hours=2)],
        )


@pytest.mark.django_db
def test_readyz_says_that_the_calendar_ends_but_serves(client):
    soon = timezone.now() + timedelta(days=10)
    CalendarDay.objects.filter(day__gte=soon).delete()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "late")
    assert str(soon.year) in answer.json()["checks"]["calendar"]["years_missing"]
