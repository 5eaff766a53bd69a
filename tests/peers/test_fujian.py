"""Fujian's two interfaces against the running server; its client looks for code 200."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.exchange.models import QuarantinedRecord
from haochaping.reviews.models import Review
from tests.peers.fujian import CASE, Fujian2019, Fujian2020, whole_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_ADDRESSES = {"1": "https://pj.example.test", "2": "https://pj.gov.example.test"}


@pytest.fixture
def peer(source: Callable[..., Source], place: Callable[..., None]) -> Fujian2020:
    place("351001000000", "351001000000_AAA", CASE["itemCode"])
    keys = {"mark": "ptzhsp", "word": "0123456789abcdef0123456789abcdef"}
    there = source("fujian-2020", "ptzhsp", "351001000000", keys=keys, addresses=_ADDRESSES)
    return Fujian2020(there.send, app_key=keys["mark"], app_code=keys["word"])


@pytest.fixture
def older(source: Callable[..., Source], place: Callable[..., None]) -> Fujian2019:
    place("351001000000", "351001000000_AAA", CASE["itemCode"])
    keys = {"mark": "ptuser", "word": "a password"}
    there = source("fujian-2019", "ptzhsp-old", "351001000000", keys=keys, addresses=_ADDRESSES)
    return Fujian2019(there.send, name=keys["mark"], password=keys["word"])


def test_2020_token_review_supplement_detail_and_list(peer):
    assert peer.log_in().keys() == {"access_token", "expires_in", "refresh_token", "re_expires_in"}

    answer = peer.call("getSaveEvaluation", CASE)
    assert answer.ok, answer.text
    review = Review.objects.get()
    assert answer.find("evaluateUnid") == str(review.id)
    assert (review.level, review.indicator_codes, review.comment_text) == (2, ["209", "213"], "办事效率不高")
    assert (review.channel, review.provenance) == ("hall_pad", "unverified")
    case, service = Case.objects.get(), ServiceOccurrence.objects.get()
    assert (case.status, case.agent_id, service.name, service.stage) == (
        "completed",
        None,
        "办结",
        "delivery",
    )

    assert peer.call("getSaveEvaluation", CASE).ok, "the same again is no error"
    other = peer.call("getSaveEvaluation", CASE | {"alternate": "5", "appraisald": "510"})
    assert (other.code, Review.objects.count()) == ("3", 1)
    late = CASE | {
        "proStatus": "2",
        "resultDate": " ",
        "evaluateType": "2",
        "assessTime": "2024-01-03 09:00:00",
    }
    assert peer.call("getSaveEvaluation", late).ok, "the case is over, and the second review is a review"
    assert (Case.objects.get().status, Review.objects.count()) == ("completed", 2)
    more = whole_blocks(CASE | {"projectNo": "FJPT24010109000002"})
    assert peer.call("getEvaluationSupplement", more).ok, "an XML of whole blocks bears no padding"

    asked = {
        "businessCode": "TESTSWB",
        "projectNo": CASE["projectNo"],
        "nodeName": "办结",
        "visitFrom": "1",
        "evaluateType": "1",
    }
    detail = peer.call("getEvaluationDetail", asked)
    assert (detail.ok, detail.find("alternate"), detail.find("evaluateUnid")) == (True, "2", str(review.id))
    listed = peer.call("getEvaluationList", {"projectNo": CASE["projectNo"]})
    assert len(listed.case.findall("data/evaluation")) == 2


def _told_of(peer: Fujian2019 | Fujian2020, name: str) -> tuple[str, str]:
    """What the client hears of a service of the case: the code of the answer, and the level."""
    asked = {"projectNo": CASE["projectNo"], "nodeName": name}
    answer = peer.call("getEvaluationDetail", asked)
    return answer.code, answer.find("alternate")


def _page_of(peer: Fujian2019 | Fujian2020, name: str) -> str:
    """The code that comes with the address of its review page."""
    asked = {
        "businessCode": "TESTSWB",
        "projectNo": CASE["projectNo"],
        "nodeName": name,
        "pf": "1",
        "type": "1",
    }
    return peer.call("getSaveEvaluationUrl", asked).code


@pytest.mark.parametrize("version", ["peer", "older"])
def test_no_service_is_answered_for_another(version, request):
    client = request.getfixturevalue(version)
    if version == "peer":
        client.log_in()
    assert client.call("getSaveEvaluation", CASE).ok
    # Systems name the stage, and have sent it under another name: of one service there is no doubt.
    assert (_told_of(client, "咨询"), _page_of(client, "咨询")) == (("200", "2"), "200")
    earlier = {
        "nodeName": "受理",
        "serviceTime": "2024-01-01 08:00:00",
        "alternate": "5",
        "appraisald": "510",
    }
    assert client.call("getSaveEvaluation", CASE | earlier).ok

    told = {name: (_told_of(client, name), _page_of(client, name)) for name in ("受理", "办结", "咨询")}

    assert told == {
        "受理": (("200", "5"), "200"),
        "办结": (("200", "2"), "200"),
        "咨询": (("404", ""), "404"),
    }


def test_2020_refuses_in_its_own_codes(peer):
    peer.token = "1.x"
    assert peer.call("getSaveEvaluation", CASE).code == "401"
    peer.log_in()
    missing = peer.call("getSaveEvaluation", {n: v for n, v in CASE.items() if n != "contactMobile"})
    assert (missing.code, missing.message) == ("400", "缺少必要参数:contactMobile")
    blank = peer.call("getSaveEvaluation", CASE | {"alternate": " "})
    assert (blank.code, blank.message) == ("400", "缺少必要参数:alternate")
    off = peer.call("getSaveEvaluation", CASE | {"alternate": "0"})
    assert off.code == "400"
    assert "alternate" in off.message
    assert QuarantinedRecord.objects.get().code == "off_scale"
    assert "pf" in peer.call("getSaveEvaluation", CASE | {"projectNo": "X2", "pf": "9"}).message
    assert QuarantinedRecord.objects.latest("received_at").kind == "review", "its case could be read"
    assert Case.objects.count() == 2
    assert not Review.objects.exists()

    code, peer.app_code = peer.app_code, "another code"
    assert "xmlStr" in peer.call("getSaveEvaluation", CASE | {"projectNo": "X1"}).message
    assert "access_token" not in peer.log_in()
    peer.app_code = code
    assert not Review.objects.exists()


def test_2020_a_completed_case_says_when(peer):
    peer.log_in()
    unsaid = CASE | {"resultDate": " "}

    for call in ("getSaveEvaluation", "getEvaluationSupplement"):
        answer = peer.call(call, unsaid)
        assert (answer.code, answer.message) == ("400", "缺少必要参数:resultDate")

    assert peer.call("getSaveEvaluation", unsaid | {"proStatus": "2"}).ok, "it is not over yet"
    assert (Case.objects.get().status, Review.objects.count()) == ("accepted", 1)


_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<Case><projectNo>&b;</projectNo></Case>"
)
_REACHES_OUT = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<Case><projectNo>&x;</projectNo></Case>"
)


@pytest.mark.parametrize("xml", [_BOMB, _REACHES_OUT, "<Case><projectNo>", "", "no XML"])
def test_2020_xml_that_is_none_or_does_harm(peer, xml):
    from tests.peers.fujian import Answer

    peer.log_in()
    answer = Answer(peer.send("POST", "ws/evaluation", peer.raw("getSaveEvaluation", xml), {}))
    assert answer.code == "400", answer.text
    assert "root:" not in answer.text
    assert not Case.objects.exists()


def test_2019_review_page_review_detail_and_list(older):
    saved = older.call("getSaveEvaluation", CASE | {"projectNo": "FJPT24010109000009"})
    assert saved.ok, saved.text

    told = {name: CASE[name] for name in CASE if name not in {"alternate", "appraisald", "assessTime"}}
    told["businessCode"] = CASE["itemCode"]
    page = older.call("getSaveEvaluationUrl", {name.upper(): value for name, value in told.items()})
    assert page.ok, page.text
    assert page.find("url").startswith("https://pj.gov.example.test/r/"), (
        "type 2 is the network of government"
    )
    short = {
        "businessCode": "TESTSWB",
        "projectNo": CASE["projectNo"],
        "nodeName": "办结",
        "pf": "1",
        "type": "1",
    }
    assert older.call("getSaveEvaluationUrl", short).find("url").startswith("https://pj.example.test/r/")

    assert (
        older.call("getEvaluationDetail", {"projectNo": "FJPT24010109000009", "nodeName": "办结"}).find(
            "alternate"
        )
        == "2"
    )
    assert older.call("getEvaluationDetail", {"projectNo": "nowhere"}).code == "404"
    older.password = "wrong"
    assert older.call("getSaveEvaluation", CASE).code == "401"
