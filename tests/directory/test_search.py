"""What the public searches: any two characters of a name, the beginning of a code, within a place."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from haochaping.directory import actions as directory
from haochaping.directory.search_queries import found
from haochaping.directory.terms import Found, Kind
from haochaping.kernel.actor import OPERATOR
from tests import worlds

pytestmark = pytest.mark.django_db
COUNTY = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."


@pytest.fixture(autouse=True)
def _world(now):
    worlds.build(now)


def names(text: str, kind: Kind = Kind.ITEMS, **asked) -> list[str]:
    return [one.name for one in found(text, **asked)[kind]]


@pytest.mark.parametrize("text", ["食品", "品经", "营许", "食品经营许可", "经营许可"])
def test_any_two_characters_beside_each_other_find_a_name(text):
    assert names(text) == ["食品经营许可"]


@pytest.mark.parametrize("text", ["品食", "食许", "食", "", "许可证", "%%", "__", "食%可", "'; --"])
def test_what_does_not_stand_so_in_a_name_finds_nothing(text):
    assert "食品经营许可" not in names(text)


def test_each_kind_says_where_it_lies():
    assert found("河湾") == {
        Kind.ITEMS: [],
        Kind.AGENCIES: [Found(worlds.AGENCY, "河湾区行政审批局", "河湾区")],
        Kind.HALLS: [Found("H1", "河湾区政务服务中心", "河湾区")],
        Kind.DIVISIONS: [Found(worlds.COUNTY, "河湾区", "云城市")],
    }
    assert found("食品")[Kind.ITEMS] == [Found(worlds.ITEM, "食品经营许可", "河湾区行政审批局")]
    assert found("云川")[Kind.DIVISIONS] == [Found(worlds.PROVINCE, "云川省", "")]


def test_a_code_finds_by_its_beginning_and_in_small_letters_too():
    assert names("9901020000000000", Kind.ITEMS) == ["食品经营许可"]
    assert names("990102000000_aaa", Kind.AGENCIES) == ["河湾区行政审批局"]
    assert names("9901", Kind.DIVISIONS) == ["云城市", "河湾区"]
    assert names("990", Kind.DIVISIONS) == []
    # Neither of these stands for any other character.
    assert names("99010200000__AAA", Kind.AGENCIES) == names("9901%_AAA", Kind.AGENCIES) == []


def test_only_below_the_division_that_is_chosen():
    assert sorted(names("许可")) == ["户外广告设置许可", "食品经营许可"]
    assert names("许可", division_path=COUNTY) == ["食品经营许可"]
    assert names("云川", Kind.DIVISIONS, division_path=COUNTY) == []


def test_the_same_name_comes_first_then_its_beginnings_then_the_shortest(now):
    wanted = ["测试登记", "测试登记变更", "不动产测试登记", "很长的名称里也有测试登记"]
    rows = [
        {"code": f"{n:031}", "name": name, "item_type": "20", "agency": worlds.AGENCY}
        for n, name in enumerate(reversed(wanted))
    ]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=now) == []

    assert names("测试登记") == wanted
    assert names("测试登记", limit=2) == wanted[:2]


def test_letters_are_found_large_and_small(now):
    row = {"code": f"{7:031}", "name": "办理ETC卡", "item_type": "20", "agency": worlds.AGENCY}
    assert directory.put(Kind.ITEMS, [row], by=OPERATOR, now=now) == []

    assert names("etc") == names("ETC卡") == ["办理ETC卡"]


def test_an_index_is_there_for_it():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM directory_service_item WHERE directory_pairs(name) @> directory_pairs('食品')"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "item_name_pairs" in plan


@given(
    st.text(alphabet="食品经营许可登记aB", max_size=8),
    st.text(alphabet="食品经营许可登记aB", min_size=2, max_size=4),
)
def test_pairs_never_miss_what_stands_in_a_name(name, text):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT strpos(lower(%s), lower(%s)) > 0, directory_pairs(%s) @> directory_pairs(%s)",
            [name, text] * 2,
        )
        [(stands, found_by_pairs)] = cursor.fetchall()

    assert found_by_pairs or not stands
