"""The small world with one completed case, rolled back after the test or committed in a clone of its own."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from haochaping.flows import handle_bad_review
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import ReviewRow


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


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all calls at the same moment, each on a connection of its own; answers, or what they raised, in order."""
    answers: list[Any] = [RuntimeError("no answer")] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
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


def services(now: datetime, number: int) -> list[dict[str, object]]:
    """So many services of one case."""
    return [worlds.occurrence(no, now) for no in range(1, number + 1)]


def stored(review_id: UUID | None) -> ReviewRow:
    """A review that is there."""
    assert review_id is not None
    return reviews.reviews([review_id])[review_id]


def order_of(review_id: UUID | None) -> OrderRow:
    """The order that a review has."""
    assert review_id is not None
    order = orders.order_of_review(review_id)
    assert order is not None
    return order


@transaction.atomic
def heard(order_id: UUID, **call: Any) -> None:
    """The reviewer was called, and that is counted: as the flow does once it knows that the call was possible."""
    handle_bad_review.counted(order_id, partial(worlds.hear, order_id, **call))
