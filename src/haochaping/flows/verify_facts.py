"""核对事实: what the figures say is held against the rows, day by day; whatever differs is named, and put right on request.

Cases, services, reviews and invitations are counted by a statement that knows nothing of how the figures move; orders,
supervision, complaints and suggestions are counted again one by one. People may work meanwhile.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager, nullcontext
from datetime import datetime, time, timedelta
from functools import partial
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
    month_by_month,
    order_units,
    split,
    supervision_units,
    voice_units,
    whole_months,
)
from haochaping.insight.terms import Difference, FactKind
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.levels import queries as reported
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import figures as order_figures
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries as supervision_queries
from haochaping.supervision.terms import NewSignal, SignalKind
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from haochaping.insight.terms import FactKey
    from haochaping.kernel.actor import Actor

_log = logging.getLogger("haochaping.facts")
_BATCH = 2000
_LOCK = 0x76657266  # "verf": who puts right what another one is putting right would add it twice
_ALWAYS = Period()
# As long as what sources sent is judged again.
_LOOKED_BACK = timedelta(days=8)


def verify_facts(
    period: Period = _ALWAYS, *, mend: bool = False, by: Actor, now: datetime
) -> Iterator[Difference]:
    """Each figure of these days that is not what its rows come to, as rows and figures stood at one moment.

    With `mend` it is put right, and the ledger keeps that it was. Facts of months are held against those of their days.
    """
    days = split(period, by_month=False).whole
    parts = _parts(period, days)
    with _alone() if mend else nullcontext():
        for part in parts:
            yield from _settled(partial(figures.differing, part), mend=mend, by=by, now=now)
        recounted: list[tuple[Collection[FactKind], Days, Callable[[], Counter[FactKey]]]] = [
            *((ORDER_KINDS, part, _orders_of(part)) for part in parts),
            ({FactKind.SUPERVISED}, days, lambda: supervision_units(supervision_queries.reached())),
            (VOICE_KINDS, days, lambda: voice_units(voices.facts_of())),
        ]
        for kinds, span, units in recounted:
            yield from _settled(partial(_recounted, kinds, span, units), mend=mend, by=by, now=now)
        for part in parts:
            month = whole_months(part)
            if mend:
                yield from insight.mend_months(month.first, month.end, by=by, now=now)
            else:
                yield from figures.differing_months(month.first, month.end)


def watch(now: datetime) -> int:
    """Verify the last days; of what differs the supervisors of its place hear, once a day. How many figures differ."""
    today = local_day(now)
    found = list(verify_facts(Period(today - _LOOKED_BACK, today), by=SYSTEM, now=now))
    if found:
        _log.error("%d figures are not what their rows come to: run “haochaping facts verify”", len(found))
    places = Counter((one.key.division_id, one.key.agency_id) for one in found if one.months is None)
    signals = [
        NewSignal(
            SignalKind.INTEGRITY,
            division_id,
            agency_id,
            f"figures:{division_id}:{agency_id}",
            today,
            facts={"figures": str(n)},
        )
        for (division_id, agency_id), n in sorted(places.items())
    ]
    supervision.raise_signals(signals, by=SYSTEM, now=now)
    return len(found)


def _parts(period: Period, days: Days) -> list[Days]:
    """The days month by month; without a beginning or an end, the months of which there is anything."""
    if period.start and period.end:
        return month_by_month(days)
    months = {*figures.months_counted(), *order_figures.months_of_orders(), *reported.months_of_orders()}
    whole = [whole_months(Days(month, month + timedelta(days=1))) for month in sorted(months)]
    cut = [Days(max(month.first, days.first), min(month.end, days.end)) for month in whole]
    return [part for part in cut if part.first < part.end]


def _settled(
    differing: Callable[[], list[Difference]], *, mend: bool, by: Actor, now: datetime
) -> list[Difference]:
    """What differs, put right in the same transaction where that is asked for.

    Whoever changes a row adds their own difference in their transaction: it is in both, or in neither.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = differing()
        if mend:
            insight.mend(found, by=by, now=now)
    return found


def _recounted(
    kinds: Collection[FactKind], days: Days, units: Callable[[], Counter[FactKey]]
) -> list[Difference]:
    held = figures.held(kinds, days)
    there = Counter({key: n for key, n in units().items() if days.first <= key.day < days.end})
    return [Difference(key, there[key], held[key]) for key in sorted(changes(held, there))]


def _orders_of(days: Days) -> Callable[[], Counter[FactKey]]:
    def units() -> Counter[FactKey]:
        begin, end = (datetime.combine(day, time(), BEIJING) for day in (days.first, days.end))
        counted: Counter[FactKey] = Counter()
        for batch in _batches(order_figures.reviews_of_orders(begin, end)):
            counted.update(order_units(orders.facts_of(batch).values()))
        for batch in _batches(reported.reviews_of_orders(begin, end)):
            counted.update(order_units(reported.order_facts(batch).values()))
        return counted

    return units


def _batches[T](found: Iterable[T]) -> Iterator[tuple[T, ...]]:
    return batched(found, _BATCH, strict=False)


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
