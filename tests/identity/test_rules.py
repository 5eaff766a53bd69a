from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.identity.rules import normal_certificate, normal_phone, resident_number

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13900000001", "13900000001"),
        (" 139 0000 0001 ", "13900000001"),
        ("139-0000-0001", "13900000001"),
        ("139–0000—0001", "13900000001"),
        ("+8613900000001", "13900000001"),
        ("+86 139-0000-0001", "13900000001"),
        ("008613900000001", "13900000001"),
        ("8613900000001", "13900000001"),
        ("１３９０００００００１", "13900000001"),
        ("(010) 1234-5678", "01012345678"),
        ("（0551）12345678", "055112345678"),
        ("+86 010 12345678", "01012345678"),
        ("+852 2123 4567", "+85221234567"),
        ("0085221234567", "+85221234567"),
        ("12900000001", None),
        ("1390000000", None),
        ("139000000011", None),
        ("无", None),
        ("", None),
        ("0", None),
        ("11111111111", None),
    ],
)
def test_normal_phone(written, normal):
    assert normal_phone(written) == normal


@given(MOBILES, st.sampled_from(["", "+86", "86", "0086", "+86 "]), st.sampled_from(["", " ", "-", "—"]))
def test_a_mobile_has_one_spelling(mobile, prefix, gap):
    assert normal_phone(prefix + mobile[:3] + gap + mobile[3:7] + gap + mobile[7:]) == mobile


@given(st.text())
def test_a_normal_phone_stays_itself(text):
    normal = normal_phone(text)

    assert normal is None or normal_phone(normal) == normal


@pytest.mark.parametrize(
    ("kind", "number", "normal"),
    [
        ("111", "11010519491231002X", "id:11010519491231002X"),
        ("111", "11010519491231002x", "id:11010519491231002X"),
        ("", "110105 19491231 002x", "id:11010519491231002X"),
        ("31", "11010519491231002Ｘ", "id:11010519491231002X"),
        ("111", "110105491231002", "id:11010519491231002X"),
        ("111", "110105491331002", "id:110105491331002"),
        ("414", "e12345678", "414:E12345678"),
        ("001", "9901 0000 MA00 0000 0X", "001:99010000MA0000000X"),
        ("111", "000000000000000000", None),
        ("111", "********", None),
        ("111", "无", None),
        ("111", "", None),
    ],
)
def test_normal_certificate(kind, number, normal):
    assert normal_certificate(kind, number) == normal


def test_types_keep_equal_numbers_apart():
    assert normal_certificate("414", "E12345678") != normal_certificate("511", "E12345678")


@given(
    st.from_regex(r"[1-8][0-9]{5}", fullmatch=True), st.dates(), st.from_regex(r"[0-9]{3}", fullmatch=True)
)
def test_fifteen_and_eighteen_digits_are_one_person(area, born, serial):
    born = born.replace(year=1900 + born.year % 100, day=min(born.day, 28))
    new = resident_number(f"{area}{born:%Y%m%d}{serial}")

    assert (
        normal_certificate("111", new[:6] + new[8:17])
        == normal_certificate("111", new.lower())
        == f"id:{new}"
    )
