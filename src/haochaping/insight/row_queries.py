"""分析 rows: the work orders and voices behind a figure, and the figures of single people, which are in no facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.directory import queries as directory
from haochaping.insight.rules import OF_LOOP, order_units, voice_units, worked_out
from haochaping.insight.terms import Behind, VoicesBehind
from haochaping.kernel.periods import BEIJING
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import figures as order_figures
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from haochaping.insight.terms import FactKey, Measure, MeasureValue, Part, Place, Tally
    from haochaping.kernel.actor import Actor
    from haochaping.kernel.periods import Period
    from haochaping.rectification.terms import OrderFacts
    from haochaping.voices.terms import VoiceRow

_BATCH = 200
# What is looked through for one page; who wants more goes on from there.
_SCANNED = 2000
# Bad reviews that name staff, of one agency.
_NAMING = 5000


def orders_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind:
    """The work orders that a figure of the loop counts, by its own rule, as far as the asker may see them."""
    where = (place.division_path, place.agency_path, place.item_id)
    agencies = None if place.agency_path is None else set(directory.agency_ids_under(place.agency_path))
    found = []
    for _ in range(_SCANNED // _BATCH):
        batch = order_figures.opened_in(by, where, *moments(period), before=after, limit=_BATCH)
        facts = orders.facts_of(row.review_id for row in batch)
        for row in batch:
            after = row.id
            counted = _tally([facts[row.review_id]], agencies)
            if (measure.denominator or measure.numerator)(counted):
                found.append((row, measure.numerator(counted) > 0))
                if len(found) == limit:
                    return Behind(found, after)
        if len(batch) < _BATCH:
            return Behind(found, None)
    return Behind(found, after)


def voices_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> VoicesBehind:
    """The complaints, suggestions and questions that a figure counts, by its own rule, as far as one may see them."""
    where = (place.division_path, place.agency_path, place.item_id)
    found: list[tuple[VoiceRow, bool]] = []
    for _ in range(_SCANNED // _BATCH):
        batch = voices.given_in(by, where, *moments(period), before=after, limit=_BATCH)
        facts = {one.id: one for one in voices.facts_of(row.id for row in batch)}
        for row in batch:
            after = row.id
            counted = _parts(voice_units([facts[row.id]]))
            if (measure.denominator or measure.numerator)(counted):
                found.append((row, measure.numerator(counted) > 0))
                if len(found) == limit:
                    return VoicesBehind(found, after)
        if len(batch) < _BATCH:
            return VoicesBehind(found, None)
    return VoicesBehind(found, after)


def measures_of_staff(by: Actor, agency_path: str, period: Period) -> dict[int, list[MeasureValue]]:
    """The measures of the loop for each staff member whom bad reviews of an agency name: for the authority alone.

    Of whoever asks there are none, as of anything about themselves.
    """
    named = order_figures.naming_staff(by, agency_path, *moments(period), limit=_NAMING)
    theirs: defaultdict[int, list[OrderFacts]] = defaultdict(list)
    for review_id, facts in orders.facts_of(named).items():
        theirs[named[review_id]].append(facts)
    return {
        staff_id: [worked_out(measure, _tally(facts)) for measure in OF_LOOP]
        for staff_id, facts in theirs.items()
    }


def _tally(facts: Iterable[OrderFacts], agencies: Collection[int] | None = None) -> Tally:
    """Some orders as a tally, of these agencies alone where any are named."""
    return _parts(order_units(facts), agencies)


def _parts(units: Counter[FactKey], agencies: Collection[int] | None = None) -> Tally:
    counted: Counter[Part] = Counter()
    for unit, n in units.items():
        if agencies is None or unit.agency_id in agencies:
            counted[unit.kind, unit.level, unit.provenance] += n
    return counted


def moments(period: Period) -> tuple[datetime | None, datetime | None]:
    """The moments from which and before which a period's days are; None is open."""
    begin = datetime.combine(period.start, time(), BEIJING) if period.start else None
    end = datetime.combine(period.end + timedelta(days=1), time(), BEIJING) if period.end else None
    return begin, end
