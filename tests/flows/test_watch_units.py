"""Risk points and blind spots: raised once, about the right unit, with the numbers they come from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.models import Agency, ServiceItem
from haochaping.directory.terms import Kind
from haochaping.flows import watch_units
from haochaping.insight import unit_queries
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import queries as reviews
from haochaping.supervision.models import Signal
from tests import months, worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
STEADY = dict.fromkeys(range(1, 25), (1, 100))


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


def signals(kind: str) -> dict[str, Signal]:
    return {signal.subject: signal for signal in Signal.objects.filter(kind=kind)}


def item_id(code: str = worlds.ITEM) -> int:
    return places.items([code])[code].id


def agency_id(code: str = worlds.AGENCY) -> int:
    return places.agencies([code])[code].id


def test_a_month_that_stands_out_is_a_signal_of_the_item_and_of_its_agency(now):
    months.reviewed(worlds.ITEM, STEADY | {1: (12, 100)}, now)
    months.reviewed(worlds.OTHER_ITEM, STEADY, now)

    assert watch_units.watch_risks(now) == 2

    raised = signals("risk_point")
    assert raised.keys() == {f"item:{item_id()}", f"agency:{agency_id()}"}
    one = raised[f"item:{item_id()}"]
    assert (one.day, one.agency.code, one.division.code) == (date(2026, 5, 1), worlds.AGENCY, worlds.COUNTY)
    assert one.facts | {"limit": "", "expected": "", "false_alarm_months": ""} == {
        "item": str(item_id()),
        "unit": "item",
        "month": "2026-05",
        "bad": "12",
        "n": "100",
        "above_limit": "yes",
        "limit": "",
        "adds_up": "yes",
        "expected": "",
        "false_alarm_months": "",
        "looked_at": "2",
    }
    assert 0.01 < float(one.facts["expected"]) < 0.02
    assert Entry.objects.filter(kind=EntryKind.SIGNAL_RAISED).count() == 2


def test_it_is_raised_once_and_the_next_month_is_another(now):
    months.reviewed(worlds.ITEM, STEADY | {1: (12, 100)}, now)
    months.reviewed(worlds.OTHER_ITEM, STEADY, now)
    assert watch_units.watch_risks(now) == 2

    assert watch_units.watch_risks(now + timedelta(days=1)) == 0
    july = now + timedelta(days=30)
    assert watch_units.watch_risks(july) == 0
    months.reviewed(worlds.ITEM, {1: (15, 100)}, july)
    months.reviewed(worlds.OTHER_ITEM, {1: (1, 100)}, july)
    assert watch_units.watch_risks(july) == 2


def test_nothing_stands_out_of_what_goes_on_as_before(now):
    months.reviewed(worlds.ITEM, STEADY, now)
    months.reviewed(worlds.OTHER_ITEM, STEADY, now)

    assert watch_units.watch_risks(now) == 0


def test_the_running_month_and_what_nobody_gave_themselves_are_not_looked_at(now):
    months.reviewed(worlds.ITEM, STEADY | {0: (50, 100)}, now)
    months.reviewed(worlds.ITEM, {1: (50, 100)}, now, said="bulk_import")
    months.reviewed(worlds.OTHER_ITEM, STEADY, now)

    assert watch_units.watch_risks(now) == 0


def test_months_of_an_agency_hold_those_below_it(now, django_assert_num_queries):
    parent = Agency.objects.get(code=worlds.AGENCY)
    below = Agency.objects.create(
        code="BELOW", name="分局", division=parent.division, parent=parent, path=f"{parent.path}BELOW."
    )
    ServiceItem.objects.create(code="BELOW-1", name="分局事项", item_type="01", agency=below)
    months.reviewed(worlds.ITEM, {1: (1, 10), 2: (2, 20)}, now)
    months.reviewed("BELOW-1", {1: (3, 5)}, now)
    last = date(2026, 5, 1)

    with django_assert_num_queries(1):
        found = unit_queries.series(watch_units.versions(last), local_day(now))

    counted = {
        (by, one.id): [(month.first, month.bad, month.n) for month in one.months]
        for by, alike in found.items()
        for one in alike
    }
    april = date(2026, 4, 1)
    assert counted == {
        ("agency", parent.pk): [(april, 2, 20), (last, 4, 15)],
        ("agency", below.pk): [(last, 3, 5)],
        ("item", item_id()): [(april, 2, 20), (last, 1, 10)],
        ("item", item_id("BELOW-1")): [(last, 3, 5)],
    }
    assert unit_queries.series({}, local_day(now)) == {}


def test_what_has_ended_is_not_watched(now):
    months.reviewed(worlds.ITEM, {1: (1, 10)}, now)
    ServiceItem.objects.update(valid_to=local_day(now) - timedelta(days=1))

    found = unit_queries.series(watch_units.versions(date(2026, 5, 1)), local_day(now))

    assert found.keys() == {"agency"}


def test_a_month_has_the_version_that_was_in_force_in_it(monkeypatch):
    known = watch_units.versions(date(2026, 5, 1))
    assert len(known) == 24
    assert (min(known), max(known)) == (date(2024, 6, 1), date(2026, 5, 1))

    one = next(iter(reviews.indicators().values()))
    changed = type(one)(one.code, one.level, one.label, one.basic, date(2026, 3, 15), None)
    monkeypatch.setattr(reviews, "indicators", lambda: {"111": changed})
    told = watch_units.versions(date(2026, 5, 1))

    assert {first for first, version in told.items() if version == "2026-03-15"} == {
        date(2026, 3, 1),
        date(2026, 4, 1),
        date(2026, 5, 1),
    }
    assert told[date(2026, 2, 1)] == ""


def test_services_without_a_review_are_a_blind_spot(now):
    months.served(worlds.ITEM, {1: (0, 100), 2: (0, 100)}, now)
    months.served(worlds.OTHER_ITEM, {1: (40, 200)}, now)
    months.reviewed(worlds.OTHER_ITEM, {1: (0, 40)}, now)

    assert watch_units.watch_silence(now) == 4

    raised = signals("blind_spot")
    assert raised.keys() == {
        f"{why}:{unit}"
        for why in ("no_reviews", "no_invitations")
        for unit in (f"item:{item_id()}", f"agency:{agency_id()}")
    }
    one = raised[f"no_reviews:item:{item_id()}"]
    assert one.facts == {
        "item": str(item_id()),
        "unit": "item",
        "missing": "no_reviews",
        "services": "200",
        "from": "2026-03-01",
        "to": "2026-05-31",
    }
    assert (one.day, one.agency.code, one.division.code) == (date(2026, 6, 1), worlds.AGENCY, worlds.COUNTY)


def test_it_is_told_again_after_three_months_and_not_before(now):
    months.served(worlds.ITEM, dict.fromkeys(range(-2, 4), (0, 100)), now)
    months.served(worlds.OTHER_ITEM, dict.fromkeys(range(-2, 4), (40, 200)), now)
    months.reviewed(worlds.OTHER_ITEM, dict.fromkeys(range(-2, 4), (0, 40)), now)
    assert watch_units.watch_silence(now) == 4

    assert [watch_units.watch_silence(now + timedelta(days=days)) for days in (1, 31, 62, 93)] == [0, 0, 0, 4]


def test_who_was_invited_is_not_said_to_be_uninvited(now):
    worlds.take_case("YC-1", now - timedelta(days=40))
    months.served(worlds.ITEM, {1: (0, 100)}, now)

    watch_units.watch_silence(now)

    # Nobody has reviewed anything anywhere: silence is no news, and an invitation went out.
    assert signals("blind_spot") == {}


def test_one_review_breaks_the_silence_and_so_does_one_of_this_month(now):
    months.served(worlds.ITEM, {1: (0, 200)}, now)
    months.reviewed(worlds.ITEM, {0: (0, 1)}, now)
    months.served(worlds.OTHER_ITEM, {1: (40, 200)}, now)
    months.reviewed(worlds.OTHER_ITEM, {1: (0, 40)}, now)

    assert watch_units.watch_silence(now) == 0


def test_an_agency_of_which_nothing_comes_while_others_report(now):
    rows = [
        {"code": code, "name": code, "division": worlds.COUNTY, "parent": "", "uscc": ""}
        for code in ("SILENT", "WITHOUT-ITEMS")
    ]
    assert directory.put(Kind.AGENCIES, rows, by=OPERATOR, now=now) == []
    ServiceItem.objects.create(
        code="SILENT-1", name="事项", item_type="01", agency=Agency.objects.get(code="SILENT")
    )
    months.served(worlds.ITEM, {1: (1, 5)}, now)

    assert watch_units.watch_silence(now) == 1
    (one,) = signals("blind_spot").values()
    assert (one.subject, one.facts["missing"]) == (f"no_data:agency:{agency_id('SILENT')}", "no_data")


def test_an_item_that_was_heard_of_and_is_not_any_more(now):
    months.served(worlds.ITEM, {4: (1, 30)}, now)
    months.reviewed(worlds.ITEM, {4: (0, 1)}, now)

    watch_units.watch_silence(now)

    assert signals("blind_spot").keys() == {f"no_data:item:{item_id()}", f"no_data:agency:{agency_id()}"}
