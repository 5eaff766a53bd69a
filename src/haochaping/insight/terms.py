"""分析 vocabulary: what is counted, and what a published figure consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from haochaping.kernel.ratios import MINIMUM_N, Mean, Ratio
from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


class FactKind(StrEnum):
    """What one unit of a fact stands for."""

    CASE = "case"
    OCCURRENCE = "occurrence"
    REVIEWED = "reviewed"
    REVIEW = "review"
    FOLLOW_UP = "follow_up"
    ORDER = "order"
    RECTIFIED = "rectified"
    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"
    # How cases were handled (`level` holds days, trips or materials).
    HANDLED = "handled"
    TOOK = "took"
    PROMISED = "promised"
    TRIPS = "trips"
    MATERIALS = "materials"
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
    QUESTION = "question"
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
    OPEN = "open"


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
class Sum:
    """Units of some kinds added up: what else a tally holds does not change it, and need not be read for it."""

    kinds: frozenset[FactKind]
    of: Callable[[Tally], int]

    def __call__(self, tally: Tally) -> int:
        """How many there are."""
        return self.of(tally)

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.kinds | other.kinds, lambda tally: self(tally) + other(tally))

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.kinds | other.kinds, lambda tally: self(tally) - other(tally))


@dataclass(frozen=True, slots=True)
class Measure:
    """A published figure, defined once: a count, a share, or an average where `squares` are added up too.

    `unit` says what is counted; `counts` and `out_of` say in words what stands above and below the line, `day` by which
    day. All of them hold as of the moment at which they are read.
    """

    name: str
    label: str
    numerator: Sum
    denominator: Sum | None
    exclusions: tuple[str, ...]
    source: str
    unit: str
    counts: str
    day: str
    out_of: str = ""
    squares: Sum | None = None

    @property
    def kinds(self) -> frozenset[FactKind]:
        """The kinds of units of which it is made."""
        parts = (self.numerator, self.denominator, self.squares)
        return frozenset(kind for part in parts if part for kind in part.kinds)

    @property
    def at_least(self) -> int | None:
        """Of how many a share or an average has to be made to be told; None for a count, which is always told."""
        return None if self.denominator is None else MINIMUM_N


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """A measure worked out: `value` is a count, a share between 0 and 1, an average, or None when n is too small to say.

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
    squares: int | None = None

    @property
    def made_of(self) -> int | Ratio | Mean:
        """The count, or the share or average with what it is made of."""
        if self.denominator is None:
            return self.numerator
        if self.squares is None:
            return Ratio(self.numerator, self.denominator)
        return Mean(self.numerator, self.denominator, self.squares)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share or average may well lie (95 %); a count has none, nor has what is withheld."""
        made_of = self.made_of
        return None if self.value is None or isinstance(made_of, int) else made_of.interval


@dataclass(frozen=True, slots=True)
class Place:
    """What a figure is asked for: a division's or agency's subtree, an item, a hall, or several together."""

    division_path: str = ""
    agency_path: str | None = None
    item_id: int | None = None
    hall_id: int | None = None


type Months = Literal["division", "channel", "agency", "item", "hall", "division_day", "agency_day"]
"""The tables of sums: of whole months, of divisions and of agencies by day."""


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
class Recounting:
    """What an update has not counted anew yet: everything before `since`; all of it where that is None."""

    since: date | None


@dataclass(frozen=True, slots=True)
class Behind[Row]:
    """Rows behind a figure, newest first, each with how much it adds above the line.

    `after` is where looking goes on from; None when nothing is further back.
    """

    rows: list[tuple[Row, int]]
    after: UUID | None


UNKNOWN_DIVISION = Reason(
    "unknown_division",
    N_("There is no division with the code “{value}”."),
    N_("Use the 12-digit code of a division in the directory."),
)
UNKNOWN_AGENCY = Reason(
    "unknown_agency",
    N_("There is no agency with the code “{value}”."),
    N_("Use the code of an agency in the directory."),
)
UNKNOWN_ITEM = Reason(
    "unknown_item",
    N_("There is no service item with the code “{value}”."),
    N_("Use the code of a service item in the directory."),
)
UNKNOWN_HALL = Reason(
    "unknown_hall",
    N_("There is no hall with the code “{value}”."),
    N_("Use the code of a hall in the directory."),
)
BAD_DAY = Reason("bad_day", N_("“{value}” is not a day."), N_("Write it as 2026-11-24."))
