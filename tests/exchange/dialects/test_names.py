"""What is read is named by the field it was read from, what is missing by all names that would do."""

from __future__ import annotations

import json

import pytest

from haochaping.exchange.dialects import shelf, trial
from haochaping.exchange.dialects.description import describe
from haochaping.exchange.dialects.documents import at, folded, read_xml
from haochaping.exchange.dialects.envelope import Keys, Message, open_message
from haochaping.exchange.dialects.reading import read
from haochaping.exchange.dialects.terms import FIELD_TWICE
from haochaping.kernel.refused import Refused
from tests.peers import beijing, fujian, plain, shandong

DIALECTS = {name: shelf.load(path) for name, path in shelf.files(None).items()}


def _wire(name: str, call: str, record: object, field: str) -> str:
    [one] = trial.check(DIALECTS[name], json.dumps(record).encode(), Keys({}), call=call)
    return next(line.wire for line in one.lines if line.field == field)


def test_a_trial_names_the_field_that_was_read():
    both = {"taskCode": "1" * 31, "taskHandleItem": ""}
    assert _wire("beijing", "share", beijing.SERVICE | both, "case.item") == "taskCode"
    both = {"taskCode": "1" * 33, "taskHandleItem": "2" * 31}
    assert _wire("beijing", "share", beijing.SERVICE | both, "case.item") == "taskCode", (
        "it is the handling item"
    )
    level = {"satisfaction": "", "evaluateLevel": "5"}
    assert (
        _wire("shandong", "review-offline", shandong.OFFLINE | level, "review.rating_value")
        == "evaluateLevel"
    )
    level = {"satisfaction": "", "evaluateLevel": ""}
    [one] = trial.check(
        DIALECTS["shandong"], json.dumps(shandong.OFFLINE | level).encode(), Keys({}), call="review-offline"
    )
    assert [complaint.field for complaint in one.complaints] == ["satisfaction / evaluateLevel"]
    assert _wire("fujian-2019", "save", fujian.CASE | {"evaluateType": "1"}, "case.case_no") == "projectNo"


@pytest.mark.parametrize(
    ("name", "call", "record", "field"),
    [
        (
            "shandong",
            "review-offline",
            shandong.OFFLINE | {"satisfaction": "", "evaluateLevel": "9"},
            "evaluateLevel",
        ),
        ("jining", "service", plain.JINING_SERVICE | {"projectType": "", "promiseTime": "9"}, "promiseTime"),
        ("beijing", "share", beijing.SERVICE | {"serviceTime": "", "serviceDate": "soon"}, "serviceDate"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_by_where_it_stood(name, call, record, field):
    operation = DIALECTS[name].operation(call)
    assert operation is not None

    complaint = read(operation, DIALECTS[name], record).complaint

    assert complaint is not None
    assert (complaint.field, complaint.params["field"]) == (field, field)


def test_a_trial_takes_a_reference_for_the_number():
    spoken = DIALECTS["shandong-aggregation"]
    for told, missing in (
        ({"projid": ""}, []),
        ({"orgbusno": ""}, []),
        ({"projid": "", "orgbusno": ""}, ["projid"]),
    ):
        [one] = trial.check(spoken, json.dumps(plain.DONE | told).encode(), Keys({}), call="receiveDone")
        assert [complaint.field for complaint in one.complaints] == missing, told


@pytest.mark.parametrize(
    "document",
    [
        {"satisfaction": "5", "Satisfaction": "1"},
        {"outer": {"a": "", "A": "1", "aa": [{"b": 1, "B": 2}]}},
        {"a": {"x": 1}, "A": {"x": 2}},
        {"a": "1", "A": 1},
    ],
)
def test_names_that_differ_in_capitals_and_contradict_each_other_are_refused(document):
    with pytest.raises(Refused) as refused:
        folded(document)
    assert refused.value.complaint.reason is FIELD_TWICE


def test_names_that_differ_in_capitals_and_say_the_same_are_one():
    assert folded({"a": "", "A": "1", "aA": None, "AA": "null"}) == {"a": "1", "aa": "null"}
    assert folded({"A": {"b": 1}, "a": {"B": 1}}) == {"a": {"b": 1}}
    with pytest.raises(Refused):
        at({"Params": {"a": 1}, "params": {"a": 2}}, ("params",))


def test_a_form_does_not_contradict_its_own_query():
    call = DIALECTS["zhejiang-ningbo"].operation("report")
    assert call is not None
    with pytest.raises(Refused) as refused:
        open_message(call, Message("satisfaction=1", b"satisfaction=5"), Keys({}))
    assert refused.value.complaint.field == "satisfaction"
    same = open_message(call, Message("satisfaction=5", b"satisfaction=5&pf=1"), Keys({}))
    assert same.records == ({"satisfaction": "5", "pf": "1"},)


def test_what_stays_as_it_stands_is_nothing_where_nothing_stands():
    """`else = "same"` is no value of its own."""
    call = DIALECTS["shandong"].operation("case")
    assert call is not None
    told = {name: value for name, value in shandong.CASE.items() if name != "areaCode"}

    assert "division" not in read(call, DIALECTS["shandong"], told).tables["case"]


def test_an_element_that_stands_twice_is_said_to_and_codes_may_stand_as_often_as_they_like():
    call = DIALECTS["fujian-2020"].operation("save")
    assert call is not None
    record = {name: value for name, value in fujian.CASE.items() if name.lower() not in {"alternate", "pf"}}
    told = read_xml("<c><Alternate>2</Alternate><Alternate>5</Alternate><pf>1</pf><pf>1</pf></c>")["c"]
    assert isinstance(told, dict)

    reading = read(call, DIALECTS["fujian-2020"], record | told)

    assert {(one.reason, one.field) for one in reading.complaints["review"]} == {
        (FIELD_TWICE, "Alternate"),
        (FIELD_TWICE, "pf"),
    }
    # A list is what JSON may hold, and is not called an element.
    reading = read(call, DIALECTS["fujian-2020"], record | {"alternate": ["2", "5"], "pf": "1"})
    assert [one.code for one in reading.complaints["review"]] == ["off_scale"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"satisfaction": "2", "evaluateLevel": "5"}, "levels_differ"),
        ({"satisfaction": "2", "evaluateLevel": "9"}, "levels_differ"),
        ({"satisfaction": "9", "evaluateLevel": "2"}, "off_scale"),
        ({"satisfaction": "2", "evaluateLevel": "null"}, ""),
        ({"satisfaction": 2, "evaluateLevel": "2"}, ""),
    ],
)
def test_levels_under_two_names_must_say_the_same(told, code):
    call = DIALECTS["jining"].operation("review")
    assert call is not None

    complaint = read(call, DIALECTS["jining"], plain.JINING_REVIEW | told).complaint

    assert (complaint.code if complaint else "") == code
    if code == "levels_differ":
        assert complaint is not None
        assert complaint.field == "satisfaction / evaluateLevel"


