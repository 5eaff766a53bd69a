"""分析 vocabulary: what is counted, and what a published figure consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date


class FactKind(StrEnum):
    """What one unit of a fact stands for."""

    CASE = "case"
    OCCURRENCE = "occurrence"
    REVIEWED = "reviewed"
    REVIEW = "review"
    ORDER = "order"
    RECTIFIED = "rectified"
    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"


class FactKey(NamedTuple):
    """The grain of the facts: a day and everything a page may ask by."""

    kind: str
    day: date
    division_id: int
    agency_id: int
    item_id: int
    channel: str
    level: int
    provenance: str


REPORTED = "reported"
UNVERIFIED = "unverified"

type Part = tuple[str, int, str]
"""A part of a tally: (kind, level, provenance)."""

type Tally = Mapping[Part, int]
"""How many of each part, for one place and period."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A published figure, defined once. A count has no denominator."""

    name: str
    label: str
    numerator: Callable[[Tally], int]
    denominator: Callable[[Tally], int] | None
    exclusions: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """A measure worked out: `value` is a count, a share between 0 and 1, or None when n is too small to say."""

    name: str
    label: str
    value: float | None
    numerator: int
    denominator: int | None
    exclusions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a figure is asked for: a division's or agency's subtree, an item, or several together."""

    division_path: str = ""
    agency_path: str | None = None
    item_id: int | None = None


UNKNOWN_DIVISION = Reason(
    "unknown_division",
    N_("There is no division with the code “{value}”."),
    N_("Use the 12-digit code of a division in the directory."),
)
BAD_DAY = Reason("bad_day", N_("“{value}” is not a day."), N_("Write it as 2026-11-24."))
