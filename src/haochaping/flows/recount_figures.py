"""Count again: what the figures of orders, supervision and voices hold is held against the rows, and put right.

For installations that are older than a kind of fact, and for whoever doubts the counters. People may work meanwhile.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.db import connection, transaction

from haochaping.insight import actions as insight
from haochaping.insight import queries as figures
from haochaping.insight.rules import (
    ORDER_KINDS,
    VOICE_KINDS,
    Days,
    changes,
    order_units,
    supervision_units,
    voice_units,
)
from haochaping.insight.terms import FactKind
from haochaping.kernel.periods import BEIJING
from haochaping.levels import queries as reported
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import figures as order_figures
from haochaping.supervision import queries as supervision
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator

    from haochaping.insight.terms import FactKey

_BATCH = 2000
_LOCK = 0x72656366  # "recf": one at a time
_EVER = Days(date(1900, 1, 1), date(2200, 1, 1))


def recount_figures() -> int:
    """Bring the counters of orders, month by month, of supervision and voices to what the rows say; how many were wrong.

    Asked for twice at once, the second one does nothing.
    """
    with _alone() as alone:
        if not alone:
            return 0
        wrong = sum(_put_right(ORDER_KINDS, month, _orders_of(month)) for month in map(_month, _months()))
        wrong += _put_right({FactKind.SUPERVISED}, _EVER, lambda: supervision_units(supervision.reached()))
        return wrong + _put_right(VOICE_KINDS, _EVER, lambda: voice_units(voices.facts_of()))


def _months() -> list[date]:
    return sorted({*order_figures.months_of_orders(), *reported.months_of_orders()})


def _month(first: date) -> Days:
    return Days(first, (first + timedelta(days=31)).replace(day=1))


def _orders_of(month: Days) -> Callable[[], Counter[FactKey]]:
    def units() -> Counter[FactKey]:
        begin, end = (datetime.combine(day, time(), BEIJING) for day in (month.first, month.end))
        counted = order_units([])
        for batch in batched(order_figures.reviews_of_orders(begin, end), _BATCH, strict=False):
            counted.update(order_units(orders.facts_of(batch).values()))
        for batch in batched(reported.reviews_of_orders(begin, end), _BATCH, strict=False):
            counted.update(order_units(reported.order_facts(batch).values()))
        return counted

    return units


def _put_right(kinds: Collection[FactKind], days: Days, units: Callable[[], Counter[FactKey]]) -> int:
    """Add what is missing and take off what is too much, as rows and counters stood at one moment.

    Whoever changes a row adds their own difference in the same transaction: it is in both, or in neither.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        wrong = changes(figures.held(kinds, days), units())
        insight.count(wrong)
    return len(wrong)


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
