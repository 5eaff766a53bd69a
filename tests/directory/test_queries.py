from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions, queries
from haochaping.directory.models import Agency, Division, ServiceItem
from haochaping.directory.terms import Kind, Standing
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, OPERATOR, Scope
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
PROVINCE_PATH = f"{worlds.PROVINCE}."
CITY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}."
TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


def test_divisions_answer_by_the_code_as_given(django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        found = queries.divisions(["9901", "990100", worlds.CITY, "9999", "云城", ""])

    assert set(found) == {"9901", "990100", worlds.CITY}
    assert {ref.name for ref in found.values()} == {"云城市"}
    assert found["9901"].path == CITY_PATH


def test_a_division_comes_with_those_above_it_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        line = queries.line_of(worlds.COUNTY)

    assert [ref.name for ref in line] == ["云川省", "云城市", "河湾区"]
    assert queries.line_of("9901") == line[:2]
    assert [queries.line_of(code) for code in ("9999", "云城", "", "\0")] == [[], [], [], []]


def test_what_lies_in_a_division_comes_in_one_query(django_assert_num_queries):
    county, city = (queries.divisions([code])[code].id for code in (worlds.COUNTY, worlds.CITY))

    with django_assert_num_queries(1):
        found = queries.inside(county, limit=9)

    assert [ref.name for ref in found.agencies] == ["河湾区行政审批局"]
    assert [ref.code for ref in found.halls] == ["H1"]
    assert found.divisions == []
    assert queries.inside(city, limit=9).divisions == queries.children(city)
    assert queries.inside(city, limit=0) == ([], [], [])


def test_agencies_answer_by_code_and_by_a_credit_code_of_their_own(now: datetime):
    Agency.objects.filter(code=worlds.AGENCY).update(uscc="11990000000000001A")

    found = queries.agencies([worlds.OTHER_AGENCY, "11990000000000001A", "", "nobody"])

    assert {code: ref.code for code, ref in found.items()} == {
        worlds.OTHER_AGENCY: worlds.OTHER_AGENCY,
        "11990000000000001A": worlds.AGENCY,
    }


def test_a_credit_code_that_two_agencies_share_names_neither():
    Agency.objects.update(uscc="11990000000000001A")

    assert queries.agencies(["11990000000000001A"]) == {}


def test_agencies_known_by_code_cost_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.agencies([worlds.AGENCY, ""])


def test_items_fall_back_from_a_handling_item_to_its_implementation():
    handling = f"{worlds.ITEM}01"

    found = queries.items([handling, worlds.OTHER_ITEM, "nothing"])

    assert {code: ref.code for code, ref in found.items()} == {
        handling: worlds.ITEM,
        worlds.OTHER_ITEM: worlds.OTHER_ITEM,
    }


def test_a_handling_item_of_its_own_is_preferred():
    own = ServiceItem.objects.get(code=worlds.ITEM)
    own.pk, own.code = None, f"{worlds.ITEM}01"
    own.save(force_insert=True)

    assert queries.items([f"{worlds.ITEM}01"])[f"{worlds.ITEM}01"].id == own.pk


@pytest.mark.parametrize("tail", ["0", "001", "123456789"])
def test_an_item_is_known_or_not_whatever_stands_beside_it_in_the_batch(tail: str):
    other = f"{worlds.ITEM}{tail}"

    assert queries.items([other]) == {}
    assert set(queries.items([other, worlds.ITEM])) == {worlds.ITEM}


def test_platforms_and_halls_answer_by_code(django_assert_num_queries):
    with django_assert_num_queries(3):
        platforms = queries.platforms([worlds.SOURCE, "other"])
        places = queries.platform_divisions([worlds.SOURCE, "other"])
        halls = queries.halls(["H1", "other"])

    assert [ref.name for ref in platforms.values()] == ["云城市政务大厅"]
    assert {code: ref.code for code, ref in places.items()} == {worlds.SOURCE: worlds.CITY}
    assert set(halls) == {"H1"}


def test_windows_and_staff_answer_by_owner_and_code(now: datetime):
    hall, agency = queries.halls(["H1"])["H1"], queries.agencies([worlds.AGENCY])[worlds.AGENCY]
    actions.put(Kind.HALLS, [{"code": "H2", "name": "二", "division": worlds.COUNTY}], by=OPERATOR, now=now)
    actions.put(Kind.WINDOWS, [{"code": "W2", "name": "二", "hall": "H2"}], by=OPERATOR, now=now)

    by_code = queries.windows([("H1", "W1"), ("H1", "W2"), ("H2", "W2")])
    by_id = queries.windows_of_halls([(hall.id, "W1"), (hall.id, "W2"), (0, "W1")])
    staff = queries.staff([(agency.id, "S1"), (agency.id, "S2"), (0, "S1")])

    assert set(by_code) == {("H1", "W1"), ("H2", "W2")}
    assert set(by_id) == {(hall.id, "W1")}
    assert {key: ref.name for key, ref in staff.items()} == {(agency.id, "S1"): "王芳"}


def test_a_window_is_not_another_halls_because_both_were_asked_for(now: datetime):
    actions.put(Kind.HALLS, [{"code": "H2", "name": "二", "division": worlds.COUNTY}], by=OPERATOR, now=now)
    rows = [{"code": "W1", "name": "二", "hall": "H2"}, {"code": "W2", "name": "二", "hall": "H2"}]
    actions.put(Kind.WINDOWS, rows, by=OPERATOR, now=now)
    halls = {code: ref.id for code, ref in queries.halls(["H1", "H2"]).items()}
    agencies = {c: ref.id for c, ref in queries.agencies([worlds.AGENCY, worlds.OTHER_AGENCY]).items()}
    actions.put(
        Kind.STAFF, [{"code": "S2", "name": "二", "agency": worlds.OTHER_AGENCY}], by=OPERATOR, now=now
    )

    wanted = [(halls["H1"], "W2"), (halls["H2"], "W1")]
    people = [(agencies[worlds.AGENCY], "S2"), (agencies[worlds.OTHER_AGENCY], "S1")]

    assert set(queries.windows([("H1", "W2"), ("H2", "W1")])) == {("H2", "W1")}
    assert set(queries.windows_of_halls(wanted)) == {wanted[1]}
    assert queries.staff(people) == {}


def test_nothing_asked_for_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.windows([]) == {}
        assert queries.windows_of_halls([]) == queries.staff([]) == {}


def test_one_of_each_by_id():
    division, agency = queries.division(worlds.COUNTY), queries.agencies([worlds.AGENCY])[worlds.AGENCY]
    item = queries.items([worlds.ITEM])[worlds.ITEM]
    assert division is not None

    assert queries.division_by_id(division.id) == division
    assert queries.agency_by_id(agency.id) == agency
    assert queries.item_by_id(item.id) == item
    assert queries.hall_by_id(queries.halls(["H1"])["H1"].id).name == "河湾区政务服务中心"
    assert queries.division("9999") is None
    with pytest.raises(Division.DoesNotExist):
        queries.division_by_id(0)


def test_the_tree_from_top_to_bottom_and_back():
    [top] = queries.top_divisions()
    names = [ref.name for ref in queries.children(top.id)]
    county = queries.division(worlds.COUNTY)
    assert county is not None

    assert (top.name, names) == ("云川省", ["云城市", "石港市"])
    assert [ref.name for ref in queries.ancestors(county.path)] == ["云川省", "云城市", "河湾区"]
    assert queries.ancestors("") == []
    assert queries.children(county.id) == []


def test_lists_below_a_place():
    agency = queries.agencies([worlds.AGENCY])[worlds.AGENCY]

    assert [ref.code for ref in queries.agencies_under(PROVINCE_PATH, TODAY)] == [
        worlds.AGENCY,
        worlds.OTHER_AGENCY,
    ]
    assert [ref.code for ref in queries.agencies_under(CITY_PATH, TODAY)] == [worlds.AGENCY]
    assert [ref.code for ref in queries.agencies_under("", TODAY)] == [worlds.AGENCY, worlds.OTHER_AGENCY]
    assert len(queries.agencies_under(PROVINCE_PATH, TODAY, limit=1)) == 1
    assert queries.agencies_of(agency.division_id) == [agency]
    assert queries.agencies_of(0) == []
    assert queries.agency_names([agency.id, 0]) == {agency.id: agency.name}
    assert [ref.code for ref in queries.items_of_agency(agency.id)] == [worlds.ITEM]


@pytest.mark.parametrize(
    ("text", "agencies", "items"),
    [
        ("河湾", 1, 0),
        ("许可", 0, 2),
        ("行政审批", 2, 0),
        ("%", 0, 0),
        ("_", 0, 0),
        ("没有", 0, 0),
        ("许\0可", 0, 0),
    ],
)
def test_find_by_a_part_of_the_name(text: str, agencies: int, items: int):
    found_agencies, found_items = queries.find(text)

    assert (len(found_agencies), len(found_items)) == (agencies, items)


def test_find_is_limited():
    assert [len(rows) for rows in queries.find("许可", limit=1)] == [0, 1]


def codes(kind: Kind, text: str = "", **asked) -> list[str]:
    asked = {"scope": EVERYWHERE} | asked
    return [record.row["code"] for record in queries.search(kind, text, **asked)]


def test_search_by_the_beginning_of_a_code_or_a_part_of_a_name():
    assert codes(Kind.DIVISIONS, "9901") == [worlds.CITY, worlds.COUNTY]
    assert codes(Kind.DIVISIONS, "云城") == [worlds.CITY]
    assert codes(Kind.DIVISIONS, "\x00") == []
    assert codes(Kind.DIVISIONS, limit=1, offset=1) == [worlds.CITY]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.DEVICES])
