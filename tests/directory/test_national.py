"""The built-in list of divisions: whole, without headings, with nobody in the range of fiction."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions, queries
from haochaping.directory.models import Division
from haochaping.directory.rules import is_heading, normal_division_code, parent_division_code, row_complaints
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR

if TYPE_CHECKING:
    from datetime import datetime


def test_the_list_is_whole():
    rows = queries.national_divisions()
    codes = {normal_division_code(row["code"]) or "" for row in rows}

    assert len(rows) == len(codes) == 34 + 333 + 2975
    assert [row for row in rows if row_complaints(Kind.DIVISIONS, row)] == []
    above = {parent_division_code(code) for code in codes} - {"0" * 12}
    assert above <= codes
    assert not any(code.startswith("99") for code in codes)


def test_headings_of_the_statistical_list_are_no_places():
    rows = {row["code"]: row["name"] for row in queries.national_divisions()}

    assert [code for code in rows if code.endswith("00") and is_heading(code)] == []
    assert not {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"} & set(rows.values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("110101", ["北京市", "东城区"]),
        ("500229", ["重庆市", "城口县"]),
        ("429004", ["湖北省", "仙桃市"]),
        ("659001", ["新疆维吾尔自治区", "石河子市"]),
        ("330106", ["浙江省", "杭州市", "西湖区"]),
        ("441900", ["广东省", "东莞市"]),
        ("710000", ["台湾省"]),
    ],
)
def test_places_stand_below_what_governs_them(code: str, path: list[str], country: None):
    found = queries.division(code)

    assert found is not None
    assert [ref.name for ref in queries.ancestors(found.path)] == path


@pytest.mark.django_db
def test_towns_and_villages_find_their_places(country: None, now: datetime):
    rows = [
        {"code": "441900003", "name": "一街道"},
        {"code": "429004001", "name": "二街道"},
        {"code": "110101001001", "name": "三社区"},
        {"code": "110101001", "name": "三街道"},
    ]

    assert actions.put(Kind.DIVISIONS, rows, by=OPERATOR, now=now) == []

    levels = dict(Division.objects.filter(code__startswith="110101001").values_list("name", "level"))
    assert levels == {"三街道": 4, "三社区": 5}
    paths = {row.code[:6]: row.path for row in Division.objects.filter(level=4)}
    assert paths["441900"] == "440000000000.441900000000.441900003000."
    assert paths["429004"] == "420000000000.429004000000.429004001000."


@pytest.mark.django_db
def test_many_batches_in_any_order_are_one_tree(now: datetime):
    """More rows than one batch, the lowest first, into an empty directory that begins at a city."""
    villages = ({"code": f"990102{n:03}{m:03}", "name": "村"} for n in range(1, 41) for m in range(1, 201))
    towns = ({"code": f"990102{n:03}", "name": "镇"} for n in range(1, 41))
    tops = [{"code": "9901", "name": "市"}, {"code": "990102", "name": "区"}]

    report = actions.import_rows(
        Kind.DIVISIONS, iter([*villages, *islice(towns, 40), *reversed(tops)]), by=OPERATOR, now=now
    )

    assert (report.new, report.complaints) == (8042, ())
    assert [ref.code for ref in queries.top_divisions()] == ["990100000000"]
    assert Division.objects.filter(path__startswith="990100000000.990102000000.990102040000.").count() == 201


@pytest.fixture
def country(now: datetime) -> None:
    assert actions.put(Kind.DIVISIONS, queries.national_divisions(), by=OPERATOR, now=now) == []
