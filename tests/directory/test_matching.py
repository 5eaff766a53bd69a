from __future__ import annotations

import pytest

from haochaping.directory import matching
from haochaping.directory.terms import Candidate, ItemCard, MatchWay

USCC = "119901020000000001"
CODE = f"{USCC}4000125001000"
OTHER = f"119902000000000002{CODE[18:]}"


def card(code: str, name: str = "食品经营许可", agency: str = "A", place: str = "1.") -> ItemCard:
    return ItemCard(1, code, name, "01", agency, place)


def candidates(code: str, name: str, agency: str, items: list[ItemCard], place: str = "") -> list[Candidate]:
    return matching.Catalogue(items).candidates(code, name, agency=agency, place=place)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("食品经营许可（试行）", "食品经营许可"),
        ("食品经营许可(暂行)", "食品经营许可"),
        ("ＡＴＭ设置", "ATM 设置"),
        ("食品经营的许可", "食品经营许可"),
        ("《食品》经营许可", "食品 经营许可"),
        ("户外广告设置（新办）", "户外广告设置新办"),
    ],
)
def test_names_that_are_only_written_otherwise(one, other):
    assert matching.normal_name(one) == matching.normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("食品经营许可（新办）", "食品经营许可（变更）"),
        ("食品经营许可", "食品生产许可"),
        ("许可（新办）", "许可"),
    ],
)
def test_names_that_say_something_else(one, other):
    assert matching.normal_name(one) != matching.normal_name(other)


@pytest.mark.parametrize(
    ("code", "base"),
    [
        (CODE, "000125001000"),
        (f"{CODE}01", "000125001000"),
        (CODE[:30], ""),
        (f"{USCC}4000000000000", ""),
        ("", ""),
    ],
)
def test_the_national_part_of_a_code(code, base):
    assert matching.base_code(code) == base


def test_the_code_comes_before_the_name():
    items = [card(OTHER, "甲"), card("9" * 31, "食品经营许可")]

    [found] = candidates(CODE, "食品经营许可", "", items)

    assert (found.item, found.way) == (items[0], MatchWay.SAME_BASE)


def test_a_name_counts_where_no_code_does():
    items = [card("9" * 31, "食品经营许可"), card("8" * 31, "其他")]

    [found] = candidates("X-1", "食品经营许可（试行）", "", items)

    assert (found.item, found.way) == (items[0], MatchWay.SAME_NAME)


def test_among_several_the_agency_decides():
    items = [card(CODE, agency="A"), card(OTHER, agency="B")]

    [found] = candidates(OTHER, "", "A", items)

    assert found.item.agency == "A"


def test_where_nothing_decides_there_are_several_to_choose_from():
    items = [card(CODE, agency="A"), card(OTHER, agency="A"), card("9" * 31, "别的")]

    for agency in ("", "A", "B"):
        found = candidates(CODE, "", agency, items)
        assert [(one.item, one.way) for one in found] == [(one, MatchWay.SAME_BASE) for one in items[:2]]
    assert candidates("X", "食品经营", "", items) == []
    assert candidates("X", "", "", items) == []


def test_of_many_the_few_nearest_stand_first():
    far = [card(f"{n:031}", agency=f"F{n}", place="1.2.3.") for n in range(10)]
    city, county, mine = (
        card("7" * 31, agency="C", place="1.4."),
        card("8" * 31, agency="D", place="1.4.5."),
        [card(f"9{n:030}", agency="E", place="1.2.") for n in range(2)],
    )

    found = candidates("X", "食品经营许可", "E", [*far, *mine, city, county], place="1.4.5.")

    assert [one.item for one in found] == [*mine, county, city, far[0]]
