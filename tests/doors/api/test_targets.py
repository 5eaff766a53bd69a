"""评价对象: intake and delivery are two services, staff of the hotline are rated like those of a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.tables import rows
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.doors.api.conftest import Caller

pytestmark = pytest.mark.django_db
HOTLINE, ADVICE = "990100000000_12345", "9901000000000000000000000012345"


@pytest.fixture
def hotline(caller: Caller, moment: datetime) -> Caller:
    """云城市 has a hotline: a platform, an agency with staff, and the item “consultation”."""
    agency = {"code": HOTLINE, "name": "云城市12345热线", "division": worlds.CITY, "parent": "", "uscc": ""}
    for kind, row in (
        (Kind.PLATFORMS, {"code": "yc-12345", "name": "云城市12345", "division": worlds.CITY}),
        (Kind.AGENCIES, agency),
        (Kind.ITEMS, {"code": ADVICE, "name": "热线咨询", "item_type": "20", "agency": HOTLINE}),
        (Kind.STAFF, {"code": "H012", "name": "示例甲", "agency": HOTLINE}),
        (Kind.STAFF, {"code": "H013", "name": "示例乙", "agency": HOTLINE}),
    ):
        assert directory.put(kind, [row], by=OPERATOR, now=moment) == []
    call = worlds.occurrence(1, moment) | {"channel": "hotline", "name": "来电咨询", "stage": "other"}
    del call["hall"], call["window"]
    told = caller.send(
        "cases",
        worlds.case(
            "HL-1",
            moment,
            source="yc-12345",
            agency=HOTLINE,
            division=worlds.CITY,
            item=ADVICE,
            occurrences=[call | {"staff": "H012"}],
        ),
    )
    assert [one["outcome"] for one in told] == ["accepted"]
    return caller


def by_phone(moment: datetime, **changes: object) -> dict[str, object]:
    said = {"source": "yc-12345", "channel": "phone", "claimed_provenance": "hotline_call_back"}
    return worlds.review("HL-1", 2, moment, **said | changes)


def read(caller: Caller, result: dict[str, object]) -> dict[str, object]:
    told = caller.get(f"reviews/{result['id']}").json()
    return {name: told[name] for name in ("stage", "hall", "window", "staff", "channel")}


def test_a_call_names_who_answered_it(hotline, moment):
    [result] = hotline.send("reviews", by_phone(moment, staff="H013"))

    assert read(hotline, result) == {
        "stage": "other", "hall": "", "window": "", "staff": "H013", "channel": "phone",
    }  # fmt: skip


def test_without_a_number_it_is_who_took_the_call(hotline, moment):
    [result] = hotline.send("reviews", by_phone(moment))

    assert read(hotline, result)["staff"] == "H012"


def test_a_file_of_the_hotline_names_them_too(hotline, moment, tmp_path: Path):
    said = by_phone(moment, staff="H013")
    table = tmp_path / "reviews.csv"
    table.write_text(f"{','.join(said)}\n{','.join(map(str, said.values()))}\n", encoding="utf-8")

    receive_reviews([Raw(row.fields) for row in rows(table)], entrance=Entrance.FILE, by=OPERATOR, now=moment)

    assert Review.objects.get().staff_id is not None


def test_intake_and_delivery_are_told_apart(caller, moment):
    """Two responsibility points of one case: each has its window, its staff, its own review."""
    caller.send(
        "cases",
        worlds.case(
            "YC-1",
            moment,
            occurrences=[
                worlds.occurrence(1, moment) | {"stage": "intake", "name": "收件", "staff": "S1"},
                worlds.occurrence(2, moment) | {"stage": "delivery", "name": "取件"},
            ],
        ),
    )

    given = caller.send(
        "reviews",
        worlds.review("YC-1", 5, moment),
        worlds.review("YC-1", 1, moment, occurrence_no=2),
    )

    assert [(one["stage"], one["staff"]) for one in (read(caller, result) for result in given)] == [
        ("intake", "S1"),
        ("delivery", ""),
    ]
