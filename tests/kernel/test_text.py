from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.text import clean, has_forbidden_control, spreadsheet_cell


@pytest.mark.parametrize("text", ["", "窗口很好", "一行\n两行\t列", "😀👨‍👩‍👧", "𠮷𬊈𮯰"])
def test_ordinary_text_has_no_forbidden_control(text: str):
    assert not has_forbidden_control(text)


@pytest.mark.parametrize("char", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\r", "\ud800"])
def test_control_characters_and_lone_surrogates_are_forbidden(char: str):
    assert has_forbidden_control(f"好{char}评")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  很好 \n", "很好"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("e\u0301", "é"),
        ("\ufeff好", "好"),
        ("a\u202eb\u2066c\u200bd\u2060e", "abcde"),
        ("a\u200eb\u200fc\u061cd", "abcd"),
        ("a\u00adb\u2063c\u206fd\ufff9e", "abcde"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("𠮷𬊈", "𠮷𬊈"),
    ],
)
def test_clean_changes_the_spelling_and_not_the_words(typed: str, kept: str):
    assert clean(typed) == kept


@given(st.text())
def test_clean_twice_is_clean_once(text: str):
    assert clean(clean(text)) == clean(text)


# What a direction mark stood between may join into one letter, so the order of the steps matters.
@given(st.text(st.sampled_from("e\u0301\u200b \r\n葛")))
def test_clean_text_is_normal(text: str):
    assert unicodedata.is_normalized("NFC", clean(text))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 139", "'+86 139"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝ＳＵＭ", "'＝ＳＵＭ"),
        ("　＋1", "'　＋1"),
        ("\u200b\ufeff=1", "'\u200b\ufeff=1"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("满意 = 好", "满意 = 好"),
        ("'=1", "'=1"),
        ("", ""),
        ("2026-11-28", "2026-11-28"),
    ],
)
def test_cell_is_no_formula(text: str, cell: str):
    assert spreadsheet_cell(text) == cell


@given(st.text())
def test_no_cell_begins_as_a_formula(text: str):
    cell = spreadsheet_cell(text)

    assert cell.removeprefix("'") == text.removeprefix("'")
    assert not cell or cell.strip()[:1] not in set("=+-@＝＋－＠")
