"""标准答复 and 套话: texts to begin with, what may not be sent, and how much one text is like another."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.rectification.rules import (
    ALIKE_FROM,
    NO_DAY,
    filled,
    likeness,
    most_alike,
    own_words_complaint,
    standard_answers,
)
from haochaping.rectification.rules.answers import _GAP
from haochaping.rectification.rules.likeness import plain
from haochaping.rectification.terms import TEXT_LIMIT

STEPS = (
    "return",
    "call-back",
    "ledger",
    "more-time",
    "rectification",
    "reply",
    "redo",
    "contribution",
    "answer",
)
FACTS = {"item": "食品经营许可", "agency": "河湾区行政审批局", "deadline": "2026-06-08"}
TEXTS = [text for step in STEPS for one in standard_answers(step) for text in (one.text, one.english_text)]
WORDS = st.text("窗口办理材料审批整改投诉人员到期答复更正ab，。 1２", max_size=400)


@pytest.mark.parametrize("step", [*STEPS, "message"])
def test_each_state_in_which_the_agency_writes_has_texts_in_both_languages(step):
    found = standard_answers(step)

    assert found
    for one in found:
        assert one.title
        assert one.english_title.isascii()
        assert 0 < len(one.text) < TEXT_LIMIT
        assert 0 < len(one.english_text) < TEXT_LIMIT


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_known_places_and_a_gap_and_begins_and_ends_with_its_own_words(text):
    assert set(re.findall(r"\{(\w*)\}", text)) <= FACTS.keys()
    assert _GAP.search(text)
    # What is put in at an end could not be told from a sentence of the clerk's own.
    words = plain(_GAP.sub("", re.sub(r"\{\w+\}", "※", text)).replace("※", "位"))
    assert set(words) == {"位"} or (words[0] != "位" and words[-1] != "位")


@pytest.mark.parametrize("text", TEXTS)
def test_a_gap_that_is_left_is_named(text):
    complaint = own_words_complaint(filled(text, **FACTS), "text")

    assert complaint is not None
    assert (complaint.code, complaint.field) == ("gap_left", "text")
    said = str(complaint.params["gap"])
    assert said.split("】", maxsplit=1)[0] in text


def test_every_gap_that_is_left_is_named():
    complaint = own_words_complaint(f"{NO_DAY}前{NO_DAY}补正【事项】。【无关】", "text")

    assert complaint is not None
    assert complaint.params["gap"] == f"{NO_DAY} 【事项】"


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if not plain(_GAP.sub("", text)).startswith("deadline")]
)
def test_the_text_alone_is_refused_and_one_sentence_more_is_enough(text):
    alone = _GAP.sub("", filled(text, **FACTS))

    complaint = own_words_complaint(alone, "text")

    assert complaint is not None
    assert complaint.code == "own_words_missing"
    assert own_words_complaint(f"{alone}窗口已加派人手。", "text") is None
    assert own_words_complaint(f"说明：{alone}", "text") is None


@pytest.mark.parametrize("text", ["已改。", "【温馨提示】请走东门。", "", "2026-06-08 换窗口", "第 3 次"])
def test_words_of_ones_own_are_never_refused(text):
    assert own_words_complaint(text, "text") is None


@given(WORDS)
def test_a_text_is_like_itself_whatever_signs_width_case_and_figures(text):
    changed = text.replace("，", "  ").replace("1", "７").upper()

    assert likeness(text, changed) == (1.0 if plain(text) else 0.0)


@given(WORDS, WORDS)
def test_likeness_is_a_share(one, other):
    assert 0 <= likeness(one, other) <= 1


@given(
    st.text("窗口办理材料审批整改投诉", min_size=3, max_size=200),
    st.text("东西南北", min_size=3, max_size=200),
)
def test_texts_without_a_run_in_common_are_not_alike(one, other):
    assert likeness(one, other) == 0


@given(st.text("窗口办理材料审批整改投诉人员", min_size=3, max_size=300), WORDS)
def test_likeness_is_the_same_from_either_side(one, other):
    assert likeness(one, other) == likeness(other, one)


def _text(n: int, seed: int) -> str:
    return "".join(random.Random(seed).choices([chr(0x4E00 + n) for n in range(3000)], k=n))  # noqa: S311 - a text


@pytest.mark.parametrize("length", [100, 2000])
def test_a_sentence_exchanged_stays_alike_and_another_text_does_not(length):
    text = _text(length, 1)
    tenth = length // 10
    exchanged = text[:tenth] + _text(tenth // 2, 9) + text[tenth + tenth // 2 :]

    assert likeness(text, exchanged) >= ALIKE_FROM
    assert likeness(text, _text(length, 2)) < 0.2
    assert likeness(text, text[: length // 2] + _text(length // 2, 3)) < ALIKE_FROM


def test_a_short_text_inside_a_long_one_is_not_alike():
    assert most_alike("已整改。", ["已整改。" * 9]) is None


def test_the_most_alike_is_named():
    texts = [_text(200, 5), _text(200, 1)[:-6] + "完全不同的", _text(200, 1)]

    assert most_alike(_text(200, 1), texts) == (2, 1.0)
    assert most_alike(_text(200, 8), texts) is None
    assert most_alike("任何", []) is None
