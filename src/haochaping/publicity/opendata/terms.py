"""开放数据 vocabulary: tables and columns, cells of the gate, editions; how much is kept, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.insight.terms import FactKind

VERSION = 1
# ONS publishes no cell under 10 (trust.md §3.4); domain.md's merging under 5 is too weak for words.
K = 10
LICENCE = "CC-BY-4.0"
LICENCE_NAME = N_("Creative Commons Attribution 4.0 International (CC BY 4.0)")
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
# What a day's files hold, and how long they stay; the API answers for any days.
DAYS_IN_FILE = 31
MONTHS_IN_FILE = 13
WEEKS_IN_FILE = 53
EDITIONS_KEPT = 31

type Form = Literal["day", "week", "month", "moment", "code", "text", "count", "share", "yes_no"]
type FilterName = Literal["division", "agency", "item", "period"]
type Value = str | int | float | None


class Cell(NamedTuple):
    """A cell of a table of the gate: numbers of a place and of days, both ends included.

    `place` is a path of `rules.place_of`: what begins with it lies within. The numbers part the same people, as natural
    persons and others.
    """

    place: str
    first: date
    last: date
    counts: tuple[int, ...]


class Column(NamedTuple):
    """A column: what it is called in files, its form, its name and meaning for people, and an example that is nobody's."""

    name: str
    form: Form
    label: str
    about: str
    example: Value


class Grain(NamedTuple):
    """A column by which facts are counted: `fact` is theirs, and `table` the directory whose code stands for it."""

    column: Column
    fact: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it is, its columns, what it may be asked by, and by what (a place, a period)."""

    name: str
    label: str
    about: str
    columns: tuple[Column, ...]
    filters: tuple[FilterName, ...]


@dataclass(frozen=True, slots=True)
class FactTable(Table):
    """A table of counted facts: which kinds, by what, and by which measures' being withheld its rows are."""

    kinds: tuple[FactKind, ...]
    grain: tuple[Grain, ...]
    measures: tuple[str, ...]


class Feature(NamedTuple):
    """What is known of an applicant: one of two things; `sql/opendata/applicants.sql` counts them in this order."""

    name: str
    values: tuple[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """A file of an edition: of which table, how it is written, how large it is and what it hashes to."""

    name: str
    table: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A folder of files that were written together and change no more; `sha256` is of its index, which holds theirs.

    `day` is the last day told of.
    """

    name: str
    day: date
    made_at: datetime
    files: tuple[File, ...]
    sha256: str
