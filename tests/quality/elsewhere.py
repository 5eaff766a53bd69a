"""Faults that other parts of the house find: broken counters, batches, and totals that do not agree.

Each puts a fault with a known place into the clean day and returns what has to be found, and nothing else, as (kind, id).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.cases.models import Case
from haochaping.directory import queries as places
from haochaping.exchange.models import Reconciliation
from haochaping.exchange.reconciliation.rules import case_line
from haochaping.exchange.reconciliation.terms import Heard, ReconciliationState, StatedKind, Sums
from haochaping.flows import reconcile
from haochaping.flows.take_batch import take
from haochaping.insight import actions as insight
from haochaping.insight.models import DivisionMonth
from haochaping.insight.rules import ALL_MONTHS
from haochaping.kernel.actor import OPERATOR
from haochaping.levels import actions as levels
from tests import worlds
from tests.levels import made
from tests.quality.clean import DAY, EVENING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.quality.clean import Clean
    from tests.quality.mutations import Fault, Found

HALL = worlds.SOURCE
NIGHT = EVENING + timedelta(hours=9)
ELSEWHERE: list[tuple[str, str, Fault]] = []


def fault(rule: str) -> Callable[[Fault], Fault]:
    """A fault that a rule has to find which is not judged by a statement of every night."""

    def kept(put_in: Fault) -> Fault:
        ELSEWHERE.append((rule, put_in.__name__, put_in))
        return put_in

    return kept


def _city_counted_once_more() -> Found:
    insight.fold()
    city = places.division(worlds.CITY)
    assert city
    row = DivisionMonth.objects.filter(division_id=city.id, kind="review", month__gt=ALL_MONTHS)[0]
    DivisionMonth.objects.filter(id=row.pk).update(n=row.n + 1)
    return {("division", str(city.id))}


@fault("DQ-02")
def channels_do_not_add_up(clean: Clean) -> Found:
    return _city_counted_once_more()


@fault("DQ-03")
def divisions_do_not_add_up(clean: Clean) -> Found:
    """The city is not what lies below it, and the province not what its cities are."""
    province = places.division(worlds.PROVINCE)
    assert province
    return _city_counted_once_more() | {("division", str(province.id))}


def _told(lines: list[str]) -> Found:
    reconcile.hear_whole(HALL, StatedKind.CASES, DAY, lines, by=OPERATOR, now=NIGHT)
    return {("totals", str(Reconciliation.objects.get().pk))}


def _lines(clean: Clean) -> list[str]:
    rows = Case.objects.filter(id__in=clean.cases[HALL]).order_by("case_no")
    return [case_line(row.case_no, row.status) for row in rows]


@fault("DQ-28")
def sender_has_one_case_more(clean: Clean) -> Found:
    return _told([*_lines(clean), case_line("YC-LOST", "completed")])


@fault("DQ-28")
def level_above_has_lower_levels(clean: Clean) -> Found:
    said, there = Sums(130, 430, 1), Sums(130, 425, 2)
    heard = Heard(ReconciliationState.DIFFERING, there, [], 1, [])
    levels.day_compared(HALL, StatedKind.REVIEWS, DAY, said, heard, now=NIGHT)
    return {("totals", "")}


@fault("DQ-31")
def manifest_says_other_bytes(clean: Clean) -> Found:
    key = made.city(EVENING)
    take(made.batch(key, 1, [made.record("YC-A", EVENING)], EVENING), now=EVENING)
    take(made.batch(key, 2, [made.record("YC-B", EVENING)], EVENING, bytes=3), now=EVENING)
    return {("batch", "city:2")}


@fault("DQ-32")
def batch_is_missing(clean: Clean) -> Found:
    key = made.city(EVENING)
    take(made.batch(key, 1, [made.record("YC-A", EVENING)], EVENING), now=EVENING)
    take(made.batch(key, 3, [made.record("YC-B", EVENING)], EVENING), now=EVENING)
    return {("batch", "city:2")}


@fault("DQ-33")
def silent_day(clean: Clean) -> Found:
    key, before = made.city(EVENING - timedelta(days=4)), EVENING - timedelta(days=3)
    take(made.batch(key, 1, [made.record("YC-A", before)], before), now=before)
    return {("source", "")}


@fault("DQ-36")
def one_case_stands_otherwise(clean: Clean) -> Found:
    first, *rest = _lines(clean)
    return _told([first.replace("completed", "accepted"), *rest])
