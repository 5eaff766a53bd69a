"""A unit beside its like, as its profile shows it: the comparisons that were kept, and nothing that is compared on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.doors import compared
from haochaping.doors.quality import why_withheld
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import withheld_at
from haochaping.insight.comparison.among import by_band, spread
from haochaping.insight.comparison.terms import BAND_LABELS, Position
from haochaping.kernel.periods import Period
from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import N_
from haochaping.supervision.rules import last_day_of
from haochaping.ui.numbers import count
from haochaping.ui.sentences import labelled
from haochaping.ui.shapes import Column, Figure, Link, Pile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from haochaping.directory.terms import DivisionRef
    from haochaping.doors.compared import Tables
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.comparison.terms import AmongLike, KeptComparison

# So many comparisons, a month apart, are shown one after another.
YEARS = 12
# A unit takes part in one comparison of each level at most, and there are six.
KEPT = YEARS * 6
FIRST = {
    "division": N_("Division"),
    "agency": N_("Agency"),
    "item": N_("Service item"),
    "hall": N_("Service hall"),
}
_WHO = {
    "division": N_("Its like are the divisions directly below {place}."),
    "agency": N_("Its like are the agencies of {place}; one that lies below another is counted with it."),
    "item": N_("Its like are the items of the same national code in {place}, whoever carries them out."),
    "hall": N_("Its like are the service halls of {place} and of the divisions next below."),
}
_INSIDE = {
    "division": N_("Divisions below"),
    "agency": N_("Agencies of this division"),
    "item": N_("Service items, each beside the same item elsewhere"),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """One unit of a comparison: who its like are, its row, where it lies, how all are placed, and its years."""

    who: str
    first: date
    last: date
    as_of: datetime
    tables: Tables
    piles: list[Pile]
    bands: list[str]
    comparison: Link
    others: list[Link]
    years: list[Figure]
    year_columns: list[Column]
    year_rows: list[list[str | int | Link]]


@dataclass(frozen=True, slots=True)
class Unit:
    """Of whom it is: what kind of unit, which one, where it lies, and the divisions above and around it, from the top down."""

    kind: str
    id: int
    name: str
    division_path: str
    line: Sequence[DivisionRef]
    stem: str = ""


def own(kept: Sequence[KeptComparison], line: Sequence[DivisionRef]) -> list[KeptComparison]:
    """Of all in which a unit took part those of the widest division that compared it last; the newest first."""
    last = kept[0].group.last if kept else None
    compared_by = {one.group.division_id for one in kept if one.group.last == last}
    widest = next((ref.id for ref in line if ref.id in compared_by), None)
    return [one for one in kept if one.group.division_id == widest][:YEARS]


def beside(
    unit: Unit,
    kept: Sequence[KeptComparison],
    among: Mapping[tuple[int, str], Sequence[AmongLike]],
    held: Sequence[HeldPlace],
) -> Beside | None:
    """The newest of a unit's comparisons and those before it; None where it was never compared."""
    mine = own(kept, unit.line)
    if not mine:
        return None
    newest = mine[0]
    group, withheld = newest.group, withheld_at(held, unit.division_path)
    place = next(ref for ref in unit.line if ref.id == group.division_id)
    alike = among.get((group.division_id, unit.kind), [])
    told = _told(alike, held)
    rows, figures = _years(mine, unit, held)
    names = {unit.id: Link(unit.name)}
    return Beside(
        gettext(_WHO[unit.kind]).format(place=place.name),
        group.first,
        last_day_of(group.last),
        newest.as_of,
        compared.tables(newest, gettext(FIRST[unit.kind]), names, {unit.id: withheld.keys()}),
        [
            Pile(f"{float(part.low * 100):g}–{float(part.high * 100):g}%", part.units, part.here)
            for part in spread(told, unit.id)
        ],
        _bands(told, len(alike) - len(told)),
        Link(place.name, _address(place, unit.stem)),
        [
            Link(ref.name, _address(ref, unit.stem))
            for ref in unit.line
            if ref.id != place.id and ref.id in {one.group.division_id for one in kept}
        ],
        figures,
        [Column(gettext("Twelve months up to")), *_numeric(compared.IN_SHORT)],
        rows,
    )


def inside(
    found: Mapping[str, Sequence[AmongLike]], address: str, held: Sequence[HeldPlace]
) -> tuple[list[Column], list[list[str | int | Link]]]:
    """How those that lie in a unit are placed among their like: a row for each kind of them, and no names."""
    rows: list[list[str | int | Link]] = []
    for kind, alike in found.items():
        if alike:
            told = _told(alike, held)
            counted = by_band(told)
            placed = [counted.get(one, 0) for one in (*Position, "")]
            rows.append([Link(gettext(_INSIDE[kind]), address), *placed, len(alike) - len(told)])
    columns = [
        *(BAND_LABELS[one] for one in Position),
        N_("In no band: fewer than 100 reviews"),
        N_("Not published"),
    ]
    return [Column(gettext("What lies in it")), *_numeric(columns)], rows


def groups(unit: Unit, mine: Sequence[KeptComparison]) -> list[tuple[int, str, str]]:
    """Of which comparisons all units are read: that of the unit, and of a division those of what lies in it."""
    wanted = [(mine[0].group.division_id, unit.kind, unit.stem)] if mine else []
    return wanted + (
        [(unit.id, kind, "") for kind in ("division", "agency")] if unit.kind == "division" else []
    )


def _bands(told: Sequence[AmongLike], hidden: int) -> list[str]:
    """How many are in each band, in none, and left out."""
    counted = by_band(told)
    found = {BAND_LABELS[position]: counted.get(position, 0) for position in Position}
    found[N_("In no band: fewer than 100 reviews")] = counted.get("", 0)
    if hidden:
        found[N_("Left out here: figures that are not published")] = hidden
    return [labelled(gettext(label), count(n)) for label, n in found.items()]


def _told(units: Sequence[AmongLike], held: Sequence[HeldPlace]) -> list[AmongLike]:
    """Those of which nothing is withheld that a rate is made of: else the others would tell what it is."""
    if not held:
        return list(units)
    return [
        unit for unit in units if compared.MADE_OF.isdisjoint(withheld_at(held, unit.division_path).keys())
    ]


def _years(
    mine: Sequence[KeptComparison], unit: Unit, held: Sequence[HeldPlace]
) -> tuple[list[list[str | int | Link]], list[Figure]]:
    """A row and a figure for each comparison, the oldest first; what is withheld in any of the days is in each of them."""
    if len(mine) > 1:
        held = quality.withheld(Period(mine[-1].group.first, last_day_of(mine[0].group.last)))
    withheld = withheld_at(held, unit.division_path)
    why = next((why_withheld(withheld[name]) for name in sorted(compared.MADE_OF & withheld.keys())), "")
    rows, figures = [], []
    for one in reversed(mine):
        month = f"{one.group.last:%Y-%m}"
        rows.append([month, *compared.in_short(one, withheld.keys())])
        figures.append(Figure(month, Ratio(one.units[0].bad, one.units[0].n), withheld=why))
    return rows, figures


def _numeric(texts: Sequence[str]) -> list[Column]:
    return [Column(gettext(text), numeric=True) for text in texts]


def _address(place: DivisionRef, stem: str = "") -> str:
    return reverse("division_comparison", args=[place.code]) + (f"?group={stem}" if stem else "")
