from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.directory import rules
from haochaping.directory.rules import (
    child_path,
    common_path,
    differences,
    division_level,
    is_item_code,
    is_uscc,
    normal_division_code,
    normal_row,
    parent_division_code,
    path_range,
    read_day,
    row_complaints,
)
from haochaping.directory.terms import COLUMNS, OPTIONAL_COLUMNS, AgencyRef, DivisionLevel, ItemType, Kind
from haochaping.kernel.refused import Refused

_CODES = st.text("0123456789", min_size=12, max_size=12)
_PATHS = st.lists(st.text("019_A", min_size=1, max_size=4), max_size=5).map(
    lambda codes: "".join(f"{code}." for code in codes)
)


@pytest.mark.parametrize(
    ("code", "normal"),
    [
        ("990102000000", "990102000000"),
        ("99", "990000000000"),
        ("9901", "990100000000"),
        ("990102", "990102000000"),
        ("990102003", "990102003000"),
        ("9901020", None),
        ("", None),
        ("9901020000000", None),
        ("99010200000x", None),
        ("\uff19\uff190102", None),
        ("99 102", None),
        ("-90102", None),
        ("990102\n", None),
    ],
)
def test_normal_division_code(code: str, normal: str | None):
    assert normal_division_code(code) == normal


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("000000000000", DivisionLevel.NATIONAL, None),
        ("990000000000", DivisionLevel.PROVINCIAL, "000000000000"),
        ("990100000000", DivisionLevel.MUNICIPAL, "990000000000"),
        ("990102000000", DivisionLevel.COUNTY, "990100000000"),
        ("990102003000", DivisionLevel.TOWNSHIP, "990102000000"),
        ("990102003004", DivisionLevel.VILLAGE, "990102003000"),
        # 省直辖县级: no city between; 不设区的市: no county between.
        ("990002000000", DivisionLevel.COUNTY, "990000000000"),
        ("990100003000", DivisionLevel.TOWNSHIP, "990100000000"),
        ("990000000004", DivisionLevel.VILLAGE, "990000000000"),
    ],
)
def test_division_level_and_the_code_above(code: str, level: DivisionLevel, parent: str | None):
    assert division_level(code) == level
    assert parent_division_code(code) == parent


@given(_CODES)
def test_climbing_reaches_the_nation_level_by_level(code: str):
    steps = 0
    while (above := parent_division_code(code)) is not None:
        assert division_level(above) < division_level(code)
        code, steps = above, steps + 1

    assert (code, steps <= 5) == ("0" * 12, True)


def test_child_path_ends_in_a_dot():
    assert child_path("", "99") == "99."
    assert child_path("99.", "9901") == "99.9901."


@given(_PATHS, _PATHS)
def test_path_range_is_the_subtree(top: str, path: str):
    low, high = path_range(top)

    assert (low <= path < high) == path.startswith(top)


def _row(kind: Kind, **changes: str) -> dict[str, str]:
    plain = {
        "code": f"{990100:<031}" if kind == Kind.ITEMS else "990100",
        "name": "名",
        "item_type": "01",
        "device_type": "kiosk",
    } | dict.fromkeys(OPTIONAL_COLUMNS, "")
    return {column: plain.get(column, "x") for column in COLUMNS[kind]} | changes


def _said(kind: Kind, **changes: str) -> list[tuple[str, str]]:
    return [(found.code, found.field) for found in row_complaints(kind, _row(kind, **changes))]


@pytest.mark.parametrize("kind", Kind)
def test_a_good_row_of_every_kind(kind: Kind):
    assert _said(kind) == []


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_row_names_every_column_it_needs(kind: Kind):
    needed = [column for column in COLUMNS[kind] if column not in OPTIONAL_COLUMNS]

    assert [(found.code, found.field) for found in row_complaints(kind, {})] == [
        ("missing_value", column) for column in needed
    ]


@pytest.mark.parametrize(
    ("kind", "column", "limit"),
    [
        (Kind.DIVISIONS, "name", 100),
        (Kind.AGENCIES, "name", 200),
        (Kind.AGENCIES, "code", 40),
        (Kind.AGENCIES, "uscc", 18),
        (Kind.ITEMS, "name", 300),
        (Kind.ITEMS, "code", 40),
        (Kind.PLATFORMS, "name", 200),
        (Kind.HALLS, "code", 40),
        (Kind.WINDOWS, "name", 200),
        (Kind.STAFF, "name", 100),
    ],
)
def test_a_column_is_as_long_as_its_table_allows(kind: Kind, column: str, limit: int):
    assert ("too_long", column) not in _said(kind, **{column: "长" * limit})
    assert _said(kind, **{column: "长" * (limit + 1)}) == [("too_long", column)]


@pytest.mark.parametrize("value", ["0", "1", "011", "21", "许可", "PUBLIC_SERVICE"])
def test_an_item_type_is_one_of_the_standard(value: str):
    [found] = row_complaints(Kind.ITEMS, _row(Kind.ITEMS, item_type=value))

    assert (found.code, found.field) == ("not_a_choice", "item_type")
    assert found.params["value"] == value
    assert all(code in str(found.params["choices"]) for code in ItemType)


def test_a_division_code_is_complained_about_once():
    assert _said(Kind.DIVISIONS, code="abc") == [("bad_division_code", "code")]
    assert _said(Kind.DIVISIONS, code="") == [("missing_value", "code")]
    assert _said(Kind.HALLS, code="abc") == []


