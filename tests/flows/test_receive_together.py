"""Answers of one moment: one transaction, and a fate of their own."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from haochaping.doors.pools import close_pools
from haochaping.exchange.terms import Raw
from haochaping.flows import receive_together as together
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.receive_together import receive_together
from haochaping.kernel.actor import OPERATOR, REVIEWER
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.conftest import at_once
from tests.flows.truth import assert_counters_exact, findings

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor

pytestmark = pytest.mark.usefixtures("committed_world")


def give(
    number: str, level: object, now: datetime, by: Actor = REVIEWER, entrance: Entrance = Entrance.TOKEN
):
    raw = Raw(worlds.review(number, 4, now) | {"rating_value": level})
    [outcome] = receive_together([raw], entrance=entrance, by=by, now=now)
    return outcome


def xids() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM reviews_review")
        return {xid for (xid,) in cursor}


@pytest.fixture
def gathering(monkeypatch):
    """The first who writes begins when that many stand in the queue."""
    take_all = together._next

    def gather(number: int) -> None:
        begun = threading.Event()

        def take():
            while len(together._waiting) < number and not begun.is_set():
                pass
            begun.set()
            return take_all()

        monkeypatch.setattr(together, "_next", take)

    return gather


def test_answers_that_wait_together_share_a_transaction(now, gathering):
    for n in range(6):
        worlds.take_case(f"T-{n}", now)
    gathering(6)

    outcomes = at_once([partial(give, f"T-{n}", 1 + n % 5, now) for n in range(6)])

    assert [outcome.kind for outcome in outcomes] == ["accepted"] * 6
    assert len({outcome.receipt for outcome in outcomes}) == 6
    assert len(xids()) == 1
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == 6
    assert_counters_exact()
    assert findings(now) == []


def test_senders_and_entrances_of_one_transaction_stay_apart(now, gathering):
    for n in range(3):
        worlds.take_case(f"T-{n}", now)
    gathering(3)

    at_once(
        [
            partial(give, "T-0", 5, now),
            partial(give, "T-1", 5, now, OPERATOR, Entrance.CLIENT),
            partial(give, "T-2", 5, now, OPERATOR, Entrance.FILE),
        ]
    )

    found = Review.objects.values_list("occurrence__case__case_no", "sent_by", "provenance")
    assert set(found) == {
        ("T-0", "reviewer:reviewer", "active_self"),
        ("T-1", "operator:shell", "active_onsite_device"),
        ("T-2", "operator:shell", "bulk_import"),
    }


def test_a_wrong_answer_harms_none_of_those_it_came_with(now, gathering):
    worlds.take_case("T-0", now)
    gathering(3)

    outcomes = at_once(
        [partial(give, "T-0", 5, now), partial(give, "T-0", "9", now), partial(give, "T-9", 5, now)]
    )

    assert [outcome.kind for outcome in outcomes] == ["accepted", "quarantined", "quarantined"]
    assert_counters_exact()


def test_when_the_shared_transaction_fails_each_is_tried_alone(now, gathering, monkeypatch):
    for n in range(3):
        worlds.take_case(f"T-{n}", now)
    gathering(3)

    def broken(raws, **how):
        if any(raw.fields["case_no"] == "T-1" for raw in raws):
            raise RuntimeError("a fault of T-1")
        return receive_reviews(raws, **how)

    monkeypatch.setattr(together, "receive_reviews", broken)

    first, second, third = at_once([partial(give, f"T-{n}", 5, now) for n in range(3)])

    assert (first.kind, third.kind) == ("accepted", "accepted")
    assert isinstance(second, RuntimeError)
    assert Review.objects.count() == 2
    assert_counters_exact()


def test_when_the_database_fails_all_hear_it_at_once(now, gathering, monkeypatch):
    gathering(3)
    tries = []

    def away(raws, **how):
        tries.append(len(raws))
        raise OperationalError("the server is away")

    monkeypatch.setattr(together, "receive_reviews", away)

    heard = at_once([partial(give, "YC-1", 5, now) for _ in range(3)])

    assert {type(error) for error in heard} == {OperationalError}
    assert tries == [3]


def test_who_waited_in_a_circle_is_tried_again(now, gathering, monkeypatch):
    worlds.take_case("T-1", now)
    gathering(2)
    tries = []

    def first_in_a_circle(raws, **how):
        tries.append(len(raws))
        if len(tries) == 1:
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return receive_reviews(raws, **how)

    monkeypatch.setattr(together, "receive_reviews", first_in_a_circle)

    outcomes = at_once([partial(give, number, 5, now) for number in ("YC-1", "T-1")])

    assert [outcome.kind for outcome in outcomes] == ["accepted"] * 2
    assert tries == [2, 1, 1]


@pytest.fixture(params=["lock_timeout", "statement_timeout"])
def impatient(request, committed_world, monkeypatch):
    """The pages' server waits for nobody's lock and no statement for ever (config/wsgi.py), here only for a moment."""
    close_pools()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", f"-c {request.param}=500ms")
    yield
    close_pools()


@pytest.mark.usefixtures("impatient")
def test_who_waits_in_vain_for_somebody_elses_row_waits_alone(now, gathering):
    """Another transaction has given the review of T-1 and does not end."""
    for n in range(3):
        worlds.take_case(f"T-{n}", now)
    gathering(3)

    with transaction.atomic():
        assert give("T-1", 4, now).kind == "accepted"
        first, second, third = at_once([partial(give, f"T-{n}", 5, now) for n in range(3)])
        transaction.set_rollback(True)

    assert (first.kind, third.kind) == ("accepted", "accepted")
    assert isinstance(second, OperationalError)
    assert isinstance(second.__cause__, (LockNotAvailable, QueryCanceled))
    assert Review.objects.count() == 2
    assert_counters_exact()


@pytest.mark.usefixtures("impatient")
def test_when_nobody_gets_through_the_rest_is_not_kept_waiting(now, gathering, monkeypatch):
    """Another transaction keeps everybody from writing reviews."""
    gathering(6)
    tries = []

    def tried(raws, **how):
        tries.append(len(raws))
        return receive_reviews(raws, **how)

    monkeypatch.setattr(together, "receive_reviews", tried)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE reviews_review IN SHARE ROW EXCLUSIVE MODE")
        heard = at_once([partial(give, "YC-1", 5, now) for _ in range(6)])

    assert {type(error) for error in heard} == {OperationalError}
    assert tries == [6, 1, 1, 1]


def test_inside_a_transaction_of_ones_own_the_answer_goes_with_it(now):
    with transaction.atomic():
        assert give("YC-1", 5, now).kind == "accepted"
        transaction.set_rollback(True)

    assert Review.objects.count() == 0
