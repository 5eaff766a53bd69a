"""分析 reads: every published figure comes from here, worked out from facts and never from live rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Literal

from django.db import connection
from django.db.models import Q

from haochaping.directory.rules import path_range
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import withheld_at
from haochaping.insight.models import Fact, FactDelta, Recount
from haochaping.insight.rules import EVERY_MONTH, MEASURES, Days, figures_of, split, worked_out
from haochaping.insight.statements import MONTHS, TOTALS, statement
from haochaping.insight.terms import (
    NO_HALL,
    Difference,
    FactKey,
    FactKind,
    MeasureValue,
    Part,
    Place,
    Recounting,
    Tally,
)
from haochaping.kernel.periods import BEIJING, Period
from haochaping.postgres.together import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from haochaping.insight.rules import Split
    from haochaping.insight.terms import Measure, Months

    type Kind = Literal["division", "agency", "item", "hall"]

_COUNTED, _WHICH_MONTHS = statement("counted"), statement("which_months")
_BROKEN_BY = {rule: statement(f"quality/{rule}") for rule in ("DQ-02", "DQ-03")}
_KINDS: tuple[Kind, ...] = ("division", "agency", "item", "hall")
_ALWAYS = Period()


def _parts(name: str) -> dict[str, str]:
    """The parts of which statements are put together, by what stands above each."""
    return dict(part.split("\n", maxsplit=1) for part in statement(name).split("-- part ")[1:])


_TALLY, _EACH = _parts("tally"), _parts("tally_each")


def _put_together(parts: Mapping[str, str], chosen: Iterable[str]) -> str:
    counted = "UNION ALL\n".join(parts[name] for name in chosen)
    return f"{parts['span']}, counted AS (\n{counted})\n{parts['sums']}"


def tally(place: Place, period: Period = _ALWAYS, *, of: Sequence[Measure] | None = None) -> Tally:
    """How many of each (kind, level, provenance) for a place and days, both ends included.

    Of all kinds, or of those alone of which some measures are made: a place has ten times as many parts as one measure needs.
    """
    return asked_tally(place, period, of=of).answer


def asked_tally(place: Place, period: Period, *, of: Sequence[Measure] | None = None) -> Asked[Tally]:
    """The same, to be asked together with others."""

    def read(rows: Iterable[tuple[Any, ...]]) -> Tally:
        return {(kind, level, provenance): n for _, _, kind, level, provenance, n in rows}

    return _asked(place, period, read, of=of)


def tally_of_channels(
    place: Place, period: Period = _ALWAYS, *, of: Sequence[Measure] | None = None
) -> dict[str, Tally]:
    """The same for each channel by itself, of what has one: cases and services that nobody reviewed are in none."""
    return asked_channels(place, period, of=of).answer


def asked_channels(
    place: Place, period: Period, *, of: Sequence[Measure] | None = None
) -> Asked[dict[str, Tally]]:
    """The same, to be asked together with others."""

    def read(rows: Iterable[tuple[Any, ...]]) -> dict[str, Tally]:
        tallies: dict[str, dict[Part, int]] = {}
        for _, channel, kind, level, provenance, n in rows:
            tallies.setdefault(channel, {})[kind, level, provenance] = n
        return {**tallies}

    return _asked(place, period, read, of=of, each_channel=True)


def _asked[T](
    place: Place,
    period: Period,
    read: Callable[[Iterable[tuple[Any, ...]]], T],
    *,
    of: Sequence[Measure] | None = None,
    each_month: bool = False,
    each_channel: bool = False,
) -> Asked[T]:
    """Rows of (month, channel, kind, level, provenance, n); month and channel are None unless each is asked for."""
    by = _added_up_by(place, each_channel=each_channel)
    days = split(period, by_month=by is not None)
    chosen = [
        *([f"{by} months"] if days.months else []),
        *([f"{_told_apart_by(place)} days"] if days.before or days.after else []),
        "pending",
    ]
    division_low, division_high = path_range(place.division_path)
    agency_low, agency_high = path_range(place.agency_path or "")
    return Asked(
        _put_together(_TALLY, chosen),
        read,
        _days(days)
        | _kinds(of)
        | {
            "each_month": each_month,
            "each_channel": each_channel,
            "any_division": not place.division_path,
            "division_low": division_low,
            "division_high": division_high,
            "any_agency": place.agency_path is None,
            "agency_low": agency_low,
            "agency_high": agency_high,
            "item_id": place.item_id,
            "hall_id": place.hall_id,
        },
    )


def _told_apart_by(place: Place) -> str:
    """By which of its parts the days of a place are read: what has facts or an index of its own and is the least."""
    if place.agency_path is not None:
        return "agency" if place == Place(agency_path=place.agency_path) else "agency's part"
    if place.item_id is not None:
        return "item"
    return "division" if place.hall_id is None else "hall"


def _added_up_by(place: Place, *, each_channel: bool) -> Months | None:
    """Which facts of months are those of a place; None where there are none and days are added up."""
    if each_channel:
        plain = place.agency_path is None and place.item_id is None and place.hall_id is None
        return "channel" if plain else None
    if place.hall_id is not None:
        return "hall" if place == Place(hall_id=place.hall_id) else None
    if place.item_id is None and place.agency_path is None:
        return "division"
    if place.division_path:
        return None
    return "agency" if place.item_id is None else "item"


def _days(split: Split) -> dict[str, Any]:
    """The parts of a period as parameters."""
    named = {"whole": split.whole, "months": split.months, "before": split.before, "after": split.after}
    days: dict[str, Any] = {}
    for name, part in named.items():
        days |= {f"{name}_first": part.first, f"{name}_end": part.end, f"{name}_sign": part.sign}
    return days


def _kinds(of: Sequence[Measure] | None) -> dict[str, Any]:
    """The kinds of units of which some measures are made; every kind where none are named."""
    kinds = FactKind if of is None else {kind for measure in of for kind in measure.kinds}
    return {"kinds": sorted(kinds)}


def measures(
    place: Place, period: Period = _ALWAYS, *, of: Sequence[Measure] = MEASURES
) -> list[MeasureValue]:
    """The measures of a place, all that are published unless others are asked for, in their order."""
    counted = tally(place, period, of=of)
    return [worked_out(measure, counted) for measure in of]


def figures(
    place: Place, division_path: str, period: Period = _ALWAYS, *, of: Sequence[Measure] = MEASURES
) -> list[MeasureValue]:
    """The measures of a place as they are published: those that a broken rule withholds at its division say so."""
    return figures_of(tally(place, period, of=of), withheld_at(quality.withheld(period), division_path), of)


def tally_of_each(
    asked: Mapping[Kind, Sequence[int]],
    period: Period = _ALWAYS,
    *,
    of: Sequence[Measure] | None = None,
) -> dict[Kind, dict[int, Tally]]:
    """The tallies of divisions and agencies (each with all below it), items and halls, by kind and id, in one query.

    Of all kinds, or of those alone of which some measures are made.
    """
    return asked_each(asked, period, of=of).answer if asked else {}


def asked_each(
    asked: Mapping[Kind, Sequence[int]], period: Period, *, of: Sequence[Measure] | None = None
) -> Asked[dict[Kind, dict[int, Tally]]]:
    """The same, to be asked together with others; of one kind at least."""

    def read(rows: Iterable[tuple[Any, ...]]) -> dict[Kind, dict[int, Tally]]:
        tallies: dict[Kind, dict[int, dict[Part, int]]] = {
            by: {one: {} for one in ids} for by, ids in asked.items()
        }
        for by, root, kind, level, provenance, n in rows:
            tallies[by][root][kind, level, provenance] = n
        return {by: {**found} for by, found in tallies.items()}

    days = split(period)
    needed = {"months": days.months, "days": days.before or days.after, "pending": True}
    chosen = [f"{by} {part}" for by in asked for part, is_needed in needed.items() if is_needed]
    wanted = {by: list(asked.get(by, ())) for by in _KINDS}
    return Asked(_put_together(_EACH, chosen), read, wanted | _days(days) | _kinds(of))


def measures_of_each(
    by: Kind, ids: Sequence[int], period: Period = _ALWAYS, *, of: Sequence[Measure] = MEASURES
) -> dict[int, list[MeasureValue]]:
    """The measures of several places, as `tally_of_each` counts them."""
    counted = tally_of_each({by: ids}, period, of=of)[by]
    return {one: [worked_out(measure, tally) for measure in of] for one, tally in counted.items()}


def measures_of_months(
    place: Place, months: Mapping[date, Period], *, of: Sequence[Measure] = MEASURES
) -> dict[date, list[MeasureValue]]:
    """The measures of a place for months one after another, in one query.

    Each month goes by its first day, with those of its days that are asked for: all, unless it is the first or last.
    """
    return asked_months(place, months, of=of).answer if months else {}


def asked_months(
    place: Place, months: Mapping[date, Period], *, of: Sequence[Measure]
) -> Asked[dict[date, list[MeasureValue]]]:
    """The same, to be asked together with others; of one month at least."""

    def read(rows: Iterable[tuple[Any, ...]]) -> dict[date, list[MeasureValue]]:
        tallies: dict[date, dict[Part, int]] = {first: {} for first in months}
        for month, _, kind, level, provenance, n in rows:
            tallies[month][kind, level, provenance] = n
        return {first: [worked_out(measure, counted) for measure in of] for first, counted in tallies.items()}

    period = Period(months[min(months)].start, months[max(months)].end)
    return _asked(place, period, read, of=of, each_month=True)


def agencies_in_hall(hall_id: int, period: Period) -> list[int]:
    """The agencies whose services were reviewed in a hall in a period."""
    rows = Fact.objects.filter(hall_id=hall_id, hall_id__gt=NO_HALL, kind=FactKind.REVIEW)
    rows = rows.filter(day__gte=period.start, day__lte=period.end)
    return list(rows.values_list("agency_id", flat=True).distinct())


def broken_totals(first: date, end: date) -> dict[str, list[tuple[int, date]]]:
    """Divisions and months, of those from `first` to before `end`, whose counters do not add up, by the rule they break."""
    found = {}
    with connection.cursor() as cursor:
        for rule, broken_by in _BROKEN_BY.items():
            cursor.execute(broken_by, {"first": first, "end": end})
            found[rule] = list(cursor.fetchall())
    return found


def held(kinds: Collection[FactKind], days: Days) -> Counter[FactKey]:
    """What the counters of some kinds hold for these days, folded or not, at their full grain."""
    columns = (*(f"{name}_id" if name in _PLACES else name for name in _GRAIN), "n")
    wanted = Q(kind__in=kinds, day__gte=days.first, day__lt=days.end)
    found: Counter[FactKey] = Counter()
    for rows in (Fact.objects.filter(wanted), FactDelta.objects.filter(wanted)):
        for *key, n in rows.values_list(*columns):
            found[FactKey(*key)] += n
    return found


def differing(days: Days) -> list[Difference]:
    """Where the figures of cases, services, reviews and invitations are not what their rows come to, as of one moment."""
    bounds = {"begin": _midnight(days.first), "until": _midnight(days.end)}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"first": days.first, "end": days.end, **bounds})
        return [Difference(FactKey(*key), counted, held) for *key, counted, held in cursor]


def differing_months(first: date, end: date) -> list[Difference]:
    """Where the facts of whole months, from a first day to before another one, are not what those of their days come to."""
    return _sums_differing(MONTHS, Days(first, end))


def differing_totals() -> list[Difference]:
    """The same of what stands under the month of all months beside these months."""
    return _sums_differing(TOTALS, EVERY_MONTH)


def _sums_differing(differing: str, days: Days) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(differing, {"first": days.first, "end": days.end})
        return [Difference(FactKey(*key), counted, held, months) for months, *key, counted, held in cursor]


def months_counted() -> set[date]:
    """The first days of the months of which there is a figure, a case, a service or a review."""
    with connection.cursor() as cursor:
        cursor.execute(_WHICH_MONTHS)
        return {month for (month,) in cursor}


def recounting() -> Recounting | None:
    """How far counting anew after an update has come; None where nothing is left of it."""
    found = list(Recount.objects.values_list("since", flat=True))
    return Recounting(found[0]) if found else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


_PLACES = {"division", "agency", "item", "hall"}
_GRAIN = [field.removesuffix("_id") for field in FactKey._fields]


def level_counts(counted: Tally, levels: Sequence[int] = (5, 4, 3, 2, 1)) -> list[tuple[int, int]]:
    """How many effective reviews of each level, whatever their provenance, in the national order."""
    return [
        (level, sum(n for (kind, of, _), n in counted.items() if kind == FactKind.REVIEW and of == level))
        for level in levels
    ]
