from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.directory import queries as directory
from haochaping.insight import actions
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, worked_out
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period, local_day
from tests import worlds

pytestmark = pytest.mark.django_db


def test_each_place_has_the_measures_of_its_own_page(now):
    worlds.build(now)
    for n, level in enumerate((1, 4, 5)):
        worlds.take_case(f"YC-{n}", now)
        worlds.give(f"YC-{n}", level, now)
    actions.fold()
    worlds.take_case("YC-9", now)
    divisions = directory.divisions([worlds.PROVINCE, worlds.CITY, worlds.OTHER_CITY]).values()
    agencies = directory.agencies([worlds.AGENCY, worlds.OTHER_AGENCY]).values()
    items = directory.items([worlds.ITEM, worlds.OTHER_ITEM]).values()

    for period in (Period(), Period(end=local_day(now) - timedelta(days=1))):
        assert insight.measures_of_each("division", [one.id for one in divisions], period) == {
            one.id: insight.measures(Place(division_path=one.path), period) for one in divisions
        }
        assert insight.measures_of_each("agency", [one.id for one in agencies], period) == {
            one.id: insight.measures(Place(agency_path=one.path), period) for one in agencies
        }
        assert insight.measures_of_each("item", [one.id for one in items], period) == {
            one.id: insight.measures(Place(item_id=one.id), period) for one in items
        }


def test_each_of_none_is_nothing():
    assert insight.measures_of_each("division", []) == {}


@pytest.mark.parametrize("name", ["bad_rate", "cases", "participation_rate"])
def test_what_is_read_for_a_measure_is_enough_for_it(now, name):
    worlds.build(now)
    for n, level in enumerate((1, 4, 5)):
        worlds.take_case(f"YC-{n}", now)
        worlds.give(f"YC-{n}", level, now)
    actions.fold()
    worlds.take_case("YC-9", now)
    of = (BY_NAME[name],)
    city = directory.divisions([worlds.CITY])[worlds.CITY]
    place, days = Place(division_path=city.path), Period(end=local_day(now))

    read = insight.tally_of_each({"division": [city.id]}, days, of=of)["division"][city.id]

    assert {kind for kind, _, _ in read} <= of[0].kinds
    assert read == insight.tally(place, days, of=of)
    assert worked_out(of[0], read) == worked_out(of[0], insight.tally(place, days))
