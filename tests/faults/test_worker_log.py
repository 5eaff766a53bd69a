"""What the worker says when the database is killed under it, and that it hears of new jobs afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import connection

from tests.faults.conftest import until

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

    from tests.faults.conftest import House


def listeners() -> set[int]:
    """The processes of the server to whose connections new jobs are announced."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_a_killed_database_costs_a_sentence_and_the_worker_listens_again(
    running: House, django_db_blocker: DjangoDbBlocker
):
    log = running.home / "house.log"
    with django_db_blocker.unblock():
        until(listeners)
        running.kill("postmaster")
        until(lambda: "nobody hears of new jobs" in log.read_text())
        until(running.is_ready)
        running.look()
        until(listeners)
    running.close()
    said = log.read_text()

    # A record is its first line and what is indented below it.
    records = re.split(r"\n(?! )", said)
    of_worker = [one for one in records if " haochaping.doors.jobs." in one or " procrastinate." in one]
    assert of_worker
    assert not [one for one in of_worker if "Traceback" in one]
    assert said.count("nobody hears of new jobs") == 1
    running.open()
