"""Numbers, plates and mail addresses, however they are typed.

They err on the side of hiding: five digits in a row, of any script or shape, or seven spoken ones go, whatever they are;
an opening time in figures may go with them.

Every repetition below is bounded or made of characters that cannot stand for one another, so that time grows with
the length of the text and not faster.
"""

# ruff: noqa: RUF001 - characters that look alike are what this is about

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from haochaping.directory.rules import is_uscc
from haochaping.publicity.redaction.check_digits import kind_of
from haochaping.publicity.redaction.spans import Hiding, Span
from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

# Up to five signs of any kind, visible or not, may stand between two digits of one number.
_BETWEEN = r"[\W_]{0,5}"
# Decimal digits of every script, then ones that only look different: raised, lowered, circled, bracketed, Suzhou.
_DIGITS = r"\d²³¹⁰⁴-⁹₀-₉፩-፱᧚①-⒛⓪-⓿❶-➓㉑-㉟㊱-㊿〡-〩𐩀-𐩃𐹠-𐹨𑁒-𑁚🄀-🄊"
_SPOKEN = "〇○◯零洞一壹幺么二贰貳两三叁參叄四肆五伍六陆陸七柒拐八捌九玖勾"
_SPOKEN_AS = dict(zip(_SPOKEN, "000001111222233334455666777889" + "99", strict=True))
_CAP = r"\ufe0f?\u20e3?"  # what makes a digit a keycap
_X = "XxＸｘⅩ×"
# Five digits are a short account or order number; seven spoken digits are a phone number written out.
_WRITTEN_NUMBER = re.compile(rf"(?:[{_DIGITS}]{_BETWEEN}){{4,}}[{_DIGITS}]{_CAP}(?:{_BETWEEN}[{_X}])?")
_SPOKEN_NUMBER = re.compile(rf"(?:[{_DIGITS}{_SPOKEN}]{_BETWEEN}){{6,}}[{_DIGITS}{_SPOKEN}]{_CAP}")
_LATIN = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_MAIL = re.compile(
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
_PATTERNS = (
    (PersonalKind.MAIL, _MAIL),
    (PersonalKind.PLATE, _PLATE),
    (PersonalKind.NUMBER, _WRITTEN_NUMBER),
    (PersonalKind.NUMBER, _SPOKEN_NUMBER),
)
# 统一社会信用代码: registering office, kind, six digits of a division, nine of the organisation, one to check.
_CREDIT_CODE = re.compile(
    r"(?<![A-Z0-9])[1-9ANY][ -]?[1-9](?:[ -]?[0-9]){6}(?:[ -]?[0-9A-Z]){10}(?![A-Z0-9])", re.IGNORECASE
)
_EXTENSION = re.compile(rf"{_BETWEEN}(?:转接?|分机号?|内线)码?{_BETWEEN}[{_DIGITS}]{{1,6}}")
# Letters that are typed in place of digits, among at least five digits.
_ALIKE = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9]*[lIiOo])(?=[lIiOo]*(?:[0-9][lIiOo]*){5})[0-9lIiOo]{6,40}(?![A-Za-z0-9])"
)
_TAIL = re.compile(
    rf"(?:尾号|尾数|[后末][三四五六3456]位)(?:数字?|号码)?(?:就?[是为]|[\W_]){{0,3}}([{_DIGITS}]{{3,6}}[{_X}]?)"
)


def numbers_in(text: str) -> Iterator[Span]:
    """Numbers of five digits and more, what is told of their ends, plates, credit codes and mail addresses; unordered."""
    hiding = Hiding(text)
    for kind, pattern in _PATTERNS:
        if found := [Span(*match.span(), kind) for match in pattern.finditer(hiding.text)]:
            hiding.hide(found)
    for span in hiding.spans:
        further = _EXTENSION.match(text, span.end) if span.kind is PersonalKind.NUMBER else None
        yield Span(span.start, further.end() if further else span.end, _kind(text, span))
    for match in _CREDIT_CODE.finditer(text):
        yield Span(*match.span(), _kind_of_code(match.group()))
    for match in _ALIKE.finditer(text):
        yield Span(*match.span(), PersonalKind.NUMBER)
    for match in _TAIL.finditer(text):
        yield Span(*match.span(1), PersonalKind.NUMBER)


def _kind(text: str, span: Span) -> PersonalKind:
    if span.kind is not PersonalKind.NUMBER:
        return span.kind
    return kind_of("".join(map(_plain, text[span.start : span.end])))


def _kind_of_code(code: str) -> PersonalKind:
    plain = code.replace(" ", "").replace("-", "").upper()
    if is_uscc(plain) or not plain[:-1].isdecimal():
        return PersonalKind.CREDIT_CODE
    return kind_of(plain)


def _plain(character: str) -> str:
    """The ASCII digit, or X, that a character stands for; nothing where it is a sign between two."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return "X" if character in _X else _SPOKEN_AS.get(character, "")
