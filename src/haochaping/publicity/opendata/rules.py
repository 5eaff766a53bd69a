"""开放数据 rules: the gate, which lets nothing out from which somebody could work out a number under k; and weeks, months.

Cells of one table are published once each, any two of them apart or one within the other. Whatever sums and differences of
such cells tell is made of their rests: what is in a cell and in none of the cells published within it. So a cell passes
when every number of its own rest, and of what it leaves of the cell around it, is at least k, or nothing at all is left
(trust.md §3.4; docs/decisions/0055).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.publicity.opendata.terms import Cell, K

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    type Counts = tuple[int, ...]

# A week's or month's cells are out once so many days have passed: who was there is not on everybody's mind any more.
_AFTER = timedelta(days=7)


def passing(candidates: Iterable[Cell], published: Iterable[Cell] = (), *, k: int = K) -> list[Cell]:
    """The cells that may be published beside those that are, as they may be published: the same for the same input.

    The larger pass first, so that where not all may, the smallest gives way. What is published stands: the same cell
    does not pass again, whatever its numbers are by now.
    """
    out = _Out(published)
    # Of cells with the same sum the outer one comes first.
    ordered = sorted(candidates, key=lambda cell: (-sum(cell.counts), len(cell.place), cell))
    return [cell for cell in ordered if out.takes(cell, k)]


class _Out:
    """What is out: each cell with its rest and the next one around it."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._at: dict[str, list[Cell]] = {}
        self._places: list[str] = []
        self.rest: dict[Cell, Counts] = {}
        self._around: dict[Cell, Cell | None] = {}
        for cell in sorted(cells, key=lambda cell: (len(cell.place), cell.first - cell.last)):
            self._put(cell, self._next_around(cell), cell.counts)

    def takes(self, cell: Cell, k: int) -> bool:
        """Put a cell among what is out, if nothing under k can be worked out then."""
        near = [other for other in self._near(cell) if _meet(cell, other)]
        if min(cell.counts) < k or any(_same(cell, one) or not _nested(cell, one) for one in near):
            return False
        around = self._next_around(cell)
        within = [one for one in near if _holds(cell, one) and self._around[one] == around]
        rest = cell.counts
        for one in within:
            rest = _less(rest, one.counts)
        if not _tells_nothing(rest, k) or (around and not _tells_nothing(_less(self.rest[around], rest), k)):
            return False
        self._put(cell, around, rest)
        self._around |= dict.fromkeys(within, cell)
        return True

    def _put(self, cell: Cell, around: Cell | None, rest: Counts) -> None:
        if around:
            self.rest[around] = _less(self.rest[around], rest)
        self.rest[cell], self._around[cell] = rest, around
        if cell.place not in self._at:
            insort(self._places, cell.place)
        self._at.setdefault(cell.place, []).append(cell)

    def _next_around(self, cell: Cell) -> Cell | None:
        outer = [one for one in self._above(cell.place) if _holds(one, cell)]
        return max(outer, key=lambda one: (len(one.place), one.first - one.last), default=None)

    def _near(self, cell: Cell) -> Iterator[Cell]:
        """What is out of the same place, of those around it and of those within."""
        yield from self._above(cell.place)
        # All that begins with a place lies together, the place itself first.
        at = bisect_right(self._places, cell.place)
        while at < len(self._places) and self._places[at].startswith(cell.place):
            yield from self._at[self._places[at]]
            at += 1

    def _above(self, place: str) -> Iterator[Cell]:
        for part in steps(place):
            yield from self._at.get(part, ())


def steps(place: str) -> Iterator[str]:
    """The places around one, from the whole down to itself: "", "a.", "a.b."."""
    yield ""
    end = place.find(".")
    while end >= 0:
        yield place[: end + 1]
        end = place.find(".", end + 1)


def _same(one: Cell, other: Cell) -> bool:
    return one.place == other.place and (one.first, one.last) == (other.first, other.last)


def _holds(outer: Cell, inner: Cell) -> bool:
    return inner.place.startswith(outer.place) and outer.first <= inner.first and inner.last <= outer.last


def _nested(one: Cell, other: Cell) -> bool:
    return _holds(one, other) or _holds(other, one)


def _meet(one: Cell, other: Cell) -> bool:
    """Whether their days have any in common; their places do."""
    return one.first <= other.last and other.first <= one.last


def _less(counts: Counts, others: Counts) -> Counts:
    return tuple(a - b for a, b in zip(counts, others, strict=True))


def _tells_nothing(counts: Counts, k: int) -> bool:
    return not any(counts) or min(counts) >= k


def rests(published: Iterable[Cell]) -> dict[str, int]:
    """What is in each of these cells and in none within, by place; of one period, and with one number each."""
    return {cell.place: rest for cell, (rest,) in _Out(published).rest.items()}


def raised(place: str, rest: Mapping[str, int], *, k: int = K) -> str | None:
    """The innermost place, around a place or the place itself, that leaves at least k of whom a text may be; None if none does.

    What is in a place and in none that is told within must be k: whoever reads that a text is of an agency and not of an item
    knows that it is of none of its larger items.
    """
    found = [part for part in steps(place) if rest.get(part, 0) >= k]
    return found[-1] if found else None


def place_of(division_path: str, agency: str = "", item: str = "") -> str:
    """A place of the gate: divisions from the top down, an agency's part in the last of them, an item's in that."""
    part = f"{_AGENCY}{agency}." if agency else ""
    return f"{division_path}{part}{_ITEM}{item}." if item else division_path + part


def parts_of(place: str) -> tuple[str, str, str]:
    """The codes of division, agency and item that make a place; "" where it has none."""
    division = agency = item = ""
    for code in place.split(".")[:-1]:
        if code.startswith(_ITEM):
            item = code[1:]
        elif code.startswith(_AGENCY):
            agency = code[1:]
        else:
            division = code
    return division, agency, item


# Codes of the directory are digits, letters and `_`.
_AGENCY, _ITEM = "@", "#"


def summed(leaves: Iterable[tuple[str, Counts]], first: date, last: date) -> list[Cell]:
    """The cells of every place around some numbers, each with all of those within it added up."""
    sums: dict[str, Counts] = {}
    for place, counts in leaves:
        for part in steps(place):
            known = sums.get(part)
            sums[part] = tuple(map(sum, zip(known, counts, strict=True))) if known else counts
    return [Cell(place, first, last, counts) for place, counts in sums.items()]


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def end_of_month(first: date) -> date:
    """The last day of a month."""
    return month_of(first + timedelta(days=31)) - timedelta(days=1)


def newest_week(today: date) -> date:
    """The newest week whose texts may be out: it is over, and `_AFTER` has passed since."""
    return week_of(today - _AFTER) - timedelta(days=7)


def newest_month(today: date) -> date:
    """The same of months."""
    return month_of(month_of(today - _AFTER) - timedelta(days=1))
