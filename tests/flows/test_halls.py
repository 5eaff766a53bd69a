"""Halls as full units: held against their like, watched by month, missed when nobody hears of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory_actions
from haochaping.directory import queries as directory
from haochaping.directory.models import Agency, ServiceItem
from haochaping.directory.terms import Kind
from haochaping.flows import compare_units, watch_units
from haochaping.insight import actions, queries, unit_queries
from haochaping.insight import comparison_queries as comparisons
from haochaping.insight.comparison.terms import Alike
from haochaping.insight.rules import OF_HALLS, worked_out
from haochaping.insight.terms import FactKind, Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import Period, local_day
from haochaping.supervision.models import Signal
from tests import months, worlds

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.insight.terms import Part

pytestmark = pytest.mark.django_db
STEADY = dict.fromkeys(range(1, 25), (1, 100))


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    """The hall of the county, another one there, one of its city, one of the other city; items of two types."""
    worlds.build(now)
    put(now, {"H2": worlds.COUNTY, "H3": worlds.CITY, "H9": worlds.OTHER_CITY})
    agency = Agency.objects.get(code=worlds.AGENCY)
    ServiceItem.objects.create(code="REGISTRATION", name="不动产登记", item_type="07", agency=agency)


def put(now: datetime, halls: dict[str, str]) -> None:
    rows = [{"code": code, "name": f"大厅{code}", "division": division} for code, division in halls.items()]
    assert directory_actions.put(Kind.HALLS, rows, by=OPERATOR, now=now) == []


def hall(code: str = "H1") -> int:
    return directory.halls([code])[code].id


def division(code: str) -> int:
    return directory.divisions([code])[code].id


def compare_all(now: datetime) -> None:
    while compare_units.compare_due(now):
        pass


def test_halls_of_a_division_and_next_below_stand_beside_each_other(now):
    months.reviewed(worlds.ITEM, {1: (3, 200)}, now, hall="H1")
    months.reviewed(worlds.ITEM, {2: (9, 300)}, now, hall="H2")
    months.reviewed(worlds.ITEM, {3: (1, 150)}, now, hall="H3")
    months.reviewed(worlds.OTHER_ITEM, {3: (1, 100)}, now, hall="H9")
    compare_all(now)

    def kept(code: str) -> dict[int, tuple[int, int]]:
        (found,) = comparisons.newest(division(code), [Alike.HALLS])
        return {unit.unit_id: (unit.bad, unit.n) for unit in found.units}

    county = {hall("H1"): (3, 200), hall("H2"): (9, 300)}
    assert kept(worlds.COUNTY) == county
    assert kept(worlds.CITY) == county | {hall("H3"): (1, 150)}
    assert kept(worlds.PROVINCE) == {hall("H3"): (1, 150), hall("H9"): (1, 100)}
    (found,) = comparisons.newest(division(worlds.CITY), [Alike.HALLS])
    assert found.group.seed == f"{worlds.CITY}/hall/2026-05"


def test_numbers_of_a_compared_hall_are_those_of_its_page(now):
    months.reviewed(worlds.ITEM, {1: (3, 200), 12: (1, 50), 13: (5, 50)}, now, hall="H1")
    months.served(worlds.ITEM, {1: (200, 400)}, now, hall="H1")
    compare_all(now)

    (found,) = comparisons.newest(division(worlds.COUNTY), [Alike.HALLS])
    unit = next(unit for unit in found.units if unit.unit_id == hall())
    values = {
        value.name: value
        for value in queries.measures(Place(hall_id=hall()), Period(date(2025, 6, 1), date(2026, 5, 31)))
    }
    bad = values["bad_rate"]
    assert (unit.bad, unit.n) == (bad.numerator, bad.denominator) == (4, 250)
    assert unit.cases == values["occurrences"].numerator == 400


def test_halls_are_compared_at_everybodys_mix_of_items(now):
    """Of type 07 one in five is bad, of type 01 one in a hundred; one hall has both, the other has the easy one alone."""
    months.reviewed("REGISTRATION", {1: (40, 200)}, now, hall="H1")
    months.reviewed(worlds.ITEM, {1: (2, 200)}, now, hall="H1")
    months.reviewed(worlds.ITEM, {2: (2, 200)}, now, hall="H2")
    compare_all(now)

    (found,) = comparisons.newest(division(worlds.COUNTY), [Alike.HALLS])
    expected = {unit.unit_id: unit.expected for unit in found.units}
    assert expected[hall("H1")] == pytest.approx(200 * 40 / 200 + 200 * 4 / 400)
    assert expected[hall("H2")] == pytest.approx(200 * 4 / 400)


def test_parts_of_a_division_with_halls_add_up_to_the_whole(now):
    """What its halls have and what took place in none come to what the division has, measure by measure."""
    months.reviewed(worlds.ITEM, {1: (3, 200)}, now, hall="H1")
    months.reviewed(worlds.ITEM, {1: (2, 90)}, now, hall="H2")
    months.reviewed(worlds.ITEM, {1: (7, 110)}, now)
    months.served(worlds.ITEM, {1: (100, 300)}, now, hall="H1")
    months.served(worlds.ITEM, {1: (10, 200)}, now)

    county = Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}.")
    halls = [Place(hall_id=hall("H1")), Place(hall_id=hall("H2"))]
    whole, *of_halls = [queries.tally(place) for place in (county, *halls)]
    nowhere: dict[Part, int] = {
        (FactKind.REVIEW, 1, "active_self"): 7,
        (FactKind.REVIEW, 5, "active_self"): 103,
        (FactKind.OCCURRENCE, 0, "reported"): 200,
        (FactKind.REVIEWED, 0, "active_self"): 10,
    }
    assert whole == {
        part: sum(tally.get(part, 0) for tally in of_halls) + nowhere.get(part, 0) for part in whole
    }
    for measure in OF_HALLS:
        parts = [worked_out(measure, tally).numerator for tally in [*of_halls, nowhere]]
        assert sum(parts) == worked_out(measure, whole).numerator, measure.name


def test_a_month_that_stands_out_is_a_signal_of_the_hall(now):
    months.reviewed(worlds.ITEM, STEADY | {1: (12, 100)}, now, hall="H1")
    months.reviewed(worlds.ITEM, STEADY, now, hall="H2")
    months.reviewed(worlds.OTHER_ITEM, {1: (1, 40)}, now, hall="H1")

    watch_units.watch_risks(now)

    one = Signal.objects.get(subject=f"hall:{hall()}")
    assert (one.kind, one.day, one.division.code) == ("risk_point", date(2026, 5, 1), worlds.COUNTY)
    # To answer is whose services are most of what takes place there.
    assert one.agency.code == worlds.AGENCY
    assert one.facts["hall"] == "河湾区政务服务中心"
    assert one.facts["hall_code"] == "H1"
    assert (one.facts["unit"], one.facts["bad"], one.facts["n"]) == ("hall", "13", "140")
    assert one.facts["looked_at"] == "2"
    assert watch_units.watch_risks(now + timedelta(days=1)) == 0


def test_months_of_halls_are_read_with_all_others(now, django_assert_num_queries):
    months.reviewed(worlds.ITEM, {1: (1, 10), 2: (2, 20)}, now, hall="H1")
    months.reviewed(worlds.ITEM, {1: (1, 5)}, now)

    with django_assert_num_queries(1):
        found = unit_queries.series(watch_units.versions(date(2026, 5, 1)), local_day(now))

    (one,) = found["hall"]
    assert [(month.bad, month.n) for month in one.months] == [(2, 20), (1, 10)]
    (item,) = found["item"]
    assert item.months[-1].n == 15


def test_halls_that_go_on_as_before_raise_as_few_alarms_as_are_stated(now):
    """Sixty halls that have not changed: in their last month less than one alarm is expected, and each says of how many."""
    dice = Random(5)  # noqa: S311 - seeded, nothing secret
    codes = [f"G{n:02}" for n in range(60)]
    put(now, dict.fromkeys(codes, worlds.COUNTY))
    for code in codes:
        sizes = {ago: dice.randrange(40, 400) for ago in range(1, 25)}
        counts = {ago: (dice.binomialvariate(n, 0.03), n) for ago, n in sizes.items()}
        months.reviewed(worlds.ITEM, counts, now, hall=code)

    watch_units.watch_risks(now)

    raised = Signal.objects.filter(kind="risk_point", subject__startswith="hall:")
    assert raised.count() <= 2
    assert all(one.facts["looked_at"] == "60" for one in raised)
    months.reviewed(worlds.ITEM, {1: (40, 60)}, now, hall="G00")
    watch_units.watch_risks(now)
    worst = Signal.objects.get(subject=f"hall:{hall('G00')}")
    assert worst.facts["looked_at"] == "60"
    assert float(worst.facts["false_alarm_months"]) >= 1_000


def blind() -> dict[str, Signal]:
    return {
        signal.subject: signal
        for signal in Signal.objects.filter(kind="blind_spot", subject__contains=":hall:")
    }


def test_a_hall_with_services_and_no_review_is_a_blind_spot(now):
    months.served(worlds.ITEM, {1: (0, 100), 2: (0, 100)}, now, hall="H1")
    months.served(worlds.OTHER_ITEM, {1: (40, 200)}, now, hall="H9")
    months.reviewed(worlds.OTHER_ITEM, {1: (0, 40)}, now, hall="H9")

    watch_units.watch_silence(now)

    raised = blind()
    assert raised.keys() == {f"no_reviews:hall:{hall()}", f"no_invitations:hall:{hall()}"}
    one = raised[f"no_reviews:hall:{hall()}"]
    assert one.facts == {
        "hall": "河湾区政务服务中心",
        "hall_code": "H1",
        "unit": "hall",
        "missing": "no_reviews",
        "services": "200",
        "from": "2026-03-01",
        "to": "2026-05-31",
    }
    assert (one.agency.code, one.division.code) == (worlds.AGENCY, worlds.COUNTY)


def test_a_hall_whose_people_were_invited_is_not_called_uninvited(now):
    months.served(worlds.ITEM, {1: (5, 100)}, now, hall="H1")
    day = months.months_ago(now, 1)
    actions.count({months.key(worlds.ITEM, day, FactKind.INVITED, 0, "delivered", hall="H1"): 100})
    actions.fold()

    watch_units.watch_silence(now)

    assert blind() == {}


def test_a_hall_of_which_nothing_is_heard_any_more(now):
    months.served(worlds.ITEM, {4: (3, 30)}, now, hall="H2")
    months.served(worlds.ITEM, {1: (9, 40)}, now, hall="H1")
    months.reviewed(worlds.ITEM, {1: (0, 9)}, now, hall="H1")

    watch_units.watch_silence(now)

    raised = blind()
    assert f"no_data:hall:{hall('H2')}" in raised
    assert raised[f"no_data:hall:{hall('H2')}"].agency.code == worlds.AGENCY
    assert f"no_data:hall:{hall('H1')}" not in raised


def test_a_hall_that_never_had_anything_is_no_news(now):
    months.served(worlds.ITEM, {1: (9, 40)}, now, hall="H1")

    watch_units.watch_silence(now)

    assert f"no_data:hall:{hall('H3')}" not in blind()
