"""The small world with one completed case, rolled back after the test or committed in a clone of its own."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


@pytest.fixture
def world(db: None, now: datetime) -> None:
    """The directory and the completed case YC-1."""
    worlds.build(now)
    worlds.take_case("YC-1", now)


@pytest.fixture
def committed_world(committed_db: str, now: datetime) -> None:
    """The same, committed."""
    worlds.build(now)
    worlds.take_case("YC-1", now)


@pytest.fixture
def owner(committed_db: str) -> Callable[..., None]:
    """Run one statement as the owner of the tables, past the application."""

    def run(statement: LiteralString, *parameters: object) -> None:
        url = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
        with psycopg.connect(url, autocommit=True) as hand:
            hand.execute(statement, parameters or None)

    return run


def at_once[T](calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Start all calls at the same moment, each on a connection of its own; answers in the order of the calls."""
    answers: list[T | Exception] = [RuntimeError("no answer")] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], T]) -> None:
        try:
            start.wait(timeout=20)
            answers[place] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def until_waiting(number: int) -> None:
    """Return when that many other connections of this database wait for a lock."""
    pause = threading.Event()
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= number:
                return
        pause.wait(0.01)
    raise TimeoutError(f"no {number} connections came to wait")
