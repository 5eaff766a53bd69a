"""通报专报 vocabulary: what a circular or report is about, what it holds once and for all, and how it comes to be signed."""

from __future__ import annotations

from dataclasses import dataclass

# msgspec reads the annotations at run time.
from datetime import date, datetime  # noqa: TC003 - msgspec reads it at run time
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID


class CircularKind(StrEnum):
    """文种: of a division and a whole month, or of any place and days."""

    MONTHLY = "monthly"
    SPECIAL = "special"


class CircularState(StrEnum):
    """通报状态: a draft is written, one person submits it, another one signs it; then it never changes."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    DISCARDED = "discarded"


class CircularMove(StrEnum):
    """通报环节."""

    MAKE = "make"
    WRITE = "write"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    GIVE_BACK = "give_back"
    SIGN = "sign"
    DISCARD = "discard"


class Block(StrEnum):
    """文字段: what is written by people, in the order in which it is read."""

    INTRODUCTION = "introduction"
    FINDINGS = "findings"
    DEMANDS = "demands"


KIND_LABELS = {
    CircularKind.MONTHLY: N_("Monthly circular"),
    CircularKind.SPECIAL: N_("Special report"),
}
STATE_LABELS = {
    CircularState.DRAFT: N_("Draft"),
    CircularState.SUBMITTED: N_("Waits to be signed"),
    CircularState.SIGNED: N_("Signed"),
    CircularState.DISCARDED: N_("Discarded draft"),
}
MOVE_LABELS = {
    CircularMove.MAKE: N_("Draft made"),
    CircularMove.WRITE: N_("Text written"),
    CircularMove.SUBMIT: N_("Submitted for signing"),
    CircularMove.TAKE_BACK: N_("Taken back"),
    CircularMove.GIVE_BACK: N_("Given back"),
    CircularMove.SIGN: N_("Signed"),
    CircularMove.DISCARD: N_("Discarded draft"),
}
BLOCK_LABELS = {
    Block.INTRODUCTION: N_("Overview"),
    Block.FINDINGS: N_("Findings"),
    Block.DEMANDS: N_("Measures to be taken"),
}

type SubjectKind = Literal["division", "agency", "item"]
type Words = Callable[[Figures], Mapping[Block, str]]
"""What the first texts are made of the figures by, in somebody's language."""

TEXT_LIMIT, REASON_LIMIT = 10_000, 300


class Named(Struct, frozen=True):
    """A place as it was called then."""

    code: str
    name: str


class Number(Struct, frozen=True):
    """指标值: a measure as it was worked out then, with its words; withheld by a rule of data quality it has no number."""

    name: str
    label: str
    numerator: int | None
    denominator: int | None = None
    squares: int | None = None
    withheld: str = ""
    exclusions: tuple[str, ...] = ()


class Month(Struct, frozen=True):
    """A month of the trend by its first day; `so_far` of one that was not over."""

    first: date
    so_far: bool
    numbers: tuple[Number, ...]


class Line(Struct, frozen=True):
    """A place inside, with its numbers."""

    place: Named
    numbers: tuple[Number, ...]


class Part(Struct, frozen=True):
    """The places inside of one kind: as a table, and in bands by their share of bad reviews, as the public boards hold them.

    `above` and `below` are codes, `within` and `few` how many; `compared` is how many were held against each other.
    """

    kind: SubjectKind
    lines: tuple[Line, ...]
    more: bool
    above: tuple[str, ...]
    below: tuple[str, ...]
    within: int
    few: int

    @property
    def compared(self) -> int:
        """How many places were held against all together."""
        return len(self.above) + len(self.below) + self.within


class LeftOut(Struct, frozen=True):
    """How many of something enter no rate, and why."""

    reason: str
    n: int


class Held(Struct, frozen=True):
    """暂不公布: a rule of data quality and the measures that it keeps back, of a place."""

    place: str
    rule: str
    measures: tuple[str, ...]


class Graded(Struct, frozen=True):
    """The grade of a source for the last month of the days; None where it has none."""

    source: str
    score: float | None
    grade: str | None


class Figures(Struct, frozen=True):
    """数据: all numbers of a circular as of one moment. They are kept with it and never worked out again."""

    kind: SubjectKind
    place: Named
    division: Named
    first: date
    last: date
    as_of: datetime
    numbers: tuple[Number, ...]
    months: tuple[Month, ...]
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...] | None
    held: tuple[Held, ...]
    grades: tuple[Graded, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a circular is about, and of which days; ids of the directory, `agency_path` "" of a division."""

    kind: CircularKind
    division_id: int
    division_path: str
    first: date
    last: date
    agency_id: int | None = None
    agency_path: str = ""
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class CircularRow:
    """A circular as lists show it; `name` is that of what it is about, `corrects` the number of the one it takes the place of."""

    id: UUID
    kind: CircularKind
    name: str
    division_name: str
    first: date
    last: date
    number: int
    state: CircularState
    made_by: str
    made_at: datetime
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version of a text: the first one is made of the figures, each later one is somebody's."""

    block: Block
    version: int
    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did with a circular, and the reason where there is one."""

    move: CircularMove
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CircularSheet:
    """A circular with all that it holds; texts of each block with their newest version last."""

    row: CircularRow
    figures: Figures
    texts: Mapping[Block, list[TextVersion]]
    steps: list[Step]
    submitted_by: str
    submitted_staff: frozenset[int]
    digest: str
    correction: str
    former: CircularRow | None
    later: CircularRow | None

    def text(self, block: Block) -> str:
        """The newest text of a block."""
        return self.texts[block][-1].text


NO_SUCH_CIRCULAR = Reason(
    "no_such_circular",
    N_("There is no such circular in your division."),
    N_("Choose one of the list."),
)
WRONG_CIRCULAR_STATE = Reason(
    "wrong_circular_state",
    N_("The circular is not in a state in which this can be done."),
    N_("Reload the page: somebody else went on with it."),
)
ALREADY_DRAFTED = Reason(
    "already_drafted",
    N_("There is a draft about the same place and days already."),
    N_("Go on with it, or discard it and make another one."),
)
ALREADY_SIGNED = Reason(
    "circular_already_signed",
    N_("A circular about the same place and days is signed already."),
    N_("Open it and correct it: the correction names the one whose place it takes."),
)
CORRECTED_ALREADY = Reason(
    "corrected_already",
    N_("There is a correction of this circular already."),
    N_("Go on with the correction, or correct that one."),
)
CORRECTION_NEEDS_REASON = Reason(
    "correction_needs_reason",
    N_("A signed circular is corrected with a reason."),
    N_("Write what is wrong in it; the correction says so on its first page."),
)
GIVING_BACK_NEEDS_REASON = Reason(
    "giving_back_needs_reason",
    N_("A circular is given back with a reason."),
    N_("Write what should be different."),
)
BLOCK_EMPTY = Reason(
    "block_empty",
    N_("This part of the circular holds no text yet."),
    N_("Write it, then submit the circular."),
)
TEXT_CHANGED = Reason(
    "text_changed",
    N_("Somebody has saved another version of this text meanwhile."),
    N_("Look at the newest version below, then save yours again: nothing is lost."),
)
MONTH_NOT_OVER = Reason(
    "month_not_over",
    N_("The month {month} is not over."),
    N_("Make a special report of the days so far, or wait for its end."),
)
DAYS_WRONG = Reason(
    "circular_days_wrong",
    N_("These days cannot be reported about: {first} to {last}."),
    N_("The last day is not before the first one and not after today."),
)
