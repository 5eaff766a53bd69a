"""分析 in the database: facts and what is not folded yet are one sum, for any place and period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from haochaping.directory import queries as directory
from haochaping.insight import actions, queries
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.terms import FactKey, FactKind, Place
from haochaping.kernel.periods import Period
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
EVERYWHERE = Place()
PROVINCE = Place(division_path=f"{worlds.PROVINCE}.")
CITY = Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")
OTHER_CITY = Place(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.")


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


def key(*, other: bool = False, kind: str = FactKind.REVIEW, day: date = DAY, level: int = 5) -> FactKey:
    """A unit of the agency, or of the other one in the other city."""
    code, item = (worlds.OTHER_AGENCY, worlds.OTHER_ITEM) if other else (worlds.AGENCY, worlds.ITEM)
    agency = directory.agencies([code])[code]
    item_id = directory.items([item])[item].id
    return FactKey(kind, day, agency.division_id, agency.id, item_id, "mobile", level, "active_self")


def count(*keys: FactKey, n: int = 1) -> None:
    actions.count(dict.fromkeys(keys, n))


def total(place: Place = EVERYWHERE, period: Period | None = None) -> int:
    tally = queries.tally(place, period) if period else queries.tally(place)
    return sum(tally.values())


def test_nothing_counted_is_nothing():
    actions.count({})

    assert queries.tally(EVERYWHERE) == {}
    assert not FactDelta.objects.exists()


def test_changes_wait_beside_the_facts_until_they_are_folded():
    count(key(), n=2)
    count(key(), n=-1)
    before = queries.tally(EVERYWHERE)

    assert (actions.fold(), Fact.objects.count(), FactDelta.objects.count()) == (2, 1, 0)
    assert queries.tally(EVERYWHERE) == before == {("review", 5, "active_self"): 1}


def test_folding_adds_to_what_was_folded_before():
    for n in (3, 4):
        count(key(), key(level=1), n=n)
        assert actions.fold() == 2

    assert queries.tally(EVERYWHERE) == {("review", 5, "active_self"): 7, ("review", 1, "active_self"): 7}
    assert Fact.objects.count() == 2


def test_folding_nothing_is_no_work():
    assert actions.fold() == 0


def test_a_failure_takes_the_count_along():
    with transaction.atomic():
        count(key())
        transaction.set_rollback(True)

    assert total() == 0


@pytest.mark.parametrize(
    ("place", "n"),
    [
        (EVERYWHERE, 11),
        (PROVINCE, 11),
        (CITY, 1),
        (OTHER_CITY, 10),
        (Place(agency_path=f"{worlds.AGENCY}."), 1),
        (Place(agency_path=""), 11),
        (Place(division_path=OTHER_CITY.division_path, agency_path=f"{worlds.AGENCY}."), 0),
        (Place(division_path="980000000000."), 0),
        (Place(item_id=0), 0),
    ],
)
@pytest.mark.parametrize("folded", [False, True])
def test_a_place_is_its_subtree(place: Place, n: int, folded: bool):
    count(key())
    count(key(other=True), n=10)
    if folded:
        actions.fold()

    assert total(place) == n


def test_an_item_is_counted_by_itself():
    count(key())
    count(key(other=True), n=10)

    assert total(Place(item_id=key().item_id)) == 1
    assert total(Place(division_path=CITY.division_path, item_id=key(other=True).item_id)) == 0


@pytest.mark.parametrize(
    ("start", "end", "n"),
    [(None, None, 111), (0, None, 110), (None, 0, 11), (0, 0, 10), (1, 0, 0), (-1, 1, 111), (2, None, 0)],
)
def test_both_ends_of_a_period_belong_to_it(start: int | None, end: int | None, n: int):
    for days, some in ((-1, 1), (0, 10), (1, 100)):
        count(key(day=DAY + timedelta(days=days)), n=some)

    first, last = (None if days is None else DAY + timedelta(days=days) for days in (start, end))

    assert total(period=Period(first, last)) == n


def test_measures_of_a_place_cost_one_query(django_assert_num_queries):
    count(key(), n=40)
    count(key(level=2), n=10)

    with django_assert_num_queries(1):
        values = {measure.name: measure for measure in queries.measures(CITY)}

    assert (values["good_rate"].value, values["good_rate"].denominator) == (0.8, 50)
    assert values["bad_reviews"].value == 10
    assert values["participation_rate"].value is None


def test_measures_of_a_period():
    count(key(), key(day=DAY + timedelta(days=1)))

    [active] = [m for m in queries.measures(CITY, Period(DAY, DAY)) if m.name == "active_reviews"]

    assert active.value == 1


def test_measures_of_each_are_those_of_one_after_the_other(django_assert_num_queries):
    count(key(), n=40)
    count(key(other=True, level=1), n=2)
    actions.fold()
    count(key(day=DAY + timedelta(days=1)), key(other=True))
    divisions = {
        d.id: d.path for d in directory.divisions([worlds.PROVINCE, worlds.CITY, worlds.OTHER_CITY]).values()
    }
    agencies = {a.id: a.path for a in directory.agencies([worlds.AGENCY, worlds.OTHER_AGENCY]).values()}
    items = [i.id for i in directory.items([worlds.ITEM, worlds.OTHER_ITEM]).values()]

    for period in (Period(), Period(DAY, DAY), Period(end=DAY - timedelta(days=1))):
        with django_assert_num_queries(3):
            by_division = queries.measures_of_each("division", [*divisions], period)
            by_agency = queries.measures_of_each("agency", [*agencies], period)
            by_item = queries.measures_of_each("item", items, period)
        for one, path in divisions.items():
            assert by_division[one] == queries.measures(Place(division_path=path), period)
        for one, path in agencies.items():
            assert by_agency[one] == queries.measures(Place(agency_path=path), period)
        for one in items:
            assert by_item[one] == queries.measures(Place(item_id=one), period)


def test_measures_of_nobody_and_of_unknown_ones():
    [unknown] = queries.measures_of_each("agency", [0]).values()

    assert queries.measures_of_each("item", []) == {}
    assert {measure.numerator for measure in unknown} == {0}


def test_level_counts_come_in_the_national_order_whatever_their_provenance():
    count(
        key(level=5),
        key(level=5)._replace(provenance="unverified"),
        key(level=1),
        key(kind=FactKind.REVIEWED),
    )

    assert queries.level_counts(queries.tally(EVERYWHERE)) == [(5, 2), (4, 0), (3, 0), (2, 0), (1, 1)]
    assert queries.level_counts({}, [1, 2]) == [(1, 0), (2, 0)]


def test_a_page_costs_no_more_with_more_reviews():
    """Facts grow with days and places, not with reviews: ten thousand of one day are one row."""
    for _ in range(100):
        count(key(), n=100)
    actions.fold()

    assert (Fact.objects.count(), total()) == (1, 10_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM insight_fact_delta")
        assert cursor.fetchone() == (0,)
