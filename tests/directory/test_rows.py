"""Imports beyond codes and names: items in families, devices, days, moves, history, and the rehearsal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions, queries
from haochaping.directory.models import Agency, Change, Device, Hall, ServiceItem
from haochaping.directory.terms import MISSING_VALUE, Kind
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Complaint
from haochaping.ledger.models import Entry
from tests import worlds
from tests.directory.conftest import Put, entries, id_of, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]

MAIN, CHILD = f"{99:<030}1", f"{99:<030}2"


def item(code: str, parent: str = "", **changes: str) -> dict[str, str]:
    return {
        "code": code,
        "name": "名",
        "item_type": "01",
        "agency": worlds.AGENCY,
        "parent": parent,
    } | changes


def agency(code: str, parent: str = "", **changes: str) -> dict[str, str]:
    return {"code": code, "name": f"{code}局", "division": worlds.COUNTY, "parent": parent} | changes


def device(code: str, **changes: str) -> dict[str, str]:
    return {
        "code": code,
        "name": "一号评价器",
        "device_type": "evaluator",
        "hall": "H1",
        "window": "W1",
    } | changes


def parents() -> dict[str, str]:
    return dict(ServiceItem.objects.exclude(parent=None).values_list("code", "parent__code"))


def test_items_form_families_in_any_order(put: Put):
    rows = [item(f"{CHILD}01"), item(CHILD, MAIN), item(MAIN), item(f"{MAIN}01", MAIN)]

    assert put(Kind.ITEMS, *rows) == []

    assert parents() == {CHILD: MAIN, f"{MAIN}01": MAIN, f"{CHILD}01": CHILD}


def test_a_handling_item_needs_its_item(put: Put):
    assert put(Kind.ITEMS, item(f"{MAIN}01")) == [(0, "unknown_code", "parent")]
    assert put(Kind.ITEMS, item(f"{MAIN}01", CHILD), item(CHILD)) == [(0, "not_of_this_item", "parent")]


@pytest.mark.parametrize(
    "rows",
    [
        [item(MAIN), item(CHILD, MAIN), item(f"{99:<030}3", CHILD)],
        [item(MAIN), item(f"{MAIN}01"), item(f"{99:<030}3", f"{MAIN}01")],
    ],
)
def test_only_a_main_item_stands_above_others(put: Put, rows: list[dict[str, str]]):
    assert put(Kind.ITEMS, *rows) == [(2, "not_a_main_item", "parent")]


def test_an_item_with_children_stays_a_main_item(put: Put):
    put(Kind.ITEMS, item(MAIN), item(CHILD, MAIN), item(worlds.ITEM))

    assert put(Kind.ITEMS, item(MAIN, worlds.ITEM)) == [(0, "not_a_main_item", "parent")]
    assert put(Kind.ITEMS, item(CHILD, worlds.ITEM)) == []
    assert parents() == {CHILD: worlds.ITEM}


def test_an_item_with_handling_items_may_get_a_main_item(put: Put):
    put(Kind.ITEMS, item(MAIN), item(CHILD), item(f"{CHILD}01"))

    assert put(Kind.ITEMS, item(CHILD, MAIN)) == []


def test_a_circle_of_items_is_refused(put: Put):
    assert put(Kind.ITEMS, item(MAIN, CHILD), item(CHILD, MAIN)) == [
        (0, "unknown_code", "parent"),
        (1, "unknown_code", "parent"),
    ]


def test_a_device_stands_in_a_hall_perhaps_at_a_window(put: Put):
    assert put(Kind.DEVICES, device("D1"), device("D2", device_type="kiosk", window="")) == []

    found = queries.devices(["D1", "D2", "D3"])
    assert {code: ref.device_type for code, ref in found.items()} == {"D1": "evaluator", "D2": "kiosk"}
    assert found["D1"].window_id == id_of(Kind.WINDOWS, "H1", "W1")
    assert found["D2"].window_id is None


def test_a_device_moves_with_its_window_or_not_at_all(put: Put):
    put(Kind.HALLS, {"code": "H2", "name": "二", "division": worlds.COUNTY})
    put(Kind.DEVICES, device("D1"))

    assert put(Kind.DEVICES, device("D1", hall="H2", window="")) == [(0, "unknown_code", "window")]
    put(Kind.WINDOWS, {"code": "W1", "name": "一", "hall": "H2"})
    assert put(Kind.DEVICES, device("D1", hall="H2", window="")) == []
    assert Device.objects.get(code="D1").window_id == id_of(Kind.WINDOWS, "H2", "W1")


def test_a_kind_of_device_that_nobody_knows_is_refused(put: Put):
    assert put(Kind.DEVICES, device("D1", device_type="telepathy")) == [(0, "not_a_choice", "device_type")]


def test_days_are_read_as_people_write_them_and_kept(put: Put):
    hall = {"code": "H1", "name": "河湾区政务服务中心", "division": worlds.COUNTY}

    assert put(Kind.HALLS, hall | {"valid_from": "2020/1/2"}) == []
    assert put(Kind.HALLS, hall) == []
    assert put(Kind.HALLS, hall | {"valid_from": ""}) == []
    assert put(Kind.HALLS, hall | {"valid_to": "2019-12-31"}) == [(0, "ends_before_it_begins", "valid_to")]

    assert Hall.objects.get(code="H1").valid_from == date(2020, 1, 2)


def test_what_is_below_goes_on_no_longer_than_what_is_above(put: Put):
    hall = row_of(Kind.HALLS, "H1") | {"valid_to": "2026-05-31"}
    window = row_of(Kind.WINDOWS, "H1", "W1")

    assert put(Kind.HALLS, hall) == [(0, "still_in_use", "valid_to")]
    put(Kind.WINDOWS, window | {"valid_to": "2026-06-01"})
    assert put(Kind.HALLS, hall) == [(0, "still_in_use", "valid_to")]
    put(Kind.WINDOWS, window | {"valid_to": "2026-05-31"})
    assert put(Kind.HALLS, hall) == []


def test_an_agency_moves_with_all_below_it(put: Put):
    put(Kind.AGENCIES, agency("A"), agency("B", "A"), agency("C", "B"), agency("N"))

    assert put(Kind.AGENCIES, agency("B", "N", name="乙局")) == []

    paths = dict(Agency.objects.values_list("code", "path"))
    assert (paths["A"], paths["B"], paths["C"]) == ("A.", "N.B.", "N.B.C.")
    assert row_of(Kind.AGENCIES, "B")["parent"] == "N"


def test_two_moves_of_one_file_follow_each_other(put: Put):
    put(Kind.AGENCIES, agency("A"), agency("B"), agency("C"))

    assert put(Kind.AGENCIES, agency("A", "B"), agency("B", "C"), agency("D", "A")) == []

    paths = dict(Agency.objects.values_list("code", "path"))
    assert (paths["A"], paths["B"], paths["D"]) == ("C.B.A.", "C.B.", "C.B.A.D.")


@pytest.mark.parametrize("parent", ["A", "B", "C"])
def test_an_agency_cannot_move_below_itself(put: Put, parent: str):
    put(Kind.AGENCIES, agency("A"), agency("B", "A"), agency("C", "B"))

    assert put(Kind.AGENCIES, agency("A", parent)) == [(0, "below_itself", "parent")]


def test_a_tree_has_an_end(put: Put):
    codes = [f"{n:040}" for n in range(10)]
    above = ["", *codes[:-1]]
    rows = [agency(code, parent) for code, parent in zip(codes, above, strict=True)]

    assert put(Kind.AGENCIES, *rows) == [(9, "tree_too_deep", "parent")]
    assert put(Kind.AGENCIES, *rows[:9], agency("TOP")) == []
    assert put(Kind.AGENCIES, agency("T" * 40), agency(codes[0], "T" * 40)) == [
        (1, "tree_too_deep", "parent")
    ]


def test_a_change_of_name_or_place_leaves_history(put: Put, now: datetime):
    put(Kind.AGENCIES, agency("A"), agency("B"))
    later = now + timedelta(days=10)
    before = Entry.objects.count()

    put(Kind.AGENCIES, agency("A", "B", name="新局"), at=later)

    entry = Entry.objects.get(recorded_at=later)
    assert Entry.objects.count() == before + 1
    said = {(c.column, c.before, c.after) for c in queries.history(Kind.AGENCIES, id_of(Kind.AGENCIES, "A"))}
    assert said == {("name", "A局", "新局"), ("parent", "", "B")}
    assert {(c.at, c.actor, c.entry_id) for c in Change.objects.all()} == {
        (later, "operator:shell", entry.pk)
    }


def test_names_are_known_as_of_a_day(put: Put, now: datetime):
    ids = [id_of(Kind.HALLS, "H1")]
    for days, name in ((1, "甲"), (3, "乙"), (5, "丙")):
        hall = row_of(Kind.HALLS, "H1") | {"name": name}
        put(Kind.HALLS, hall, at=now + timedelta(days=days))
    day = now.date()

    names = [queries.names_on(Kind.HALLS, ids, day + timedelta(days=n))[ids[0]] for n in (0, 1, 2, 3, 9)]

    assert names == ["河湾区政务服务中心", "甲", "甲", "乙", "丙"]


def test_a_name_changed_at_midnight_is_of_the_day_that_begins(put: Put, now: datetime):
    ids = [id_of(Kind.HALLS, "H1")]
    midnight = now.replace(hour=0) + timedelta(days=1)
    put(Kind.HALLS, row_of(Kind.HALLS, "H1") | {"name": "甲"}, at=midnight)

    assert queries.names_on(Kind.HALLS, ids, now.date()) == {ids[0]: "河湾区政务服务中心"}
    assert queries.names_on(Kind.HALLS, ids, midnight.date()) == {ids[0]: "甲"}


def test_what_holds_on_a_day(put: Put):
    hall = {"name": "名", "division": worlds.COUNTY}
    put(
        Kind.HALLS,
        hall | {"code": "H2", "valid_from": "2026-01-02"},
        hall | {"code": "H3", "valid_to": "2026-01-02"},
    )
    one, two, three = (id_of(Kind.HALLS, code) for code in ("H1", "H2", "H3"))
    ids = [one, two, three]

    assert queries.held_on(Kind.HALLS, ids, date(2026, 1, 1)) == {one, three}
    assert queries.held_on(Kind.HALLS, ids, date(2026, 1, 2)) == {one, two, three}
    assert queries.held_on(Kind.HALLS, ids, date(2026, 1, 3)) == {one, two}


def test_a_file_sent_again_changes_nothing_and_leaves_no_trace(put: Put):
    rows = [agency("A"), agency("B", "A")]
    put(Kind.AGENCIES, *rows)
    before = Entry.objects.count()

    report = actions.rehearse(Kind.AGENCIES, rows)
    assert put(Kind.AGENCIES, *rows) == []

    assert (report.new, report.changed, report.unchanged, report.wrong) == (0, 0, 2, 0)
    assert (Entry.objects.count(), Change.objects.count()) == (before, 0)


def test_a_rehearsal_says_what_would_happen_and_writes_nothing():
    before = (Agency.objects.count(), Entry.objects.count())
    known = row_of(Kind.AGENCIES, worlds.AGENCY)
    rows: list[Mapping[str, str] | Complaint] = [
        agency("NEW"),
        agency("BELOW", "NEW"),
        known | {"name": "新名"},
        agency("X", uscc="11990000000000001H", valid_to="2026-13-01"),
        Complaint(MISSING_VALUE, "code"),
        row_of(Kind.AGENCIES, worlds.OTHER_AGENCY),
    ]

    report = actions.rehearse(Kind.AGENCIES, rows)

    assert (report.new, report.changed, report.unchanged, report.wrong) == (2, 1, 1, 2)
    [change] = report.changes
    assert (change.row, change.code, change.column, change.after) == (2, worlds.AGENCY, "name", "新名")
    assert [(n, c.code, c.field) for n, c in report.complaints] == [
        (3, "bad_uscc", "uscc"),
        (3, "bad_date", "valid_to"),
        (4, "missing_value", "code"),
    ]
    assert (Agency.objects.count(), Entry.objects.count()) == before
    assert row_of(Kind.AGENCIES, worlds.AGENCY) == known


def test_an_import_reports_what_it_did(now: datetime):
    rows = [agency("NEW"), row_of(Kind.AGENCIES, worlds.AGENCY) | {"name": "新名"}]
    later = now + timedelta(days=1)

    report = actions.import_rows(Kind.AGENCIES, rows, by=OPERATOR, now=later)

    assert (report.new, report.changed, report.unchanged, report.wrong) == (1, 1, 0, 0)
    entry = Entry.objects.get(recorded_at=later)
    assert (entry.subject_kind, entry.subject_id) == ("directory", "agencies")
    assert entry.facts == {"rows": "2", "new": "1", "changed": "1"}


def test_a_row_that_could_not_be_read_keeps_the_file_out(now: datetime):
    before = entries(Kind.AGENCIES)

    report = actions.import_rows(
        Kind.AGENCIES, [agency("NEW"), Complaint(MISSING_VALUE, "code")], by=OPERATOR, now=now
    )

    assert report.wrong == 1
    assert entries(Kind.AGENCIES) == before
    assert not Agency.objects.filter(code="NEW").exists()


def test_one_number_of_staff_below_both_codes_of_an_agency_is_one(put: Put):
    Agency.objects.filter(code=worlds.AGENCY).update(uscc="11990000000000001G")
    rows = [{"code": "S7", "name": "名", "agency": code} for code in ("11990000000000001G", worlds.AGENCY)]

    assert put(Kind.STAFF, *rows) == [(0, "duplicate_row", "code")]
    assert put(Kind.STAFF, *reversed(rows)) == [(1, "duplicate_row", "code")]
    assert put(Kind.STAFF, rows[0]) == put(Kind.STAFF, rows[1]) == []


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("x")', "@SUM(A1)"])
def test_a_formula_is_no_value(put: Put, text: str):
    hall = {"code": "H9", "name": text, "division": worlds.COUNTY}

    assert put(Kind.HALLS, hall) == [(0, "formula_cell", "name")]
