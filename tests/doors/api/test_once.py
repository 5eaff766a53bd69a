from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.utils import timezone

from haochaping.exchange import actions as exchange
from haochaping.exchange import queries
from haochaping.reviews.models import Review
from tests import worlds
from tests.doors.api.conftest import Caller


def body(*items: object) -> bytes:
    return json.dumps({"items": items}).encode()


@pytest.mark.django_db
def test_same_key_and_body_hear_the_same_answer_byte_for_byte(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    sent = body(worlds.review("YC-1", 1, moment), worlds.review("YC-1", 9, moment), 7)

    first = caller.post("reviews", sent, Idempotency_Key="k1")
    again = caller.post("reviews", sent, Idempotency_Key="k1", Accept_Language="en")

    assert first.json()["results"][0]["outcome"] == "accepted"
    assert (again.status_code, again.content) == (200, first.content)
    assert Review.objects.count() == 1
    assert queries.waiting_count() == 1


@pytest.mark.django_db
def test_same_key_with_another_body_is_a_conflict(caller, problem, moment):
    caller.post("cases", body(worlds.case("YC-1", moment)), Idempotency_Key="k1")

    problem(
        caller.post("cases", body(worlds.case("YC-2", moment)), Idempotency_Key="k1"),
        409,
        "idempotency_key_reused",
    )
    problem(
        caller.post("reviews", body(worlds.case("YC-1", moment)), Idempotency_Key="k1"),
        409,
        "idempotency_key_reused",
    )


@pytest.mark.django_db
def test_the_conflict_names_the_fingerprints_of_both_bodies(caller, problem, moment):
    """Which of two messages had the key first can be found out without sending either again."""
    first, second, third = (body(worlds.case(f"YC-{n}", moment)) for n in range(3))
    caller.post("cases", first, Idempotency_Key="k1")
    caller.post("cases", second, Idempotency_Key="k2")

    def named(sent: bytes, key: str) -> list[str]:
        told = problem(caller.post("cases", sent, Idempotency_Key=key), 409, "idempotency_key_reused")
        return re.findall(r"\b[0-9a-f]{64}\b", told["detail"])

    of_first, of_second = named(second, "k1")

    assert of_first != of_second
    assert named(first, "k2") == [of_second, of_first]
    assert named(third, "k1")[0] == of_first


@pytest.mark.django_db
def test_key_belongs_to_one_client(caller, moment):
    other = Caller("other", worlds.CITY, moment)
    caller.post("cases", body(worlds.case("YC-1", moment)), Idempotency_Key="k1")

    answer = other.post("cases", body(worlds.case("YC-2", moment)), Idempotency_Key="k1")

    assert answer.json()["results"][0]["outcome"] == "accepted"


@pytest.mark.django_db
def test_request_that_could_not_be_read_leaves_its_key_free(caller, moment):
    assert caller.post("cases", b"[", Idempotency_Key="k1").status_code == 400

    assert caller.post("cases", body(worlds.case("YC-1", moment)), Idempotency_Key="k1").status_code == 200


@pytest.mark.django_db
def test_without_a_key_nothing_is_kept(caller, moment):
    from haochaping.exchange.models import GivenAnswer

    caller.post("cases", body(worlds.case("YC-1", moment)))

    assert not GivenAnswer.objects.exists()


@pytest.mark.django_db
def test_kept_answer_tells_no_receipt_to_a_reader_of_the_table(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    answer = caller.post("reviews", body(worlds.review("YC-1", 1, moment)), Idempotency_Key="k1")
    receipt = answer.json()["results"][0]["receipt"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT answer::text FROM exchange_given_answer")
        (stored,) = cursor.fetchone()

    assert receipt not in stored
    given = queries.given_answer(caller.id, "k1")
    assert given is not None
    assert given[1] is not None
    assert receipt.encode() in given[1]


@pytest.mark.django_db
def test_after_a_week_a_repetition_hears_that_everything_stands(caller, problem, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    sent = body(worlds.review("YC-1", 1, moment))
    first = caller.post("reviews", sent, Idempotency_Key="k1").json()["results"][0]
    assert exchange.forget_answers(now=timezone.now() + timedelta(days=6)) == 0

    assert exchange.forget_answers(now=timezone.now() + timedelta(days=7, minutes=1)) == 1

    again = caller.post("reviews", sent, Idempotency_Key="k1").json()["results"][0]
    assert (again["outcome"], again["id"]) == ("duplicate", first["id"])
    assert Review.objects.count() == 1
    assert caller.post("reviews", body(1), Idempotency_Key="k1").status_code == 409


@pytest.mark.django_db
def test_keys_are_free_after_four_hundred_days(caller, moment):
    caller.post("cases", body(worlds.case("YC-1", moment)), Idempotency_Key="k1")
    assert exchange.forget_answers(now=timezone.now() + timedelta(days=399)) == 1

    assert exchange.forget_answers(now=timezone.now() + timedelta(days=400, minutes=1)) == 1

    assert caller.post("cases", body(1), Idempotency_Key="k1").status_code == 200


def test_of_two_requests_at_the_same_moment_one_waits_for_the_others_answer(committed_db):
    now = timezone.now()
    worlds.build(now)
    caller = Caller("hall", worlds.CITY, now)
    caller.send("cases", *(worlds.case(f"YC-{n}", now) for n in range(20)))
    sent = body(*(worlds.review(f"YC-{n}", 1 + n % 5, now) for n in range(20)))
    start = Barrier(4)

    def ask(_: int) -> bytes:
        start.wait()
        try:
            return caller.post("reviews", sent, Idempotency_Key="k1").content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, range(4)))

    assert len(answers) == 1
    assert {r["outcome"] for r in json.loads(answers.pop())["results"]} == {"accepted"}
    assert Review.objects.count() == 20
