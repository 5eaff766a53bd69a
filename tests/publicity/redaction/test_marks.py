"""敏感词: marked for whoever publishes, by the reason, and never hidden."""

from __future__ import annotations

import tomllib

from haochaping.publicity.redaction.marks import marks_in
from haochaping.publicity.rules import redacted
from haochaping.publicity.terms import Sensitive
from tests.architecture.house import PACKAGE

LISTS = tomllib.loads((PACKAGE / "publicity" / "redaction" / "marks.toml").read_text(encoding="utf-8"))


def test_words_are_marked_with_their_reasons_and_left_as_they_are():
    text = "这份涉密文件是内部资料，法院还没判决，我家未成年的孩子查出hiv，你们不得好死"

    marks = marks_in(text)

    assert [(text[mark.start : mark.end], mark.reason) for mark in marks] == [
        ("涉密", Sensitive.STATE_SECRET),
        ("内部资料", Sensitive.INTERNAL),
        ("法院", Sensitive.LEGAL_CASE),
        ("判决", Sensitive.LEGAL_CASE),
        ("未成年", Sensitive.MINOR),
        ("hiv", Sensitive.PRIVACY),
        ("不得好死", Sensitive.ABUSE),
    ]
    assert redacted(text) == text


def test_the_longest_word_is_the_one_that_is_marked():
    assert [mark.reason for mark in marks_in("未公开专利")] == [Sensitive.COMMERCIAL_SECRET]


def test_what_is_said_every_day_is_not_marked():
    assert marks_in("窗口人员态度好，材料齐了，跑了三趟，İ") == []


def test_every_reason_has_words_and_no_word_has_two_reasons():
    words = [word for listed in LISTS.values() for word in listed]

    assert LISTS.keys() == set(Sensitive)
    assert len(words) == len(set(words))
