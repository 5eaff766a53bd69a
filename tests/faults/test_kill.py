"""kill -9 of everything in turn while eight clients post: what was acknowledged is there exactly once."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.cases.models import Case
from haochaping.exchange.terms import Raw
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity import actions as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices import actions as notices
from haochaping.notices.models import Delivery, DemoMessage
from haochaping.notices.terms import Template
from haochaping.postgres import server
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from haochaping.reviews.rules import receipt_hash
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.faults.conftest import is_there, until
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from tests.faults.conftest import House

CLIENTS, POSTS, SEED = 8, 30, 20261128
VICTIMS = ("web worker", "postmaster", "serve", "worker", "web worker", "postmaster")


class Poster(Thread):
    """A client that sends its posts one after another, each until it is acknowledged; with a key of its own, or without.

    Posts without a key share transactions with whatever else arrives (group commit).
    """

    def __init__(
        self, house: House, number: int, posts: list[list[dict[str, object]]], *, keyed: bool
    ) -> None:
        super().__init__()
        self.house, self.number, self.posts, self.keyed = house, number, posts, keyed
        self.acknowledged: list[dict[str, Any]] = []
        self.heard: Counter[int] = Counter()
        self.done = 0

    def run(self) -> None:
        for place, items in enumerate(self.posts):
            key = {"Idempotency_Key": f"client-{self.number}-post-{place}"} if self.keyed else {}
            self.acknowledged += self._sent(items, key)
            self.done += 1

    def _sent(self, items: list[dict[str, object]], key: dict[str, str]) -> list[dict[str, Any]]:
        pause = Event()
        while True:
            try:
                status, _, body = self.house.ask("POST", "/api/v1/reviews", {"items": items}, **key)
            except OSError:
                status = 0
            self.heard[status] += 1
            if status == 200:
                results: list[dict[str, Any]] = json.loads(body)["results"]
                return results
            pause.wait(0.05)


def posts_of(chance: random.Random, mark: str, now: datetime) -> list[list[list[dict[str, object]]]]:
    """What each client will send: single reviews and batches of three, each of a case of its own."""
    sizes = [[chance.choice([1, 1, 1, 3]) for _ in range(POSTS)] for _ in range(CLIENTS)]
    numbers = iter(range(CLIENTS * POSTS * 3))
    return [
        [
            [worlds.review(f"{mark}-{next(numbers)}", chance.randint(1, 5), now) for _ in range(size)]
            for size in row
        ]
        for row in sizes
    ]


def send_cases(sent: list[dict[str, object]], now: datetime) -> None:
    raws = [Raw(worlds.case(str(review["case_no"]), now, applicant={})) for review in sent]
    outcomes = take_in_cases(raws, entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}


def assert_once(sent: list[dict[str, object]], acknowledged: list[dict[str, Any]]) -> None:
    """Each acknowledged review is stored, in the ledger, counted, and followed by an order if bad: exactly once."""
    ids = {result["id"] for result in acknowledged}
    assert len(ids) == len(acknowledged) == len(sent)
    told = {receipt_hash(result["receipt"]): result["id"] for result in acknowledged if result.get("receipt")}
    stored = {
        bytes(receipt): str(review_id)
        for receipt, review_id in Review.objects.values_list("receipt_hash", "id")
        if bytes(receipt) in told
    }
    assert stored == told
    entered = Counter(
        Entry.objects.filter(kind=EntryKind.REVIEW_ACCEPTED, subject_id__in=list(ids)).values_list(
            "subject_id", flat=True
        )
    )
    assert entered == dict.fromkeys(ids, 1)
    bad = Review.objects.filter(id__in=list(ids), level__lte=2).values_list("id", flat=True)
    ordered = WorkOrder.objects.filter(review_id__in=list(ids)).values_list("review_id", flat=True)
    assert Counter(ordered) == dict.fromkeys(bad, 1)
    # The worker goes on dispatching: figures and rows are of one moment.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert_counters_exact()


def are_done(clients: list[Poster], posts: int) -> bool:
    return sum(client.done for client in clients) >= posts


@pytest.mark.parametrize(("keyed", "outcomes"), [(True, {"accepted"}), (False, {"accepted", "duplicate"})])
def test_what_was_acknowledged_is_there_exactly_once(running: House, keyed: bool, outcomes: set[str]):
    chance, now = random.Random(SEED), timezone.now()  # noqa: S311 - a seeded load, nothing secret
    mark = "K" if keyed else "G"
    plan = posts_of(chance, mark, now)
    sent = [review for posts in plan for items in posts for review in items]
    send_cases(sent, now)
    clients = [Poster(running, number, posts, keyed=keyed) for number, posts in enumerate(plan)]

    for client in clients:
        client.start()
    for n, victim in enumerate(VICTIMS, start=1):
        until(partial(are_done, clients, n * CLIENTS * POSTS // (len(VICTIMS) + 1)))
        running.kill(victim)
    for client in clients:
        client.join(60)

    until(running.is_ready)
    running.look()
    acknowledged = [result for client in clients for result in client.acknowledged]
    assert {result["outcome"] for result in acknowledged} <= outcomes
    assert_once(sent, acknowledged)
    verified = running.run("ledger", "verify")
    said, _ = verified.communicate()
    assert verified.returncode == 0, said
    assert Review.objects.filter(occurrence__case__case_no__startswith=f"{mark}-").count() == len(sent)


@contextmanager
def locked(house: House, statement: LiteralString, *params: object) -> Iterator[None]:
    """Hold what the statement locks, and take back what it wrote."""
    with psycopg.connect(server.start(house.home).app) as holder, holder.transaction(force_rollback=True):
        holder.execute(statement, params)
        yield


def waits_for_a_lock() -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


ROWS = 10_000
# Somebody else is about to store it: no import comes to its end before they are.
THE_LAST_CASE = f"""
    CREATE TEMP TABLE held AS SELECT * FROM cases_case WHERE case_no = 'M';
    UPDATE held SET id = gen_random_uuid(), case_no = 'M-{ROWS - 1}';
    INSERT INTO cases_case SELECT * FROM held
