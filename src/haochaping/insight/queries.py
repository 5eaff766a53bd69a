"""分析 reads: every published figure comes from here, worked out from facts and never from live rows."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from django.db import connection
from django.db.models import Q

from haochaping.directory.rules import path_range
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.rules import MEASURES, split, worked_out
from haochaping.insight.terms import FactKey, FactKind, MeasureValue, Part, Place, Tally
from haochaping.kernel.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from haochaping.insight.rules import Days
    from haochaping.insight.terms import Measure

    type Kind = Literal["division", "agency", "item"]

_SQL = resources.files("haochaping.insight").joinpath("sql/tally.sql").read_text(encoding="utf-8")
_EACH = resources.files("haochaping.insight").joinpath("sql/tally_each.sql").read_text(encoding="utf-8")
_CHANNELS = resources.files("haochaping.insight").joinpath("sql/channels.sql").read_text(encoding="utf-8")
_TOTALS = {
    rule: resources.files("haochaping.insight")
    .joinpath(f"sql/quality/{rule}.sql")
    .read_text(encoding="utf-8")
    for rule in ("DQ-02", "DQ-03")
}
_KINDS: tuple[Kind, ...] = ("division", "agency", "item")
_ALWAYS = Period()


def tally(place: Place, period: Period = _ALWAYS) -> Tally:
    """How many of each (kind, level, provenance) for a place and days, both ends included."""
    return {(kind, level, provenance): n for _, kind, level, provenance, n in _counted(place, period)}


def _counted(place: Place, period: Period, *, each_month: bool = False) -> list[tuple[Any, ...]]:
    """Rows of (month, kind, level, provenance, n); the month is None unless each is asked for."""
    inside = "division" if place.agency_path is None else "agency"
    by = inside if place.item_id is None else "item"
    days = _days(period, by_month=by == "division" or not place.division_path)
    division_low, division_high = path_range(place.division_path)
    agency_low, agency_high = path_range(place.agency_path or "")
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            days
            | {
                "each_month": each_month,
                "by": by,
                "any_division": not place.division_path,
                "division_low": division_low,
                "division_high": division_high,
                "any_agency": place.agency_path is None,
                "agency_low": agency_low,
                "agency_high": agency_high,
                "item_id": place.item_id,
            },
        )
        return list(cursor.fetchall())


def _days(period: Period, *, by_month: bool = True) -> dict[str, Any]:
    """The parts of a period; all of it day by day where months are not added up for what is asked."""
    parts = split(period, by_month=by_month)
    named = {"whole": parts.whole, "months": parts.months, "before": parts.before, "after": parts.after}
    days: dict[str, Any] = {}
    for name, part in named.items():
        days |= {f"{name}_first": part.first, f"{name}_end": part.end, f"{name}_sign": part.sign}
    return days


def tally_of_channels(place: Place, period: Period) -> dict[str, Tally]:
    """Effective reviews of a place by channel: of facts by day, so the days asked for are to be few."""
    days = split(period, by_month=False).whole
    division_low, division_high = path_range(place.division_path)
    agency_low, agency_high = path_range(place.agency_path or "")
    tallies: dict[str, dict[Part, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANNELS,
            {
                "kind": FactKind.REVIEW,
                "first": days.first,
                "end": days.end,
                "any_division": not place.division_path,
                "division_low": division_low,
                "division_high": division_high,
                "any_agency": place.agency_path is None,
                "agency_low": agency_low,
                "agency_high": agency_high,
                "item_id": place.item_id,
            },
        )
        for channel, *part, n in cursor.fetchall():
            kind, level, provenance = part
            tallies.setdefault(channel, {})[kind, level, provenance] = n
    return {**tallies}


def measures(
    place: Place, period: Period = _ALWAYS, *, of: Sequence[Measure] = MEASURES
) -> list[MeasureValue]:
    """The measures of a place, all that are published unless others are asked for, in their order."""
    counted = tally(place, period)
    return [worked_out(measure, counted) for measure in of]


def tally_of_each(
    asked: Mapping[Kind, Sequence[int]], period: Period = _ALWAYS
) -> dict[Kind, dict[int, Tally]]:
    """The tallies of several divisions and agencies (each with all below it) and items, by kind and id, in one query."""
    tallies: dict[Kind, dict[int, dict[Part, int]]] = {
        by: {one: {} for one in ids} for by, ids in asked.items()
    }
    wanted = {by: list(asked.get(by, ())) for by in _KINDS}
    with connection.cursor() as cursor:
        cursor.execute(_EACH, wanted | _days(period))
        for by, root, *part, n in cursor.fetchall():
            kind, level, provenance = part
            tallies[by][root][kind, level, provenance] = n
    return {by: {**found} for by, found in tallies.items()}


def measures_of_each(
    by: Kind, ids: Sequence[int], period: Period = _ALWAYS, *, of: Sequence[Measure] = MEASURES
) -> dict[int, list[MeasureValue]]:
    """The measures of several places, as `tally_of_each` counts them."""
    counted = tally_of_each({by: ids}, period)[by]
    return {one: [worked_out(measure, tally) for measure in of] for one, tally in counted.items()}


def measures_of_months(
    place: Place, months: Mapping[date, Period], *, of: Sequence[Measure] = MEASURES
) -> dict[date, list[MeasureValue]]:
    """The measures of a place for months one after another, in one query.

    Each month goes by its first day, with those of its days that are asked for: all, unless it is the first or last.
    """
    if not months:
        return {}
    tallies: dict[date, dict[Part, int]] = {first: {} for first in months}
    period = Period(months[min(months)].start, months[max(months)].end)
    for month, kind, level, provenance, n in _counted(place, period, each_month=True):
        tallies[month][kind, level, provenance] = n
    return {first: [worked_out(measure, counted) for measure in of] for first, counted in tallies.items()}


def broken_totals(first: date, end: date) -> dict[str, list[tuple[int, date]]]:
    """Divisions and months, of those from `first` to before `end`, whose counters do not add up, by the rule they break."""
    found = {}
    with connection.cursor() as cursor:
        for rule, statement in _TOTALS.items():
            cursor.execute(statement, {"first": first, "end": end})
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


_PLACES = {"division", "agency", "item"}
_GRAIN = [field.removesuffix("_id") for field in FactKey._fields]


def level_counts(counted: Tally, levels: Sequence[int] = (5, 4, 3, 2, 1)) -> list[tuple[int, int]]:
    """How many effective reviews of each level, whatever their provenance, in the national order."""
    return [
        (level, sum(n for (kind, of, _), n in counted.items() if kind == FactKind.REVIEW and of == level))
        for level in levels
    ]