def test_units_are_read_and_not_called_unread():
    told = plain.JINING_SERVICE | {
        "promiseDay": "20",
        "promiseType": "1",
        "anticipateType": "0",
        "promiseTypes": "1",
    }

    [one] = trial.check(DIALECTS["jining"], json.dumps(told).encode(), Keys({}), call="service")

    assert not {"promiseType", "anticipateType"} & set(one.unread)
    assert "promiseTypes" in one.unread


_INSIDE = describe(
    """
[operations.other]
does = "intake"
[operations.other.review]
case_no = "a.no"
rating_value = "lvl"
assessed_at = "at"
channel = { constant = "pc" }
[operations.own]
does = "intake"
[operations.own.review]
case_no = "a.no"
rating_value = "p.level"
window = "lvl"
staff = "w.0.no"
assessed_at = "at"
channel = { constant = "pc" }
""",
    name="own",
    file="own.toml",
    maps={},
)
_TOLD = {"A": {"no": "1", "q": "x"}, "p": {"Level": "5", "zz": {"deep": "1"}}, "at": "2026-01-02 09:00:00"}


def _unread(sample: str) -> tuple[str, ...]:
    [one] = trial.check(_INSIDE, sample.encode(), Keys({}), call="own")
    return one.unread


@pytest.mark.parametrize(
    "sample",
    [
        json.dumps(_TOLD | {"more": {"in": "1"}}),
        json.dumps(_TOLD | {"A": json.dumps(_TOLD["A"]), "more": [{"in": "1"}]}),
        "<r><A><no>1</no><q>x</q></A><p><Level>5</Level><zz><deep>1</deep></zz></p><at/><more><in/></more></r>",
    ],
    ids=["JSON", "JSON in a text", "XML"],
)
def test_what_nobody_reads_of_an_element_is_named_by_its_path(sample):
    assert _unread(sample) == ("A.q", "p.zz", "more")


@pytest.mark.parametrize(
    "sample",
    [
        json.dumps(
            {"p": [{"zz": "1"}, {"zz": "2", "yy": "3"}], "w": [{"no": "1", "name": "x"}, {"name": "y"}]}
        ),
        "<r><p><zz>1</zz></p><p><zz>2</zz><yy>3</yy></p><w><no>1</no><name>x</name></w><w><name>y</name></w></r>",
    ],
    ids=["JSON", "XML"],
)
def test_what_nobody_reads_of_an_element_that_stands_several_times_is_named_once(sample):
    assert _unread(sample) == ("p.zz", "p.yy", "w.0.name")


def test_whose_own_a_sample_is_shows_in_what_it_leaves_at_the_top():
    told = _TOLD | {"lvl": "5"}

    [one] = trial.check(_INSIDE, json.dumps(told).encode(), Keys({}))

    assert (one.call, one.unread) == ("own", ("A.q", "p.zz"))
    told["p"] = {"level": "5", "zz": "1", "yy": "2"}
    [one] = trial.check(_INSIDE, json.dumps(told).encode(), Keys({}))
    assert one.call == "own", "it leaves more names than the other, and less of the record"
