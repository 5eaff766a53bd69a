"""The gate against somebody who keeps every table that was ever published and works out what can be worked out.

The one who looks is `Reader`: it knows nothing of cells that pass or not, only what was published and the counts that are
public anyway, and asks a solver of linear programs between what each number must lie.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from haochaping.publicity.opendata import rules
from haochaping.publicity.opendata.terms import Cell, K

MONTH = date(2026, 6, 1), date(2026, 6, 30)
DAYS = date(2026, 6, 1), date(2026, 6, 2)
PERIODS = [MONTH, *((day, day) for day in DAYS)]
# Two towns of a county; in one of them an agency with two items.
LEAVES = ("c.t1.@a.#i.", "c.t1.@a.#j.", "c.t1.@b.#k.", "c.t2.@d.#l.")
PLACES = sorted({part for leaf in LEAVES for part in rules.steps(leaf)})
# How many came where is public by hall and stage too; no table of the gate tells of them.
FINER = tuple(f"{leaf}{hall}." for leaf in LEAVES[:2] for hall in ("h1", "h2"))
ATOMS = (*FINER, *LEAVES[2:])
FEW = 3


def cell(place: str, *counts: int, days: tuple[date, date] = MONTH) -> Cell:
    return Cell(place, *days, counts)


def places(cells: list[Cell]) -> list[str]:
    return [one.place for one in cells]


@pytest.mark.parametrize(
    ("candidates", "passes"),
    [
        # Nothing is hidden where nothing is small.
        ([("c.", 20, 20), ("c.t1.", 10, 10), ("c.t2.", 10, 10)], ["c.", "c.t1.", "c.t2."]),
        # Under k is not published: no number of it, not even one that is large enough; nor none at all.
        ([("c.", 9, 90)], []),
        ([("c.", 0, 90)], []),
        # Beside a small one the smallest of its like gives way, else county less towns were the small one.
        ([("c.", 64, 63), ("c.t1.", 40, 40), ("c.t2.", 20, 20), ("c.t3.", 4, 3)], ["c.", "c.t1."]),
        # What is hidden for another's sake may be told in parts, if the rest still hides both.
        (
            [("c.", 64, 63), ("c.t1.", 40, 40), ("c.t2.", 20, 20), ("c.t2.@a.", 10, 10), ("c.t3.", 4, 3)],
            ["c.", "c.t1.", "c.t2.@a."],
        ),
        # A county with one town is that town.
        ([("c.", 12, 12), ("c.t1.", 12, 12)], ["c.", "c.t1."]),
        # Nobody knows of which town the others are.
        ([("c.", 21, 21), ("c.t1.", 11, 11), ("c.t2.", 5, 5), ("c.t3.", 5, 5)], ["c.", "c.t1."]),
    ],
)
def test_what_passes_beside_each_other(candidates, passes):
    assert places(rules.passing([cell(*one) for one in candidates])) == passes


def test_a_day_of_a_month_hides_the_rest_of_it():
    """A month of 15 with a day of 10 would tell of the 5 of its other days."""
    month, day = cell("c.", 15, 25), cell("c.", 10, 12, days=(DAYS[0], DAYS[0]))

    assert rules.passing([month, day]) == [month]
    assert rules.passing([month], [day]) == []
    assert rules.passing([cell("c.", 20, 25)], [day]) == [cell("c.", 20, 25)]


def test_yesterdays_table_stands():
    """Of what is out nothing is told again: the difference would be who came meanwhile."""
    before = cell("c.", 15, 15)

    assert rules.passing([cell("c.", 16, 15)], [before]) == []


def test_a_town_that_grew_is_not_told_apart_from_a_county_that_is_out():
    county = cell("c.", 25, 25)

    assert rules.passing([cell("c.t1.", 16, 16)], [county]) == []
    assert places(rules.passing([cell("c.t1.", 15, 15)], [county])) == ["c.t1."]


def test_what_crosses_what_is_out_does_not_pass():
    """A county's day and a town's month have a town's day in common."""
    day = cell("c.", 30, 30, days=(DAYS[0], DAYS[0]))

    assert rules.passing([cell("c.t1.", 90, 90)], [day]) == []
    assert rules.passing([day], [cell("c.t1.", 90, 90)]) == []


