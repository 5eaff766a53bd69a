"""Clients without ciphers against the running server, each with what it takes for success."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.exchange.models import QuarantinedRecord
from haochaping.reviews.models import Review
from tests.peers.citizen import reviewed
from tests.peers.plain import (
    BASIC,
    DONE,
    JINING_REVIEW,
    JINING_SERVICE,
    NINGBO,
    SHAOXING,
    STEP,
    custom,
    post,
    post_form,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_AGENCY, _ITEM = "370800000000_11370800MB00000000", "1137080000000000000000000000001"


@pytest.fixture
def jining(source: Callable[..., Source], place: Callable[..., None]) -> Source:
    place("370800000000", _AGENCY, _ITEM)
    return source("jining", "jn-third", "370800000000", unsigned=True)


def test_jining_a_service_and_its_review(jining):
    def service(**changes: object) -> tuple[str, str]:
        return custom(post(jining.send, "hcp/addEvaluateService", {"params": JINING_SERVICE | changes}))

    def review(**changes: object) -> tuple[str, str]:
        return custom(post(jining.send, "hcp/addEvaluate", {"params": JINING_REVIEW | changes}))

    assert review() == ("0", "没有对应的服务数据")
    assert service() == ("1", "新增服务对象成功")
    assert Case.objects.get().case_no == "37080020240101000001", "the prefix is put before it"
    assert Review.objects.get().level == 2, "the review that came too early has found its case"
    assert service() == ("0", "已存在该条服务信息，请勿重复提交！")
    assert review() == ("0", "本次服务已存在评价，请勿重复评价！")
    assert review(satisfaction="5", evaluateLevel="5", evalDetail="510")[1].endswith(
        "本次服务已存在评价，请勿重复评价！"
    )

    assert service(projectNo="080020240101000002")[0] == "1"
    other = {"projectno": "080020240101000002", "evalDetail": ""}
    code, text = review(**other, satisfaction="1", evaluateLevel="1")
    assert (code, "差评必须勾选详情或填写文字评价" in text, "evalDetail" in text) == ("0", True, True)
    assert review(**other, satisfaction="3", evaluateLevel="3")[0] == "1"
    assert Review.objects.count() == 2
    assert set(Review.objects.values_list("provenance", flat=True)) == {"unverified"}


@pytest.mark.parametrize("wrapped", [False, True], ids=["flat", "params"])
def test_jinings_hotline_rates_a_service_by_telephone(jining, wrapped):
    """The hotline's client sends its four fields flat; the hall's own style wraps them."""

    def rated(**changes: object) -> tuple[str, str]:
        told = {"flowsn": "37080020240101000001", "content": "等了两个小时", "result": "2", "eventCode": "1"}
        told |= changes  # type: ignore[arg-type]
        return custom(post(jining.send, "hcp/hcpevaluate", {"params": told} if wrapped else told))

    assert rated() == ("0", "没有对应的服务数据")
    assert rated() == ("0", "没有对应的服务数据")
    assert QuarantinedRecord.objects.count() == 1, "told again it is the same"
    service = custom(post(jining.send, "hcp/addEvaluateService", {"params": JINING_SERVICE}))
    assert service[0] == "1"
    review = Review.objects.get()
    assert (review.level, review.channel, review.provenance) == (2, "phone", "unverified")
    assert review.comment_text == "等了两个小时"
    assert rated() == ("0", "本次服务已存在评价，请勿重复评价！")
    assert "result" in rated(result="0")[1]
    assert "flowsn" in rated(flowsn=" ")[1]
    assert "差评必须" in rated(content="", eventCode="2")[1]
    assert Review.objects.count() == 1


def test_jining_says_what_is_wrong(jining):
    def said(message: object, path: str = "hcp/addEvaluateService") -> str:
        code, text = custom(post(jining.send, path, message))
        assert code == "0"
        return text

    wrong = "参数结构不正确，请检查参数结构"
    assert wrong in said({"parms": {}})
    assert wrong in said([1])
    for name in ("mobile", "serviceTime", "areaCode", "orgcode", "userName", "serviceName", "serviceNumber"):
        text = said({"params": {n: v for n, v in JINING_SERVICE.items() if n not in {name, "deptCode"}}})
        assert name in text, (name, text)
        assert wrong in text
    assert "自建事项不进行推送" in said(
        {"params": JINING_SERVICE | {"taskCode": "3708000000000000000000000000999"}}
    )
    twice = b'{"params":{"projectNo":"1"},"params":{"projectNo":"2"}}'
    assert "params" in json.loads(jining.send("POST", "hcp/addEvaluateService", twice, {}))["custom"]["text"]
    assert not QuarantinedRecord.objects.exists()
    assert "satisfaction" in said({"params": JINING_REVIEW | {"satisfaction": "9"}}, "hcp/addEvaluate")
    assert QuarantinedRecord.objects.get().code == "off_scale"


def test_shaoxing_gets_an_address(source, place):
    place("330600000000", "DEPART1", SHAOXING["matterId"])
    there = source("zhejiang-shaoxing", "sx", "330600000000", unsigned=True)

    answer = post(there.send, "queryPublishurl", SHAOXING)

    assert answer["success"] is True, answer
    case = Case.objects.get()
    assert (case.kind, case.status, case.person_kind) == ("immediate", "completed", "natural_person")
    assert ServiceOccurrence.objects.get().name == "办结"
    assert post(there.send, "queryPublishurl", SHAOXING)["success"] is True, "asked again, it is told again"
    missing = post(there.send, "queryPublishurl", SHAOXING | {"matterId": ""})
    assert (missing["success"], "matterId" in missing["errorMsg"]) == (False, True)

    assert reviewed(answer["data"], "5") == ("unverified", 5), "the house does not see who asked"


def test_ningbo_reports_a_review_with_its_case(source, place):
    place("330200000000", "11330200MB00000000", NINGBO["taskCode"])
    there = source("zhejiang-ningbo", "nb", "330200000000", unsigned=True)

    assert post_form(there.send, "zwztapi/offlinereport.do", NINGBO)["result"] == "0"
    assert post_form(there.send, "zwztapi/offlinereport.do", NINGBO)["result"] == "0"
    review, case = Review.objects.get(), Case.objects.get()
    assert (review.level, review.indicator_codes, review.channel) == (4, ["406", "413"], "hall_pad")
    assert case.kind == "immediate", "1 and 2 stand for the other kind there"
    again = post_form(
        there.send, "zwztapi/offlinereport.do", NINGBO | {"satisfaction": "5", "evalDetail": ""}
    )
    assert "评价数据不可重复" in again["resultmsg"]

    default = NINGBO | {"projectNo": "NB2", "pf": "7", "satisfaction": "5", "evalDetail": ""}
    assert post_form(there.send, "zwztapi/offlinereport.do", default)["result"] == "0"
    assert Review.objects.get(level=5).provenance == "default_system"
    wrong = post_form(there.send, "zwztapi/offlinereport.do", NINGBO | {"projectNo": "NB3", "pf": "8"})
    assert (wrong["result"], "pf" in wrong["resultmsg"]) == ("1", True)


def test_shandongs_feed_builds_a_case_step_by_step(source, place):
    place("370800000000", _AGENCY, _ITEM, uscc="")
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)

    basic = BASIC | {"acceptdeptcode": _AGENCY}
    for path, message in (
        ("receiveBasicInfo", basic),
        ("receiveProc", STEP),
        ("receiveProc", STEP | {"serviceidentify": "0", "sn": 2, "nodetype": "2", "servicenumber": ""}),
        (
            "receiveProc",
            STEP
            | {
                "sn": 3,
                "nodetype": "3",
                "servicename": "办结",
                "servicenumber": "2",
                "servicetime": "2024-01-05 09:00:00",
            },
        ),
        ("receiveDone", DONE),
    ):
        answer = post(there.send, path, message)
        assert (answer["code"], answer["success"]) == ("200", "true"), answer

    case = Case.objects.get()
    assert (case.status, case.promised_limit, case.statutory_limit) == (
        "completed",
        "5 working_day",
        "20 working_day",
    )
    assert (case.person_id is not None, str(case.completed_at)[:10]) == (True, "2024-01-05")
    assert [(s.no, s.stage) for s in ServiceOccurrence.objects.order_by("no")] == [
        (1, "intake"),
        (2, "delivery"),
    ]


def test_steps_that_name_their_case_by_its_reference_alone(source, place):
    """`orgbusno` binds the three messages (domain.md §2.2); receiveDone may leave `projid` empty, before or after."""
    place("370800000000", _AGENCY, _ITEM)
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)
    other = source("shandong-aggregation", "sd-other", "370800000000", unsigned=True)
    basic = BASIC | {"acceptdeptcode": _AGENCY}
    second = {"projid": "37080020240101000006", "orgbusno": "another"}

    def took(feed: Source, path: str, message: dict[str, object]) -> bool:
        return bool(post(feed.send, path, message)["success"] == "true")

    assert took(there, "receiveBasicInfo", basic)
    assert took(there, "receiveDone", DONE | {"projid": ""})
    assert Case.objects.get().status == "completed"

    early = DONE | {"projid": "", "orgbusno": "another"}
    for _ in range(2):
        assert took(there, "receiveDone", early), "it waits for its case"
    assert took(other, "receiveDone", DONE | {"projid": ""}), "a reference is its own platform's"
    waiting = QuarantinedRecord.objects.filter(state="waiting")
    assert sorted(waiting.values_list("source", "kind", "code")) == [
        ("sd-feed", "step", "early_step"),
        ("sd-other", "step", "early_step"),
    ]
    assert took(there, "receiveBasicInfo", basic | second)
    assert Case.objects.get(case_no=second["projid"]).status == "completed"
    assert waiting.get().source == "sd-other"
    assert took(there, "receiveDone", early), "told again it changes nothing"

    refused = post(there.send, "receiveDone", DONE | {"projid": "", "orgbusno": ""})
    assert (refused["success"], "projid / orgbusno" in refused["message"]) == ("false", True)
    assert waiting.count() == 1


@pytest.fixture
def feed(source: Callable[..., Source], place: Callable[..., None]) -> Callable[..., dict[str, object]]:
    place("370800000000", _AGENCY, _ITEM)
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)

    def send(path: str, message: dict[str, object], **changes: object) -> dict[str, object]:
        return post(there.send, path, message | changes)

    assert send("receiveBasicInfo", BASIC, acceptdeptcode=_AGENCY, datasources="1")["success"] == "true"
    return send


def test_a_result_that_is_none_is_said_and_the_case_stays(feed):
    answer = feed("receiveProc", STEP, noderesult="x")

    assert (answer["success"], "noderesult" in str(answer["message"])) == ("false", True)
    assert Case.objects.get().status == "submitted"
    assert feed("receiveProc", STEP, noderesult="")["success"] == "true", "a step need not say one"


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ("4", "accepted"),
        ("5", "supplement_requested"),
        # Papers are asked for before acceptance, and it is accepted with them.
        ("54", "accepted"),
        ("46", "suspended"),
        ("461", "in_process"),
        ("47", "returned"),
        ("474", "accepted"),
        ("40", "in_process"),
        ("2", "rejected"),
        ("3", "rejected"),
        # What comes late takes nothing back.
        ("414", "in_process"),
        ("24", "rejected"),
    ],
)
def test_shandongs_steps_say_where_the_case_stands(feed, results, status):
    for n, result in enumerate(results, 1):
        told = feed(
            "receiveProc", STEP, noderesult=result, sn=n, servicenumber=str(n), servicename=f"环节{n}"
        )
        assert told["success"] == "true", told

    assert Case.objects.get().status == status
    assert ServiceOccurrence.objects.count() == len(results), "a late step is a service all the same"


@pytest.mark.parametrize(
    ("told", "channel"), [("1", "web"), ("2", "window"), ("9", "other"), ("", "other"), ("8", "other")]
)
def test_shandongs_steps_took_place_where_their_case_came_in(source, place, told, channel):
    place("370800000000", _AGENCY, _ITEM)
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)
    basic = BASIC | {"acceptdeptcode": _AGENCY, "datasources": told}
    assert post(there.send, "receiveBasicInfo", basic)["success"] == "true"

    assert post(there.send, "receiveProc", STEP)["success"] == "true"

    assert ServiceOccurrence.objects.get().channel == channel


def test_shandongs_basic_information_sent_again_takes_no_case_back(feed):
    feed("receiveProc", STEP)
    feed("receiveDone", DONE)

    told = feed("receiveBasicInfo", BASIC, acceptdeptcode=_AGENCY, datasources="1", timelimit=15)

    assert told["success"] == "true", told
    case = Case.objects.get()
    assert (case.status, case.statutory_limit) == ("completed", "15 working_day")
    assert case.completed_at is not None
    assert case.accepted_at is not None


def test_shandongs_end_of_a_case_that_was_turned_down_leaves_it_so(feed):
    feed("receiveProc", STEP, noderesult="3")

    assert feed("receiveDone", DONE)["success"] == "true"

    assert Case.objects.get().status == "rejected"


def test_steps_that_come_before_their_case_wait_for_it(source, place):
    """The feed collects: a step is kept from its first byte, so its sender is told that all is well."""
    place("370800000000", _AGENCY, _ITEM, uscc="")
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)
    last = {
        "sn": 3,
        "nodetype": "3",
        "servicename": "办结",
        "servicenumber": "",
        "servicetime": "2024-01-05 09:00:00",
    }

    for path, message in (("receiveDone", DONE), ("receiveProc", STEP), ("receiveProc", STEP | last)):
        for _ in range(2):
            answer = post(there.send, path, message)
            assert (answer["code"], answer["success"]) == ("200", "true"), answer
    waiting = QuarantinedRecord.objects.filter(state="waiting")
    assert sorted(waiting.values_list("kind", "code")) == [("step", "early_step")] * 3, (
        "told again it is the same"
    )
    assert not Case.objects.exists()

    answer = post(there.send, "receiveBasicInfo", BASIC | {"acceptdeptcode": _AGENCY})

    assert (answer["code"], answer["success"]) == ("200", "true"), answer
    assert not waiting.exists()
    case = Case.objects.get()
    assert (case.status, str(case.completed_at)[:10]) == ("completed", "2024-01-05")
    assert [(s.no, s.stage) for s in ServiceOccurrence.objects.order_by("no")] == [
        (1, "intake"),
        (2, "delivery"),
    ]
    results = set(QuarantinedRecord.objects.values_list("state", "result_id"))
    assert results == {("taken", case.pk)}


def test_anhui_status_and_look_up(source, place, jining):
    there = source("anhui", "ah-gt", "370800000000", unsigned=True)
    feed = source("shandong-aggregation", "ah-feed", "370800000000", unsigned=True)
    unknown = json.loads(there.send("POST", "status?projNo=nowhere", b"", {}))
    assert unknown["head"]["returncode"] == "1000"
    assert feed.code != there.code
    # The same platform that sent the case asks about it.
    from haochaping.directory.models import Platform

    service = JINING_SERVICE | {"projectNo": "37080020240101000007"}
    assert custom(post(jining.send, "hcp/addEvaluateService", {"params": service}))[0] == "1"
    Case.objects.update(platform=Platform.objects.get(code="ah-gt"))

    found = json.loads(there.send("GET", "lookup?slbh=37080020240101000007", b"", {}))
    assert found["head"] == {"returncode": "0000", "statusCode": "0000"}
    assert (found["data"]["sxbm"], found["data"]["bjzt"], found["data"]["sqrmc"]) == (_ITEM, "1", "")
    status = json.loads(there.send("POST", "status?projNo=37080020240101000007", b"", {}))
    assert (status["head"]["returncode"], status["data"]["evaluated"]) == ("0000", "false")
    rated = JINING_REVIEW | {"projectno": "37080020240101000007"}
    Case.objects.update(platform=Platform.objects.get(code="jn-third"))
    assert custom(post(jining.send, "hcp/addEvaluate", {"params": rated}))[0] == "1"
    Case.objects.update(platform=Platform.objects.get(code="ah-gt"))
    told = there.send("POST", "status?projNo=37080020240101000007", b"", {}).decode()
    said = json.loads(told)["data"]
    assert said == {"projNo": "37080020240101000007", "evaluated": "true"}, "nobody signs: not how, nor when"
    assert json.loads(there.send("GET", "lookup?slbh=nowhere", b"", {}))["head"]["returncode"] == "1000"


def test_without_leave_nothing_unsigned_is_taken(source, place):
    place("370800000000", _AGENCY, _ITEM)
    there = source("jining", "jn-strict", "370800000000")

    code, _ = custom(post(there.send, "hcp/addEvaluateService", {"params": JINING_SERVICE}))

    assert code == "0"
    assert not Case.objects.exists()


def test_an_unknown_source_or_call_is_told_so(jining):
    jining.code, code = "nobody", jining.code
    for path in ("hcp/addEvaluate", "hcp/nothing"):
        status, _, answer = jining.ask("POST", path, b"{}", {})
        told = json.loads(answer)
        assert (status, told["custom"]["code"]) == (404, "0"), "in the style of the dialect at that address"
        assert "“nobody”" in told["custom"]["text"]
    jining.dialect = "klingon"
    status, _, answer = jining.ask("POST", "hcp/addEvaluate", b"{}", {})
    assert (status, json.loads(answer)["success"]) == (404, "false")
    jining.code, jining.dialect = code, "shandong"
    assert jining.ask("POST", "case", b"{}", {})[0] == 404
    jining.dialect = "jining"
    assert custom(post(jining.send, "hcp/nothing", {}))[0] == "0"
