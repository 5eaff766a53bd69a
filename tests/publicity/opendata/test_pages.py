"""Tables page by page: the same figures as the pages', whole whatever the size of a page, of the place that was asked for."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.directory import queries as directory
from haochaping.directory.models import Division
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.quality.rules import RULES
from haochaping.insight import actions as insight_actions
from haochaping.insight import queries as insight
from haochaping.insight.rules import MEASURES
from haochaping.insight.terms import FactKey, FactKind, Place
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.publicity.opendata import queries
from haochaping.publicity.opendata.queries import Asked
from haochaping.publicity.opendata.tables import (
    AGENCIES,
    DIVISIONS,
    EXCLUDED,
    FIGURES,
    ITEMS,
    REVIEWS,
    SERVICES,
    TABLES,
    WITHHELD,
)
from tests import worlds
from tests.publicity.opendata.world import THERE, came

if TYPE_CHECKING:
    from haochaping.publicity.opendata.terms import Table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    """Reviews of three days, some of them not folded yet."""
    worlds.build(now - timedelta(days=40))
    came(now - timedelta(days=40), 2, level=2)
    came(now - timedelta(days=2), 3, level=5)
    came(now - timedelta(days=2), 1, level=1, **THERE)
    insight_actions.fold()
    came(now, 2, level=5)
    came(now, 1, level=None)


def told(table: Table, now: datetime, *, at_once: int = 10_000, **asked: Any) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    found = queries.rows(table, Asked(local_day(now), **asked), at_once=at_once)
    return [dict(zip(names, row, strict=True)) for row in found]


def test_reviews_are_told_by_everything_they_are_counted_by(now):
    day = local_day(now - timedelta(days=2))

    found = told(REVIEWS, now, period=Period(day, day))

    assert sorted(found, key=lambda row: row["division"]) == [
        {
            "day": f"{day}", "division": worlds.COUNTY, "agency": worlds.AGENCY, "item": worlds.ITEM,
            "channel": "hall_pad", "level": 5, "provenance": "active_onsite_device", "reviews": 3,
            "hall": "H1", "stage": "delivery",
        },
        {
            "day": f"{day}", "division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM,
            "channel": "hall_pad", "level": 1, "provenance": "active_onsite_device", "reviews": 1,
            "hall": "H1", "stage": "delivery",
        },
    ]  # fmt: skip


def test_what_could_be_reviewed_is_told_by_kind(now):
    counted = Counter[str]()
    for row in told(SERVICES, now):
        counted[row["kind"]] += row["units"]

    assert counted == {"case": 9, "occurrence": 9, "reviewed": 8}


@pytest.mark.parametrize("place", ["", worlds.PROVINCE, worlds.CITY, worlds.OTHER_CITY])
def test_parts_add_up_to_the_figures_of_the_pages(now, place):
    division = directory.division(place) if place else None
    asked = Place(division_path=division.path if division else "")
    period = Period(local_day(now) - timedelta(days=10), local_day(now))
    tally = insight.tally(asked, period)

    found = Counter[tuple[str, int, str]]()
    for row in told(REVIEWS, now, place=asked, period=period):
        found[FactKind.REVIEW, row["level"], row["provenance"]] += row["reviews"]
    for row in told(SERVICES, now, place=asked, period=period):
        found[FactKind(row["kind"]), 0, row["provenance"]] += row["units"]

    kinds = {FactKind.REVIEW, FactKind.CASE, FactKind.OCCURRENCE, FactKind.REVIEWED}
    assert found == {part: n for part, n in tally.items() if part[0] in kinds and n}


def test_an_agency_and_an_item_are_asked_for_as_their_pages_are(now):
    item = directory.items([worlds.OTHER_ITEM])[worlds.OTHER_ITEM]

    for place in (Place(agency_path=f"{worlds.OTHER_AGENCY}."), Place(item_id=item.id)):
        assert [row["division"] for row in told(REVIEWS, now, place=place)] == [worlds.OTHER_CITY]


def test_figures_are_those_of_the_page_of_each_month(now):
    for row in told(FIGURES, now):
        division = directory.division(row["division"])
        assert division is not None
        first = date.fromisoformat(f"{row['month']}-01")
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        [value] = [
            one for one in insight.measures(Place(division_path=division.path), Period(first, last))
            if one.name == row["measure"]
        ]  # fmt: skip
        assert (row["numerator"], row["denominator"]) == (value.numerator, value.denominator)
        assert row["value"] == (None if value.value is None else round(value.value, 6))
        assert (row["low"] is None) == (value.interval is None)


def test_every_measure_of_every_place_where_something_was_counted_is_there(now):
    found = {(row["month"], row["division"], row["measure"]) for row in told(FIGURES, now)}

    places = {
        "2026-04": [worlds.PROVINCE, worlds.CITY, worlds.COUNTY],
        "2026-05": [worlds.PROVINCE, worlds.CITY, worlds.COUNTY, worlds.OTHER_CITY],
        "2026-06": [worlds.PROVINCE, worlds.CITY, worlds.COUNTY],
    }
    assert found == {
        (month, code, one.name) for month, codes in places.items() for code in codes for one in MEASURES
    }


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_pages_of_any_size_make_the_same_table(now, name, at_once):
    table = TABLES[name]

    assert told(table, now, at_once=at_once) == told(table, now)


def test_a_page_holds_no_more_than_was_asked_for(now):
    found = queries.page(REVIEWS, Asked(local_day(now)), limit=2)

    assert len(found.rows) == 2
    assert found.after is not None


def hold(day: date) -> None:
    """A rule keeps the counts of the city's reviews of a day back."""
    at = datetime.combine(day, time(12), BEIJING)
    WithheldFigure.objects.create(
        id=uuid7(at), rule="DQ-02", source="", division=Division.objects.get(code=worlds.CITY), below=True,
        first_day=day, last_day=day, raised_at=at, withheld_at=at,
    )  # fmt: skip