def test_the_same_cells_pass_in_whatever_order_they_come():
    cells = [cell(place, n, n) for n, place in enumerate(PLACES, start=FEW)]

    assert rules.passing(cells, k=FEW) == rules.passing(cells[::-1], k=FEW)


def test_a_text_stands_at_the_innermost_place_that_leaves_enough():
    out = [cell("", 40), cell("c.", 40), cell("c.t1.@a.", 30), cell("c.t1.@a.#j.", 30)]
    rest = rules.rests(out)

    assert rest == {"": 0, "c.": 10, "c.t1.@a.": 0, "c.t1.@a.#j.": 30}
    assert rules.raised("c.t1.@a.#j.", rest) == "c.t1.@a.#j."
    # The agency's other items had nobody: said of the agency, a text would be of one of these few.
    assert rules.raised("c.t1.@a.#i.", rest) == "c."
    assert rules.raised("c.t1.@b.#k.", rest) == "c."
    assert rules.raised("d.", rest) is None


def test_places_lie_in_one_another():
    place = rules.place_of("99.9901.", "9901_A", "77")

    assert list(rules.steps(place)) == ["", "99.", "99.9901.", "99.9901.@9901_A.", "99.9901.@9901_A.#77."]
    assert [rules.parts_of(part) for part in rules.steps(place)] == [
        ("", "", ""), ("99", "", ""), ("9901", "", ""), ("9901", "9901_A", ""), ("9901", "9901_A", "77"),
    ]  # fmt: skip


def test_sums_are_made_of_every_place_around():
    cells = rules.summed([("a.@x.", (1, 2)), ("a.@y.", (3, 4)), ("b.", (5, 6))], *MONTH)

    assert {one.place: one.counts for one in cells} == {
        "": (9, 12), "a.": (4, 6), "a.@x.": (1, 2), "a.@y.": (3, 4), "b.": (5, 6),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("today", "week", "month"),
    [
        # The week of 16 to 22 November is over for eight days on the last of the month.
        (date(2026, 11, 30), date(2026, 11, 16), date(2026, 10, 1)),
        (date(2026, 11, 29), date(2026, 11, 9), date(2026, 10, 1)),
        (date(2026, 12, 7), date(2026, 11, 23), date(2026, 10, 1)),
        (date(2026, 12, 8), date(2026, 11, 23), date(2026, 11, 1)),
    ],
)
def test_weeks_and_months_are_out_a_week_after_they_are_over(today, week, month):
    assert (rules.newest_week(today), rules.newest_month(today)) == (week, month)
    assert today - (week + timedelta(days=6)) > timedelta(days=7)


@dataclass
class World:
    """Who came where, on which day, known since which table, with a feature or without."""

    counts: dict[tuple[str, date, int], tuple[int, int]] = field(default_factory=dict)

    def of(self, place: str, days: tuple[date, date], by: int) -> tuple[int, int]:
        """Both numbers of a place and days, as far as they were known by a table."""
        inside = [n for one, n in self.counts.items() if _is_in(one, place, days, by)]
        return sum(n for n, _ in inside), sum(n for _, n in inside)


def _is_in(atom: tuple[str, date, int], place: str, days: tuple[date, date], by: int) -> bool:
    where, day, since = atom
    return where.startswith(place) and days[0] <= day <= days[1] and since <= by


class Reader:
    """Keeps all that was published, each cell with the table it was in, and knows how many came where and when."""

    def __init__(self, world: World) -> None:
        self.atoms = list(world.counts)
        self.totals = [sum(world.counts[atom]) for atom in self.atoms]
        self.rows: list[list[int]] = []
        self.values: list[int] = []

    def read(self, cells: list[Cell], table: int) -> None:
        for one in cells:
            self.rows.append([int(_is_in(a, one.place, (one.first, one.last), table)) for a in self.atoms])
            self.values.append(one.counts[0])

    def bounds(self, place: str, days: tuple[date, date], table: int) -> tuple[float, float]:
        """Between what the first number of a cell must lie; the second is what is left of the cell's total."""
        wanted = np.array([int(_is_in(a, place, days, table)) for a in self.atoms])
        found = []
        for sign in (1, -1):
            solved = linprog(
                sign * wanted,
                A_eq=np.array(self.rows) if self.rows else None,
                b_eq=np.array(self.values) if self.rows else None,
                bounds=[(0, n) for n in self.totals],
            )
            assert solved.success, solved.message
            found.append(round(sign * solved.fun, 6))
        return found[0], found[1]