def test_search_shows_only_what_lies_within_the_remit(kind: Kind):
    own = {Kind.AGENCIES: [worlds.AGENCY], Kind.ITEMS: [worlds.ITEM], Kind.STAFF: ["S1"]}

    inside = codes(kind, scope=Scope(division_path=CITY_PATH))

    assert inside
    assert not {worlds.OTHER_CITY, worlds.OTHER_AGENCY, worlds.OTHER_ITEM} & set(inside)
    assert codes(kind, within=CITY_PATH) == inside
    assert codes(kind, scope=NOWHERE) == []
    assert codes(kind, scope=Scope(agency_path=f"{worlds.AGENCY}.")) == own.get(kind, [])


def test_search_by_whether_a_row_holds_on_a_day(now: datetime):
    old = {"code": "OLD", "name": "旧厅", "division": worlds.CITY, "valid_to": "2026-01-31"}
    actions.put(Kind.HALLS, [old], by=OPERATOR, now=now)

    assert codes(Kind.HALLS, standing=(Standing.HELD, date(2026, 1, 31))) == ["H1", "OLD"]
    assert codes(Kind.HALLS, standing=(Standing.HELD, date(2026, 2, 1))) == ["H1"]
    assert codes(Kind.HALLS, standing=(Standing.ENDED, date(2026, 2, 1))) == ["OLD"]


