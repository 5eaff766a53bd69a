from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from haochaping.exchange import queries as exchange
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.reviews import queries as reviews
from tests import worlds
from tests.doors.api.conftest import Caller

pytestmark = pytest.mark.django_db


def one(results: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(results) == 1
    assert set(results[0]) == {"index", "outcome", "id", "receipt", "reason"}
    return results[0]


def test_new_case_is_accepted_and_the_same_again_a_duplicate(caller, moment):
    case = worlds.case("YC-1", moment)

    first = one(caller.send("cases", case))
    again = one(caller.send("cases", case))

    assert (first["outcome"], first["receipt"], first["reason"]) == ("accepted", None, None)
    assert (again["outcome"], again["id"]) == ("duplicate", first["id"])


def test_changed_case_is_updated(caller, moment):
    first = one(caller.send("cases", worlds.case("YC-1", moment, status="accepted")))

    later = one(caller.send("cases", worlds.case("YC-1", moment, status="completed")))

    assert (later["outcome"], later["id"]) == ("updated", first["id"])


def test_earlier_stage_that_arrives_late_is_no_error(caller, moment):
    first = one(caller.send("cases", worlds.case("YC-1", moment, status="completed")))

    later = one(caller.send("cases", worlds.case("YC-1", moment, status="accepted")))

    assert (later["outcome"], later["id"]) == ("duplicate", first["id"])


def test_case_with_two_ends_is_refused(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment, status="completed"))

    later = one(caller.send("cases", worlds.case("YC-1", moment, status="withdrawn")))

    assert (later["outcome"], later["reason"]["code"]) == ("refused", "forbidden_status")
    assert later["reason"]["message"] == "办件当前状态为“已办结”，不能变为“已撤回”。"


def test_case_with_an_unknown_item_waits_in_quarantine(caller, moment):
    result = one(caller.send("cases", worlds.case("YC-1", moment, item="NO-ITEM")))

    assert (result["outcome"], result["reason"]["code"]) == ("quarantined", "unknown_item")
    assert [str(row.id) for row in exchange.waiting()] == [result["id"]]


def test_review_gets_a_receipt_that_opens_it(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))

    result = one(caller.send("reviews", worlds.review("YC-1", 1, moment)))

    assert result["outcome"] == "accepted"
    assert normal_receipt_no(result["receipt"]) == result["receipt"]
    assert str(reviews.review_by_receipt(result["receipt"]).id) == result["id"]


def test_same_review_again_is_a_duplicate_and_other_content_a_conflict(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    first = one(caller.send("reviews", worlds.review("YC-1", 5, moment)))

    again = one(caller.send("reviews", worlds.review("YC-1", 5, moment)))
    other = one(caller.send("reviews", worlds.review("YC-1", 1, moment)))

    assert (again["outcome"], again["id"], again["receipt"]) == ("duplicate", first["id"], None)
    assert (other["outcome"], other["reason"]["code"]) == ("refused", "conflict")


def test_orphan_is_taken_when_its_case_arrives_and_its_receipt_opens_it(caller, moment):
    orphan = one(caller.send("reviews", worlds.review(" YC-1 ", 2, moment)))
    assert (orphan["outcome"], orphan["reason"]["code"]) == ("quarantined", "orphan")

    caller.send("cases", worlds.case("YC-1", moment))

    assert reviews.review_by_receipt(orphan["receipt"]).level == 2
    assert exchange.waiting() == []


def test_things_of_another_division_are_refused(caller, moment):
    stranger = Caller("elsewhere", worlds.OTHER_CITY, moment)
    caller.send("cases", worlds.case("YC-1", moment))

    case = one(stranger.send("cases", worlds.case("YC-2", moment)))
    review = one(stranger.send("reviews", worlds.review("YC-1", 5, moment)))

    assert (case["outcome"], case["reason"]["code"]) == ("refused", "out_of_scope")
    assert (review["outcome"], review["reason"]["code"]) == ("refused", "out_of_scope")
    assert worlds.COUNTY in review["reason"]["message"]


def test_a_review_of_a_withdrawn_case_waits_with_the_reason_and_what_to_do(caller, moment):
    for status in ("in_process", "withdrawn"):
        caller.send("cases", worlds.case("YC-1", moment, status=status, completed_at=None))
    given_at = moment + timedelta(minutes=1)

    result = one(caller.send("reviews", worlds.review("YC-1", 1, given_at)))

    assert (result["outcome"], result["reason"]["code"]) == ("quarantined", "service_voided")
    assert result["reason"]["field"] == "assessed_at"
    assert "12345" in result["reason"]["remedy"]


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (0, "level_out_of_range"),
        (6, "level_out_of_range"),
        ("5 ", "level_out_of_range"),
        ("\uff15", "level_out_of_range"),
        (5.0, "level_out_of_range"),
        (True, "level_out_of_range"),
        ([5], "level_out_of_range"),
        (None, "missing"),
        ("", "missing"),
    ],
)
def test_what_is_no_level_waits_with_its_reason(caller, moment, level, code):
    caller.send("cases", worlds.case("YC-1", moment))

    result = one(caller.send("reviews", worlds.review("YC-1", level, moment)))

    assert (result["outcome"], result["reason"]["code"]) == ("quarantined", code)
    assert result["reason"]["field"] == "rating_value"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"indicator_codes": ["113"]}, "indicator_of_other_level", "indicator_codes"),
        ({"indicator_codes": ["999"]}, "unknown_indicator", "indicator_codes"),
        ({"indicator_codes": "113"}, "indicator_of_other_level", "indicator_codes"),
        ({"indicator_codes": [["113"]]}, "wrong_type", "indicator_codes"),
        ({"comment_text": "a\0b"}, "control_characters", "comment_text"),
        ({"comment_text": "\ud800"}, "control_characters", "comment_text"),
        ({"comment_text": "a\ufffdb"}, "damaged_characters", "comment_text"),
        ({"comment_text": "长" * 501}, "too_long", "comment_text"),
        ({"channel": "smoke"}, "not_a_choice", "channel"),
        ({"channel": None}, "missing", "channel"),
        ({"assess_no": 3}, "out_of_range", "assess_no"),
        ({"occurrence_no": "x"}, "wrong_type", "occurrence_no"),
        ({"occurrence_no": 9}, "orphan", "case_no"),
        ({"assessed_at": "yesterday"}, "not_a_time", "assessed_at"),
        ({"assessed_at": "0001-01-01T00:00:00+14:00"}, "not_a_time", "assessed_at"),
        ({"assessed_at": "2020-01-01T00:00:00+08:00"}, "rated_before_service", "assessed_at"),
        ({"assessed_at": "2100-01-01T00:00:00+08:00"}, "rated_in_future", "assessed_at"),
        ({"anonymous": "perhaps"}, "wrong_type", "anonymous"),
        ({"reviewer": "张小满"}, "wrong_type", "reviewer"),
        ({"reviewer": {"name": 1.5}}, "wrong_type", "reviewer.name"),
        ({"source": "\0"}, "control_characters", "source"),
        ({"source": "\ud800"}, "control_characters", "source"),
    ],
)
def test_review_that_cannot_be_taken_says_why_and_waits(caller, moment, changes, code, field):
    caller.send("cases", worlds.case("YC-1", moment))

    result = one(caller.send("reviews", worlds.review("YC-1", 5, moment, **changes)))

    assert (result["outcome"], result["reason"]["code"], result["reason"]["field"]) == (
        "quarantined",
        code,
        field,
    )
    assert result["reason"]["remedy"]
    assert result["receipt"]
    assert [str(row.id) for row in exchange.waiting()] == [result["id"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"provenance": "active_self"}, "provenance"),
        ({"reviewer": {"email": "x"}}, "reviewer.email"),
        ({"a\0b\ud800": 1}, "a\ufffdb\ufffd"),
    ],
)
def test_unknown_field_is_refused_by_name(caller, moment, changes, field):
    result = one(caller.send("reviews", worlds.review("YC-1", 5, moment, **changes)))

    assert (result["outcome"], result["reason"]["code"], result["reason"]["field"]) == (
        "refused",
        "unknown_field",
        field,
    )
    assert field in result["reason"]["message"]
    assert exchange.waiting() == []


