"""What components are given: small frozen values, made by the doors, already translated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.kernel.ratios import Mean, Ratio

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go: breadcrumb step, table cell, navigation entry. `href` "" is the page one is on."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of a table; numbers are set to the right. `href` leads to what they mean."""

    text: str
    numeric: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A reason tag: `code` the indicator code, `basic` one of the three always shown."""

    code: str
    text: str
    basic: bool = True
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A point of a timeline: what happened, when, by whom; `text` is shown with its line breaks."""

    title: str
    at: datetime | None = None
    by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A published number: a count, or a ratio or an average with both its numbers; `note` says what was left out.

    `withheld` says why it is not published; then no number is shown.
    """

    label: str
    value: int | Ratio | Mean
    note: str = ""
    href: str = ""
    withheld: str = ""

    @property
    def ratio(self) -> Ratio | None:
        """The value, if it is a ratio."""
        return self.value if isinstance(self.value, Ratio) else None

    @property
    def mean(self) -> Mean | None:
        """The value, if it is an average."""
        return self.value if isinstance(self.value, Mean) else None

    @property
    def count(self) -> int | None:
        """The value, if it is a count."""
        return self.value if isinstance(self.value, int) else None


@dataclass(frozen=True, slots=True)
class Levels:
    """How many reviews of each level (5 to 1) something has; levels that are missing have none."""

    label: str
    counts: Mapping[int, int]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Pile:
    """How many lie in one part of an axis; `here` is the part in which what the page is about lies."""

    label: str
    n: int
    here: bool = False
