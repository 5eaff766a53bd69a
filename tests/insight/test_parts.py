"""Parts add up to the whole, at every moment: before a fold, while some of it is folded, and afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from haochaping.directory import actions as directory_actions
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.insight import actions, queries
from haochaping.insight.models import (
    AgencyDay,
    AgencyMonth,
    ChannelMonth,
    DivisionDay,
    DivisionMonth,
    Fact,
    FactDelta,
    HallMonth,
    ItemMonth,
)
from haochaping.insight.rules import ALL_MONTHS
from haochaping.insight.terms import FactKey, FactKind, Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import Period
from tests import worlds
from tests.insight.test_commits import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from haochaping.insight.terms import Tally

FIRST = date(2026, 2, 20)
PERIODS = [
    Period(),
    Period(date(2026, 2, 25), date(2026, 4, 10)),
    Period(date(2026, 3, 1), date(2026, 3, 31)),
    Period(date(2026, 3, 3), date(2026, 3, 9)),
]
PROVINCE = f"{worlds.PROVINCE}."
DIVISIONS = {
    PROVINCE: [f"{PROVINCE}{worlds.CITY}.", f"{PROVINCE}{worlds.OTHER_CITY}."],
    f"{PROVINCE}{worlds.CITY}.": [f"{PROVINCE}{worlds.CITY}.{worlds.COUNTY}."],
}
_SAID = [
    (FactKind.CASE, "", 0, "reported"),
    (FactKind.OCCURRENCE, "", 0, "reported"),
    (FactKind.INVITED, "", 0, "delivered"),
    (FactKind.INVITED, "", 0, "called"),
    (FactKind.RESPONDED, "sms", 0, "active_self"),
    *(
        (FactKind.REVIEW, channel, level, "active_self")
        for channel in ("sms", "qr_code")
        for level in (1, 3, 5)
    ),
    (FactKind.REVIEWED, "sms", 0, "active_self"),
    (FactKind.MISTAKEN, "qr_code", 2, "active_self"),
    (FactKind.ORDER, "", 0, ""),
]


def build(now: datetime) -> None:
    worlds.build(now)
    more = [{"code": "H2", "name": "石港市政务服务中心", "division": worlds.OTHER_CITY}]
    assert directory_actions.put(Kind.HALLS, more, by=OPERATOR, now=now) == []


def halls() -> list[int]:
    return [hall.id for hall in directory.halls(["H1", "H2"]).values()]


def units(seed: int, n: int = 300) -> list[FactKey]:
    """Units of every division, its own and those below, of two agencies, in two halls and in none."""
    dice = Random(seed)  # noqa: S311 - seeded, nothing secret
    divisions = [
        one.id
        for one in directory.divisions(
            [worlds.PROVINCE, worlds.CITY, worlds.COUNTY, worlds.OTHER_CITY]
        ).values()
    ]
    agencies = [one.id for one in directory.agencies([worlds.AGENCY, worlds.OTHER_AGENCY]).values()]
    items = [one.id for one in directory.items([worlds.ITEM, worlds.OTHER_ITEM]).values()]
    found = []
    for _ in range(n):
        kind, channel, level, provenance = dice.choice(_SAID)
        where = (dice.choice(divisions), dice.choice(agencies), dice.choice(items))
        at = (dice.choice([0, *halls()]), dice.choice(["", "intake", "delivery"]))
        day = FIRST + timedelta(days=dice.randrange(60))
        found.append(FactKey(kind, day, *where, channel, level, provenance, *at))
    return found


def added(tallies: Iterable[Tally]) -> dict[tuple[str, int, str], int]:
    whole: Counter[tuple[str, int, str]] = Counter()
    for tally in tallies:
        whole.update(tally)
    return nonzero(whole)


def nonzero(tally: Mapping[tuple[str, int, str], int]) -> dict[tuple[str, int, str], int]:
    return {part: n for part, n in tally.items() if n}


def of(units: Iterable[FactKey], period: Period) -> dict[tuple[str, int, str], int]:
    inside = (period.start or date.min, period.end or date.max)
    return dict(
        Counter((one.kind, one.level, one.provenance) for one in units if inside[0] <= one.day <= inside[1])
    )


def assert_adds_up(counted: list[FactKey], period: Period) -> None:
    """Divisions, agencies, items, halls and channels are each what their own units come to, and all units together."""
    tally = queries.tally
    assert nonzero(tally(Place(), period)) == of(counted, period)
    for path, below in DIVISIONS.items():
        own = directory.division_ids_under(path)
        of_own = [one for one in counted if one.division_id in own]
        of_children = {pk for child in below for pk in directory.division_ids_under(child)}
        itself = of([one for one in of_own if one.division_id not in of_children], period)
        parts = [tally(Place(division_path=child), period) for child in below]
        assert added([*parts, itself]) == nonzero(tally(Place(division_path=path), period))
    agencies = [Place(agency_path=f"{code}.") for code in (worlds.AGENCY, worlds.OTHER_AGENCY)]
    items = [Place(item_id=one.id) for one in directory.items([worlds.ITEM, worlds.OTHER_ITEM]).values()]
    for parts_of_all in (agencies, items):
        assert added(tally(one, period) for one in parts_of_all) == of(counted, period)
    nowhere = of([one for one in counted if not one.hall_id], period)
    assert added([*(tally(Place(hall_id=pk), period) for pk in halls()), nowhere]) == of(counted, period)
    for place, inside in _places(counted):
        channels = queries.tally_of_channels(place, period)
        assert set(channels) <= {"sms", "qr_code"}
        assert added(channels.values()) == of([one for one in inside if one.channel], period)
        for channel, part in channels.items():
            assert nonzero(part) == of([one for one in inside if one.channel == channel], period)
    _assert_each_is_its_own_page(period)


def _places(counted: list[FactKey]) -> list[tuple[Place, list[FactKey]]]:
    city = directory.division_ids_under(f"{PROVINCE}{worlds.CITY}.")
    hall, item = halls()[0], directory.items([worlds.ITEM])[worlds.ITEM].id
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY].id
    return [
        (Place(), counted),
        (Place(division_path=f"{PROVINCE}{worlds.CITY}."), [o for o in counted if o.division_id in city]),
        (Place(hall_id=hall), [o for o in counted if o.hall_id == hall]),
        (Place(hall_id=hall, item_id=item), [o for o in counted if (o.hall_id, o.item_id) == (hall, item)]),
        (Place(agency_path=f"{worlds.AGENCY}."), [o for o in counted if o.agency_id == agency]),
    ]


def _assert_each_is_its_own_page(period: Period) -> None:
    found = queries.tally_of_each({"hall": halls()}, period)["hall"]
    assert {pk: nonzero(tally) for pk, tally in found.items()} == {
        pk: nonzero(queries.tally(Place(hall_id=pk), period)) for pk in halls()
    }
    assert queries.measures_of_each("hall", halls(), period) == {
        pk: queries.measures(Place(hall_id=pk), period) for pk in halls()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize("seed", range(2))
def test_parts_add_up_before_and_after_a_fold(now, period, seed):
    build(now)
    first, second = units(seed), units(seed + 100)

    actions.count(Counter(first))
    assert_adds_up(first, period)
    actions.fold()
    assert_adds_up(first, period)
    # Some of it folded, some not, and some of that takes off what was folded.
    actions.count(Counter(second))
    actions.count(dict.fromkeys(set(first), -1))
    rest = list((Counter(first) - Counter(set(first)) + Counter(second)).elements())
    assert_adds_up(rest, period)
    actions.fold()
    assert_adds_up(rest, period)
    assert queries.differing_months(date(2026, 1, 1), date(2027, 1, 1)) == queries.differing_totals() == []


@pytest.mark.django_db
def test_months_of_a_hall_say_what_each_says_alone(now, django_assert_num_queries):
    build(now)
    actions.count(Counter(units(3)))
    actions.fold()
    place = Place(hall_id=halls()[0])
    months = {
        date(2026, n, 1): Period(date(2026, n, 1), date(2026, n + 1, 1) - timedelta(days=1))
        for n in (2, 3, 4)
    }

    with django_assert_num_queries(1):
        found = queries.measures_of_months(place, months)

    assert found == {first: queries.measures(place, days) for first, days in months.items()}
    assert sum(value.numerator for values in found.values() for value in values) > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "migration", "of"),
    [
        (ChannelMonth, "0003_halls", "month"),
        (DivisionDay, "0004_division_day", "day"),
        (AgencyDay, "0010_agency_day", "day"),
    ],
)
def test_what_was_counted_before_is_in_the_sums_too(now, table: Any, migration, of):
    """What a migration fills is what the folds since the beginning would have."""
    build(now)
    actions.count(Counter(units(4)))
    actions.fold()
    grain = (
        "agency_id" if table is AgencyDay else "division_id",
        of,
        "channel",
        "kind",
        "level",
        "provenance",
        "n",
    )
    later = {"n__gt": 0, f"{of}__gt": ALL_MONTHS}
    folded = set(table.objects.filter(**later).values_list(*grain))
    table.objects.all().delete()

    with connection.cursor() as cursor:
        cursor.execute(import_module(f"haochaping.insight.migrations.{migration}")._FILL)

    assert set(table.objects.filter(**later).values_list(*grain)) == folded != set()


@pytest.mark.django_db
def test_what_all_months_came_to_before_is_filled_in(now):
    build(now)
    actions.count(Counter(units(4)))
    actions.fold()
    tables: list[Any] = [AgencyMonth, ChannelMonth, DivisionMonth, HallMonth, ItemMonth]
    folded = [set(_all_months(table)) for table in tables]
    for table in tables:
        table.objects.filter(month=ALL_MONTHS).delete()

    with connection.cursor() as cursor:
        cursor.execute(import_module("haochaping.insight.migrations.0009_all_months")._FILL)

    assert [set(_all_months(table)) for table in tables] == folded
    assert all(folded)


def _all_months(table: Any) -> Any:
    names = [field.attname for field in table._meta.fields if field.attname != "id"]
    return table.objects.filter(month=ALL_MONTHS).values_list(*names)


def test_parts_add_up_while_somebody_folds(committed_db: str, now):
    """A fold that is not committed yet is seen by nobody else, and one that is by everybody."""
    build(now)
    counted = units(7)
    actions.count(Counter(counted))
    wrong: list[BaseException] = []

    with transaction.atomic():
        actions.fold()
        assert not FactDelta.objects.exists()
        assert_adds_up(counted, PERIODS[1])
        wrong += together(lambda: assert_adds_up(counted, PERIODS[1]))
    wrong += together(*[lambda: assert_adds_up(counted, PERIODS[1])] * 2, lambda: actions.fold() and None)

    assert wrong == []
    assert Fact.objects.exists()