counts = st.tuples(st.integers(0, 7), st.integers(0, 7))
TABLES = 3


@st.composite
def published(draw: st.DrawFn) -> tuple[World, list[list[Cell]]]:
    """A small world, and what passes of one table after the other: each of other places and periods, with what came since."""
    world = World()
    for table, leaf, day in product(range(TABLES), ATOMS, DAYS):
        # Most of it is there before the first table; a little is late.
        world.counts[leaf, day, table] = (
            draw(counts) if table == 0 or draw(st.integers(0, 3)) == 0 else (0, 0)
        )
    out: list[Cell] = []
    tables = []
    for table in range(TABLES):
        asked = draw(st.sets(st.sampled_from(list(product(PLACES, PERIODS))), max_size=12))
        cells = [Cell(place, *days, world.of(place, days, table)) for place, days in sorted(asked)]
        passed = rules.passing(cells, out, k=FEW)
        out += passed
        tables.append(passed)
    return world, tables


@settings(max_examples=25)
@given(published())
def test_nothing_under_k_can_be_worked_out_of_all_that_was_ever_published(drawn):
    world, tables = drawn
    reader = Reader(world)
    for table, cells in enumerate(tables):
        reader.read(cells, table)

    for place, days in product([*PLACES, *FINER], PERIODS):
        own = world.of(place, days, TABLES)
        total = sum(own)
        low, high = reader.bounds(place, days, TABLES)
        # Of as many as k nothing at all is told: from none to all of them may have the feature, or not.
        if total <= FEW:
            assert (low, high) == (0, total)
            continue
        # Of more nobody can say that fewer than k have it, or have it not.
        assert high >= FEW
        assert total - low >= FEW
        if low == high:
            assert min(own) >= FEW


@settings(max_examples=25)
@given(published())
def test_what_came_between_two_tables_cannot_be_worked_out(drawn):
    """The same of whoever came since the table before: yesterday's tables and today's, one less the other."""
    world, tables = drawn
    reader = Reader(world)
    for table, cells in enumerate(tables):
        reader.read(cells, table)

    for table, place in product(range(1, TABLES), PLACES):
        before, after = (sum(world.of(place, MONTH, by)) for by in (table - 1, table))
        came = after - before
        wanted = np.array(
            [
                int(_is_in(a, place, MONTH, table) and not _is_in(a, place, MONTH, table - 1))
                for a in reader.atoms
            ]
        )
        low, high = _range(reader, wanted)
        if came <= FEW:
            assert (low, high) == (0, came)
        else:
            assert high >= FEW


def _range(reader: Reader, wanted: np.ndarray) -> tuple[float, float]:
    bounds = [(0, n) for n in reader.totals]
    rows = {"A_eq": np.array(reader.rows), "b_eq": np.array(reader.values)} if reader.rows else {}
    low, high = (linprog(sign * wanted, bounds=bounds, **rows).fun * sign for sign in (1, -1))
    return round(low, 6), round(high, 6)


@given(st.lists(st.tuples(st.sampled_from(LEAVES), st.integers(0, 30)), max_size=12))
def test_behind_every_text_stand_as_many_as_k(services):
    """A text stands at the innermost place that is out: that leaves whatever is in it and in none that is out within."""
    of = dict(services)
    rest = rules.rests(rules.passing(rules.summed([(place, (n,)) for place, n in of.items()], *MONTH)))

    for leaf in of:
        place = rules.raised(leaf, rest)
        behind = [n for other, n in of.items() if rules.raised(other, rest) == place]
        assert place is None or sum(behind) >= K


def test_a_large_table_is_gone_through_at_once():
    """Every item of a province: each cell is held against those around it and within, never against all."""
    leaves = [(f"p.c{n % 20}.t{n % 400}.@a{n % 4000}.#i{n}.", (n % 90, 40)) for n in range(20_000)]

    out = rules.passing(rules.summed(leaves, *MONTH))

    assert 5_000 < len(out) < 30_000
