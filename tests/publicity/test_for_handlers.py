"""What whoever puts it right reads: whom a text names with their office stands in it, who wrote it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.publicity.rules import HIDDEN, for_handlers, found_in, redacted
from haochaping.publicity.terms import PersonalKind
from tests.publicity.test_measured import all_of_them

SENTENCES = [one.text for one in all_of_them()]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("王科长态度很差。", "王科长态度很差。"),
        ("李副主任说要再交一份证明。", "李副主任说要再交一份证明。"),
        ("窗口的王芳让我跑了三次。", "窗口的王芳让我跑了三次。"),
        ("3号窗口王芳玩手机。", "3号窗口王芳玩手机。"),
        ("窗口的王芳不理人，王芳很凶。", "窗口的王芳不理人，王芳很凶。"),
        ("我叫张建国，窗口的王芳不理我。", f"我叫{HIDDEN}，窗口的王芳不理我。"),
        ("我妈李秀英去办，王科长不在。", f"我妈{HIDDEN}去办，王科长不在。"),
        ("王科长让我打13900000021。", f"王科长让我打{HIDDEN}。"),
    ],
)
def test_who_is_named_with_their_office_is_read_and_who_wrote_is_not(text, read):
    assert for_handlers(text) == read
    assert "王芳" not in redacted(text)
    assert "王科" not in redacted(text)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map("".join))
def test_nothing_else_is_read_than_names_with_an_office(text):
    in_office = [span for span in found_in(text) if span.kind is PersonalKind.OFFICIAL]

    if not in_office:
        assert for_handlers(text) == redacted(text)
    assert for_handlers(for_handlers(text)) == for_handlers(text)
