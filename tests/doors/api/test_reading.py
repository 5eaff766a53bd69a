from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.reviews.actions import exclude
from haochaping.reviews.terms import ReasonClass
from tests import worlds
from tests.doors.api.conftest import Caller

pytestmark = pytest.mark.django_db

NAMES = [
    "cases",
    "occurrences",
    "active_reviews",
    "bad_reviews",
    "bad_rate",
    "unverified_reviews",
    "participation_rate",
    "not_reviewed_rate",
    "invited_rate",
    "invited_delivered_share",
    "invited_sent_share",
    "invited_failed_share",
    "invited_called_share",
    "invited_issued_share",
    "responded_rate",
    "responded_self_rate",
    "responded_by_phone_rate",
    "rectification_rate",
    "unreached_rate",
    "callback_rate",
    "on_time_contact_rate",
    "on_time_rectification_rate",
    "reopened_rate",
    "second_satisfaction",
    "repeat_rate",
    "appeals",
    "upheld_rate",
    "good_rate",
    "strict_good_rate",
    "excluded_reviews",
    "level_5_share",
    "level_4_share",
    "level_3_share",
    "level_2_share",
    "level_1_share",
    "average_score",
    "follow_up_good_rate",
    "completed_cases",
    "on_time_completion_rate",
    "average_days_promised",
    "average_days_taken",
    "average_trips",
    "one_trip_rate",
    "average_materials",
    "question_on_time_rate",
]
FIELDS = {
    *(
        "name",
        "label",
        "value",
        "numerator",
        "denominator",
        "exclusions",
        "interval",
        "unit",
        "day",
        "at_least",
    ),
    *("source", "withheld", "no_value"),
}


def figures(query: str) -> dict[str, dict[str, object]]:
    answer = Client().get(f"/api/v1/measures?{query}")
    assert answer.status_code == 200, answer.content.decode()
    told = answer.json()
    assert set(told) == {"as_of", "kind", "code", "place", "from", "to", "quality", "measures"}
    assert datetime.fromisoformat(told["as_of"]).utcoffset() == timedelta(hours=8)
    assert all(set(m) == FIELDS for m in told["measures"])
    return {m["name"]: m for m in told["measures"]}


def test_measures_of_a_subtree_need_no_key(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    caller.send("reviews", worlds.review("YC-1", 1, moment))

    found = figures(f"division={worlds.PROVINCE}")

    assert list(found) == NAMES
    assert found["bad_reviews"]["value"] == 1
    assert found["good_rate"] == {
        "name": "good_rate",
        "value": None,
        "numerator": 0,
        "denominator": 1,
        "exclusions": found["good_rate"]["exclusions"],
        "interval": None,
        "label": "好评率",
        "unit": "评价",
        "day": "评价给出之日",
        "at_least": 30,
        "source": "domain.md §3.3 主动评价好评率",
        "withheld": "",
        "no_value": "不足 30 件，只公布件数，不计算比率。",
    }
    assert found["good_rate"]["exclusions"]
    assert figures(f"division={worlds.OTHER_CITY}")["cases"]["value"] == 0
    assert figures("division=990102")["cases"]["value"] == 1


def test_rate_of_thirty_has_a_value(caller, moment):
    caller.send("cases", *(worlds.case(f"YC-{n}", moment) for n in range(30)))
    caller.send("reviews", *(worlds.review(f"YC-{n}", 5 if n else 1, moment) for n in range(30)))

    found = figures(f"division={worlds.COUNTY}")

    assert found["good_rate"]["value"] == pytest.approx(29 / 30)
    assert found["participation_rate"]["value"] == 1
    assert found["good_rate"]["interval"] == pytest.approx([0.8278, 0.9992], abs=5e-5)
    assert found["cases"]["interval"] is None


def test_days_are_included_at_both_ends(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    day = local_day(moment - timedelta(hours=1))
    before, after = day - timedelta(days=1), day + timedelta(days=1)

    def cases(query: str) -> object:
        return figures(f"division={worlds.COUNTY}&{query}")["cases"]["value"]

    assert cases(f"from={day}&to={day}") == 1
    assert cases(f"to={before}") == 0
    assert cases(f"from={after}") == 0


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("", (400, "missing_parameter", "division")),
        ("division=", (400, "missing_parameter", "division")),
        ("division=999999999999", (404, "unknown_division", "division")),
        ("division=%00", (404, "unknown_division", "division")),
        ("agency=999999999999", (404, "unknown_agency", "agency")),
        ("item=%00", (404, "unknown_item", "item")),
        ("hall=nobody", (404, "unknown_hall", "hall")),
        ("division={city}&item=1", (400, "one_place", "item")),
        ("agency=1&item=1", (400, "one_place", "item")),
        ("division=%ED%A0%80", (404, "unknown_division", "division")),
        ("division={city}&division={city}", (400, "repeated_parameter", "division")),
        ("division={city}&until=2026-01-01", (400, "unknown_parameter", "until")),
        ("division={city}&from=yesterday", (400, "bad_day", "from")),
        ("division={city}&from=20260601", (400, "bad_day", "from")),
        ("division={city}&to=2026-02-30", (400, "bad_day", "to")),
        ("division={city}&from=2026-06-02&to=2026-06-01", (400, "wrong_order", "from")),
    ],
)
def test_questions_that_cannot_be_answered(caller, problem, query, answer):
    status, code, field = answer

    told = problem(Client().get(f"/api/v1/measures?{query.format(city=worlds.CITY)}"), status, code)

    assert told["field"] == field


