"""What only shows when transactions really commit: two senders, one case."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.kernel.outcomes import OutcomeKind
from tests import worlds
from tests.cases.conftest import NOW, case, take

_SENDERS = 6


@pytest.fixture(autouse=True)
def _world(committed_db: str) -> None:
    worlds.build(NOW)


def at_once(*batches: list[str], trips: bool = False) -> list[list[OutcomeKind]]:
    """Take in each batch of case numbers from a thread of its own, all let go together."""
    gate = threading.Barrier(len(batches))
    outcomes: list[list[OutcomeKind]] = [[] for _ in batches]

    def send(n: int, numbers: list[str]) -> None:
        try:
            gate.wait(timeout=20)
            taken = take(*(case(no, trips=n if trips else 1) for no in numbers))
            outcomes[n] = [outcome.kind for outcome in taken.outcomes]
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(n, numbers)) for n, numbers in enumerate(batches)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def test_the_same_case_from_many_senders_is_accepted_once():
    outcomes = at_once(*[["C1"]] * _SENDERS)

    assert Counter(kind for [kind] in outcomes) == {
        OutcomeKind.ACCEPTED: 1,
        OutcomeKind.DUPLICATE: _SENDERS - 1,
    }
    assert (Case.objects.count(), ServiceOccurrence.objects.count()) == (1, 1)


def test_different_news_at_once_is_accepted_once_and_then_updates():
    outcomes = at_once(*[["C1"]] * _SENDERS, trips=True)

    assert Counter(kind for [kind] in outcomes) == {
        OutcomeKind.ACCEPTED: 1,
        OutcomeKind.UPDATED: _SENDERS - 1,
    }


def test_batches_in_opposite_order_do_not_lock_each_other_out():
    numbers = [f"C{n}" for n in range(30)]

    outcomes = at_once(numbers, numbers[::-1])

    found = Counter(kind for batch in outcomes for kind in batch)
    assert found == {OutcomeKind.ACCEPTED: 30, OutcomeKind.DUPLICATE: 30}
