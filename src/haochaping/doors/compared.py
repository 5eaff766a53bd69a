"""Comparisons as tables: the raw rate first, what it leans on and how it is placed beside it, and the funnel below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.directory import match_queries
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.quality.rules import withheld_at
from haochaping.insight import comparison_queries as comparisons
from haochaping.insight.comparison.terms import (
    BAND_LABELS,
    EXTENT_LABELS,
    TOO_GOOD,
    UNLIKE_THE_OTHERS,
    WORTH_A_LOOK,
    Alike,
    Extent,
    Position,
)
from haochaping.kernel.periods import Period
from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import N_
from haochaping.supervision.rules import last_day_of
from haochaping.ui.numbers import between, percent, share
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.comparison.terms import KeptComparison, KeptUnit

# Of a unit of which one of these is withheld nothing is shown, and without the other one no bounds.
MADE_OF = frozenset({"bad_reviews", "active_reviews", "good_rate", "occurrences"})
_BOUNDS = "participation_rate"
_NONE = "–"
_NOTHING: Mapping[int, Collection[str]] = {}
_RATES = (
    N_("Bad reviews"),
    N_("Reviews"),
    N_("Rate of bad reviews"),
    N_("Interval (95 %)"),
    N_("At everybody’s mix of items"),
    N_("Leaning on all"),
    N_("Its interval (95 %)"),
)
_PLACED = (
    N_("Against the average"),
    N_("Places it may well have (90 %)"),
    N_("Whatever the silent think, of all services"),
)
_FUNNEL = (
    N_("Reviews"),
    N_("Rate of bad reviews"),
    N_("Expected of its mix"),
    N_("Limits of chance, 95 %"),
    N_("Limits of chance, 99.8 %"),
    N_("Limits of chance and common spread, 99.8 %"),
)
IN_SHORT = (
    N_("Bad reviews"),
    N_("Reviews"),
    N_("Rate of bad reviews"),
    N_("Interval (95 %)"),
    N_("Rate of all together"),
    N_("Against the average"),
)
_ABOVE = N_("Probability to be above the average")
_FEWER, _MORE = N_("fewer bad reviews"), N_("more bad reviews")


_CAPTIONS = {
    Alike.DIVISIONS: (N_("Divisions below, beside each other"), N_("Division")),
    Alike.AGENCIES: (N_("Agencies of this division, beside each other"), N_("Agency")),
    Alike.HALLS: (N_("Service halls here and next below, beside each other"), N_("Service hall")),
    Alike.ITEMS: (N_("The same item, by who carries it out"), N_("Agency")),
}
# A table of more would take a page's 50 ms, and a reader's day.
_ON_PAGE = 40
_LISTED = 200


@dataclass(frozen=True, slots=True)
class Tables:
    """Two tables of one comparison; `funnel` has no rows where nobody has a hundred reviews."""

    columns: list[Column]
    rows: list[list[str | int | Link]]
    funnel_columns: list[Column]
    funnel: list[list[str | int | Link]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One comparison as a page shows it."""

    caption: str
    funnel_caption: str
    comparison: KeptComparison
    last_day: date
    tables: Tables


def newest(division_id: int, stem: str) -> list[KeptComparison]:
    """The newest comparisons of a division, or that of the items of one national code."""
    if "\0" in stem:
        return []
    kinds = [Alike.ITEMS] if stem else [Alike.DIVISIONS, Alike.HALLS, Alike.AGENCIES]
    return comparisons.newest(division_id, kinds, stem)


def period_of(one: KeptComparison) -> Period:
    """The days that are compared."""
    return Period(one.group.first, last_day_of(one.group.last))


def shown(
    kept: Sequence[KeptComparison],
    division_path: str,
    number: int,
    *,
    held: Sequence[HeldPlace] = (),
    inside: bool = False,
) -> list[Shown]:
    """Comparisons as tables, so many units on a page; what is `held` back is not shown, more is shown `inside`."""
    begin = (number - 1) * _ON_PAGE
    found = []
    for one in kept:
        if ids := [unit.unit_id for unit in one.units][begin : begin + _ON_PAGE]:
            places = _places(one.group.kind, ids, division_path, period_of(one))
            withheld = {pk: withheld_at(held, path).keys() for pk, (_, path) in places.items()}
            names = {pk: link for pk, (link, _) in places.items()}
            caption, first = (gettext(text) for text in _CAPTIONS[one.group.kind])
            funnel = gettext("Funnel: {caption}").format(caption=caption)
            made = tables(one, first, names, withheld, inside=inside)
            found.append(Shown(caption, funnel, one, last_day_of(one.group.last), made))
    return found


def _places(
    kind: Alike, ids: Sequence[int], division_path: str, period: Period
) -> Mapping[int, tuple[Link, str]]:
    """The units by id, in the order of their codes: each with its page for the same days, and where it lies."""
    query = "?" + urlencode({"from": str(period.start), "to": str(period.end)})
    if kind == Alike.DIVISIONS:
        rows = [(ref.id, ref.code, ref.name, ref.path) for ref in directory.divisions_by_id(ids).values()]
    elif kind == Alike.AGENCIES:
        rows = [
            (ref.id, ref.code, ref.name, division_path) for ref in directory.refs(Kind.AGENCIES, ids).values()
        ]
    elif kind == Alike.HALLS:
        rows = [
            (hall.id, hall.code, hall.name, hall.division_path)
            for hall in directory.halls_by_id(ids).values()
        ]
    else:
        rows = [
            (item.id, item.code, item.agency_name, item.division_path)
            for item in match_queries.items_at(ids).values()
        ]
    return {
        pk: (Link(name, reverse(kind.value, args=[code]) + query), path)
        for pk, code, name, path in sorted(rows, key=lambda row: row[1])
    }


