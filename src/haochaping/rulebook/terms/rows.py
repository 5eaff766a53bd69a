"""Rows of profiles, assignments, declared days and confirmations as their readers get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.rulebook.terms.units import Verified


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One row of a profile; the newest version of the newest day in force is the one that holds.

    `through` is the division by which the profile holds, when the row explains a division's terms; empty where the
    row comes from the base because nobody on the path follows a profile.
    """

    profile: str
    key: str
    value: str
    unit: str
    source: str
    verified: Verified
    effective_from: date
    effective_to: date | None
    version: int
    through: str = ""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile; `may_choose` says whether a division can follow it.

    `source` and `effective_from` are those of a profile that a place made for itself; empty and None for a shipped one.
    """

    code: str
    name: str
    parent: str
    jurisdiction: str
    may_choose: bool
    source: str = ""
    effective_from: date | None = None


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A division follows a profile from a day on."""

    division: str
    profile: str
    effective_from: date
    version: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Every profile, the base first; every assignment; the codes in use here; those not wholly confirmed."""

    profiles: list[ProfileRow]
    choices: list[ChoiceRow]
    in_use: set[str]
    unconfirmed: list[str]


@dataclass(frozen=True, slots=True)
class OverlayRow:
    """What a division has said of a day: worked, not worked, or None for “as above again”."""

    division: str
    day: date
    is_working: bool | None
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """How far a profile is confirmed: `newest` is the number of its last value, `waiting` how many are not yet seen.

    `at` and `actor` are those of the last confirmation; None and empty when there was none.
    """

    profile: str
    newest: int
    waiting: int
    at: datetime | None
    actor: str
