"""`GET data/{table}`: the same rows as the files, for any place and days, page by page."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.test import Client

from haochaping.directory import queries as directory
from haochaping.doors.api import open_data
from haochaping.flows.pass_gate import decide_due
from haochaping.flows.publish_open_data import publish_due
from haochaping.insight import queries as insight
from haochaping.insight.terms import FactKind, Place
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import Period, local_day
from haochaping.publicity.opendata import queries
from haochaping.publicity.opendata.tables import TABLES
from tests import worlds
from tests.publicity.opendata.world import THERE, came, release

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(moment: datetime) -> datetime:
    """Reviews of five weeks ago, with a text that is out, and of yesterday."""
    worlds.build(moment - 40 * DAY)
    *_, review_id = came(moment - 35 * DAY, 10, words="跑了三次", kind="enterprise")
    came(moment - 35 * DAY, 10)
    release(review_id, moment - 34 * DAY)
    came(moment - DAY, 2, level=1, **THERE)
    decide_due(local_day(moment), by=SYSTEM, now=moment)
    return moment


def get(table: str, query: str = "") -> Any:
    answer = Client().get(f"/api/v1/data/{table}{query}")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_files_and_interface_say_the_same_as_the_pages(world, tmp_path):
    numbers, words = publish_due(tmp_path, by=SYSTEM, now=world)
    today = local_day(world)

    for name in TABLES:
        folder = tmp_path / (words.name if name == "texts" else numbers.name)
        file = msgspec.json.decode((folder / f"{name}.json").read_bytes())
        wanted = (
            f"?from={today - 31 * DAY}&to={today - DAY}"
            if name in {"reviews", "services", "excluded"}
            else ""
        )
        assert get(name, wanted)["rows"] == file["rows"], name

    province = directory.division(worlds.PROVINCE)
    assert province is not None
    tally = insight.tally(Place(division_path=province.path), Period(today - 31 * DAY, today))
    assert sum(row["reviews"] for row in get("reviews", f"?from={today - 31 * DAY}")["rows"]) == sum(
        n for (kind, _, _), n in tally.items() if kind == FactKind.REVIEW
    )


def test_answers_have_the_shape_that_is_described(world):
    for name, shape in open_data.SHAPES.items():
        told = msgspec.convert(get(name), type=shape)
        assert told.table == name  # type: ignore[attr-defined]


def test_a_place_and_days_are_asked_for(world):
    day = local_day(world) - DAY
    there = [
        {"division": row["division"], "day": row["day"]} for row in get("reviews", f"?from={day}")["rows"]
    ]

    assert there == [{"division": worlds.OTHER_CITY, "day": f"{day}"}]
    assert get("reviews", f"?division={worlds.CITY}&from={day}")["rows"] == []
    assert len(get("reviews", f"?agency={worlds.OTHER_AGENCY}")["rows"]) == 1
    assert len(get("reviews", f"?item={worlds.OTHER_ITEM}")["rows"]) == 1
    assert [row["code"] for row in get("agencies", f"?division={worlds.OTHER_CITY}")["rows"]] == [
        worlds.OTHER_AGENCY
    ]


def test_a_cursor_goes_on_where_the_page_ended(world):
    first = queries.page(TABLES["reviews"], queries.Asked(local_day(world)), limit=1)
    cursor = urlsafe_b64encode(msgspec.json.encode(first.after)).decode()

    whole, rest = get("reviews"), get("reviews", f"?cursor={cursor}")

    assert whole["cursor"] is None
    assert rest["rows"] == whole["rows"][1:]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("reviews?division=1", 404, "unknown_division"),
        ("reviews?agency=nobody", 404, "unknown_agency"),
        ("reviews?item=nothing", 404, "unknown_item"),
        ("reviews?from=yesterday", 400, "bad_day"),
        ("reviews?level=1", 400, "unknown_parameter"),
        ("figures?agency=nobody", 400, "unknown_parameter"),
        ("nothing", 404, "not_found"),
        ("reviews?cursor=x", 400, "bad_cursor"),
    ],
)
def test_what_cannot_be_answered_is_said(world, problem, query, status, code):
    problem(Client().get(f"/api/v1/data/{query}"), status, code)


@pytest.mark.parametrize(
    "after",
    [
        [],
        [1],
        ["2026-13-01"],
        ["2026-01-01", "1"],
        ["2026-01-01", 1, 1, 1, "\x00", 1, "x"],
        ["a"] * 9,
        [-1],
        [2**63],
        ["9999-12-31"],
        ["9999-12-31", ""],
    ],
)
@pytest.mark.parametrize("name", TABLES)
def test_no_cursor_from_outside_breaks_anything(world, name, after):
    query = f"?cursor={urlsafe_b64encode(msgspec.json.encode(after)).decode()}"
    if "period" in TABLES[name].filters:
        query += "&to=9999-12-31"

    assert Client().get(f"/api/v1/data/{name}{query}").status_code in {200, 400}