def test_what_the_database_cannot_be_asked_for_is_unknown():
    asked = ["A\0B", "\0"]

    for look in (queries.agencies, queries.items, queries.platforms, queries.halls):
        assert look(asked) == {}


def test_the_one_agency_that_all_items_went_to_goes_on_for_an_agency_that_has_ended(now: datetime):
    def put(*rows: tuple[str, str]) -> None:
        said = [{"code": code, "name": "甲", "item_type": "01", "agency": agency} for code, agency in rows]
        assert actions.put(Kind.ITEMS, said, by=OPERATOR, now=now) == []

    second = "9902000000000000000000000000002"
    ended = queries.agencies([worlds.OTHER_AGENCY])[worlds.OTHER_AGENCY].id
    here = queries.agencies([worlds.AGENCY])[worlds.AGENCY].id
    day = date(2026, 6, 2)
    assert queries.successors([ended], day) == {}

    put((worlds.OTHER_ITEM, worlds.AGENCY), (second, worlds.OTHER_AGENCY))
    assert queries.successors([ended], day) == {ended: here}
    put((second, worlds.AGENCY))
    assert queries.successors([ended, here], day) == {ended: here}

    # Gone to two, or to one that has ended as well: nobody is named.
    third = "990200000000_CCC"
    row = {"code": third, "name": "丙", "division": worlds.OTHER_CITY, "parent": "", "uscc": ""}
    assert actions.put(Kind.AGENCIES, [row], by=OPERATOR, now=now) == []
    put((second, third))
    assert queries.successors([ended], day) == {}
    put((second, worlds.AGENCY))
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=date(2026, 6, 1))
    assert queries.successors([ended], day) == {}


def test_lists_of_those_who_may_be_given_something_leave_out_who_has_ended():
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=TODAY)
    assert [ref.code for ref in queries.agencies_under(CITY_PATH, TODAY)] == [worlds.AGENCY]

    after = TODAY + timedelta(days=1)
    everywhere = Scope(division_path=PROVINCE_PATH)
    assert queries.agencies_under(CITY_PATH, after) == []
    assert [one.code for one in queries.agencies_named("行政审批", scope=everywhere, day=after)] == [
        worlds.OTHER_AGENCY
    ]
    assert len(queries.agencies_named("行政审批", scope=everywhere)) == 2
    agencies, items = queries.find("许可", day=after)
    assert (agencies, [item.code for item in items]) == ([], [worlds.OTHER_ITEM])
