"""A key writes for its division and below: what it names elsewhere is refused, with the field and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import queries as exchange
from haochaping.kernel.actor import OPERATOR
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from tests import worlds
from tests.doors.api.conftest import Caller

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(caller: Caller, moment: datetime) -> Caller:
    """The key of the district 河湾区, whose cases run in a platform of its city."""
    platforms = [{"code": "elsewhere", "name": "石港市政务大厅", "division": worlds.OTHER_CITY}]
    assert directory.put(Kind.PLATFORMS, platforms, by=OPERATOR, now=moment) == []
    return Caller("district", worlds.COUNTY, moment)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agency": worlds.OTHER_AGENCY}, "agency"),
        ({"source": "elsewhere"}, "source"),
        ({"division": worlds.CITY}, "division"),
        ({"division": worlds.OTHER_CITY}, "division"),
    ],
)
def test_a_case_that_names_another_place_is_refused(district, moment, changes, field):
    [result] = district.send("cases", worlds.case("YC-1", moment, **changes))

    assert (result["outcome"], result["reason"]["code"], result["reason"]["field"]) == (
        "refused",
        "out_of_scope",
        field,
    )
    assert result["reason"]["remedy"]
    assert not Case.objects.exists()
    assert exchange.waiting() == []


def test_a_refused_case_opens_no_order_at_anothers_agency(district, moment):
    district.send("cases", worlds.case("YC-1", moment, agency=worlds.OTHER_AGENCY))

    [result] = district.send("reviews", worlds.review("YC-1", 1, moment))

    assert (result["outcome"], result["reason"]["code"]) == ("quarantined", "orphan")
    assert not WorkOrder.objects.exists()


def test_a_districts_case_in_its_citys_platform_is_taken_updated_and_reviewed(district, moment):
    case = worlds.case("YC-1", moment)

    sent = [
        *district.send("cases", case),
        *district.send("cases", case | {"trips": 2}),
        *district.send("reviews", worlds.review("YC-1", 2, moment)),
    ]

    assert [one["outcome"] for one in sent] == ["accepted", "updated", "accepted"]


def test_a_citys_platform_opens_none_of_its_other_cases(caller, district, moment):
    caller.send("cases", worlds.case("YC-1", moment, division=worlds.CITY))

    [case] = district.send("cases", worlds.case("YC-1", moment))
    [review] = district.send("reviews", worlds.review("YC-1", 1, moment))

    for result in (case, review):
        assert (result["outcome"], result["reason"]["code"], result["reason"]["field"]) == (
            "refused",
            "out_of_scope",
            "case_no",
        )
    assert Case.objects.get().division.code == worlds.CITY
    assert not Review.objects.exists()


def test_a_review_for_anothers_platform_does_not_wait_there(district, moment):
    [result] = district.send("reviews", worlds.review("X-1", 1, moment, source="elsewhere"))

    assert (result["outcome"], result["reason"]["code"], result["reason"]["field"]) == (
        "refused",
        "out_of_scope",
        "source",
    )
    assert exchange.waiting() == []


def test_a_review_of_a_platform_nobody_knows_says_so_and_is_taken_when_it_is_registered(caller, moment):
    [result] = caller.send("reviews", worlds.review("N-1", 4, moment, source="nowhere"))

    assert (result["outcome"], result["reason"]["code"], result["reason"]["field"]) == (
        "quarantined",
        "unknown_source",
        "source",
    )
    assert "nowhere" in result["reason"]["message"]
    assert result["receipt"]
    platforms = [{"code": "nowhere", "name": "新大厅", "division": worlds.CITY}]
    assert directory.put(Kind.PLATFORMS, platforms, by=OPERATOR, now=moment) == []
    [case] = caller.send("cases", worlds.case("N-1", moment, source="nowhere"))
    assert case["outcome"] == "accepted"
    assert exchange.waiting() == []
    assert Review.objects.get().level == 4


@pytest.mark.parametrize("level", [6, 5.0, True, "5 ", None])
def test_the_same_bad_review_sent_again_waits_once(caller, moment, level):
    caller.send("cases", worlds.case("YC-1", moment))
    review = worlds.review("YC-1", level, moment, reviewer={"name": "张小满", "phone": "13900000001"})

    [first] = caller.send("reviews", review)
    [again] = caller.send("reviews", review)

    assert (again["outcome"], again["id"], again["receipt"]) == ("quarantined", first["id"], None)
    assert again["reason"] == first["reason"]
    assert [str(row.id) for row in exchange.waiting()] == [first["id"]]


def test_bad_reviews_that_say_something_else_wait_each_for_itself(caller, moment):
    for level in (6, 6.0, "6"):
        caller.send("reviews", worlds.review("YC-1", level, moment))
    caller.send("reviews", worlds.review("YC-1", 6, moment, reviewer={"phone": "13900000002"}))

    assert exchange.waiting_count() == 4


def test_the_same_bad_case_sent_again_waits_once(caller, moment):
    case = worlds.case("YC-1", moment, trips="many")

    [first] = caller.send("cases", case)
    [again] = caller.send("cases", case)

    assert (again["outcome"], again["id"]) == ("quarantined", first["id"])
    assert exchange.waiting_count() == 1


def test_a_rating_may_be_a_text_of_one_digit(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))

    [result] = caller.send("reviews", worlds.review("YC-1", "5", moment, occurrence_no="1"))
    [again] = caller.send("reviews", worlds.review("YC-1", 5, moment))

    assert (result["outcome"], again["outcome"]) == ("accepted", "duplicate")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trips": "5 "}, "“5 ”"),
        ({"trips": 1.5}, "“1.5”"),
        ({"applied_at": "gestern"}, "“gestern”"),
    ],
)
def test_a_value_of_the_wrong_form_is_shown(caller, moment, changes, said):
    [result] = caller.send("cases", worlds.case("YC-1", moment, **changes), Accept_Language="zh-CN")

    assert said in result["reason"]["message"]


def test_two_moments_of_one_sentence_are_told_by_one_clock(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment, occurrences=[worlds.occurrence(1, moment)]))

    early = worlds.review("YC-1", 5, moment, assessed_at="2026-01-01T02:00:00+00:00")
    [result] = caller.send("reviews", early)

    assert result["reason"]["code"] == "rated_before_service"
    assert "2026-01-01T10:00:00+08:00" in result["reason"]["message"]
    assert "+00:00" not in result["reason"]["message"]
