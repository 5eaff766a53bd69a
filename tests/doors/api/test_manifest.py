"""A body may say what it is as a batch; what is not so is not taken, and without a manifest all is as before."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.cases.models import Case
from haochaping.exchange.manifests.models import StatedBatch
from haochaping.reviews.models import Review
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

    from tests.doors.api.conftest import Caller


def manifest(moment: datetime, seq: int, rows: int, **more: object) -> dict[str, object]:
    return {"source": worlds.SOURCE, "seq": seq, "made_at": moment.isoformat(), "rows": rows} | more


def post(
    caller: Caller, what: str, items: list[Any], said: object, **more: str
) -> tuple[int, dict[str, Any]]:
    answer = caller.post(what, json.dumps({"items": items, "manifest": said}).encode(), **more)
    told: dict[str, Any] = answer.json()
    return answer.status_code, told


def states() -> list[tuple[int, str, str]]:
    return list(StatedBatch.objects.order_by("id").values_list("seq", "kind", "state"))


def test_a_batch_that_is_what_it_says_is_taken(caller, moment):
    cases = [worlds.case("YC-1", moment), worlds.case("YC-2", moment)]
    reviews = [worlds.review("YC-1", 5, moment), worlds.review("YC-2", 2, moment)]

    counts = {"levels": {"5": 1, "2": 1}, "channels": {"hall_pad": 2}}
    first = post(caller, "cases", cases, manifest(moment, 1, 2, statuses={"completed": 2}))
    second = post(caller, "reviews", reviews, manifest(moment, 2, 2, **counts))

    assert [one["outcome"] for one in first[1]["results"]] == ["accepted"] * 2
    assert [one["outcome"] for one in second[1]["results"]] == ["accepted"] * 2
    assert states() == [(1, "case", "taken"), (2, "review", "taken")]


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k-1"}])
def test_a_batch_that_is_not_what_it_says_is_not_taken_and_that_is_kept(caller, moment, key):
    case = worlds.case("YC-1", moment)

    status, told = post(caller, "cases", [case], manifest(moment, 1, 2), **key)

    assert (status, told["type"].partition("#")[2], told["field"]) == (
        400,
        "manifest_differs",
        "manifest.rows",
    )
    assert "2" in told["detail"]
    assert "1" in told["detail"]
    assert not Case.objects.exists()
    assert states() == [(1, "case", "refused")]
    assert post(caller, "cases", [case], manifest(moment, 1, 1), **key)[0] == 200
    assert states() == [(1, "case", "refused"), (1, "case", "taken")]


def test_the_same_request_again_is_answered_as_before(caller, moment):
    items, said = [worlds.case("YC-1", moment)], manifest(moment, 1, 1)

    answers = [post(caller, "cases", items, said, Idempotency_Key="k-1") for _ in range(2)]
    again = post(caller, "cases", items, said)

    assert answers[0] == answers[1]
    assert [one["outcome"] for one in again[1]["results"]] == ["duplicate"]
    assert states() == [(1, "case", "taken")]


def test_other_items_under_a_number_that_was_taken_are_refused(caller, moment):
    post(caller, "cases", [worlds.case("YC-1", moment)], manifest(moment, 1, 1))

    status, told = post(caller, "cases", [worlds.case("YC-2", moment)], manifest(moment, 1, 1))

    assert (status, told["type"].partition("#")[2]) == (409, "seq_of_other")
    assert Case.objects.count() == 1


def test_a_quiet_day_is_told_by_a_manifest_alone(caller, moment):
    assert post(caller, "cases", [], manifest(moment, 1, 0)) == (200, {"results": []})
    assert states() == [(1, "case", "taken")]
    assert caller.post("cases", b'{"items": []}').status_code == 400


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"seq": 0}, "not_a_manifest", 400),
        ({"more": 1}, "not_a_manifest", 400),
        ({"sha256": "0" * 64}, "not_a_manifest", 400),
        ({"source": "nobody"}, "no_such_platform", 404),
        ({"made_at": "2099-01-01T00:00:00Z"}, "dated_in_future", 400),
        ({"seq": 2000}, "seq_too_far", 409),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said(caller, moment, changes, code, status):
    answered, told = post(caller, "cases", [worlds.case("YC-1", moment)], manifest(moment, 1, 1) | changes)

    assert (answered, told["type"].partition("#")[2]) == (status, code)
    assert told["detail"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("said", [None, [], "x", 1])
def test_something_else_is_no_manifest(caller, moment, said):
    assert post(caller, "cases", [worlds.case("YC-1", moment)], said)[0] == 400


def test_an_older_version_of_a_case_is_answered_as_done(caller, moment):
    newer = worlds.case("YC-1", moment, trips=2, revised_at=(moment - timedelta(minutes=1)).isoformat())
    older = worlds.case("YC-1", moment, trips=1, revised_at=(moment - timedelta(minutes=9)).isoformat())

    outcomes = [caller.send("cases", one)[0]["outcome"] for one in (newer, older)]

    assert outcomes == ["accepted", "duplicate"]
    assert Case.objects.get().trips == 2
    assert not Review.objects.exists()