def test_client_is_believed_about_its_own_reviews(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))

    result = one(caller.send("reviews", worlds.review("YC-1", 5, moment)))

    assert caller.get(f"reviews/{result['id']}").json()["provenance"] == "active_onsite_device"


def test_what_is_no_object_is_refused_in_its_place(caller, moment):
    results = caller.send("cases", 1, worlds.case("YC-1", moment), None, [], "x")

    assert [r["index"] for r in results] == [0, 1, 2, 3, 4]
    assert [r["outcome"] for r in results] == ["refused", "accepted", "refused", "refused", "refused"]
    assert results[0]["reason"]["code"] == "not_an_object"


def test_reasons_are_told_in_the_callers_language(caller, moment):
    def message(**more: str) -> str:
        sent = caller.send("reviews", worlds.review("NONE", 5, moment, comment_text=1.5), **more)
        return str(sent[0]["reason"]["message"])

    assert "comment_text" in message()
    assert message(Accept_Language="en") == "The field “comment_text” must be text."


def test_ten_thousand_items_are_taken_and_one_more_is_not(caller, problem):
    nothing = [0] * 10_000

    assert len(caller.send("reviews", *nothing)) == 10_000
    told = problem(caller.post("reviews", json.dumps({"items": [0, *nothing]}).encode()), 400, "item_count")
    assert "10001" in told["detail"].replace(",", "")


def test_answers_are_not_kept_on_the_way(caller, moment):
    body = json.dumps({"items": [worlds.case("YC-1", moment)]}).encode()

    assert caller.post("cases", body).headers["Cache-Control"] == "no-store"


def test_batch_of_mixed_fates_keeps_its_order(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment), worlds.case("YC-2", moment))

    results = caller.send(
        "reviews",
        worlds.review("YC-2", 1, moment),
        worlds.review("YC-1", 9, moment),
        worlds.review("YC-2", 1, moment),
        worlds.review("YC-1", 4, moment),
        worlds.review("YC-9", 4, moment),
    )

    assert [r["outcome"] for r in results] == [
        "accepted",
        "quarantined",
        "duplicate",
        "accepted",
        "quarantined",
    ]


def test_quarantined_persons_are_sealed_and_not_in_the_record(caller, moment):
    person = {"name": "张小满", "phone": "13900000001", "certificate_no": "\ud800"}

    caller.send("reviews", worlds.review("YC-1", 9, moment, reviewer=person))

    row = exchange.waiting()[0]
    assert "reviewer" in row.sealed
    assert "张小满" not in json.dumps(dict(row.fields), ensure_ascii=False)
    assert row.received_at - moment < timedelta(minutes=1)
