"""Comparisons are worked out once for a month, of the numbers that pages show, and kept as the pure rules find them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import queries as directory
from haochaping.directory.models import Agency, ServiceItem
from haochaping.flows import compare_units
from haochaping.insight import actions, queries
from haochaping.insight import comparison_queries as comparisons
from haochaping.insight.comparison import compared
from haochaping.insight.comparison.kept import kept
from haochaping.insight.comparison.terms import Alike, Unit
from haochaping.insight.models import ComparedUnit, Comparison
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period
from tests import months, worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
STEM = "012345678901"
HERE, THERE = (f"{n}{STEM}" for n in ("11990000000000001ZZ", "11990000000000002ZZ"))


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    """Two items of one national code in two cities, beside what else their agencies do."""
    worlds.build(now)
    for code, agency in ((HERE, worlds.AGENCY), (THERE, worlds.OTHER_AGENCY)):
        ServiceItem.objects.create(
            code=code, name="不动产登记", item_type="07", agency=Agency.objects.get(code=agency)
        )
    months.reviewed(HERE, {1: (3, 150), 12: (2, 100)}, now)
    months.reviewed(THERE, {3: (20, 200)}, now)
    months.reviewed(worlds.ITEM, {2: (0, 40)}, now)
    months.reviewed(worlds.OTHER_ITEM, {2: (4, 60)}, now)
    months.served(HERE, {1: (150, 400), 12: (100, 100)}, now)


def compare_all(now: datetime) -> int:
    """Everything that is due; how many units."""
    units = 0
    while n := compare_units.compare_due(now):
        units += n
    return units


def division(code: str = worlds.PROVINCE) -> int:
    found = directory.division(code)
    assert found is not None
    return found.id


def test_governments_and_items_stand_beside_their_like(now):
    compare_all(now)

    (governments,) = comparisons.newest(division(), [Alike.DIVISIONS, Alike.AGENCIES])
    cities = {division(worlds.CITY): (5, 290), division(worlds.OTHER_CITY): (24, 260)}
    assert {unit.unit_id: (unit.bad, unit.n) for unit in governments.units} == cities
    group = governments.group
    assert (group.first, group.last, group.seed) == (
        date(2025, 6, 1),
        date(2026, 5, 1),
        f"{worlds.PROVINCE}/division/2026-05",
    )
    (items,) = comparisons.newest(division(), [Alike.ITEMS], STEM)
    assert {(unit.bad, unit.n, unit.cases) for unit in items.units} == {(5, 250, 500), (20, 200, 0)}
    # The two other items of the small world have one national code too.
    groups = comparisons.item_groups(division(), limit=9)
    assert [stem for stem, _ in groups] == [worlds.ITEM[-12:], STEM]
    assert groups[1][1] == min(unit.unit_id for unit in items.units)


def test_numbers_are_those_of_the_pages_for_the_same_days(now):
    compare_all(now)
    period = Period(date(2025, 6, 1), date(2026, 5, 31))

    (governments,) = comparisons.newest(division(), [Alike.DIVISIONS])
    for unit in governments.units:
        path = directory.division_by_id(unit.unit_id).path
        values = {value.name: value for value in queries.measures(Place(division_path=path), period)}
        good = values["good_rate"]
        assert (unit.n - unit.bad, unit.n) == (good.numerator, good.denominator)
        assert unit.cases == values["occurrences"].numerator


def test_what_is_kept_is_what_the_rules_find_of_the_same_counts_and_seed(now):
    compare_all(now)
    (items,) = comparisons.newest(division(), [Alike.ITEMS], STEM)

    units = [Unit(unit.unit_id, unit.bad, unit.n, unit.expected, unit.cases) for unit in items.units]
    again = compared(units, items.group.seed)

    assert items.target == again.target
    assert items.tau2 == again.tau2
    assert list(items.units) == [kept(unit, one) for unit, one in zip(units, again.units, strict=True)]


def test_governments_are_compared_at_everybodys_mix_of_items(now):
    compare_all(now)

    (governments,) = comparisons.newest(division(), [Alike.DIVISIONS])

    # Of type 07: 25 bad of 450, of type 01: 4 of 100; the city has 250 and 40 of them.
    expected = {unit.unit_id: unit.expected for unit in governments.units}
    assert expected[division(worlds.CITY)] == pytest.approx(250 * 25 / 450 + 40 * 4 / 100)
    assert sum(one or 0 for one in expected.values()) == pytest.approx(29)


def test_agencies_are_compared_with_all_below_them_and_none_twice(now):
    parent = Agency.objects.get(code=worlds.AGENCY)
    below = Agency.objects.create(
        code="BELOW", name="分局", division=parent.division, parent=parent, path=f"{parent.path}BELOW."
    )
    ServiceItem.objects.create(code="BELOW-1", name="分局事项", item_type="01", agency=below)
    months.reviewed("BELOW-1", {1: (1, 10)}, now)

    compare_all(now)

    (agencies,) = comparisons.newest(division(worlds.COUNTY), [Alike.DIVISIONS, Alike.AGENCIES])
    assert [(unit.unit_id, unit.bad, unit.n) for unit in agencies.units] == [(parent.pk, 6, 300)]


def test_it_is_done_once_a_month_and_what_was_found_stays(now):
    assert compare_all(now) > 0
    before = list(ComparedUnit.objects.order_by("id").values_list())

    months.reviewed(HERE, {1: (9, 9)}, now)
    assert compare_all(now + timedelta(days=1)) == 0
    assert list(ComparedUnit.objects.order_by("id").values_list()) == before

    july = now + timedelta(days=32)
    assert compare_all(july) == len(before)
    assert set(Comparison.objects.values_list("last", flat=True)) == {date(2026, 5, 1), date(2026, 6, 1)}
    (items,) = comparisons.newest(division(), [Alike.ITEMS], STEM)
    assert items.group.last == date(2026, 6, 1)
    assert max(unit.bad for unit in items.units) == 20


def test_two_workers_keep_one(now):
    compare_all(now)
    (items,) = comparisons.newest(division(), [Alike.ITEMS], STEM)

    assert actions.keep_comparison(items.group, [Unit(1, 0, 9)], now=now) == 0
    assert comparisons.newest(division(), [Alike.ITEMS], STEM) == [items]


def test_so_many_at_a_time(now, monkeypatch):
    monkeypatch.setattr(compare_units, "_AT_ONCE", 1)

    taken = []
    while n := compare_units.compare_due(now):
        taken.append(n)

    # The items of the province, one code after the other, its divisions, and then those below.
    assert taken[:3] == [2, 2, 2]
    assert sum(taken) == ComparedUnit.objects.count()


def test_where_nothing_was_reviewed_nothing_is_compared(now):
    assert compare_units.compare_due(now - timedelta(days=3650)) == 0
    assert comparisons.newest(division(), [Alike.DIVISIONS, Alike.AGENCIES]) == []
