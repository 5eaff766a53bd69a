"""The Anhui address: what is read out of it, how it may have suffered on the way, and that nothing breaks it."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.exchange.dialects import shelf
from haochaping.exchange.dialects.address import MAX_LENGTH, Address, read_address
from haochaping.exchange.dialects.documents import find
from haochaping.exchange.dialects.envelope import Keys, Message, open_message
from haochaping.exchange.rules import judge_case
from haochaping.exchange.terms import BAD_ADDRESS, Raw
from haochaping.kernel.refused import Refused
from tests.exchange.dialects.anhui_address import PLAIN, encoded, query

ANHUI = shelf.load(shelf.files(None)["anhui"])
EVALUATE = next(one for one in ANHUI.operations if one.name == "evaluate")


def _read(said: str) -> Address:
    return read_address(ANHUI, EVALUATE, said)


def test_a_whole_address_becomes_case_and_person():
    address = _read(query())

    assert dict(address.case) == {
        "source": "501",
        "case_no": "TEST20240101000001",
        "item": "TESTCODE",
        "agency": "TESTDEPT",
        "division": "990100000000",
        "status": "completed",
        "kind": "committed",
        "applicant": {"kind": "natural_person"},
        "applied_at": "2024-01-01T09:00:00+08:00",
        "completed_at": "2024-01-01T09:00:00+08:00",
    }
    assert (address.service["at"], address.service["staff"]) == ("2024-01-01T09:00:00+08:00", "u1")
    assert address.channel == "hall_pad"
    assert (address.item_name, address.agency_name) == ("测试事项", "测试市自然资源和规划局")
    person = address.persons["applicant"]
    assert (person.name, person.phone) == ("测试申请人", "13900000000")
    assert (person.certificate_type, person.certificate_no) == ("111", "990101199001010000")


def test_what_is_read_passes_the_gate_of_the_exchange():
    address = _read(query())

    case = judge_case(Raw(dict(address.case) | {"occurrences": [dict(address.service)]}))

    assert case.occurrences[0].stage == "delivery"
    assert case.occurrences[0].at.isoformat() == "2024-01-01T09:00:00+08:00"


def test_nothing_of_the_person_stands_outside_the_person():
    address = _read(query())

    said = repr(address) + repr(dict(address.case))

    for secret in ("测试申请人", "13900000000", "990101199001010000", "测试人员"):
        assert secret not in said


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1", "natural_person"),
        ("2", "enterprise"),
        ("3", "institution"),
        ("4", "social_organisation"),
        ("5", "unincorporated_enterprise"),
        ("6", "government_agency"),
        ("9", "other"),
        ("7", "other"),
        ("", "other"),
    ],
)
def test_kinds_of_applicant(code, kind):
    assert _read(query(userProp=code)).case["applicant"] == {"kind": kind}


@pytest.mark.parametrize(
    ("code", "status"), [("1", "submitted"), ("2", "accepted"), ("3", "completed"), ("<dict>", "in_process")]
)
def test_states(code, status):
    case = _read(query(handleStateCode=code)).case

    assert case["status"] == status
    assert ("completed_at" in case) == (status == "completed")


@pytest.mark.parametrize(
    "value", ["甲&乙", "甲=乙", "a&b=c&d", "&&==", "A&name=B", "&projn=x", "甲 乙", "+%2B", "甲&source"]
)
def test_ampersand_and_equals_stay_in_their_value(value):
    address = _read(query(applicantName=value))

    assert address.persons["applicant"].name == value.strip()
    assert address.persons["applicant"].phone == "13900000000"


def test_a_value_cannot_speak_over_an_earlier_field():
    address = _read(query(evaluatedPersonInfo="[]&projNo=OTHER&source=999"))

    assert (address.case["case_no"], address.case["source"]) == ("TEST20240101000001", "501")


def test_an_unknown_key_behind_a_code_is_cut_off():
    assert _read(query(serviceCode="TESTCODE&later=1")).case["item"] == "TESTCODE"


@pytest.mark.parametrize(
    "suffered",
    [
        lambda text: text.rstrip("="),
        lambda text: text + "==",
        lambda text: quote(text, safe=""),
        lambda text: text.replace("+", " "),
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: f"{text}&from=messenger&t=1",
        lambda text: "%0D%0A".join(text[i : i + 76] for i in range(0, len(text), 76)),
    ],
)
@pytest.mark.parametrize("name", ["测试申请人", "测试申请人甲", "测试申请人甲乙", ">>>???~~~"])
def test_what_happens_on_the_way_does_no_harm(suffered, name):
    assert _read(suffered(query(applicantName=name))).persons["applicant"].name == name


def test_inner_base64_with_line_breaks_is_read():
    plain = "&".join(f"{key}={value}" for key, value in PLAIN.items()).encode()
    inner = b64encode(plain).decode()
    broken = "\r\n".join(inner[i : i + 76] for i in range(0, len(inner), 76))

    assert _read(b64encode(broken.encode()).decode()).case["source"] == "501"


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "====",
        "%%%",
        "A" * (MAX_LENGTH + 1),
        b64encode(b"projNo=1&source=2").decode(),
        b64encode(b64encode(b"\xff\xfe")).decode(),
        b64encode(b64encode(b"\xb2\xe2\xca\xd4")).decode(),
        encoded(""),
        encoded("no keys at all"),
        encoded("projNo=1"),
        encoded("source=1"),
        encoded("projNo=&source=501"),
        encoded(f"projNo={'9' * 51}&source=501"),
        encoded("projNo=1\x002&source=\x00"),
        "测试",
    ],
)
def test_garbage_is_refused(garbage):
    with pytest.raises(Refused) as refused:
        _read(garbage)

    assert refused.value.code == BAD_ADDRESS.code
    assert not refused.value.complaint.params


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("transactionTime", "yesterday"),
        ("transactionTime", "0001-01-01 00:00:00"),
        ("transactionTime", ""),
        ("evaluatedPersonInfo", "[" * 5000),
        ("evaluatedPersonInfo", '{"loginName":"u1"}'),
        ("evaluatedPersonInfo", '[{"loginName":5}]'),
        ("evaluatedPersonInfo", "[1]"),
        ("regionCode", "测试"),
        ("regionCode", "9901001"),
        ("serviceCode", "x" * 41),
        ("applicantName", "坏\x00字"),
    ],
)
def test_one_bad_value_spoils_only_itself(key, value):
    address = _read(query(**{key: value}))

    assert address.case["case_no"] == "TEST20240101000001"
    kept = {
        "transactionTime": address.service.get("at", ""),
        "evaluatedPersonInfo": address.service["staff"],
        "regionCode": address.case["division"],
        "serviceCode": address.case["item"],
        "applicantName": address.persons["applicant"].name,
    }
    assert kept[key] == ""


def test_a_path_leads_into_a_text_that_is_json():
    told = {
        "staff": '[{"LoginName":"u1"}]',
        "deep": "[" * 5_000,
        "long": f'["{"x" * 20_000}"]',
        "words": "u1",
    }

    assert find(told, ("staff", "0", "loginname")) == "u1"
    assert [find(told, (name, "0")) for name in ("deep", "long", "words", "none")] == [None] * 4


_VALUES = st.text(st.characters(codec="utf-8", exclude_characters="&"), max_size=40)


@given(st.fixed_dictionaries(dict.fromkeys(PLAIN, _VALUES)))
def test_fields_come_back_as_they_were_sent(values):
    plain = "&".join(f"{key}={value}" for key, value in values.items())

    assert open_message(EVALUATE, Message(encoded(plain)), Keys({})).records == (values,)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text):
    _read_or_refused(text)


@given(st.binary(max_size=400), st.integers(0, 2))
def test_any_bytes_are_read_or_refused(body, layers):
    for _ in range(layers):
        body = b64encode(body)
    _read_or_refused(body.decode("latin-1"))


@given(st.fixed_dictionaries({key: st.text(st.characters(codec="utf-8"), max_size=30) for key in PLAIN}))
def test_any_values_are_read_and_pass_on_or_are_refused(values):
    address = _read_or_refused(query(**values))

    if address and "at" in address.service:
        _judged(Raw(dict(address.case) | {"occurrences": [dict(address.service)]}))


def _read_or_refused(text: str) -> Address | None:
    with suppress(Refused):
        return _read(text)
    return None


def _judged(raw: Raw) -> None:
    with suppress(Refused):
        judge_case(raw)
