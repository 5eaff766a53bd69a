"""Is the process alive, and is everything it needs there. Answers are short and hold no secrets."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from haochaping.doors.gate import public
from haochaping.ledger import queries as ledger
from haochaping.outbox import queries as outbox
from haochaping.postgres.version import missing_migrations
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger("haochaping.health")

type Check = dict[str, str | int | None]

OK, LATE, FAILING = "ok", "late", "failing"
QUEUE_PATIENCE = timedelta(minutes=5)


@public(database=False)
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; asks nothing else."""
    return JsonResponse({"status": OK})


@public(database=False)
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when requests can be served, 503 when not, with one status for each thing that was looked at.

    A late worker or an unfinished calendar is said (`late`) but leaves 200: taking the pages away would only add a
    second fault.
    """
    try:
        checks = _checks(timezone.now())
    except DatabaseError:
        log.exception("the database does not answer")
        checks = {"database": {"status": FAILING}}
    found = {str(check["status"]) for check in checks.values()}
    status = next(status for status in (FAILING, LATE, OK) if status in found)
    code = HTTPStatus.SERVICE_UNAVAILABLE if status == FAILING else HTTPStatus.OK
    return JsonResponse({"status": status, "checks": checks}, status=code)


def _checks(now: datetime) -> dict[str, Check]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    checks: dict[str, Check] = {"database": {"status": OK}, "migrations": _migrations()}
    if checks["migrations"]["status"] == OK:
        checks |= {"queue": _queue(now), "ledger": _ledger(now), "calendar": _calendar(now)}
    return checks


def _migrations() -> Check:
    waiting = missing_migrations(connection)
    return {"status": FAILING if waiting else OK, "waiting": waiting}


def _calendar(now: datetime) -> Check:
    """A year of which the working calendar lacks a day that deadlines of today may reach."""
    missing = rulebook.years_missing(now)
    return {"status": LATE if missing else OK, "years_missing": ", ".join(map(str, missing))}


def _queue(now: datetime) -> Check:
    return _age(outbox.oldest_due(now=now), now, QUEUE_PATIENCE)


def _ledger(now: datetime) -> Check:
    head = ledger.head()
    waiting = _age(ledger.lag().oldest, now, ledger.PATIENCE)
    return {**waiting, "head": head.index if head else None}


def _age(since: datetime | None, now: datetime, patience: timedelta) -> Check:
    """How long the oldest thing has waited, in whole seconds; None when nothing waits."""
    age = max(now - since, timedelta()) if since else None
    return {
        "status": LATE if age and age > patience else OK,
        "oldest_waiting_seconds": int(age.total_seconds()) if age is not None else None,
    }
