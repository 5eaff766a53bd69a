from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from haochaping.directory import queries
from haochaping.directory.models import Agency, Division, Hall, Platform, ServiceItem, StaffMember, Window
from haochaping.directory.terms import Kind
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.directory.conftest import Put, entries

if TYPE_CHECKING:
    from django.db.models import QuerySet

pytestmark = pytest.mark.django_db

CREDIT_CODE = "11990000000000001G"


def division(code: str, name: str = "名") -> dict[str, str]:
    return {"code": code, "name": name}


def agency(code: str, parent: str = "", **changes: str) -> dict[str, str]:
    return {
        "code": code,
        "name": f"{code}局",
        "division": worlds.COUNTY,
        "parent": parent,
        "uscc": "",
    } | changes


def test_divisions_are_put_in_any_order_of_the_file(put: Put):
    assert (
        put(Kind.DIVISIONS, division("990102"), division("99"), division("9901"), division("990102003")) == []
    )

    rows = {row.code: row for row in Division.objects.all()}
    assert rows["990102003000"].path == "990000000000.990100000000.990102000000.990102003000."
    assert rows["990102003000"].parent_id == rows["990102000000"].pk
    assert [rows[code].level for code in sorted(rows)] == [1, 2, 3, 4]


def test_putting_is_recorded_once_a_file(put: Put):
    put(Kind.DIVISIONS, division("99"), division("9901"))

    entry = Entry.objects.get(kind=EntryKind.DIRECTORY_CHANGED)
    assert (entry.subject_kind, entry.subject_id, entry.actor) == ("directory", "divisions", "operator:shell")


def test_a_division_is_renamed_and_keeps_its_place(put: Put, world: None):
    before = queries.division(worlds.CITY)
    assert before is not None

    assert put(Kind.DIVISIONS, division(worlds.CITY, "新云城市")) == []

    after = queries.division(worlds.CITY)
    assert after is not None
    assert (after.id, after.path, after.name) == (before.id, before.path, "新云城市")


def test_a_division_without_the_one_above_is_refused(put: Put, world: None):
    assert put(Kind.DIVISIONS, division("990200"), division("990301")) == [(1, "parent_missing", "code")]
    assert queries.division("990301") is None


def test_a_directory_may_begin_below_the_province(put: Put):
    """A city's own installation has no province above it, on the first import and on every later one."""
    rows = (division("9901", "云城市"), division("990102", "河湾区"))

    assert put(Kind.DIVISIONS, *rows) == []
    assert put(Kind.DIVISIONS, *rows) == []
    assert put(Kind.DIVISIONS, division("990103")) == []
    assert [ref.code for ref in queries.top_divisions()] == ["990100000000"]
    assert put(Kind.DIVISIONS, division("9902")) == [(0, "parent_missing", "code")]


def test_the_nation_may_be_a_row_and_provinces_stay_tops(put: Put):
    assert put(Kind.DIVISIONS, division("000000000000", "全国"), division("99")) == []

    assert [ref.code for ref in queries.top_divisions()] == ["000000000000", "990000000000"]


@pytest.mark.parametrize("codes", [("9901", "9901"), ("9901", "990100"), ("990100", "990100000000")])
def test_one_division_spelt_twice_in_a_file_is_refused(put: Put, world: None, codes: tuple[str, str]):
    assert put(Kind.DIVISIONS, *map(division, codes)) == [(1, "duplicate_row", "code")]


def test_one_bad_row_keeps_the_whole_file_out(put: Put, world: None):
    before = entries(Kind.HALLS)
    rows = [
        {"code": "H8", "name": "好", "division": worlds.COUNTY},
        {"code": "H9", "name": "", "division": worlds.COUNTY},
        {"code": "H9", "name": "坏", "division": "nowhere"},
    ]

    assert put(Kind.HALLS, *rows) == [(1, "missing_value", "name"), (2, "duplicate_row", "code")]
    assert not Hall.objects.filter(code="H8").exists()
    assert entries(Kind.HALLS) == before


def test_complaints_of_the_second_look_write_nothing_either(put: Put, world: None):
    rows = [agency("NEW1"), agency("NEW2", division="990900")]

    assert put(Kind.AGENCIES, *rows) == [(1, "unknown_code", "division")]
    assert not Agency.objects.filter(code="NEW1").exists()


