"""分析 vocabulary: what is counted, and what a published figure consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from haochaping.rectification.terms import OrderRow
    from haochaping.voices.terms import VoiceRow


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
    # The loop: what became of orders, as the rules say of each (`provenance` holds which).
    CALLBACK = "callback"
    CONTACT = "contact"
    DEADLINE = "deadline"
    ANSWERED = "answered"
    SOLVED = "solved"
    REPEATED = "repeated"
    APPEAL = "appeal"
    SUPERVISED = "supervised"
    # Complaints, suggestions and questions.
    VOICE = "voice"
    VOICE_DUE = "voice_due"
    VOICE_LATE = "voice_late"
    VOICE_ANSWER = "voice_answer"
    VOICE_RESULT = "voice_result"
    # Invitations: how far each has come, and what was reviewed through one.
    INVITED = "invited"
    RESPONDED = "responded"


class Said(StrEnum):
    """What the provenance of a fact of the loop says, beside the words of rectification and supervision."""

    KEPT = "kept"
    LATE = "late"
    UNTRIED = "untried"
    ONCE = "once"
    AGAIN = "again"
    UNREACHED = "unreached"
    UNDECIDED = "undecided"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class FactKey(NamedTuple):
    """The grain of the facts: a day and everything a page may ask by.

    `hall_id` is 0 and `stage` empty where a unit has none: a case may go through several halls, an order is about no stage.
    """

    kind: str
    day: date
    division_id: int
    agency_id: int
    item_id: int
    channel: str
    level: int
    provenance: str
    hall_id: int = 0
    stage: str = ""


REPORTED = "reported"
UNVERIFIED = "unverified"
# Supervision of an agency as a whole is about no item, what is done on the web in no hall; rows of the directory begin at 1.
NO_ITEM = 0
NO_HALL = 0

type Part = tuple[str, int, str]
"""A part of a tally: (kind, level, provenance)."""

type Tally = Mapping[Part, int]
"""How many of each part, for one place and period."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A published figure, defined once. A count has no denominator; `unit` says what is counted.

    `counts` and `out_of` say in words what stands above and below the line.
    """

    name: str
    label: str
    numerator: Callable[[Tally], int]
    denominator: Callable[[Tally], int] | None
    exclusions: tuple[str, ...]
    source: str
    unit: str
    counts: str
    out_of: str = ""


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """A measure worked out: `value` is a count, a share between 0 and 1, or None when n is too small to say.

    `withheld` is the rule of data quality that keeps the figure from being published, empty where none does; its numbers
    are not to be shown.
    """

    name: str
    label: str
    value: float | None
    numerator: int
    denominator: int | None
    exclusions: tuple[str, ...]
    withheld: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share may well lie (95 %); a count and a withheld share have none."""
        if self.value is None or self.denominator is None:
            return None
        return Ratio(self.numerator, self.denominator).interval


@dataclass(frozen=True, slots=True)
class Place:
    """What a figure is asked for: a division's or agency's subtree, an item, a hall, or several together."""

    division_path: str = ""
    agency_path: str | None = None
    item_id: int | None = None
    hall_id: int | None = None


type Months = Literal["division", "channel", "agency", "item", "hall", "division_day"]
"""The tables of facts of whole months."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what it has to be: `counted` is what there is, `held` what the figure says.

    Of a day what there is are rows; of a month (`months` names its table, `key.day` is its first day, and what the table does
    not tell apart is empty) the facts of days.
    """

    key: FactKey
    counted: int
    held: int
    months: Months | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """Work orders behind a figure, newest first, each with whether it counts above the line.

    `after` is where looking goes on from; None when nothing is further back.
    """

    rows: list[tuple[OrderRow, bool]]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class VoicesBehind:
    """The same of complaints, suggestions and questions."""

    rows: list[tuple[VoiceRow, bool]]
    after: UUID | None


UNKNOWN_DIVISION = Reason(
    "unknown_division",
    N_("There is no division with the code “{value}”."),
    N_("Use the 12-digit code of a division in the directory."),
)
BAD_DAY = Reason("bad_day", N_("“{value}” is not a day."), N_("Write it as 2026-11-24."))