"""


def imported() -> int:
    return Case.objects.filter(case_no__startswith="M-").count()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Cases enough for three rounds of several lanes."""
    path, now = tmp_path / "cases.jsonl", timezone.now()
    rows = (worlds.case(f"M-{n}", now, applicant={}) for n in range(ROWS))
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_an_import_cut_off_twice_and_sent_again_has_every_row_once(running: House, file: Path):
    worlds.take_case("M", timezone.now())
    with suppress(psycopg.OperationalError), locked(running, THE_LAST_CASE):
        killed = running.run("cases", "import", str(file))
        until(imported)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
        end_waiting()
        without_database = running.run("cases", "import", str(file))
        until(waits_for_a_lock)
        running.kill("postmaster")
        _, told = without_database.communicate()
    until(running.is_ready)
    running.look()
    assert 0 < imported() < ROWS
    again = running.run("cases", "import", str(file), "--json")
    said, _ = again.communicate()

    assert (without_database.returncode, again.returncode) == (1, 0)
    assert "run the command again" in told
    assert "Traceback" not in told
    assert sum(json.loads(said)["counts"].values()) == imported() == ROWS
    assert_counters_exact()


def end_waiting() -> None:
    """End the sessions that a killed process has left waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )


@pytest.mark.parametrize(
    ("lock", "state"),
    [
        ("SELECT 1 FROM notices_delivery WHERE id = %s FOR UPDATE", "sent"),
        # It may have gone out, and has: nobody sends it again, a person looks at it.
        ("LOCK TABLE notices_demo_message IN SHARE MODE", "unclear"),
    ],
)
def test_a_job_whose_worker_is_killed_in_it_has_its_effect_once(
    running: House, lock: LiteralString, state: str
):
    delivery, worker = queued(running)
    before = DemoMessage.objects.count()
    with locked(running, lock.replace("%s", f"'{delivery}'")):
        os.kill(worker, signal.SIGCONT)
        until(waits_for_a_lock)
        assert ProcrastinateJob.objects.get(args__delivery_id=str(delivery)).status == "doing"
        os.kill(worker, signal.SIGKILL)
        forget_worker()

    until(lambda: Delivery.objects.get(id=delivery).state == state)
    until(lambda: not ProcrastinateJob.objects.filter(args__delivery_id=str(delivery)).exists())
    assert DemoMessage.objects.count() - before == 1


def queued(house: House) -> tuple[UUID, int]:
    """A notice whose job waits for a worker that is held."""
    now, worker = timezone.now(), house.part("worker")
    os.kill(worker, signal.SIGSTOP)
    with transaction.atomic():
        [person] = identity.seal([PlainPerson(phone="13900000001")], now=now)
        delivery = notices.queue_sms(person, Template.SIGN_IN_CODE, {"code": "123456"}, by=OPERATOR, now=now)
    return delivery, worker


def forget_worker() -> None:
    """Let a minute of silence pass."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '5 minutes'"
        )


def test_who_meets_a_locked_table_is_told_to_try_again(running: House):
    case = {"items": [worlds.case("L-1", timezone.now())]}
    with locked(running, "LOCK TABLE directory_division IN ACCESS EXCLUSIVE MODE"):
        page = running.ask("GET", "/", Accept_Language="en")
        looked = running.ask("GET", "/api/v1/measures?division=990000000000")
        sent = running.ask("POST", "/api/v1/cases", case, Accept_Language="en")

    assert [status for status, _, _ in (page, looked, sent)] == [503, 503, 503]
    assert {headers["Retry-After"] for _, headers, _ in (page, looked, sent)} == {"5"}
    assert b"Please try again in a moment" in page[2]
    problem = json.loads(sent[2])
    assert problem["type"].endswith("#busy")
    assert "Idempotency-Key" in problem["remedy"]
    assert running.ask("GET", "/")[0] == running.ask("POST", "/api/v1/cases", case)[0] == 200


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_nothing_stays_behind_the_demo_whose_terminal_is_closed_or_that_is_killed(
    running: House, number: signal.Signals
):
    assert running.supervisor
    parts = [running.part("serve"), running.part("web worker"), running.part("worker")]

    running.supervisor.send_signal(number)

    assert running.supervisor.wait(60) == (0 if number == signal.SIGHUP else -number)
    running.supervisor = None
    until(lambda: not any(map(is_there, parts)))