def test_review_of_ones_own_division(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    person = {"name": "张小满", "phone": "13900000001"}
    sent = worlds.review("YC-1", 1, moment, indicator_codes=["113"], comment_text="太久", reviewer=person)
    result = caller.send("reviews", sent)[0]

    answer = caller.get(f"reviews/{result['id']}")
    told = answer.json()

    assert told == {
        "id": result["id"],
        "source": worlds.SOURCE,
        "case_no": "YC-1",
        "occurrence_no": 1,
        "stage": "delivery",
        "hall": "H1",
        "window": "W1",
        "staff": "",
        "assess_no": 1,
        "rating_value": 1,
        "indicator_set": "national-2020",
        "indicator_codes": ["113"],
        "comment_text": "太久",
        "reason_missing": False,
        "channel": "hall_pad",
        "provenance": "active_onsite_device",
        "status": "effective",
        "effective": True,
        "assessed_at": told["assessed_at"],
        "received_at": told["received_at"],
        "order": {"state": "created", "rectify_due_at": None, "replied_at": None},
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert "张小满" not in answer.content.decode()
    assert result["receipt"] not in answer.content.decode()


def test_good_review_has_no_order(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    result = caller.send("reviews", worlds.review("YC-1", 5, moment))[0]

    assert caller.get(f"reviews/{result['id']}").json()["order"] is None


def test_review_of_another_division_is_as_if_it_were_not_there(caller, problem, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    result = caller.send("reviews", worlds.review("YC-1", 5, moment))[0]
    stranger = Caller("elsewhere", worlds.OTHER_CITY, moment)

    theirs = problem(stranger.get(f"reviews/{result['id']}"), 404, "no_such_review")
    nobodys = problem(stranger.get("reviews/00000000-0000-0000-0000-000000000000"), 404, "no_such_review")

    assert theirs == nobodys
    problem(Client().get(f"/api/v1/reviews/{result['id']}"), 401, "no_key")


def test_an_excluded_review_is_told_as_not_effective(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    result = caller.send("reviews", worlds.review("YC-1", 1, moment))[0]
    exclude(UUID(result["id"]), reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=moment)

    told = caller.get(f"reviews/{result['id']}").json()

    assert (told["status"], told["effective"]) == ("excluded", False)