def items(division_id: int, address: str, number: int) -> list[Link]:
    """The national codes whose items are compared here, by the name of one of them; `address` ends where its query goes on."""
    groups = comparisons.item_groups(division_id, limit=_LISTED, offset=(number - 1) * _LISTED)
    names = directory.refs(Kind.ITEMS, [pk for _, pk in groups])
    return [
        Link(names[pk].name, f"{address}{urlencode({'group': stem})}") for stem, pk in groups if pk in names
    ]


def pager(
    kept: Sequence[KeptComparison], listed: Sequence[Link], number: int, fields: Mapping[str, str]
) -> dict[str, object]:
    """The addresses of the pages before and after, of units and of the items that are listed below them."""
    more = len(listed) == _LISTED or any(len(one.units) > number * _ON_PAGE for one in kept)
    query = "".join(f"{urlencode({name: value})}&" for name, value in fields.items() if value)
    return {
        "page": number,
        "previous": f"?{query}page={number - 1}" if number > 1 else "",
        "next": f"?{query}page={number + 1}" if more else "",
    }


def tables(
    comparison: KeptComparison,
    first: str,
    names: Mapping[int, Link],
    withheld: Mapping[int, Collection[str]] = _NOTHING,
    *,
    inside: bool = False,
) -> Tables:
    """A comparison in words, in the order of `names`; measures that are `withheld` of a unit are not shown.

    `inside` the authority the probability to be above the average stands beside.
    """
    units = {unit.unit_id: unit for unit in comparison.units}
    shown = [units[pk] for pk in names if pk in units]
    hidden = {pk for pk, measures in withheld.items() if not MADE_OF.isdisjoint(measures)}
    return Tables(
        [
            Column(first),
            *_columns(_RATES),
            *(Column(gettext(text)) for text in _PLACED),
            *(_columns([_ABOVE]) if inside else []),
        ],
        [
            [
                names[unit.unit_id],
                *(_held_back() if unit.unit_id in hidden else _line(unit, withheld.get(unit.unit_id, ()))),
                *([_probability(unit.above)] if inside else []),
            ]
            for unit in shown
        ],
        [Column(first), *_columns(_FUNNEL), Column(gettext("Reading"))],
        [
            [names[unit.unit_id], *_funnel(unit)]
            for unit in shown
            if unit.target is not None and unit.unit_id not in hidden
        ],
    )


def _columns(texts: Collection[str]) -> list[Column]:
    return [Column(gettext(text), numeric=True) for text in texts]


def _held_back() -> list[str | int | Link]:
    return [gettext("not published"), *[_NONE] * (len(_RATES) + len(_PLACED) - 1)]


def _line(unit: KeptUnit, withheld: Collection[str]) -> list[str | int | Link]:
    if unit.extent in {Extent.NOTHING, Extent.COUNTS}:
        counts: list[str | int | Link] = (
            [unit.bad, unit.n] if unit.extent == Extent.COUNTS else [_NONE, _NONE]
        )
        return [
            *counts,
            *[_NONE] * (len(_RATES) - 2),
            gettext(EXTENT_LABELS[Extent(unit.extent)]),
            _NONE,
            _NONE,
        ]
    return [
        unit.bad,
        unit.n,
        percent(Ratio(unit.bad, unit.n)),
        _interval(unit.low, unit.high),
        _share(unit.adjusted) if unit.expected is not None else _NONE,
        _share(unit.shrunk),
        _interval(unit.shrunk_low, unit.shrunk_high),
        _band(unit),
        _place_interval(unit),
        gettext("not published") if _BOUNDS in withheld else _interval(unit.bound_low, unit.bound_high),
    ]


def _band(unit: KeptUnit) -> str:
    band = gettext(BAND_LABELS[Position(unit.band)]) if unit.band else gettext(EXTENT_LABELS[Extent.RATE])
    return f"{band} · {gettext(TOO_GOOD)}" if unit.too_good else band


def _place_interval(unit: KeptUnit) -> str:
    if unit.first_place is None:
        return _NONE
    return gettext("{first} to {last} of {among}").format(
        first=unit.first_place, last=unit.last_place, among=unit.among
    )


def _funnel(unit: KeptUnit) -> list[str | int | Link]:
    return [
        unit.n,
        percent(Ratio(unit.bad, unit.n)),
        _share(unit.target),
        _interval(unit.warning_low, unit.warning_high),
        _interval(unit.limit_low, unit.limit_high),
        _interval(unit.wide_low, unit.wide_high),
        _reading(unit),
    ]


def _reading(unit: KeptUnit) -> str:
    """Beyond which limits a rate lies, and on which side; a dash between them."""
    for word, position in ((UNLIKE_THE_OTHERS, unit.unlike), (WORTH_A_LOOK, unit.worth_a_look)):
        if position in {Position.ABOVE, Position.BELOW}:
            side = gettext(_MORE if position == Position.ABOVE else _FEWER)
            return gettext("{reading}: {side}").format(reading=gettext(word), side=side)
    return gettext("Within the limits")


def _probability(value: float | None) -> str:
    return _NONE if value is None else f"{value * 100:.1f}%"


def _share(value: float | None) -> str:
    return _NONE if value is None else share(value)


def _interval(low: float | None, high: float | None) -> str:
    return _NONE if low is None or high is None else between((low, high))


def in_short(comparison: KeptComparison, withheld: Collection[str]) -> list[str | int | Link]:
    """The one unit that was picked from a comparison, in the cells of `IN_SHORT`."""
    (unit,) = comparison.units
    hidden = not MADE_OF.isdisjoint(withheld)
    bad, n, rate, interval, *_, band, _, _ = _held_back() if hidden else _line(unit, withheld)
    return [bad, n, rate, interval, _share(comparison.target), band]
