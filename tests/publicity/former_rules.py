"""The rules of before names and addresses were sought, as they stood: what they hid must stay hidden for ever."""

from __future__ import annotations

import re

HIDDEN = "＊＊＊"
# Up to five signs of any kind, visible or not, may stand between two digits of one number.
_BETWEEN = r"[\W_]{0,5}"
# Decimal digits of every script, then ones that only look different: raised, lowered, circled, bracketed, Suzhou.
_DIGITS = r"\d²³¹⁰⁴-⁹₀-₉፩-፱᧚①-⒛⓪-⓿❶-➓㉑-㉟㊱-㊿〡-〩𐩀-𐩃𐹠-𐹨𑁒-𑁚🄀-🄊"
_SPOKEN = "〇○◯零洞一壹幺么二贰貳两三叁參叄四肆五伍六陆陸七柒拐八捌九玖勾"
_CAP = r"\ufe0f?\u20e3?"  # what makes a digit a keycap
# Five digits are a short account or order number; seven spoken digits are a phone number written out.
_WRITTEN_NUMBER = re.compile(rf"(?:[{_DIGITS}]{_BETWEEN}){{4,}}[{_DIGITS}]{_CAP}(?:{_BETWEEN}[XxＸｘⅩ×])?")
_SPOKEN_NUMBER = re.compile(rf"(?:[{_DIGITS}{_SPOKEN}]{_BETWEEN}){{6,}}[{_DIGITS}{_SPOKEN}]{_CAP}")
_LATIN = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_EMAIL = re.compile(
    rf"[{_LATIN}._%+\-．＿－]{{0,64}}\s{{0,2}}[@＠]\s{{0,2}}[{_LATIN}](?:[.\-．。－]{{0,2}}[{_LATIN}]){{0,120}}"
)
_PLATE_SIGN = r"[\W_]{0,2}"
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_PLATE_SIGN}[A-HJ-Z]"
    rf"(?=(?:{_PLATE_SIGN}[A-Z]){{0,4}}{_PLATE_SIGN}[0-9])"
    rf"(?:{_PLATE_SIGN}[A-Z0-9]){{4,5}}{_PLATE_SIGN}[A-Z0-9挂学警港澳领使]",
    re.IGNORECASE,
)


# In this order, so that what one pattern joins the next one still sees, and a second pass finds nothing.
_PATTERNS = (_EMAIL, _PLATE, _WRITTEN_NUMBER, _SPOKEN_NUMBER)


def hidden_by_numbers_alone(text: str) -> str:
    """The text as it was shown then."""
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text
