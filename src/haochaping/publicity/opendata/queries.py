"""开放数据 reads: one page of a table, for the files and for the API alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.crypto import salted_hmac

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.directory.terms import Kind
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import RULES, withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.rules import MEASURES, published
from haochaping.insight.terms import Place
from haochaping.kernel.periods import BEIJING, Period
from haochaping.publicity.opendata import gate_queries as gate
from haochaping.publicity.opendata import rules
from haochaping.publicity.opendata.gate_queries import FEATURES_OF, LEVELS_OF, asked_rows
from haochaping.publicity.opendata.models import PublishedTable
from haochaping.publicity.opendata.tables import (
    AGENCIES,
    APPLICANTS,
    DIVISIONS,
    FIGURES,
    HALLS,
    ITEMS,
    TABLES,
    TEXTS,
    WITHHELD,
)
from haochaping.publicity.opendata.terms import FactTable
from haochaping.publicity.rules import redacted
from haochaping.reviews.rules import is_active

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.terms import MeasureValue
    from haochaping.publicity.opendata.terms import Table

    type Row = tuple[str | int | float | None, ...]
    type After = list[Any] | None

_SQL = resources.files("haochaping.publicity").joinpath("sql/opendata")
_FACTS, _NEXT_DAY, _AGENCIES, _DIVISIONS, _ITEMS, _HALLS, _WITHHELD, _LAST_GONE = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("facts", "next_day", "agencies", "divisions", "items", "halls", "withheld", "last_gone")
)
_DIVISIONS_AFTER, _TEXTS, _CELLS = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("divisions_after", "texts", "cells")
)
# How many days, months or weeks one page looks through at most: of a place where little happens it comes back short.
_LOOKS = 31


class Asked(NamedTuple):
    """What a page is asked for: a place and days, both ends included, as of a day."""

    today: date
    place: Place = Place()
    period: Period = Period()


class Page(NamedTuple):
    """Rows of a table in the order of its columns, and where the next page begins; None after the last."""

    rows: list[Row]
    after: After


def page(table: Table, asked: Asked, after: After = None, *, limit: int) -> Page:
    """A page of a table. It may hold fewer rows than `limit` before the last, even none."""
    if isinstance(table, FactTable):
        return _facts(table, asked, after, limit)
    return _READERS[table.name](asked, after, limit)


def rows(table: Table, asked: Asked, *, at_once: int = 10_000) -> Iterator[Row]:
    """All rows of a table, page by page."""
    after: After = None
    while True:
        found = page(table, asked, after, limit=at_once)
        yield from found.rows
        if found.after is None:
            return
        after = found.after


def _written(table: FactTable) -> str:
    """The statement of a table of facts, made of its declaration."""
    keys = [one.fact for one in table.grain[1:]]
    from_directory = [one for one in table.grain if one.table]
    shown = {
        one.column.name: f"coalesce({one.column.name}.code, '')" if one.table else f"fact.{one.fact}"
        for one in table.grain
    }
    return _FACTS.format(
        keys=", ".join(keys),
        after=", ".join(f"%(after_{n})s" for n in range(len(keys))),
        fact_keys=", ".join(f"fact.{key}" for key in keys),
        shown=", ".join(shown.get(column.name, "n") for column in table.columns[1:]),
        joins="\n".join(
            f"LEFT JOIN {one.table} AS {one.column.name} ON {one.column.name}.id = fact.{one.fact}"
            for one in from_directory
        ),
    )


_STATEMENTS = {table.name: _written(table) for table in TABLES.values() if isinstance(table, FactTable)}


def _facts(table: FactTable, asked: Asked, after: After, limit: int) -> Page:
    """Day by day; `after` is a day, and the last row's values where more of that day is left."""
    told: list[Row] = []
    day = date.fromisoformat(after[0]) if after else _next_day(asked.period.start or date.min)
    left = after[1:] if after else []
    place = _ids_of(asked.place)
    for _ in range(_LOOKS):
        if day is None or (asked.period.end and day > asked.period.end):
            return Page(told, None)
        wanted = limit - len(told)
        found = _facts_of_day(table, place, day, left, wanted)
        held = quality.withheld(Period(day, day)) if found else []
        width = len(table.grain) - 1
        told += [
            (f"{day}", *row[width + 1 :]) for row in found if not _is_held(table, held, path=row[width] or "")
        ]
        if len(found) == wanted:
            return Page(told, [f"{day}", *found[-1][:width]])
        day, left = _next_day(day + timedelta(days=1)), []
    return Page(told, [f"{day}"] if day else None)


