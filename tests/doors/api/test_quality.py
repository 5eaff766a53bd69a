"""`GET quality/{day}`: a source reads its own card, another's it does not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from haochaping.accounts import actions as accounts
from haochaping.cases.models import Case
from haochaping.flows import judge_quality
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.doors.api.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    caller.send("reviews", worlds.review("YC-1", 1, moment))
    judge_quality.judge_day(local_day(moment), by=OPERATOR, now=moment + timedelta(hours=12))
    return local_day(moment).isoformat()


def _ask(day: str, division: str, moment) -> tuple[int, dict[str, Any]]:
    _, key = accounts.create_client(name=division, division_code=division, by=OPERATOR, now=moment)
    answer = Client().get(f"/api/v1/quality/{day}", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code, answer.json()


def test_a_source_reads_its_own_card(day, moment):
    status, told = _ask(day, worlds.CITY, moment)

    assert status == 200
    (card,) = told["cards"]
    assert (card["source"], card["day"], card["reconciliation"]) == (worlds.SOURCE, day, None)
    assert (card["reviews"], card["cases"], card["coverage"]) == (1, 1, 1.0)
    found = {one["rule"]: one for one in card["findings"]}
    assert found["DQ-14"]["samples"][0]["field"] == "review.reason"
    assert set(found) >= {"DQ-09", "DQ-14", "DQ-07"}
    assert found["DQ-14"]["remedy"]


def test_a_source_sends_what_was_wrong_again_and_reads_before_and_after(caller, moment):
    caller.send("cases", worlds.case("YC-1", moment))
    (no,) = caller.send("reviews", worlds.review("YC-1", 6, moment))
    day = local_day(moment).isoformat()
    judge_quality.judge_due(by=OPERATOR, now=moment + timedelta(days=1))
    (card,) = caller.get(f"quality/{day}").json()["cards"]
    (found,) = (one for one in card["findings"] if one["rule"] == "DQ-12")
    assert found["samples"][0]["id"] == no["id"]
    assert found["remedy"]
    assert card["former"] == []

    (yes,) = caller.send("reviews", worlds.review("YC-1", 5, moment))
    assert yes["outcome"] == "accepted"
    judge_quality.judge_due(by=OPERATOR, now=moment + timedelta(days=2))

    (after,) = caller.get(f"quality/{day}").json()["cards"]
    assert "DQ-12" not in {one["rule"] for one in after["findings"]}
    assert [one["score"] for one in after["former"]] == [card["score"]]
    assert after["score"] > card["score"]
    told = {one["rule"]: one for one in after["corrections"]}
    assert (told["DQ-12"]["most"], told["DQ-12"]["left"]) == (1, 0)
    assert told["DQ-12"]["corrected_at"] == after["judged_at"]
    assert told["DQ-09"]["corrected_at"] is None


def test_a_source_reads_its_month_with_days_and_rules(day, caller, moment):
    (card,) = caller.get(f"quality/{day}").json()["cards"]

    (month,) = caller.get(f"quality/months/{day[:7]}").json()["months"]

    assert (month["source"], month["month"]) == (worlds.SOURCE, day[:7])
    assert (month["score"], month["grade"], month["rows"]) == (card["score"], card["grade"], 2)
    assert (month["busy"], month["reconciled"], month["reconciliation"]) == (1, 0, None)
    assert month["days"] == [{"day": day, "score": card["score"], "grade": card["grade"]}]
    broken = {one["rule"]: (one["failing"], one["days"]) for one in month["broken"]}
    assert broken == {one["rule"]: (one["failing"], 1) for one in card["findings"]}


def test_a_day_of_a_heartbeat_alone_has_no_grade(caller, moment):
    """A batch of no rows says that there was nothing: there is nothing to be judged by (trust.md §7, DQ-33)."""
    said = {"source": worlds.SOURCE, "seq": 1, "rows": 0, "made_at": moment.isoformat()}
    body = json.dumps({"items": [], "manifest": said}).encode()
    assert caller.post("cases", body).status_code == 200
    day = local_day(moment)
    judge_quality.judge_day(day, by=OPERATOR, now=moment + timedelta(days=1))

    (card,) = caller.get(f"quality/{day.isoformat()}").json()["cards"]
    assert (card["coverage"], card["score"], card["grade"], card["findings"]) == (1.0, None, None, [])
    (month,) = caller.get(f"quality/months/{day:%Y-%m}").json()["months"]
    assert month["days"] == [{"day": day.isoformat(), "score": None, "grade": None}]
    assert (month["coverage"], month["score"], month["grade"]) == (1.0, None, None)
    entry = Entry.objects.get(kind=EntryKind.QUALITY_JUDGED)
    assert entry.facts == {"day": day.isoformat()}


def test_a_month_of_others_or_without_cards_is_empty(day, caller, moment):
    assert _ask(f"months/{day[:7]}", worlds.OTHER_CITY, moment)[1]["months"] == []
    assert caller.get("quality/months/2020-01").json()["months"] == []


@pytest.mark.parametrize("month", ["2026-13", "June", "2026-06-01"])
def test_a_month_that_is_none_is_refused(day, moment, month):
    status, told = _ask(f"months/{month}", worlds.CITY, moment)

    assert (status, told["type"]) == (400, "/api/v1/docs#bad_month")


def test_another_division_reads_nothing_of_it(day, moment):
    assert _ask(day, worlds.OTHER_CITY, moment)[1]["cards"] == []


def test_a_day_that_was_not_judged_has_no_card(day, moment):
    assert _ask("2020-01-01", worlds.CITY, moment)[1]["cards"] == []


def test_a_day_that_is_none_is_refused(day, moment):
    status, told = _ask("yesterday", worlds.CITY, moment)

    assert (status, told["type"]) == (400, "/api/v1/docs#bad_day")


def _rows(caller, day: str, rule: str, **more: str):
    return caller.get(f"quality/{day}/rows?{urlencode({'source': worlds.SOURCE, 'rule': rule} | more)}")


def test_all_failing_rows_of_a_rule_are_read_page_by_page(caller, moment):
    """A card shows twenty; what its sender has to mend is all of them."""
    caller.send("cases", *(worlds.case(f"YC-{n:03}", moment) for n in range(201)))
    day = local_day(moment).isoformat()
    judge_quality.judge_day(local_day(moment), by=OPERATOR, now=moment + timedelta(hours=12))
    (card,) = caller.get(f"quality/{day}").json()["cards"]
    (found,) = (one for one in card["findings"] if one["rule"] == "DQ-09")
    assert (found["failing"], len(found["samples"])) == (201, 20)

    first = _rows(caller, day, "DQ-09").json()
    rest = _rows(caller, day, "DQ-09", cursor=first["cursor"]).json()

    assert (len(first["rows"]), len(rest["rows"]), rest["cursor"]) == (200, 1, None)
    ids = [row["id"] for row in first["rows"] + rest["rows"]]
    assert set(ids) == {str(pk) for pk in Case.objects.values_list("id", flat=True)}
    assert first["rows"][:20] == found["samples"]
    assert "YC-0" not in str(first), "ids and codes, no values"


def test_the_rows_of_others_and_of_nothing_are_refused(day, caller, moment, problem):
    other = Caller("other", worlds.OTHER_CITY, moment)
    problem(_rows(other, day, "DQ-14"), 404, "no_such_quality_source")
    problem(caller.get(f"quality/{day}/rows?source=a%00b&rule=DQ-14"), 404, "no_such_quality_source")
    problem(_rows(caller, day, "DQ-99"), 404, "no_daily_rule")
    problem(_rows(caller, "yesterday", "DQ-14"), 400, "bad_day")
    problem(caller.get(f"quality/{day}/rows?source={worlds.SOURCE}"), 400, "missing_parameter")
    for cursor in ("x", "W10=", "WyIiLCIiLCIiLCJcdTAwMDAiXQ==", "é"):
        problem(_rows(caller, day, "DQ-14", cursor=cursor), 400, "bad_cursor")
    assert Client().get(f"/api/v1/quality/{day}/rows").status_code == 401


def test_without_a_key_nothing_is_told(day):
    assert Client().get(f"/api/v1/quality/{day}").status_code == 401
