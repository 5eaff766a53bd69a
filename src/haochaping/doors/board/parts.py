"""The places inside one, as tables that lead on and, where asked for, as boards: bands with their intervals, and no ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.directory.terms import DivisionRef, PlacedRef
from haochaping.doors.board import figures
from haochaping.exchange.quality.rules import withheld_at
from haochaping.insight.comparison import boards
from haochaping.insight.comparison.terms import Unit
from haochaping.insight.rules import BY_NAME, figures_of
from haochaping.kernel.ratios import Ratio
from haochaping.ui.shapes import Figure, Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.directory.terms import Inside, ItemRef, Ref
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.comparison.boards import Boards
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import Measure, Tally
    from haochaping.ui.shapes import Column

LISTED = 200
# All that is made of a place inside one.
COUNTED = (*figures.OF_ROWS, BY_NAME["bad_rate"])
_BOARD = 10
_LEAST_UNITS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the places inside one, all of a kind; `first` heads their names."""

    kind: Kind
    caption: str
    first: str
    refs: Sequence[DivisionRef | Ref | ItemRef]
    of: Sequence[Measure] = figures.OF_ROWS


@dataclass(frozen=True, slots=True)
class Board:
    """红黑榜 of a table: shares of bad reviews clearly below and above that of all, and how many are neither."""

    caption: str
    first: str
    whole: Ratio
    below: list[Figure]
    above: list[Figure]
    more: int
    within: int
    few: int


@dataclass(frozen=True, slots=True)
class Table:
    """Such a table worked out; without a board where none is asked for or there is nothing to hold against each other."""

    caption: str
    columns: list[Column]
    rows: list[list[str | int | Link]]
    board: Board | None


def of_division(found: Inside) -> list[Part]:
    """What is shown of a division: the divisions below it and its own agencies."""
    return [
        Part("division", gettext("Divisions below"), gettext("Division"), found.divisions),
        Part("agency", gettext("Agencies of this division"), gettext("Agency"), found.agencies),
    ]


def halls(found: Inside) -> list[Link]:
    """The halls of a division, each with its page."""
    return [Link(hall.name, reverse("hall", args=[hall.code])) for hall in found.halls]


def tables(
    parts: Sequence[Part],
    tallies: Mapping[Kind, Mapping[int, Tally]],
    division_path: str,
    held: Sequence[HeldPlace],
    query: str = "",
    *,
    with_boards: bool = True,
) -> list[Table]:
    """The tables of the parts that hold anything; `query` is the period that their links keep."""
    return [
        _table(part, tallies[part.kind], division_path, held, query, with_boards=with_boards)
        for part in parts
        if part.refs
    ]


def _table(
    part: Part,
    tallies: Mapping[int, Tally],
    division_path: str,
    held: Sequence[HeldPlace],
    query: str,
    *,
    with_boards: bool,
) -> Table:
    rows, compared = [], {}
    for ref in part.refs:
        path = _path_of(ref) or division_path
        link = Link(ref.name, reverse(part.kind, args=[ref.code]) + query)
        withheld = withheld_at(held, path)
        rows.append(figures.row(link, tallies[ref.id], withheld, part.of))
        if with_boards and (unit := _unit(ref.id, tallies[ref.id], withheld)):
            compared[ref.id] = (link, unit)
    return Table(part.caption, figures.columns(part.first, part.of), rows, _board(part, compared))


def _path_of(ref: DivisionRef | Ref | ItemRef) -> str:
    """Where a place lies that need not lie in the division of the page."""
    if isinstance(ref, DivisionRef):
        return ref.path
    return ref.division_path if isinstance(ref, PlacedRef) else ""


def _unit(id_: int, tally: Tally, withheld: Mapping[str, str]) -> Unit | None:
    """A place's reviews as they are compared, by the rate of bad ones; None where it is withheld."""
    (bad,) = figures_of(tally, withheld, (BY_NAME["bad_rate"],))
    return None if bad.withheld or not bad.denominator else Unit(id_, bad.numerator, bad.denominator)


def _board(part: Part, compared: Mapping[int, tuple[Link, Unit]]) -> Board | None:
    found = boards.boards([unit for _, unit in compared.values()])
    if found.held < _LEAST_UNITS:
        return None
    links = {unit.id: link for link, unit in compared.values()}
    return Board(
        part.caption,
        part.first,
        found.whole,
        _figures(found.below, links),
        _figures(found.above, links),
        _left_out(found),
        len(found.within),
        len(found.few),
    )


def _figures(units: Sequence[Unit], links: Mapping[int | str, Link]) -> list[Figure]:
    return [
        Figure(links[unit.id].text, Ratio(unit.bad, unit.n), href=links[unit.id].href)
        for unit in units[:_BOARD]
    ]


def _left_out(found: Boards) -> int:
    """How many more stand on a board than are shown of it."""
    return sum(max(0, len(units) - _BOARD) for units in (found.below, found.above))