def _ids_of(place: Place) -> dict[str, Any]:
    """A place as the statement of facts asks for it."""
    return {
        "divisions": directory.division_ids_under(place.division_path) if place.division_path else None,
        "agencies": directory.agency_ids_under(place.agency_path) if place.agency_path is not None else None,
        "item_id": place.item_id,
    }


def _facts_of_day(
    table: FactTable, place: dict[str, Any], day: date, left: Sequence[Any], limit: int
) -> list[tuple[Any, ...]]:
    width = len(table.grain) - 1
    kinds = [str(kind) for kind in table.kinds]
    asked = {"day": day, "kinds": kinds, "from_start": not left, "limit": limit, **place}
    after = {f"after_{n}": left[n] if left else None for n in range(width)}
    return asked_rows(_STATEMENTS[table.name], asked | after)


def _is_held(table: FactTable, held: Sequence[HeldPlace], *, path: str) -> bool:
    """Whether a rule keeps back what these rows count, of the whole division on that day."""
    return bool(held) and not withheld_at(held, path).keys().isdisjoint(table.measures)


def _next_day(day: date) -> date | None:
    [(found,)] = asked_rows(_NEXT_DAY, {"day": day})
    return found  # type: ignore[no-any-return]


def _figures(asked: Asked, after: After, limit: int) -> Page:
    """Month by month, and in each the divisions by code with all their measures; `after` is a month and a code."""
    end = min(asked.period.end or asked.today, asked.today)
    month = date.fromisoformat(after[0]) if after else _first_month(asked.period.start)
    code: str = after[1] if after else ""
    told: list[Row] = []
    for _ in range(_LOOKS):
        if month is None or month > end:
            return Page(told, None)
        divisions = _divisions_after(asked.place, month, code, max((limit - len(told)) // len(MEASURES), 1))
        whole = Period(month, rules.end_of_month(month))
        values = insight.measures_of_each("division", [pk for pk, _, _ in divisions], whole)
        held = quality.withheld(whole)
        for pk, division, path in divisions:
            of_place = published(values[pk], withheld_at(held, path))
            told += [_figure(month, division, one) for one in of_place]
        if divisions:
            code = divisions[-1][1]
        else:
            month, code = rules.month_of(month + timedelta(days=31)), ""
        if len(told) + len(MEASURES) > limit:
            break
    return Page(told, [f"{month}", code])


def _first_month(start: date | None) -> date | None:
    first = _next_day(start or date.min)
    return rules.month_of(first) if first else None


def _divisions_after(place: Place, month: date, code: str, limit: int) -> list[tuple[int, str, str]]:
    low, high = path_range(place.division_path)
    asked = {"low": low, "high": high, "after": code, "limit": limit}
    return asked_rows(_DIVISIONS_AFTER, asked | {"month": month, "month_end": rules.end_of_month(month)})


def _figure(month: date, division: str, one: MeasureValue) -> Row:
    low, high = one.interval or (None, None)
    numbers = (None, None) if one.withheld else (one.numerator, one.denominator)
    return (
        f"{month:%Y-%m}",
        division,
        one.name,
        *numbers,
        *map(_rounded, (one.value, low, high)),
        one.withheld,
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def _withheld(asked: Asked, after: After, limit: int) -> Page:
    """Hardly ever anything, so `after` counts what was told."""
    low, high = path_range(asked.place.division_path)
    found = asked_rows(
        _WITHHELD, {"low": low, "high": high, "start": asked.period.start, "end": asked.period.end}
    )
    told: list[Row] = [
        (measure, division, "yes" if below else "no", f"{first}", f"{last}", rule, _moment(since))
        for rule, division, below, first, last, since in found
        for measure in RULES[rule].withholds
    ]
    start = after[0] if after else 0
    return Page(told[start : start + limit], [start + limit] if len(told) > start + limit else None)


def _moment(at: datetime) -> str:
    return at.astimezone(BEIJING).isoformat(timespec="seconds")


def _listed(statement: str) -> Callable[[Asked, After, int], Page]:
    """A list of the directory, by code."""

    def read(asked: Asked, after: After, limit: int) -> Page:
        low, high = path_range(asked.place.division_path)
        found = asked_rows(
            statement, {"low": low, "high": high, "after": after[0] if after else "", "limit": limit}
        )
        told: list[Row] = [tuple(f"{v}" if isinstance(v, date) else v for v in row) for row in found]
        told = [tuple("" if v is None else v for v in row) for row in told]
        return Page(told, [told[-1][0]] if len(told) == limit else None)

    return read


def _applicants(asked: Asked, after: After, limit: int) -> Page:
    """What is out of the gate's tables: two rows for each cell, of which none is told by itself."""
    wanted = max(limit // 2, 1)
    found = _cells(list(FEATURES_OF), asked, after, wanted)
    told: list[Row] = []
    for month, place, name, counts in found:
        feature = FEATURES_OF[name]
        where = (f"{month:%Y-%m}", *rules.parts_of(place), feature.name)
        told += [(*where, value, n) for value, n in zip(feature.values, counts, strict=True)]
    last = found[-1] if len(found) == wanted else None
    return Page(told, [f"{last[0]}", last[1], last[2]] if last else None)


def _cells(names: Sequence[str], asked: Asked, after: After, limit: int | None) -> list[tuple[Any, ...]]:
    low, high = path_range(asked.place.division_path)
    after_day, after_place, after_name = after or (None, None, None)
    return asked_rows(
        _CELLS,
        {
            "names": list(names),
            "start": asked.period.start,
            "end": asked.period.end,
            "low": low,
            "high": high,
            "agencies": _agency_parts(asked.place),
            "item": _item_part(asked.place),
            "from_start": after is None,
            "after_day": after_day,
            "after_place": after_place,
            "after_name": after_name,
            "limit": limit,
        },
    )


def _agency_parts(place: Place) -> list[str] | None:
    if place.agency_path is None:
        return None
    ids = directory.agency_ids_under(place.agency_path)
    return [rules.place_of("", one.code) for one in directory.refs(Kind.AGENCIES, ids).values()]


def _item_part(place: Place) -> str:
    return rules.place_of("", "", directory.item_by_id(place.item_id).code) if place.item_id else ""


def _texts(asked: Asked, after: After, limit: int) -> Page:
    """Week by week, in an order that tells nothing; each text where the gate lets it stand, and asked for by that place alone."""
    start = date.fromisoformat(after[0]) if after else asked.period.start
    weeks = _decided_weeks(start, asked.period.end)
    told: list[Row] = []
    key = after[1] if after else ""
    for looked, week in enumerate(weeks):
        if looked == _LOOKS:
            return Page(told, [f"{week}", ""])
        for of_text, row in _texts_of(week, asked):
            if of_text <= key:
                continue
            if len(told) == limit:
                return Page(told, [f"{week}", key])
            told.append((*row[:-2], *map(redacted, row[-2:])))
            key = of_text
        key = ""
    return Page(told, None)


def _decided_weeks(start: date | None, end: date | None) -> list[date]:
    decided = PublishedTable.objects.filter(name__in=LEVELS_OF)
    if start:
        decided = decided.filter(first_day__gte=start)
    if end:
        decided = decided.filter(first_day__lte=end)
    return sorted(set(decided.values_list("first_day", flat=True)))


def _texts_of(week: date, asked: Asked) -> list[tuple[str, tuple[str, ...]]]:
    """The texts of a week with their places as they are public, each by its hash; those of weekly batches that are out."""
    rest = _rests(week)
    place, within = asked.place, (_agency_parts(asked.place), _item_part(asked.place))
    found = []
    for pk, level, provenance, path, agency, item, words, answer in asked_rows(
        _TEXTS,
        gate.moments(week, week + timedelta(days=6))
        | {"decided_before": gate.midnight(rules.week_of(asked.today))},
    ):
        public = rules.raised(rules.place_of(path, agency, item), rest.get(level, {}))
        if public is None or not _is_within(public, place.division_path, *within):
            continue
        counted = "yes" if is_active(provenance) else "no"
        row = (f"{week}", *rules.parts_of(public), level, counted, words, answer)
        # In an order that nobody can work out: whoever sent a review knows its id.
        found.append((salted_hmac("haochaping.open_data.texts", pk.hex, algorithm="sha256").hexdigest(), row))
    return sorted(found)


def _rests(week: date) -> dict[int, dict[str, int]]:
    """What each place leaves of whom a text may be, by level."""
    return {level: rules.rests(gate.cells(name, week, week)) for name, level in LEVELS_OF.items()}


def _is_within(place: str, division_path: str, agencies: list[str] | None, item: str) -> bool:
    return (
        place.startswith(division_path)
        and item in place
        and (agencies is None or any(agency in place for agency in agencies))
    )


_READERS: dict[str, Callable[[Asked, After, int], Page]] = {
    FIGURES.name: _figures,
    WITHHELD.name: _withheld,
    APPLICANTS.name: _applicants,
    TEXTS.name: _texts,
    DIVISIONS.name: _listed(_DIVISIONS),
    AGENCIES.name: _listed(_AGENCIES),
    ITEMS.name: _listed(_ITEMS),
    HALLS.name: _listed(_HALLS),
}


def last_gone() -> datetime | None:
    """When words last ceased to be public, by whatever way: what is on the disk has to go then."""
    [(found,)] = asked_rows(_LAST_GONE, {})
    return found  # type: ignore[no-any-return]
