"""分析 rows: cases, services, reviews, orders and voices behind a figure; figures of single people, which are in no facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

from haochaping.cases import queries as cases
from haochaping.cases import row_queries as case_rows
from haochaping.directory import queries as directory
from haochaping.insight import queries
from haochaping.insight.comparison.terms import Unit
from haochaping.insight.rules import (
    OF_LOOP,
    case_units,
    invitation_units,
    order_units,
    review_units,
    voice_units,
    worked_out,
)
from haochaping.insight.terms import NO_HALL, Behind, FactKind
from haochaping.kernel.periods import BEIJING
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import figures as order_figures
from haochaping.reviews import queries as reviews
from haochaping.reviews import row_queries as review_rows
from haochaping.reviews.asking import queries as asking
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from uuid import UUID

    from haochaping.cases.terms import CaseFacts, CountedCase, CountedService
    from haochaping.insight.terms import FactKey, Measure, MeasureValue, Part, Place, Tally
    from haochaping.kernel.actor import Actor
    from haochaping.kernel.periods import Period
    from haochaping.rectification.terms import OrderFacts, OrderRow
    from haochaping.reviews.terms import CountedReview, ReviewFacts
    from haochaping.voices.terms import VoiceRow

# What counts by the day of the service.
_OF_SERVICES = {FactKind.OCCURRENCE, FactKind.REVIEWED}
_BATCH = 200
# What is looked through for one page; who wants more goes on from there.
_SCANNED = 2000
# Bad reviews that name staff, of one agency.
_NAMING = 5000


def orders_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind[OrderRow]:
    """The work orders that a figure of the loop counts, by its own rule, as far as the asker may see them."""
    agencies = None if place.agency_path is None else set(directory.agency_ids_under(place.agency_path))

    def counted(rows: Sequence[OrderRow]) -> list[Tally]:
        facts = orders.facts_of(row.review_id for row in rows)
        return [_tally([facts[row.review_id]], agencies) for row in rows]

    read = partial(order_figures.opened_in, by, _place(place), *moments(period))
    return _behind(read, counted, measure, after, limit)


def voices_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind[VoiceRow]:
    """The complaints, suggestions and questions that a figure counts, by its own rule, as far as one may see them.

    None of a hall: they are about none.
    """
    if place.hall_id is not None:
        return Behind([], None)

    def counted(rows: Sequence[VoiceRow]) -> list[Tally]:
        facts = {one.id: one for one in voices.facts_of(row.id for row in rows)}
        return [_parts(voice_units([facts[row.id]])) for row in rows]

    read = partial(voices.given_in, by, _place(place)[:-1], *moments(period))
    return _behind(read, counted, measure, after, limit)


def reviews_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind[CountedReview]:
    """The reviews that a figure counts by the day they were given, by its own rule, as far as one may see them."""

    def counted(rows: Sequence[CountedReview]) -> list[Tally]:
        facts = reviews.facts_of(row.id for row in rows)
        return [_by_review(facts[row.id]) for row in rows]

    read = partial(review_rows.given_in, by, _place(place), *moments(period))
    return _behind(read, counted, measure, after, limit)


def services_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind[CountedService]:
    """The services that a figure counts, by its own rule, each with invitation and first review, as far as one may see them."""
    kinds = measure.kinds

    def counted(rows: Sequence[CountedService]) -> list[Tally]:
        ids = [row.id for row in rows]
        facts = cases.facts_of({row.case_id for row in rows}) if FactKind.OCCURRENCE in kinds else {}
        invited = (
            {one.occurrence_id: one for one in asking.counted_of_services(ids)}
            if FactKind.INVITED in kinds
            else {}
        )
        first = reviews.reviews_of_occurrences(ids) if kinds - {FactKind.OCCURRENCE, FactKind.INVITED} else {}
        said = reviews.facts_of(row.id for row in first.values()) if first else {}
        found = []
        for row in rows:
            units = case_units(_of_service(facts[row.case_id], row.id)) if facts else Counter()
            units.update(invitation_units([invited[row.id]] if row.id in invited else ()))
            units.update(review_units([said[first[row.id].id]] if row.id in first else ()))
            found.append(_parts(units))
        return found

    read = partial(case_rows.services_in, by, _place(place), *moments(period))
    return _behind(read, counted, measure, after, limit)


def _of_service(case: CaseFacts, occurrence_id: UUID) -> list[CaseFacts]:
    return [case._replace(occurrences=tuple(one for one in case.occurrences if one.id == occurrence_id))]


def cases_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind[CountedCase]:
    """The cases that a figure counts, by its own rule, as far as one may see them; none of a hall, as none stands at one."""
    if place.hall_id is not None:
        return Behind([], None)
    read = partial(case_rows.cases_in, by, _place(place), *moments(period))
    return _behind(read, _of_cases, measure, after, limit)


def completed_behind(
    by: Actor, measure: Measure, place: Place, period: Period, *, after: UUID | None, limit: int
) -> Behind[CountedCase]:
    """The completed cases that a figure counts, in the same way."""
    if place.hall_id is not None:
        return Behind([], None)
    read = partial(case_rows.completed_in, by, _place(place), *moments(period))
    return _behind(read, _of_cases, measure, after, limit)


def _of_cases(rows: Sequence[CountedCase]) -> list[Tally]:
    facts = cases.facts_of(row.id for row in rows)
    return [_parts(case_units([facts[row.id]])) for row in rows]


class _Numbered(Protocol):
    @property
    def id(self) -> UUID: ...


class _Read[Row](Protocol):
    def __call__(self, *, before: UUID | None, limit: int) -> list[Row]: ...


def _behind[Row: _Numbered](
    read: _Read[Row],
    counted: Callable[[Sequence[Row]], list[Tally]],
    measure: Measure,
    after: UUID | None,
    limit: int,
) -> Behind[Row]:
    """As many rows as wanted of those that the measure says it counts, looked through in batches."""
    found = []
    for _ in range(_SCANNED // _BATCH):
        batch = read(before=after, limit=_BATCH)
        for row, tally in zip(batch, counted(batch), strict=True):
            after = row.id
            if (measure.denominator or measure.numerator)(tally):
                found.append((row, measure.numerator(tally)))
                if len(found) == limit:
                    return Behind(found, after)
        if len(batch) < _BATCH:
            return Behind(found, None)
    return Behind(found, after)


def _by_review(facts: ReviewFacts) -> Tally:
    return {part: n for part, n in _parts(review_units([facts])).items() if part[0] not in _OF_SERVICES}


def _place(place: Place) -> tuple[str, str | None, int | None, int | None]:
    return place.division_path, place.agency_path, place.item_id, place.hall_id


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


def reviews_by_desk(
    by: Actor,
    desk: Literal["window_id", "staff_id"],
    period: Period,
    *,
    agency_path: str | None = None,
    hall_id: int | None = None,
) -> list[Unit]:
    """The windows or staff members of an agency with all below it, or of a hall, with their reviews: for the authority alone.

    Counted from the rows, as windows and persons are in no facts. Of whoever asks there is none: what names them does not
    count, neither as theirs nor with the window.
    """
    begin, end = moments(period)
    if begin is None or end is None:
        return []
    serving = (
        directory.agency_ids_under(agency_path)
        if agency_path
        else queries.agencies_in_hall(hall_id or NO_HALL, period)
    )
    found = review_rows.by_desk(by, desk, serving, begin, end, hall_id=hall_id)
    return [Unit(pk, bad, n) for pk, (bad, n) in found.items()]