def test_what_a_rule_keeps_back_is_left_out_and_named(now):
    day = local_day(now - timedelta(days=2))
    hold(day)

    left = told(REVIEWS, now, period=Period(day, day))

    assert [row["division"] for row in left] == [worlds.OTHER_CITY]
    assert len(told(REVIEWS, now, period=Period(end=day - timedelta(days=1)))) == 1
    assert {row["division"] for row in told(SERVICES, now, period=Period(day, day))} == {
        worlds.COUNTY, worlds.OTHER_CITY,
    }  # fmt: skip
    named = told(WITHHELD, now)
    assert {row["measure"] for row in named} == set(RULES["DQ-02"].withholds)
    assert {(row["division"], row["below"], row["first_day"], row["rule"]) for row in named} == {
        (worlds.CITY, "yes", f"{day}", "DQ-02")
    }
    kept_back = [row for row in told(FIGURES, now) if row["withheld"]]
    assert {row["measure"] for row in kept_back} == {row["measure"] for row in named}
    assert {(row["numerator"], row["value"]) for row in kept_back} == {(None, None)}
    assert told(WITHHELD, now, period=Period(start=day + timedelta(days=1))) == []
    assert told(WITHHELD, now, at_once=1) == named


def test_paging_goes_on_behind_what_is_left_out(now):
    hold(local_day(now - timedelta(days=2)))

    assert told(REVIEWS, now, at_once=1) == told(REVIEWS, now)


def test_the_directory_is_told_as_it_stands(now):
    assert [row["code"] for row in told(DIVISIONS, now)] == sorted(
        [worlds.PROVINCE, worlds.CITY, worlds.COUNTY, worlds.OTHER_CITY]
    )
    [agency] = told(AGENCIES, now, place=Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."))
    assert (agency["code"], agency["division"], agency["valid_to"]) == (worlds.AGENCY, worlds.COUNTY, "")
    assert {row["code"]: row["agency"] for row in told(ITEMS, now)} == {
        worlds.ITEM: worlds.AGENCY,
        worlds.OTHER_ITEM: worlds.OTHER_AGENCY,
    }


def test_what_was_excluded_is_told_by_its_reason(now):
    item = directory.items([worlds.ITEM])[worlds.ITEM]
    place = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    key = FactKey(
        FactKind.MISTAKEN, local_day(now), place.division_id, place.id, item.id, "hall_pad", 1, "active_self"
    )
    insight_actions.count({key: 1})

    [row] = told(EXCLUDED, now)

    assert (row["kind"], row["level"], row["provenance"], row["reviews"]) == ("mistaken", 1, "active_self", 1)
