"""What a number is, by its length, its date and its check digit; how it was typed is no matter here."""

from __future__ import annotations

import re

from haochaping.publicity.terms import PersonalKind

# GB 11643: the weight of place n is 2 to the power of 17 - n, modulo 11.
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECK = "10X98765432"
_PHONE = re.compile(
    r"(?:86|0086)?1[3-9]\d{9}"  # mobile
    r"|(?:86|0086)?0(?:10|2\d|[3-9]\d{2})\d{7,8}(?:\d{1,6})?"  # landline with its area, and an extension
    r"|[2-8]\d{6,7}|[48]00\d{7}"
)
_DAY = re.compile(r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_OLD_DAY = re.compile(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_LENGTH, _OLD_LENGTH = 18, 15
_CARD = range(13, 20)


def kind_of(number: str) -> PersonalKind:
    """What a number of ASCII digits, with an X at most at its end, most likely is.

    An identity number with a wrong check digit but a day of birth is one that somebody typed wrongly. Numbers of 15 digits
    were issued until 1999 and have no check digit.
    """
    if is_identity(number) or (len(number) == _LENGTH and _DAY.fullmatch(number[6:14])):
        return PersonalKind.IDENTITY
    if len(number) == _OLD_LENGTH and _OLD_DAY.fullmatch(number[6:12]):
        return PersonalKind.IDENTITY
    if len(number) in _CARD and (passes_luhn(number) or number.startswith("62")):
        return PersonalKind.CARD
    return PersonalKind.PHONE if _PHONE.fullmatch(number) else PersonalKind.NUMBER


def is_identity(number: str) -> bool:
    """Whether 17 digits and their check digit of ISO 7064 MOD 11-2 are an identity number, of any region and year."""
    if len(number) != _LENGTH or not number[:17].isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17] == _CHECK[total % 11]


def passes_luhn(number: str) -> bool:
    """Whether digits end in their Luhn check digit, as those of bank cards do."""
    if not number.isdecimal():
        return False
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
