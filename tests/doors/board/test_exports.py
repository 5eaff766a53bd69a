"""Page = CSV = JSON = API, for every measure, every place and every period."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from haochaping.directory import queries as directory
from haochaping.doors.measures import COLUMNS
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.insight import actions
from haochaping.insight.rules import MEASURES, OF_HALLS
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from tests import worlds
from tests.doors.board.conftest import all_figures

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from django.test import Client

PLACES = [
    ("division", worlds.PROVINCE),
    ("division", worlds.CITY),
    ("division", worlds.COUNTY),
    ("division", worlds.OTHER_CITY),
    ("agency", worlds.AGENCY),
    ("agency", worlds.OTHER_AGENCY),
    ("item", worlds.ITEM),
    ("item", worlds.OTHER_ITEM),
    ("hall", "H1"),
]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def reviewed(told, world: datetime) -> datetime:
    """Forty services, most of them reviewed at every level, some default, one months ago; half of it folded."""
    for n in range(40):
        worlds.take_case(f"YC-4000{n:04}", world - timedelta(days=70 if n == 0 else n % 3))
        if n == 20:
            actions.fold()
        if n % 8:
            claim = "default_system" if n % 7 == 0 else "active_onsite_device"
            worlds.give(f"YC-4000{n:04}", n % 5 + 1, world, claimed_provenance=claim)
    return world


def by_page(client: Client, kind: str, code: str, query: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name, figure in all_figures(client, reverse(kind, args=[code]), query).items():
        if figure.withheld:
            found[name] = (None, None, None)
        elif figure.count is not None:
            found[name] = (figure.count, figure.count, None)
        elif figure.mean:
            found[name] = (figure.mean.value, figure.mean.total, figure.mean.n)
        else:
            found[name] = (figure.ratio.value, figure.ratio.numerator, figure.ratio.denominator)
    return found


def by_interface(client: Client, kind: str, code: str, query: dict[str, str]) -> dict[str, Any]:
    return dict(client.get("/api/v1/measures", {kind: code} | query, headers=ENGLISH).json())


def by_json(client: Client, kind: str, code: str, query: dict[str, str]) -> dict[str, Any]:
    address = reverse(f"{kind}_file", args=[code, "json"])
    return dict(client.get(address, query, headers=ENGLISH).json())


def by_csv(client: Client, kind: str, code: str, query: dict[str, str]) -> list[dict[str, str]]:
    answer = client.get(reverse(f"{kind}_file", args=[code, "csv"]), query, headers=ENGLISH)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def cell(told: float | None) -> str:
    return "" if told is None else str(told)


@pytest.mark.parametrize(("kind", "code"), PLACES)
@pytest.mark.parametrize("days", [None, (0, 0), (60, 1), (400, 0)])
def test_page_file_and_interface_say_the_same(reviewed, client, kind, code, days):
    day = local_day(reviewed)
    query = (
        {} if days is None else {"from": f"{day - timedelta(days[0])}", "to": f"{day - timedelta(days[1])}"}
    )

    page = by_page(client, kind, code, query)
    interface = by_interface(client, kind, code, query)
    file = by_json(client, kind, code, query)
    rows = by_csv(client, kind, code, query)

    told_of = OF_HALLS if kind == "hall" else MEASURES
    assert list(page) == [row["Name in the interface"] for row in rows] == [m.name for m in told_of]
    assert interface | {"as_of": ""} == file | {"as_of": ""}
    assert page == {
        one["name"]: (one["value"], one["numerator"], one["denominator"]) for one in interface["measures"]
    }
    for row, one in zip(rows, interface["measures"], strict=True):
        low, high = one["interval"] or (None, None)
        assert row == {
            "Code": code,
            "Place": interface["place"],
            "Name in the interface": one["name"],
            "Measure": one["label"],
            "Value": cell(one["value"]),
            "Lower end": cell(low),
            "Upper end": cell(high),
            "Numerator": cell(one["numerator"]),
            "Denominator": cell(one["denominator"]),
            "Unit": one["unit"],
            "Told from": cell(one["at_least"]),
            "Why there is no value": one["no_value"],
            "By which day": one["day"],
            "Not counted": "; ".join(one["exclusions"]),
            "Source": one["source"],
            "From": query.get("from", ""),
            "To": query.get("to", ""),
            "As of": row["As of"],
        }
        assert row["As of"].endswith("+08:00")


def test_every_row_says_why_it_has_no_value_or_has_one(reviewed, client):
    for kind, code in PLACES:
        for one in by_interface(client, kind, code, {})["measures"]:
            assert (one["value"] is None) == bool(one["no_value"])
            assert one["unit"]
            assert one["day"]
            assert one["source"]


def test_some_have_values_and_an_average_has_its_interval(reviewed, client):
    found = {one["name"]: one for one in by_interface(client, "division", worlds.PROVINCE, {})["measures"]}

    assert found["good_rate"]["denominator"] >= 30
    low, high = found["average_score"]["interval"]
    assert 1 <= low < found["average_score"]["value"] < high <= 5
    assert found["average_score"]["at_least"] == 30
    assert found["cases"]["at_least"] is None


def test_what_is_withheld_is_in_no_form(reviewed, client):
    county, day = directory.division(worlds.COUNTY), local_day(reviewed)
    assert county is not None
    WithheldFigure.objects.create(
        id=uuid7(reviewed),
        rule="DQ-01",
        division_id=county.id,
        below=False,
        first_day=day,
        last_day=day,
        raised_at=reviewed,
        withheld_at=reviewed,
    )

    page = by_page(client, "division", worlds.COUNTY, {})
    file = {one["name"]: one for one in by_json(client, "division", worlds.COUNTY, {})["measures"]}
    rows = {row["Name in the interface"]: row for row in by_csv(client, "division", worlds.COUNTY, {})}

    assert page["participation_rate"] == page["not_reviewed_rate"] == (None, None, None)
    for name in ("participation_rate", "not_reviewed_rate"):
        assert (file[name]["numerator"], file[name]["value"]) == (None, None)
        assert file[name]["withheld"] == file[name]["no_value"] == rows[name]["Why there is no value"] != ""
        assert rows[name]["Numerator"] == rows[name]["Value"] == ""


@pytest.mark.parametrize(
    "address",
    [
        "/divisions/1/measures.csv",
        "/agencies/1/measures.json",
        "/items/1/measures.csv",
        "/halls/1/measures.csv",
        f"/divisions/{worlds.CITY}/measures.xml",
        f"/divisions/{worlds.CITY}/measures.csv?from=x",
        f"/divisions/{worlds.CITY}/measures.json?from=2026-02-01&to=2026-01-01",
    ],
)
def test_of_an_unknown_place_form_or_period_there_is_no_file(told, client, address):
    assert client.get(address).status_code == 404


def test_a_file_costs_few_questions(reviewed, client, django_assert_max_num_queries):
    # Two more than for anybody: the savepoint of the test's own transaction.
    with django_assert_max_num_queries(8):
        by_csv(client, "item", worlds.ITEM, {})


def test_a_page_leads_to_its_files_and_inside_to_its_rows(reviewed, client):
    html = client.get(f"/agencies/{worlds.AGENCY}?from=2026-01-01").content.decode()
    assert f'href="/agencies/{worlds.AGENCY}/measures?from=2026-01-01"' in html

    html = client.get(f"/agencies/{worlds.AGENCY}/measures?from=2026-01-01").content.decode()
    assert f'href="/agencies/{worlds.AGENCY}/measures.csv?from=2026-01-01"' in html
    assert f'href="/oversight/figures/?agency={worlds.AGENCY}&amp;from=2026-01-01"' in html


def test_headings_are_said_in_chinese(told, client):
    first = client.get(f"/items/{worlds.ITEM}/measures.csv").content.decode("utf-8-sig").splitlines()[0]

    assert len(first.split(",")) == len(COLUMNS)
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(first)
