from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.cases.terms import Stage
from haochaping.exchange.fields import Fields, shown
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say


def fields(**values: object) -> Fields:
    return Fields(values, frozenset(values), "here.")


def refused(call, *args: object, **kwargs: object):
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.complaint


def test_unknown_name_is_refused_with_its_place():
    complaint = refused(Fields, {"a": 1, "b": 2}, frozenset({"a"}), "here.")

    assert (complaint.code, complaint.field) == ("unknown_field", "here.b")
    assert "here.b" in say(complaint).message


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("  x  ", "x"),
        ("e\u0301", "é"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202ex", "x"),
        (12, "12"),
        ("𠮷", "𠮷"),
        ("", ""),
        (None, ""),
        ("1234567890", "1234567890"),
    ],
)
def test_texts(value, read):
    assert fields(a=value).text("a", 10) == read


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "wrong_type"),
        (True, "wrong_type"),
        ([], "wrong_type"),
        ({}, "wrong_type"),
        ("a\0", "control_characters"),
        ("a\x1b", "control_characters"),
        ("\ud800", "control_characters"),
        ("\ufffd", "damaged_characters"),
        ("12345678901", "too_long"),
        (10**20, "too_long"),
    ],
)
def test_texts_that_cannot_be_taken(value, code):
    complaint = refused(fields(a=value).text, "a", 10)

    assert (complaint.code, complaint.field) == (code, "here.a")
    assert "here.a" in say(complaint).message


@pytest.mark.parametrize("value", [None, "", "   ", "\u200b"])
def test_required_text_must_say_something(value):
    assert refused(fields(a=value).text, "a", 10, required=True).code == "missing"


@pytest.mark.parametrize(
    ("value", "read"), [(3, 3), ("3", 3), ("-3", -3), ("007", 7), (None, None), ("", None)]
)
def test_whole_numbers(value, read):
    assert fields(a=value).whole("a", -10, 10) == read


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (11, "out_of_range"),
        ("11", "out_of_range"),
        (10**400, "out_of_range"),
        (3.0, "wrong_type"),
        ("3 ", "wrong_type"),
        ("3.0", "wrong_type"),
        ("\u0663", "wrong_type"),
        (True, "wrong_type"),
        ("1234567890", "wrong_type"),
        ([3], "wrong_type"),
    ],
)
def test_whole_numbers_that_are_none(value, code):
    complaint = refused(fields(a=value).whole, "a", -10, 10)

    assert complaint.code == code
    assert len(say(complaint).message) < 200


def test_a_value_of_the_wrong_form_is_shown_unless_it_is_a_persons():
    assert refused(fields(a="5 ").whole, "a", 1, 9).params["value"] == "5 "
    assert refused(fields(a="perhaps").flag, "a", default=True).params["value"] == "perhaps"
    for value in ("13900000001 ", 13900000001):
        birth = Fields({"birth_year": value}, frozenset({"birth_year"}), "applicant.")
        assert refused(birth.whole, "birth_year", 1900, 2100).params["value"] == "…"


def test_whole_number_default_and_required():
    assert fields(a="").whole("a", 1, 2, default=1) == 1
    assert fields(a=2).required_whole("a", 1, 2) == 2
    assert refused(fields(a=None).required_whole, "a", 1, 2).code == "missing"


def test_choices_in_any_case_of_letters():
    assert fields(a="InTake").choice("a", Stage) == Stage.INTAKE
    assert fields(a="").choice("a", Stage, Stage.OTHER) == Stage.OTHER
    assert refused(fields(a="").choice, "a", Stage).code == "missing"
    complaint = refused(fields(a="x").choice, "a", Stage)
    assert complaint.code == "not_a_choice"
    assert "intake, delivery, other" in say(complaint).remedy


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T10:00:00+08:00",
        "2026-06-01 10:00:00",
        "2026-06-01T10:00",
        "2026-06-01T02:00:00Z",
        "20260601T100000",
    ],
)
def test_one_moment_in_many_spellings(text):
    moment = fields(a=text).moment("a")

    assert moment == datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)


def test_a_day_is_its_midnight_in_beijing():
    assert fields(a="2026-06-01").moment("a") == datetime(2026, 5, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-13-01",
        "2026-06-01T25:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1780300000",
    ],
)
def test_what_is_no_moment(text):
    assert refused(fields(a=text).moment, "a").code == "not_a_time"


def test_moment_that_must_be_there():
    assert refused(fields(a="").required_moment, "a").code == "missing"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        ("是", True),
        ("No", False),
        (" TRUE ", True),
        (None, None),
        ("", None),
    ],
)
@pytest.mark.parametrize("default", [True, False])
def test_flags(value, read, default):
    assert fields(a=value).flag("a", default=default) is (default if read is None else read)


@pytest.mark.parametrize("value", ["perhaps", 2, 1.5, [], {}])
def test_flags_that_are_none(value):
    assert refused(fields(a=value).flag, "a", default=True).code == "wrong_type"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (["213", 208], ("213", "208")),
        ("213，208;213", ("213", "208")),
        ("213 208|207", ("213", "208", "207")),
        (None, ()),
        ("", ()),
        ([], ()),
    ],
)
def test_codes(value, read):
    assert fields(a=value).codes("a", 20) == read


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([1.5], "wrong_type"),
        ({"a": 1}, "wrong_type"),
        (5, "wrong_type"),
        ([True], "wrong_type"),
        ([""], "missing"),
        (["x" * 11], "too_long"),
        (["\0"], "control_characters"),
        (list(range(21)), "out_of_range"),
    ],
)
def test_codes_that_are_none(value, code):
    assert refused(fields(a=value).codes, "a", 20).code == code


def test_objects_inside_say_where_they_are():
    inner = fields(a={"b": 1.5}).inner("a", frozenset({"b"}))
    many = fields(a=[{"b": ""}]).many("a", frozenset({"b"}), 2)

    assert inner is not None
    assert refused(inner.text, "b", 10).field == "here.a.b"
    assert refused(many[0].text, "b", 10, required=True).field == "here.a[0].b"
    assert fields(a=None).inner("a", frozenset()) is None
    assert fields(a=None).many("a", frozenset(), 1) == []


@given(st.text(), st.integers(min_value=1, max_value=100))
def test_anything_can_be_shown(text, limit):
    found = shown(text, limit)

    found.encode()
    assert "\0" not in found
    assert len(found) <= limit


def test_what_is_shown_is_what_was_said():
    assert shown("文字 x") == "文字 x"
    assert shown([1]) == "[1]"
    assert shown("a\0\ud800b") == "a\ufffd\ufffdb"
