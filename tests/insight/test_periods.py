"""A tally of any period, put together of months and days, against adding up the facts day by day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest

from haochaping.directory import queries as directory
from haochaping.insight import actions, queries
from haochaping.insight.models import Fact
from haochaping.insight.terms import FactKey, FactKind, Place
from haochaping.kernel.periods import Period
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST = date(2026, 1, 20)
PERIODS = [
    Period(),
    Period(date(2026, 2, 1)),
    Period(date(2026, 1, 25), date(2026, 4, 28)),
    Period(date(2026, 2, 10), date(2026, 2, 20)),
    Period(date(2026, 2, 27), date(2026, 3, 1)),
    Period(end=date(2026, 3, 2)),
    Period(date(2027, 1, 1)),
]


@pytest.fixture
def facts(db: None, now) -> list[FactKey]:
    """A hundred days of facts in two cities, folded in three goes; the last are still pending."""
    worlds.build(now)
    places = [
        (worlds.COUNTY, worlds.AGENCY, worlds.ITEM),
        (worlds.OTHER_CITY, worlds.OTHER_AGENCY, worlds.OTHER_ITEM),
    ]
    keys = []
    for n in range(100):
        division, agency, item = places[n % 2]
        where = (
            directory.divisions([division])[division].id,
            directory.agencies([agency])[agency].id,
            directory.items([item])[item].id,
        )
        said = ("sms", n % 5 + 1, "active_self") if n % 3 else ("", 0, "reported")
        kind = FactKind.REVIEW if n % 3 else FactKind.CASE
        keys.append(FactKey(kind, FIRST + timedelta(days=n), *where, *said))
        actions.count({keys[-1]: n + 1})
        if n in {30, 60, 90}:
            assert actions.fold()
    return keys


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place(division_path=f"{worlds.PROVINCE}."),
        Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
        Place(agency_path=f"{worlds.OTHER_AGENCY}."),
        Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.", agency_path=f"{worlds.AGENCY}."),
    ],
    ids=str,
)
def test_tally_of_a_period_is_the_sum_of_its_days(facts, place, period):
    divisions = set(directory.division_ids_under(place.division_path or ""))
    agencies = set(directory.agency_ids_under(place.agency_path or ""))

    expected: Counter[tuple[str, int, str]] = Counter()
    for n, key in enumerate(facts):
        inside = (period.start or date.min) <= key.day <= (period.end or date.max)
        if inside and key.division_id in divisions and key.agency_id in agencies:
            expected[key.kind, key.level, key.provenance] += n + 1
    found = {part: n for part, n in queries.tally(place, period).items() if n}
    assert found == dict(expected)


@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
        Place(agency_path=f"{worlds.OTHER_AGENCY}."),
        Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.", agency_path=f"{worlds.AGENCY}."),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        (date(2026, 1, 1), date(2026, 5, 31)),
        (date(2026, 1, 25), date(2026, 4, 26)),
        (date(2026, 2, 3), date(2026, 4, 3)),
        (date(2026, 3, 4), date(2026, 3, 9)),
    ],
    ids=str,
)
def test_months_say_what_each_of_them_says_alone(
    facts, place, first_day, last_day, django_assert_num_queries
):
    months = {
        date(2026, n, 1): Period(
            max(date(2026, n, 1), first_day), min(date(2026, n + 1, 1) - timedelta(days=1), last_day)
        )
        for n in range(first_day.month, last_day.month + 1)
    }

    with django_assert_num_queries(1):
        found = queries.measures_of_months(place, months)

    assert found == {first: queries.measures(place, days) for first, days in months.items()}
    assert {value.name: value.numerator for value in found[date(2026, 3, 1)]}["cases"] > 0


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
        Place(agency_path=f"{worlds.OTHER_AGENCY}."),
    ],
    ids=str,
)
def test_ways_add_up_to_the_whole(facts, place, period):
    by_channel = queries.tally_of_channels(place, period)

    whole = {part: n for part, n in queries.tally(place, period).items() if n and part[0] == FactKind.REVIEW}
    total: Counter[tuple[str, int, str]] = Counter()
    for tally in by_channel.values():
        total.update({part: n for part, n in tally.items() if part[0] == FactKind.REVIEW})
    assert dict(total) == whole


def test_of_no_months_nothing_is_asked(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.measures_of_months(Place(), {}) == {}


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_each_place_of_a_table_says_what_its_own_page_says(facts, period):
    tables: list[tuple[Literal["division", "agency", "item"], Iterable[Any]]] = [
        ("division", directory.divisions([worlds.PROVINCE, worlds.CITY, worlds.OTHER_CITY]).values()),
        ("agency", directory.agencies([worlds.AGENCY, worlds.OTHER_AGENCY]).values()),
        ("item", directory.items([worlds.ITEM, worlds.OTHER_ITEM]).values()),
    ]
    for by, refs in tables:
        found = queries.measures_of_each(by, [ref.id for ref in refs], period)
        for ref in refs:
            place = {
                "division": lambda ref=ref: Place(division_path=ref.path),
                "agency": lambda ref=ref: Place(agency_path=ref.path),
                "item": lambda ref=ref: Place(item_id=ref.id),
            }[by]()
            assert found[ref.id] == queries.measures(place, period)
    assert Fact.objects.count() == 91
