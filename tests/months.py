"""Facts of whole months for tests of what looks at many of them: counted as intake counts, without a case or review behind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from haochaping.directory import queries as directory
from haochaping.insight import actions
from haochaping.insight.terms import NO_HALL, REPORTED, FactKey, FactKind
from haochaping.kernel.periods import local_day
from haochaping.reviews.terms import Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


def months_ago(now: datetime, n: int) -> date:
    """The fifteenth of the month n months before this one."""
    today = local_day(now)
    at = today.year * 12 + today.month - 1 - n
    return today.replace(year=at // 12, month=at % 12 + 1, day=15)


def key(item: str, day: date, kind: FactKind, level: int = 0, said: str = "", *, hall: str = "") -> FactKey:
    """One unit about an item, with the agency that carries it out, perhaps in a hall."""
    found = directory.items([item])[item]
    agency = directory.agency_by_id(found.agency_id)
    return FactKey(
        kind=kind,
        day=day,
        division_id=agency.division_id,
        agency_id=agency.id,
        item_id=found.id,
        channel="",
        level=level,
        provenance=said,
        hall_id=directory.halls([hall])[hall].id if hall else NO_HALL,
    )


def reviewed(
    item: str,
    months: Mapping[int, tuple[int, int]],
    now: datetime,
    said: str = Provenance.ACTIVE_SELF,
    *,
    hall: str = "",
) -> None:
    """Count (bad, n) reviews of an item in each of the months, by how long ago they were; folded."""
    counts: Counter[FactKey] = Counter()
    for ago, (bad, n) in months.items():
        day = months_ago(now, ago)
        counts[key(item, day, FactKind.REVIEW, 1, said, hall=hall)] += bad
        counts[key(item, day, FactKind.REVIEW, 5, said, hall=hall)] += n - bad
    actions.count(+counts)
    actions.fold()


def served(item: str, months: Mapping[int, tuple[int, int]], now: datetime, *, hall: str = "") -> None:
    """Count (reviewed, all) services of an item in each of the months; folded."""
    counts: Counter[FactKey] = Counter()
    for ago, (with_review, n) in months.items():
        day = months_ago(now, ago)
        counts[key(item, day, FactKind.OCCURRENCE, 0, REPORTED, hall=hall)] += n
        counts[key(item, day, FactKind.REVIEWED, 0, Provenance.ACTIVE_SELF, hall=hall)] += with_review
    actions.count(+counts)
    actions.fold()
