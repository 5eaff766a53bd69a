"""What one administrator proposes and another one confirms: each kind of change with all that is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - msgspec reads what the fields are

from msgspec import Struct

from haochaping.rulebook.terms.units import Verified  # noqa: TC001 - likewise


class NewValue(Struct, frozen=True, tag="value"):
    """A value of a profile from a day on; `effective_to` is its last day, None for no end."""

    profile: str
    key: str
    value: str
    unit: str
    source: str
    verified: Verified
    effective_from: date
    effective_to: date | None = None


class Assignment(Struct, frozen=True, tag="assignment"):
    """A division and all below it follow a profile from a day on."""

    division: str
    profile: str
    effective_from: date


class NewProfile(Struct, frozen=True, tag="profile"):
    """A division has a profile of its own from a day on; what it does not say its parent says."""

    code: str
    name: str
    parent: str
    division: str
    source: str
    effective_from: date


class DaySaid(Struct, frozen=True, tag="day"):
    """A division and all below it work on a day, or do not, or (None) take back what they said of it."""

    division: str
    day: date
    reason: str
    is_working: bool | None


class YearSaid(Struct, frozen=True, tag="year"):
    """The State Council's notice on a year's holidays and 调休; `rows` have the columns of `NOTICE_COLUMNS`."""

    year: int
    rows: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class DayChange:
    """What a notice changes of a day: whether it was worked, None where nothing was known, whether it is, and its name."""

    day: date
    before: bool | None
    works: bool
    name: str

    @property
    def is_told(self) -> bool:
        """Whether it is more than a weekday or a weekend of a year that nothing was known of."""
        return bool(self.name) or self.before is not None


type Change = NewValue | Assignment | NewProfile | DaySaid | YearSaid


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A change that waits for a second administrator of `division_path` or above; `proposed_by` is `kind:id`."""

    id: int
    change: Change
    division_path: str
    proposed_by: str
    proposed_staff: list[int]
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """A proposed change that somebody refused, and why; `decided_by` is `kind:id`."""

    change: Change
    refusal: str
    decided_by: str
    decided_at: datetime