def test_an_agency_code_cannot_pretend_to_lie_below_another():
    """Paths join codes by dots: an agency “A.B” would lie inside the scope of “A”."""
    assert _said(Kind.AGENCIES, code="A.B") == [("dot_in_code", "code")]


@pytest.mark.parametrize("code", ["yun hall", "yun/hall", "云\u3000厅"])
def test_a_platform_code_stands_in_addresses(code):
    assert _said(Kind.PLATFORMS, code=code) == [("not_in_addresses", "code")]
    assert _said(Kind.WINDOWS, code=code) == []
    assert _said(Kind.HALLS, code="A.B") == []


@pytest.mark.parametrize("char", ["\0", "\x1b", "\n", "\t"])
def test_control_characters_are_named_with_their_column(char: str):
    assert _said(Kind.HALLS, name=f"大厅{char}") == [("control_characters", "name")]


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("91350100M000100Y43", True),
        ("11990000000000001G", True),
        ("11990000000000001H", False),
        ("1199000000000000IG", False),
        ("1199000000000001G", False),
        ("11990000000000001g", False),
        ("", False),
    ],
)
def test_the_last_character_of_a_credit_code_checks_the_others(code: str, fits: bool):
    assert is_uscc(code) == fits


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.data())
def test_one_wrong_character_in_a_credit_code_is_seen(stem: str, data: st.DataObject):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    [whole] = [stem + c for c in alphabet if is_uscc(stem + c)]
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([c for c in alphabet if c != whole[place]]))

    assert not is_uscc(whole[:place] + other + whole[place + 1 :])


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("9" * 31, True),
        ("11990000000000001G2000139001000", True),
        ("9" * 33, True),
        ("9" * 31 + "0A", False),
        ("9" * 30, False),
        ("9" * 32, False),
        ("9" * 30 + "a", False),
        ("9" * 30 + "\uff19", False),
    ],
)
def test_an_item_has_31_characters_and_a_handling_item_two_digits_more(code: str, fits: bool):
    assert is_item_code(code) == fits
    assert (_said(Kind.ITEMS, code=code) == []) == fits


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-01", date(2026, 6, 1)),
        ("2026/6/1", date(2026, 6, 1)),
        ("2026.6.1", date(2026, 6, 1)),
        ("20260601", date(2026, 6, 1)),
        ("2026-06-01T00:00:00", date(2026, 6, 1)),
        ("2026-06-01 00:00", date(2026, 6, 1)),
        ("2026-06-01T09:00:00", None),
        ("2026/6-1", None),
        ("202661", None),
        ("2026-02-30", None),
        ("0000-01-01", None),
        ("\uff12026-06-01", None),
        ("", None),
    ],
)
def test_days_as_people_and_spreadsheets_write_them(text: str, day: date | None):
    assert read_day(text) == day


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date):
    assert read_day(day.isoformat()) == read_day(day.isoformat().replace("-", "/")) == day


def test_a_last_day_before_the_first_is_a_contradiction():
    assert _said(Kind.HALLS, valid_from="2026-06-01", valid_to="2026-06-01") == []
    assert _said(Kind.HALLS, valid_from="2026-06-02", valid_to="2026-06-01") == [
        ("ends_before_it_begins", "valid_to")
    ]


def test_a_row_is_normal_in_codes_and_days_and_says_no_more_than_it_did():
    row = {"code": " 9901 ", "name": "市", "valid_to": "2026/6/1", "more": "x"}

    assert normal_row(Kind.DIVISIONS, row) == {
        "code": "990100000000",
        "name": "市",
        "valid_to": "2026-06-01",
    }
    assert normal_row(Kind.HALLS, {"code": "9901", "division": "9901"}) == {
        "code": "9901",
        "division": "990100000000",
    }
    assert normal_row(Kind.HALLS, {"division": "市", "valid_to": "?"}) == {"division": "市", "valid_to": "?"}


def test_differences_are_those_of_the_columns_both_have():
    assert differences({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == {"b": ("2", "3")}


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("110101000000", "110000000000"),
        ("500229000000", "500000000000"),
        ("429004000000", "420000000000"),
        ("460400001000", "460400000000"),
        ("990101000000", "990100000000"),
        ("999001000000", "999000000000"),
        ("130102000000", "130100000000"),
    ],
)
def test_counties_below_a_heading_are_below_the_province(code: str, above: str):
    assert parent_division_code(code) == above


@pytest.mark.parametrize(
    ("paths", "common"),
    [
        ([], ""),
        (["99.9901.990102."], "99.9901.990102."),
        (["99.9901.990102.", "99.9901."], "99.9901."),
        (["99.9901.990102.", "99.9901.990103."], "99.9901."),
        (["99.9901.", "99.99012."], "99."),
        (["99.9901.", "98.9801."], ""),
    ],
)
def test_the_nearest_place_that_holds_all(paths, common):
    assert common_path(paths) == common


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        (None, None, ""),
        (date(2026, 3, 1), date(2026, 3, 1), ""),
        (None, date(2026, 2, 28), "agency_ended"),
        (date(2026, 3, 2), None, "agency_not_begun"),
    ],
)
def test_whoever_is_given_something_to_do_has_begun_and_not_ended(begins, ends, code):
    agency = AgencyRef(1, "A1", "云城市交通局", "A1.", 1, "999900000000.", begins, ends)
    if not code:
        rules.check_goes_on(agency, date(2026, 3, 1), "to")
        return

    with pytest.raises(Refused) as refused:
        rules.check_goes_on(agency, date(2026, 3, 1), "to")

    assert (refused.value.code, refused.value.complaint.field) == (code, "to")
    assert refused.value.complaint.params["value"] == "云城市交通局"
