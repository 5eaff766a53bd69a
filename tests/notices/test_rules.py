from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.identity import terms as identity
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.text import clean
from haochaping.notices import rules
from haochaping.notices.terms import (
    DELIVERY_LABELS,
    NO_CALLS_KEY,
    SENTENCES,
    SIDE_LABELS,
    UNREACHABLE,
    DeliveryState,
    Side,
    Template,
)


@pytest.mark.parametrize(
    ("side", "speakers"),
    [
        (Side.AGENCY, {ActorKind.STAFF}),
        (Side.REVIEWER, {ActorKind.REVIEWER}),
        (Side.SYSTEM, {ActorKind.SYSTEM, ActorKind.OPERATOR}),
    ],
)
def test_each_side_has_its_speakers(side, speakers):
    assert {kind for kind in ActorKind if rules.may_speak(side, kind)} == speakers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您好", None),
        ("字" * 2000, None),
        ("𠮷", None),
        ("一行\n两行", None),
        ("", "empty_message"),
        ("字" * 2001, "long_message"),
        ("a\x00b", "control_characters"),
        ("a\x1bb", "control_characters"),
    ],
)
def test_text_complaint(text, code):
    complaint = rules.text_complaint(text)

    assert (complaint and complaint.code) == code


@given(st.text(max_size=2100))
def test_a_message_that_is_taken_can_be_shown(text):
    text = clean(text)

    if rules.text_complaint(text) is None:
        assert 1 <= len(text) <= 2000
        assert "\x00" not in text


def test_the_message_with_a_code_carries_the_code_and_no_link():
    assert rules.placeholders(Template.SIGN_IN_CODE) == {"code"}

    text = rules.wording(Template.SIGN_IN_CODE, {"code": "012345"}, str)

    assert text.startswith("012345 ")
    assert "http" not in text
    assert len(text) <= 140


@pytest.mark.parametrize("template", sorted(set(Template) - {Template.SIGN_IN_CODE, Template.CALL}))
def test_a_text_message_carries_a_link_and_nothing_else(template):
    # The day by which there is an answer says nothing about whom or what.
    dated = {Template.ORDER_DISPATCHED, Template.ORDER_EXTENDED, Template.ORDER_LEDGERED}
    day = {"day"} if template in dated else set()
    assert rules.placeholders(template) == {"link"} | day

    text = rules.wording(template, {"link": "https://x.test/r/a", "day": "2026-06-08"}, str)

    assert text.endswith("https://x.test/r/a")
    assert len(text) <= 140


def test_a_text_message_is_worded_in_the_language_asked_for():
    text = rules.wording(Template.RECEIPT, {"link": "/s"}, lambda _: "已收到：{link}")

    assert text == "已收到：/s"


def test_every_word_has_a_label():
    assert SENTENCES.keys() == set(Template)
    assert DELIVERY_LABELS.keys() == set(DeliveryState)
    assert SIDE_LABELS.keys() == set(Side)


def test_unreachable_are_the_codes_of_those_who_keep_the_numbers():
    assert {identity.NO_PHONE.code, identity.UNKNOWN_PERSON.code} == UNREACHABLE


@pytest.mark.parametrize(
    ("keys", "answers", "asks", "declined"),
    [
        ("", {}, "did_rate", False),
        ("1", {"did_rate": "1"}, "level", False),
        ("14", {"did_rate": "1", "level": "4"}, None, False),
        ("9-2", {"did_rate": "2"}, "level", False),
        # Three times nothing: passed over.
        ("---", {}, "level", False),
        ("---5", {"level": "5"}, None, False),
        ("1---", {"did_rate": "1"}, None, False),
        ("------", {}, None, False),
        ("0", {}, None, True),
        ("10", {"did_rate": "1"}, None, True),
        # What comes after the call is over is nothing.
        ("1400", {"did_rate": "1", "level": "4"}, None, False),
    ],
)
def test_what_the_keys_of_an_automatic_call_come_to(keys, answers, asks, declined):
    heard = rules.heard(Template.SAMPLE_CALL, keys)

    assert (heard.answers, heard.asks and heard.asks.name, heard.declined) == (answers, asks, declined)


def test_a_question_without_a_key_of_its_own_is_asked_again():
    assert [rules.heard(Template.SAMPLE_CALL, keys).again for keys in ("", "7", "77", "1")] == [
        False,
        True,
        True,
        False,
    ]


def test_an_automatic_call_chooses_nothing_and_says_how_to_be_left_alone():
    script = rules.script(Template.SAMPLE_CALL, str)

    assert NO_CALLS_KEY in script.greeting
    for question in script.questions:
        assert all(key in question.text for key in question.keys)
        assert NO_CALLS_KEY not in question.keys
