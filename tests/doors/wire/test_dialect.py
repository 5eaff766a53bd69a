"""`/wire/<dialect>/<source>/…`: whatever comes is answered in the caller's style, never with a fault of ours."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as house
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import QuarantinedRecord, WireSignature, WireSource
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.models import Review
from haochaping.voices.models import Voice
from tests import worlds
from tests.peers import plain

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.urls("tests.doors.portal.urls")
_EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "dialects"
_CANARIES = ("金丝雀", "19912345678", "990102198807061234")


@pytest.fixture
def ask(db: None) -> Callable[..., dict[str, object]]:
    now = timezone.now()
    worlds.build(now)
    for dialect in ("jining", "shandong", "fujian-2020", "zhejiang-ningbo"):
        row = {"code": dialect, "name": dialect, "division": worlds.CITY}
        assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []
        exchange.set_source(dialect, dialect=dialect, keys={}, unsigned=True, by=OPERATOR, now=now)

    def post(path: str, body: object) -> dict[str, object]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        dialect, _, call = path.partition("/")
        answer = Client().post(f"/wire/{dialect}/{dialect}/{call}", data, content_type="application/json")
        assert answer.status_code == 200, (path, data, answer.content)
        return {"raw": answer.content.decode()}

    return post


def _service(**changes: object) -> dict[str, object]:
    own = {"taskCode": worlds.ITEM, "orgcode": worlds.AGENCY, "areaCode": worlds.COUNTY}
    person = {"userName": _CANARIES[0], "mobile": _CANARIES[1], "certKeyGOV": _CANARIES[2]}
    return {"params": plain.JINING_SERVICE | own | person | changes}


def test_an_entry_without_a_level_comes_as_history_only(db):
    """Nobody is promised an answer by a wire: what is said now is said on the page, where a receipt is given."""
    now = timezone.now()
    worlds.build(now)
    file = house.DIALECTS_DIR / "fault-window.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes((_EXAMPLES / file.name).read_bytes())
    row = {"code": "window", "name": "window", "division": worlds.CITY}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []
    entry = {
        "登记编号": "1",
        "类型": "建议",
        "部门编码": worlds.AGENCY,
        "内容": "加椅子",
        "登记时间": "2020-01-01",
    }
    told = []
    for history in (False, True):
        exchange.set_source(
            "window", dialect="fault-window", keys={}, unsigned=True, history=history, by=OPERATOR, now=now
        )
        answer = Client().post("/wire/fault-window/window/entry", entry, content_type="application/json")
        told.append((json.loads(answer.content)["ok"], Voice.objects.count()))
    file.unlink()

    assert told == [(False, 0), (True, 1)]


def test_a_case_of_another_place_is_refused(ask):
    wrong = ask("jining/hcp/addEvaluateService", _service(areaCode=worlds.OTHER_CITY))
    assert '"code": "0"' in wrong["raw"]
    assert not Case.objects.exists()
    assert '"code": "1"' in ask("jining/hcp/addEvaluateService", _service())["raw"]


def test_a_case_at_an_agency_of_another_city_is_refused(ask):
    wrong = ask("jining/hcp/addEvaluateService", _service(orgcode=worlds.OTHER_AGENCY, deptCode=""))

    assert '"code": "0"' in wrong["raw"]
    assert worlds.OTHER_AGENCY in wrong["raw"]
    assert not Case.objects.exists()


def test_nobody_shows_in_answers_and_quarantine(ask):
    for changes in (
        {"serviceTime": "?"},
        {"orgcode": "nobody", "deptCode": ""},
        {"proStatus": "x"},
        {"certKeyGOV": ""},
    ):
        raw = ask("jining/hcp/addEvaluateService", _service(**changes))["raw"]
        assert not any(canary in raw for canary in _CANARIES)
    records = QuarantinedRecord.objects.all()
    assert len(records) == 3
    for record in records:
        assert not any(canary in json.dumps(record.fields, ensure_ascii=False) for canary in _CANARIES)
        assert record.sealed.keys() == {"applicant"}
    # Sent again, it is the same record.
    ask("jining/hcp/addEvaluateService", _service(serviceTime="?"))
    assert QuarantinedRecord.objects.count() == 3


def test_history_is_marked_as_imported(ask):
    now = timezone.now()
    exchange.set_source(
        "jining", dialect="jining", keys={}, unsigned=True, history=True, by=OPERATOR, now=now
    )
    ask("jining/hcp/addEvaluateService", _service())

    assert '"code": "1"' in ask("jining/hcp/addEvaluate", {"params": plain.JINING_REVIEW})["raw"]

    assert Review.objects.get().provenance == "bulk_import"


def test_keys_lie_sealed_and_go_with_the_source(ask):
    now = timezone.now()
    keys = {"mark": "the mark", "word": "the word"}
    exchange.set_source("shandong", dialect="shandong", keys=keys, by=OPERATOR, now=now)

    row = WireSource.objects.get(dialect="shandong")

    assert b"the word" not in bytes(row.keys)
    exchange.close_source("shandong", by=OPERATOR, now=now)
    assert Client().post("/wire/shandong/shandong/case", b"{}", content_type="x/y").status_code == 404


def test_signatures_are_forgotten_after_their_time(ask, now):
    source = WireSource.objects.get(dialect="shandong")
    exchange.use_signature(source.pk, b"1" * 32, b"2" * 32, field="sign", now=now)
    assert exchange.forget_signatures(now=now + timedelta(days=1)) == 0
    assert exchange.forget_signatures(now=now + timedelta(days=3)) == 1
    assert not WireSignature.objects.exists()


def test_a_message_that_is_too_large(ask):
    raw = ask("jining/hcp/addEvaluate", b" " * (4 * 2**20 + 1))["raw"]
    assert "body" in raw


def test_a_body_that_cannot_be_read_is_said_to_be_one_and_not_the_address(ask):
    torn = ask("fujian-2020/ws/evaluation", b"<soapenv:Envelope><soapenv:Body><ns:getSave")["raw"]
    assert "XML" in torn
    assert "DOCTYPE" not in torn
    assert "ws/evaluation" not in torn
    other = ask("fujian-2020/ws/evaluation", b"<a><b>1</b></a>")["raw"]
    assert "getSaveEvaluation" in other
    assert "ws/evaluation" not in other


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>',
        '<?xml version="1.0" encoding="GB2312"?>\n<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        "<!DOCTYPE html><a/>",
    ],
)
def test_a_declared_document_type_is_said_to_be_what_is_not_taken(ask, declared):
    raw = ask("fujian-2020/ws/evaluation", declared.encode())["raw"]

    assert "DOCTYPE" in raw
    assert "行读不出" not in raw


def test_a_message_without_a_time_is_not_called_late(ask):
    exchange.set_source(
        "shandong", dialect="shandong", keys={"mark": "m", "word": "w"}, by=OPERATOR, now=timezone.now()
    )
    raw = ask("shandong/case", {"txnBodyCom": {"sign": "00", "appMark": "m", "params": {}}})["raw"]

    assert "缺少字段“txnBodyCom.time”" in raw
    assert "相差" not in raw


def test_a_call_that_bears_no_signature_names_the_way_out(ask):
    exchange.set_source("jining", dialect="jining", keys={}, by=OPERATOR, now=timezone.now())

    assert "--unsigned" in ask("jining/hcp/addEvaluateService", _service())["raw"]


def test_of_a_file_that_cannot_be_read_its_sender_hears_to_come_again(ask, caplog):
    """What is wrong in it is the business of whoever runs the house."""
    file = house.DIALECTS_DIR / "jining.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("title = 1 2", encoding="utf-8")

    answer = Client().post(
        "/wire/jining/jining/hcp/addEvaluateService", _service(), content_type="application/json"
    )
    file.unlink()

    told = answer.json()
    assert (answer.status_code, told["code"]) == (503, "unavailable")
    assert not any(word in answer.content.decode() for word in ("TOML", "toml", "line"))
    assert "jining.toml" in caplog.text
    assert '"code": "1"' in ask("jining/hcp/addEvaluateService", _service())["raw"]


def test_what_is_missing_is_named_by_a_field_that_the_call_has(ask):
    bad = {"flowsn": "080020240101000001", "eventCode": 1, "result": "1"}
    by_phone = ask("jining/hcp/hcpevaluate", bad)["raw"]
    at_the_hall = ask("jining/hcp/addEvaluate", {"params": plain.JINING_REVIEW | {"evalDetail": ""}})["raw"]

    assert '"content：差评必须勾选详情或填写文字评价"' in by_phone
    assert '"evalDetail：差评必须勾选详情或填写文字评价"' in at_the_hall


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_BODIES = st.binary(max_size=200) | _JSON | st.builds(lambda inner: {"params": inner}, _JSON)
_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        name: _JSON | st.just(value) for name, value in (plain.JINING_SERVICE | plain.JINING_REVIEW).items()
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(body=_BODIES | st.builds(lambda record: {"params": record}, _RECORDS))
def test_no_body_makes_a_fault(ask, body):
    for path in ("jining/hcp/addEvaluateService", "jining/hcp/addEvaluate"):
        assert '"custom"' in ask(path, body)["raw"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(body=_BODIES)
def test_no_body_makes_a_fault_in_other_dialects(ask, body):
    assert "C-Response-Desc" in ask("shandong/case", body)["raw"]
    assert "Envelope" in ask("fujian-2020/ws/evaluation", body)["raw"]
    assert '"result"' in ask("zhejiang-ningbo/zwztapi/offlinereport.do", body)["raw"]


@pytest.mark.parametrize("method", ["get", "put"])
def test_a_call_by_another_method_is_there_and_says_by_which_it_is_sent(ask, method):
    answer = getattr(Client(), method)("/wire/jining/jining/hcp/addEvaluate").content.decode()

    assert "接口“hcp/addEvaluate”要用 POST 发送" in answer
    assert "没有接口" not in answer
    assert '"custom"' in answer
    assert "没有接口“hcp/none”" in ask("jining/hcp/none", {})["raw"]


def test_a_field_is_named_with_the_capitals_it_was_sent_with(ask):
    ask("jining/hcp/addEvaluateService", _service())
    off_scale = {"satisfaction": "", "evaluateLevel": "", "SATISFACTION": "9"}
    for changes, name in (
        (off_scale, "“SATISFACTION”"),
        ({"evalDetail": "", "EVALDETAIL": ["a" * 11]}, "EVALDETAIL"),
        ({"serviceNumber": "", "SERVICEnumber": "x"}, "SERVICEnumber"),
    ):
        told = {"params": plain.JINING_REVIEW | changes}
        assert name in ask("jining/hcp/addEvaluate", told)["raw"], changes
    assert QuarantinedRecord.objects.filter(field="SATISFACTION").exists()


def test_two_names_of_the_level_that_contradict_each_other_are_not_guessed_between(ask):
    ask("jining/hcp/addEvaluateService", _service())

    told = {"satisfaction": "", "Satisfaction": "2", "evaluateLevel": "5"}

    raw = ask("jining/hcp/addEvaluate", {"params": plain.JINING_REVIEW | told})["raw"]

    assert "“Satisfaction / evaluateLevel”所说的等级不一致（2, 5）" in raw
    assert not Review.objects.exists()
    [row] = QuarantinedRecord.objects.filter(kind="review")
    assert (row.code, row.field) == ("levels_differ", "Satisfaction / evaluateLevel")


def test_callers_of_xml_and_forms_are_told_nothing_of_json(ask):
    form = ask("zhejiang-ningbo/zwztapi/offlinereport.do", b"satisfaction=5&satisfaction=1")["raw"]

    assert "字段“satisfaction”写了两次" in form
    assert "JSON" not in form


def test_an_unknown_method_of_a_service_is_answered_by_its_name(ask):
    body = b"<Envelope><Body><ns:getFoo xmlns:ns='x'><a>1</a></ns:getFoo></Body></Envelope>"

    raw = ask("fujian-2020/ws/evaluation", body)["raw"]

    assert "<getFooResponse>" in raw
    assert "没有方法“getFoo”" in raw
    assert "getSaveEvaluationUrlResponse" not in raw