def test_agencies_form_a_tree_in_any_order_of_the_file(put: Put, world: None):
    rows = [agency("C", "B"), agency("B", "A"), agency("A"), agency("D", worlds.AGENCY)]

    assert put(Kind.AGENCIES, *rows) == []

    paths = dict(Agency.objects.values_list("code", "path"))
    assert (paths["C"], paths["D"]) == ("A.B.C.", f"{worlds.AGENCY}.D.")


@pytest.mark.parametrize(
    "rows", [[agency("A", "A")], [agency("A", "B"), agency("B", "A")], [agency("A", "nobody")]]
)
def test_an_agency_below_itself_or_nobody_is_refused(put: Put, world: None, rows: list[dict[str, str]]):
    found = put(Kind.AGENCIES, *rows)

    assert found == [(n, "unknown_code", "parent") for n in range(len(rows))]
    assert not Agency.objects.filter(code="A").exists()


def test_an_agency_is_renamed_and_keeps_its_place(put: Put, world: None):
    put(Kind.AGENCIES, agency("A"), agency("B", "A"))

    assert put(Kind.AGENCIES, agency("B", name="新名", uscc=CREDIT_CODE, division=worlds.CITY)) == []

    row = Agency.objects.select_related("division").get(code="B")
    assert (row.name, row.path, row.division.code) == ("新名", "A.B.", worlds.CITY)
    assert row.uscc == CREDIT_CODE


@pytest.mark.parametrize(
    ("kind", "row", "owner"),
    [
        (
            Kind.ITEMS,
            {"code": f"{9909:<031}", "name": "名", "item_type": "01", "agency": worlds.AGENCY},
            "agency",
        ),
        (Kind.PLATFORMS, {"code": "P9", "name": "名", "division": "990102"}, "division"),
        (Kind.HALLS, {"code": "H9", "name": "名", "division": worlds.COUNTY}, "division"),
        (Kind.WINDOWS, {"code": "W9", "name": "名", "hall": "H1"}, "hall"),
        (Kind.STAFF, {"code": "S9", "name": "名", "agency": worlds.AGENCY}, "agency"),
    ],
)
def test_rows_below_something_are_put_renamed_and_refused(
    put: Put, world: None, kind: Kind, row: dict[str, str], owner: str
):
    tables: dict[Kind, QuerySet[Any]] = {
        Kind.ITEMS: ServiceItem.objects.all(),
        Kind.PLATFORMS: Platform.objects.all(),
        Kind.HALLS: Hall.objects.all(),
        Kind.WINDOWS: Window.objects.all(),
        Kind.STAFF: StaffMember.objects.all(),
    }
    before = entries(kind)

    assert put(kind, row) == []
    assert put(kind, row | {"name": "新名"}) == []
    assert put(kind, row | {owner: "nobody"}) == [(0, "unknown_code", owner)]

    names = dict(tables[kind].values_list("code", "name"))
    assert names[row["code"]] == "新名"
    assert entries(kind) == before + 2


def test_the_same_window_number_in_two_halls_is_two_windows(put: Put, world: None):
    put(Kind.HALLS, {"code": "H2", "name": "二", "division": worlds.COUNTY})
    rows = [{"code": "W1", "name": hall, "hall": hall} for hall in ("H1", "H2")]

    assert put(Kind.WINDOWS, *rows) == []
    assert put(Kind.WINDOWS, rows[0], rows[0]) == [(1, "duplicate_row", "code")]
    assert set(queries.windows([("H1", "W1"), ("H2", "W1"), ("H2", "W2")])) == {("H1", "W1"), ("H2", "W1")}


def test_an_item_may_move_to_another_agency(put: Put, world: None):
    row = {"code": worlds.ITEM, "name": "名", "item_type": "20", "agency": worlds.OTHER_AGENCY}

    assert put(Kind.ITEMS, row) == []

    assert queries.items_of_agency(queries.agencies([worlds.AGENCY])[worlds.AGENCY].id) == []


def test_an_empty_file_changes_nothing(put: Put, world: None):
    for kind in Kind:
        assert put(kind) == []


@pytest.mark.parametrize("kind", [Kind.ITEMS, Kind.PLATFORMS, Kind.HALLS])
def test_a_thousand_rows_cost_a_handful_of_queries(
    put: Put, world: None, kind: Kind, django_assert_max_num_queries
):
    plain = {"name": "名", "item_type": "01", "agency": worlds.AGENCY, "division": worlds.COUNTY}

    with django_assert_max_num_queries(10):
        assert put(kind, *({**plain, "code": f"{n:031}"} for n in range(1000))) == []
