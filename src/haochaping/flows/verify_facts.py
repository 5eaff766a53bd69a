"""核对事实: what the figures say is held against the rows, day by day; whatever differs is named, and put right on request.

Cases, services, reviews and invitations are counted by a statement that knows nothing of how the figures move; orders,
supervision, complaints and suggestions are counted again one by one. People may work meanwhile.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import batched, chain
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

    type _Differing = Callable[[], list[Difference]]

_log = logging.getLogger("haochaping.facts")
_BATCH = 2000
_LOCK = 0x76657266  # "verf": who puts right what another one is putting right would add it twice
_ALWAYS = Period()
# As long as what sources sent is judged again.
_LOOKED_BACK = timedelta(days=8)
_EVER = Days(date(1900, 1, 1), date(2200, 1, 1))


def verify_facts(
    period: Period = _ALWAYS, *, mend: bool = False, by: Actor, now: datetime
) -> Iterator[Difference]:
    """Each figure of these days that is not what its rows come to, as rows and figures stood at one moment.

    With `mend` it is put right, and the ledger keeps that it was. Facts of months are held against those of their days,
    and what all months come to against them.
    """
    days = split(period, by_month=False).whole
    parts = _parts(period, days)
    settled = partial(_settled, mend=mend, by=by, now=now)
    with _alone() if mend else nullcontext():
        for differing in chain.from_iterable([*map(_of_days, parts), _of_all(days)]):
            yield from settled(differing)
        yield from _of_sums(parts, mend=mend, by=by, now=now)


def _of_sums(parts: Iterable[Days], *, mend: bool, by: Actor, now: datetime) -> Iterator[Difference]:
    """What of months is not that of their days; where nothing is, or it was put right, what all months come to."""
    is_wrong = False
    for month in map(whole_months, parts):
        if mend:
            found = insight.mend_months(month.first, month.end, by=by, now=now)
        else:
            found = figures.differing_months(month.first, month.end)
        is_wrong |= bool(found)
        yield from found
    if mend:
        yield from insight.mend_totals(by=by, now=now)
    elif not is_wrong:
        yield from figures.differing_totals()


def recount(now: datetime) -> int:
    """Count anew what the version before an update counted otherwise, the newest days first; how many figures were not right.

    Each day is a transaction of its own. Whoever is stopped between two, or within one, goes on with the same day.
    """
    n = 0
    while (left := figures.recounting()) is not None:
        if left.since is None:
            n += _mended(_of_all(_EVER), now=now)
            insight.recounted(_EVER.end)
            continue
        for day in _days_before(left.since):
            n += _mended(_of_days(day), now=now)
            insight.recounted(day.first)
        insight.end_recount()
    return n


def _mended(differing: Iterable[_Differing], *, now: datetime) -> int:
    with _alone():
        return sum(len(_settled(one, mend=True, by=SYSTEM, now=now)) for one in differing)


def _days_before(since: date) -> Iterator[Days]:
    """The days before one, the newest first, of the months of which there is anything."""
    for month in sorted(_months_of_anything(), reverse=True):
        whole = whole_months(Days(month, month + timedelta(days=1)))
        last = min(whole.end, since)
        for n in range(1, (last - whole.first).days + 1):
            yield Days(last - timedelta(days=n), last - timedelta(days=n - 1))


def watch(now: datetime) -> int:
    """Verify the last days; of what differs the supervisors of its place hear, once a day. How many figures differ.

    What is not counted anew yet after an update has to differ, and nobody hears of that.
    """
    today = local_day(now)
    first, left = today - _LOOKED_BACK, figures.recounting()
    if left is not None:
        first = max(first, left.since or today + timedelta(days=1))
    if first > today:
        return 0
    found = list(verify_facts(Period(first, today), by=SYSTEM, now=now))
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
    whole = [whole_months(Days(month, month + timedelta(days=1))) for month in sorted(_months_of_anything())]
    cut = [Days(max(month.first, days.first), min(month.end, days.end)) for month in whole]
    return [part for part in cut if part.first < part.end]


def _months_of_anything() -> set[date]:
    return {*figures.months_counted(), *order_figures.months_of_orders(), *reported.months_of_orders()}


def _of_days(days: Days) -> list[_Differing]:
    """What of the figures of some days can differ, day by day: of cases, services, reviews, invitations; of orders."""
    return [partial(figures.differing, days), partial(_recounted, ORDER_KINDS, days, _orders_of(days))]


def _of_all(days: Days) -> list[_Differing]:
    """The same of what is counted in one go, whatever the days."""
    return [
        partial(
            _recounted, {FactKind.SUPERVISED}, days, lambda: supervision_units(supervision_queries.reached())
        ),
        partial(_recounted, VOICE_KINDS, days, lambda: voice_units(voices.facts_of())),
    ]


def _settled(differing: _Differing, *, mend: bool, by: Actor, now: datetime) -> list[Difference]:
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
