"""脱敏: what a stranger could dial, look up or log in with is gone, however it was typed; the sentence stays."""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from haochaping.publicity.rules import HIDDEN, found_in, redacted
from tests.publicity.former_rules import hidden_by_numbers_alone

PHONE = "13912345678"
_SPELLINGS = {
    "plain": PHONE,
    "full width": "１３９１２３４５６７８",
    "dashes": "139-1234-5678",
    "spaces": "139 1234 5678",
    "each apart": " ".join(PHONE),
    "wide spaces": "139\u3000\u30001234\u30005678",
    "dots": "139.1234.5678",
    "Chinese stops": "139。1234，5678",
    "slashes": "139/1234\\5678",
    "colons": "139：1234:5678",
    "stars": "139*1234＊5678",
    "our own mark between": f"139{HIDDEN}1234{HIDDEN}5678",
    "underscores": "139_1234_5678",
    "tildes and bars": "139~1234|5678",
    "lines": "139\n1234\n5678",
    "zero width": "139\u200b1234\u200d5678",
    "direction marks": "139\u200e1234\u202e5678",
    "soft hyphens": "139\u00ad1234\u00ad5678",
    "smileys": "139😀1234😀5678",
    "country code": "+86 139 1234 5678",
    "spoken": "幺三九一二三四五六七八",
    "financial": "壹叁玖壹贰叁肆伍陆柒捌",
    "traditional": "壹參玖壹貳參肆伍陸柒捌",
    "radio": "幺三勾幺两三四五六拐八",
    "spoken with spaces": "幺三九 一二三四 五六七八",
    "mixed": "一3九1二3四5六7八",
    "circles for zero": "一三九○○○○五六七八",
    "circled": "①③⑨①②③④⑤⑥⑦⑧",
    "superscript": "¹³⁹¹²³⁴⁵⁶⁷⁸",
    "bold": "𝟏𝟑𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖",
    "keycaps": "".join(f"{d}\ufe0f\u20e3" for d in PHONE),
    "Arabic-Indic": "١٣٩١٢٣٤٥٦٧٨",
    "Suzhou": "〡〣〩〡〢〣〤〥〦〧〨",
}


@pytest.mark.parametrize("spelling", _SPELLINGS.values(), ids=_SPELLINGS)
def test_a_phone_number_is_hidden_however_it_is_typed(spelling: str):
    shown = redacted(f"请打我电话{spelling}谢谢")

    assert shown.replace("+", "") == f"请打我电话{HIDDEN}谢谢"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证11010119900101345X。", f"身份证{HIDDEN}。"),
        ("身份证110101 19900101 345 x。", f"身份证{HIDDEN}。"),
        ("身份证１１０１０１１９９００１０１３４５Ｘ", f"身份证{HIDDEN}"),
        ("护照E12345678", f"护照E{HIDDEN}"),
        ("卡号6222 0200 1234 5678 901", f"卡号{HIDDEN}"),
        ("座机0551-6234567转12", f"座机{HIDDEN}"),
        ("QQ12345", f"QQ{HIDDEN}"),
        ("邮箱zhang.san+a@example.com。", f"邮箱{HIDDEN}。"),
        ("邮箱zhangsan＠example．com", f"邮箱{HIDDEN}"),
        ("邮箱zhangsan @ example.com", f"邮箱{HIDDEN}"),
        ("邮箱ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", f"邮箱{HIDDEN}"),
        ("张三@example.com", f"{HIDDEN}{HIDDEN}"),
        ("车牌云A12B45停", f"车牌{HIDDEN}停"),
        ("车牌云AD12345", f"车牌{HIDDEN}"),
        ("车牌云A·1B2C3", f"车牌{HIDDEN}"),
        ("车牌云a-1b2c3", f"车牌{HIDDEN}"),
        ("车牌云 A 1B2C3", f"车牌{HIDDEN}"),
        ("车牌云A1234挂", f"车牌{HIDDEN}"),
        ("车牌粤Z1B34港", f"车牌{HIDDEN}"),
        ("12 a@example.com 345", HIDDEN),
    ],
)
def test_certificates_accounts_plates_and_mail_are_hidden(text: str, shown: str):
    assert redacted(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "窗口很好，三分钟办完，一次办成。",
        "跑了3次，等了120分钟，交了2025元。",
        "一是态度差，二是慢，三是推诿。",
        "三五个人排队，七八个窗口只开了一两个。",
        "2026年6月1日上午9点去的",
        "新Windows系统很慢，新APP也打不开",
        "我@窗口，没人理",
        "12345热线",
        "已约谈负责人",
        "我们已约谈负责人，并当面说明",
    ],
)
def test_the_sentence_stays(text: str):
    assert redacted(text) == text.replace("12345", HIDDEN)


