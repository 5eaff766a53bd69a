"""What only shows when transactions really commit: folding, counting and reading at the same time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from haochaping.insight import actions, queries
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.terms import Place
from tests import worlds
from tests.insight.test_database import key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@pytest.fixture(autouse=True)
def _world(committed_db: str, now: datetime) -> None:
    worlds.build(now)


def total() -> int:
    return sum(queries.tally(Place()).values())


def together(*calls: Callable[[], object]) -> list[BaseException]:
    """Run each call in a thread, and so on a connection, of its own; returns what went wrong."""
    wrong: list[BaseException] = []
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=20)
            call()
        except BaseException as trouble:  # noqa: BLE001 - handed to the test's own thread
            wrong.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return wrong


def test_a_second_folder_leaves_it_to_the_first():
    actions.count({key(): 1})
    answers: list[int] = []

    with transaction.atomic():
        assert actions.fold() == 1
        assert together(lambda: answers.append(actions.fold())) == []

    assert answers == [0]
    assert (total(), Fact.objects.count(), FactDelta.objects.count()) == (1, 1, 0)


def test_a_fold_that_fails_loses_nothing():
    actions.count({key(): 5})

    with transaction.atomic():
        actions.fold()
        transaction.set_rollback(True)

    assert (total(), FactDelta.objects.count()) == (5, 1)


def test_what_is_not_committed_is_neither_read_nor_folded():
    seen: list[int] = []

    with transaction.atomic():
        actions.count({key(): 1})
        assert together(lambda: seen.extend([total(), actions.fold()])) == []

    assert seen == [0, 0]
    assert total() == 1


def test_counts_stay_exact_while_folding_and_reading():
    unit, other = key(), key(level=1)
    writers, rounds = 3, 40
    done = threading.Event()
    finished = threading.Semaphore(0)
    seen: list[int] = []

    def write() -> None:
        try:
            for _ in range(rounds):
                # One unit moves from one level to the other: no reader may ever see it twice or not at all.
                actions.count({unit: 1, other: 1})
                actions.count({unit: -1, other: 1})
        finally:
            finished.release()

    def until_done(call: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            while not done.is_set():
                call()

        return run

    fold, read = until_done(actions.fold), until_done(lambda: seen.append(total()))

    def stop() -> None:
        for _ in range(writers):
            finished.acquire(timeout=60)
        done.set()

    assert together(*[write] * writers, fold, fold, read, stop) == []
    actions.fold()

    assert seen == sorted(seen)
    assert dict(queries.tally(Place())) == {
        ("review", 5, "active_self"): 0,
        ("review", 1, "active_self"): 2 * writers * rounds,
    }
    assert FactDelta.objects.count() == 0
