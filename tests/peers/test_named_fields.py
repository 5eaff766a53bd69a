"""A no names fields as its sender does: what was read by the name it stood under, what is missing by all that would do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.reviews.models import Review
from tests.peers.fujian import Fujian2019
from tests.peers.plain import JINING_SERVICE, STEP, custom, post
from tests.peers.tongues import TONGUES, Tongue, keys_of, ready, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_AGENCY, _ITEM = "370800000000_11370800MB00000000", "1137080000000000000000000000001"
_BY_NAME = {str(one): one for one in TONGUES}
_WRONG: list[tuple[str, dict[str, object], str]] = [
    ("shandong:case", {"taskHandleItem": "", "taskCode": "NOPE"}, "taskCode"),
    ("shandong:case", {"taskHandleItem": "NOPE", "taskCode": ""}, "taskHandleItem"),
    ("zhejiang-ningbo:zwztapi/offlinereport.do", {"taskHandleItem": "", "taskCode": "NOPE"}, "taskCode"),
    ("zhejiang-ningbo:zwztapi/offlinereport.do", {"deptCode": "", "proDepartCode": "NOPE"}, "proDepartCode"),
    ("shandong-aggregation:receiveBasicInfo", {"taskcode": "NOPE"}, "taskcode"),
    ("jining:hcp/addEvaluateService", {"taskCode": ""}, "taskCode"),
    ("zhejiang-shaoxing:queryPublishurl", {"departIdentityCode": "", "departCode": "NOPE"}, "departCode"),
    ("fujian-2019:ws/evaluation", {"itemCode": "", "businessCode": "TESTSWB"}, "businessCode"),
    ("fujian-2019:ws/evaluation", {"itemCode": "", "businessCode": ""}, "itemCode / businessCode"),
]


def _speaks(source: Callable[..., Source], place: Callable[..., None], name: str) -> tuple[Tongue, Source]:
    tongue = _BY_NAME[name]
    place(*tongue.place)
    tongue, keys = keys_of(tongue)
    there = source(tongue.dialect, "theirs", tongue.place[0], keys=keys, unsigned=not tongue.signed)
    return ready(tongue, there), there


@pytest.mark.parametrize(("name", "changes", "field"), _WRONG, ids=lambda one: str(one)[:60])
def test_of_several_names_the_one_that_was_sent_is_meant(source, place, name, changes, field):
    tongue, there = _speaks(source, place, name)

    heard = said(tongue, there, tongue.body(**changes))

    assert not heard.taken
    others = {name for _, told, _ in _WRONG for name in told} - set(field.split(" / "))
    assert re.search(rf"(?<![A-Za-z]){field}(?![A-Za-z ])", heard.words), heard
    assert not [name for name in others if re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", heard.words)], heard


def test_a_known_code_is_named_as_it_was_sent_too(source, place):
    """Of two codes the known one is taken: what is wrong with it is said of its own name."""
    tongue, there = _speaks(source, place, "jining:hcp/addEvaluateService")
    place("370900000000", "370900000000_11370900MB00000000", "1137090000000000000000000000001")

    heard = said(tongue, there, tongue.body(orgcode="", deptCode="370900000000_11370900MB00000000"))

    assert not heard.taken
    assert "deptCode" in heard.words
    assert "orgcode" not in heard.words


def test_no_name_of_ours_leaks_to_who_asks(source, place):
    place("370800000000", _AGENCY, _ITEM)
    asked = [
        ("shandong", "GET", "sign?projectNo=37nowhere", "projectNo"),
        ("anhui", "POST", "status?projNo=nowhere", "projNo"),
        ("anhui", "GET", "lookup?nwslbh=nowhere", "nwslbh"),
        ("beijing", "GET", "pubservice/appraise4PCOthers/pre?serviceCode=%2F", "serviceCode"),
    ]
    for dialect, method, path, field in asked:
        there = source(dialect, f"{dialect}-{field}", "370800000000", unsigned=True)
        answer = there.send(method, path, b"", {}).decode()
        assert field in answer, answer
        assert not re.search(r"case_no|occurrence|token：", answer), answer

    old = Fujian2019(
        source("fujian-2019", "fj", "370800000000", keys={"mark": "m", "word": "w"}).send,
        name="m",
        password="w",
    )
    for call in ("getSaveEvaluationUrl", "getEvaluationDetail"):
        told = old.call(call, {"projectNo": "nowhere", "nodeName": "办结"})
        assert (told.ok, "projectNo：" in told.message, "case_no" in told.message) == (False, True, False)


def test_what_stands_against_a_review_is_said_of_what_its_sender_sent(source, place):
    place("370800000000", _AGENCY, _ITEM)
    there = source("jining", "jn", "370800000000", unsigned=True)
    assert custom(post(there.send, "hcp/addEvaluateService", {"params": JINING_SERVICE}))[0] == "1"
    told = {"flowsn": "37080020240101000001", "content": "等了两个小时", "result": "2", "eventCode": "1"}
    first, other = (
        custom(post(there.send, "hcp/hcpevaluate", {"params": told | {"result": level}})) for level in "21"
    )

    assert first[0] == "1"
    assert other == ("0", "eventCode：本次服务已存在评价，请勿重复评价！")

    shandong, hall = _speaks(source, place, "shandong:review/offline")
    assert shandong.needs_case
    case = shandong.needs_case(shandong)
    assert said(case, hall, case.body()).taken
    assert said(shandong, hall, shandong.body()).taken
    heard = said(shandong, hall, shandong.body(satisfaction="1", evalDetail="115"))
    assert ("serviceNumber" in heard.words, "assessNumber" in heard.words) == (True, False), heard


def test_how_a_service_was_rated_is_told_to_who_has_shown_who_asks(source, place):
    """A source may be set to be taken unsigned: what it then hears of a review is that there is one."""
    tongue, _ = _speaks(source, place, "fujian-2019:ws/evaluation")
    there = source("fujian-2019", "both", tongue.place[0], keys={"mark": "m", "word": "w"}, unsigned=True)
    assert said(tongue, there, tongue.body()).taken
    asked = {"projectNo": str(tongue.record["projectNo"]), "nodeName": "办结"}

    shown, hidden = (
        Fujian2019(there.send, name="m", password=word).call("getEvaluationDetail", asked)
        for word in ("w", "")
    )

    assert (shown.ok, shown.find("alternate"), bool(shown.find("assessTime"))) == (True, "2", True)
    assert (hidden.ok, hidden.find("projectNo")) == (True, asked["projectNo"])
    for name in ("alternate", "appraisald", "writingevalua", "assessTime", "evaluateUnid"):
        assert hidden.find(name) == ""


@pytest.mark.parametrize("name", _BY_NAME)
def test_names_that_differ_in_capitals_only_must_not_contradict_each_other(source, place, name):
    """One of them would be dropped without a word: it is refused as two of the very same name are."""
    tongue, there = _speaks(source, place, name)
    number = tongue.names["number"]
    other = number.upper() if number != number.upper() else number.lower()
    twice = replace(tongue, record=tongue.record | {other: f"{tongue.record[number]}9"})

    heard = said(twice, there, twice.body())

    assert not heard.taken
    assert number.lower() in heard.words.lower()
    assert (Case.objects.count(), Review.objects.count()) == (0, 0)


def test_capitals_in_the_envelope_must_not_contradict_each_other_either(source, place):
    place("370800000000", _AGENCY, _ITEM)
    there = source("jining", "jn", "370800000000", unsigned=True)
    both = {"params": JINING_SERVICE, "Params": JINING_SERVICE | {"projectNo": "37X2"}}

    code, text = custom(post(there.send, "hcp/addEvaluateService", both))

    assert (code, "params" in text.lower(), Case.objects.count()) == ("0", True, 0)
    feed = source("shandong-aggregation", "feed", "370800000000", unsigned=True)
    answer = feed.send("POST", "receiveProc", json.dumps(STEP | {"projId": STEP["projid"]}).encode(), {})
    assert json.loads(answer)["success"] == "true", "told twice alike it is no contradiction"