def test_every_character_of_unicode_that_is_a_digit_counts_as_one():
    digits = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.digit(c, None) is not None]

    assert [c for c in digits if redacted(c * 5) != HIDDEN] == []


_NASTY = st.text(
    st.sampled_from(
        [
            *"0189０９一三零○①²٣ -_.,，@＠＊*·\n\u200bXxＸab京云AＺ挂年王芳科长找欧阳路号栋二四五六七村组室微信QQ转尾小"
        ]
    ),
    max_size=60,
)


@given(_NASTY)
@example("12 a@b.c 345")
@example("一二三 12345 四五六七")
@example("京A12345京A12345粤B1X")
@example("12345X1234")
@example("一二三王芳四五六七")
@example("高丽新高丽新")
def test_redacting_twice_is_redacting_once(text: str):
    assert redacted(redacted(text)) == redacted(text)


@given(_NASTY)
def test_no_run_of_five_digits_is_left(text: str):
    assert re.search(r"(?:\d[\W_]{0,5}){4}\d", redacted(text)) is None


@given(st.text("我们的窗口办事快，好。 ab", max_size=80))
def test_a_text_without_digits_signs_or_plates_is_not_touched(text: str):
    assert redacted(text) == text


@given(_NASTY)
@example("1 91990100MA0K3B2C7J")
@example("路12号，3456")
@example("幺三九洞洞四五六")
def test_whatever_the_rules_of_numbers_alone_hid_stays_hidden(text: str):
    visible, was_visible = (
        shown.replace("＊", "") for shown in (redacted(text), hidden_by_numbers_alone(text))
    )

    rest = iter(was_visible)
    assert all(character in rest for character in visible)


@given(_NASTY)
@example("一二三王芳四五六七")
def test_what_is_found_is_what_is_not_shown(text: str):
    spans = found_in(text)

    assert spans == sorted(spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))
    shown, at = "", 0
    for span in spans:
        shown += text[at : span.start] + HIDDEN
        at = span.end
    assert shown + text[at:] == redacted(text)


def test_a_text_made_to_bring_up_more_at_every_pass_is_hidden_whole():
    """新高 is a word, so that each 高丽新 is a name only once the one before it is gone."""
    assert redacted("高丽新高丽新") == HIDDEN * 2
    assert redacted("高丽新" * 40) == HIDDEN


_LONG = 50_000


@pytest.mark.parametrize(
    "piece",
    ["1", "1-", "1     ", "1      ", "12 34X", "一", "一、", "a", "a@", "@", "@ ", "京", "京A", "京A1", "京 A B ", " ",
     "＊", "1234a", "\n", "0.", "京A1.", "a.b-c@", "—", "王", "王芳", "王芳、", "找", "欧阳", "路", "路1", "路1号", "村一",
     "镇石", "微信", "微信a", "艾·", "尾号", "91", "Wang ", "l1", "家住", "住王", "号1栋1", "转1"],
)  # fmt: skip
def test_redaction_takes_linear_time(piece: str):
    """Fifty thousand characters of the worst texts we could think of; quadratic patterns need a minute for them."""
    text = piece * (_LONG // len(piece))

    begun = time.process_time()
    redacted(text)

    assert time.process_time() - begun < 5
