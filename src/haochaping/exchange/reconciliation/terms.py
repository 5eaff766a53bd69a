"""对账 vocabulary: what two sides say of the records of one source and day, and where they differ."""

from __future__ import annotations

# msgspec reads the annotations of its structures at run time.
from collections.abc import Mapping, Sequence  # noqa: TC003
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from haochaping.cases.terms import STATUS_LABELS
from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class StatedKind(StrEnum):
    """Which records a statement is about."""

    CASES = "cases"
    REVIEWS = "reviews"


class StatementSide(StrEnum):
    """Whose view a statement is: what this installation was sent by the source's programs, or all that it holds."""

    RECEIVED = "received"
    HELD = "held"


class ReconciliationState(StrEnum):
    """对账状态: `settled` is a difference that is gone by now, or that a person has explained."""

    COMPARING = "comparing"
    EQUAL = "equal"
    DIFFERING = "differing"
    SETTLED = "settled"


STATE_LABELS: dict[ReconciliationState, str] = {
    ReconciliationState.COMPARING: N_("Being compared"),
    ReconciliationState.EQUAL: N_("Equal"),
    ReconciliationState.DIFFERING: N_("Different"),
    ReconciliationState.SETTLED: N_("Settled"),
}
# How a case stands, and the level of a review that its reviewer has withdrawn.
VALUE_LABELS: dict[str, str] = {
    **STATUS_LABELS,
    "0": N_("withdrawn"),
    "": N_("not there"),
}
KIND_LABELS: dict[StatedKind, str] = {StatedKind.CASES: N_("Cases"), StatedKind.REVIEWS: N_("Reviews")}


class Sums(Struct, frozen=True):
    """A number of rows in three numbers: how many, the sum of their levels, the sum of their digests modulo 2^64."""

    count: int
    total: int
    digest: int


NOTHING = Sums(0, 0, 0)


class Part(Struct, frozen=True):
    """What one side says of the rows whose key's hash begins so: the sums of its sixteenths, or the rows themselves."""

    prefix: str
    children: Mapping[str, Sums] | None = None
    rows: Sequence[str] | None = None


class RowDifference(Struct, frozen=True):
    """One record that the sides do not have alike: its key, its value here and as it was told; "" where it is not."""

    key: str
    here: str
    told: str


class Step(Struct, frozen=True):
    """What comparing a part came to: what has to be asked next, what only we have, the records found different."""

    wanted: list[str] = []
    only_here: list[str] = []
    differing: list[RowDifference] = []


class Heard(Struct, frozen=True):
    """What it is answered: our sums, what it has still to tell, and in the end the records that differ."""

    state: ReconciliationState
    here: Sums
    wanted: Sequence[str]
    count: int
    differing: Sequence[RowDifference]


class OtherSideAwayError(Exception):
    """Nobody answered over there; to be asked again later."""


class OtherSideRefusedError(Exception):
    """The other side takes nothing, and says why; `code` is that of its reason, or empty."""

    def __init__(self, said: str, code: str = "") -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """对账 of one source, day and kind as pages read it."""

    id: UUID
    source: str
    source_name: str
    division_path: str
    day: date
    kind: StatedKind
    state: ReconciliationState
    here: Sums
    told: Sums
    differing: int
    agreement: Decimal | None
    told_by: str
    begun_at: datetime
    compared_at: datetime | None
    settled_at: datetime | None
    settled_by: str
    explanation: str


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """One record in which two sides differ, as pages read it."""

    case_no: str
    occurrence_no: int | None
    assess_no: int | None
    here: str
    told: str


# A difference is looked into within weeks; the sums of a reconciliation stay for good.
STATEMENTS_KEPT = timedelta(days=35)
# The agreement R of a scorecard (trust.md §7.2): equal, within one in a thousand, or not.
EQUAL, NEARLY, APART = Decimal(1), Decimal("0.5"), Decimal(0)
NEARLY_WITHIN = Decimal("0.001")
# A part of at most so many rows is told row by row; one as long as this prefix always is.
ROWS_TOLD = 256
DEEPEST = 3
# So many are told to the source at once; all of them stand on the page and in its file.
ROWS_ANSWERED = 1000
# Beyond this, two sides do not differ in rows: one of them has not sent.
MOST_DIFFERING = 10_000
EXPLANATION_LIMIT = 300

NOT_A_PREFIX = Reason(
    "not_a_prefix",
    N_("“{value}” is not the beginning of a key's hash as it is used here."),
    N_("Send up to three hexadecimal digits in lower case, and only those that were wanted."),
)
NOT_A_ROW = Reason(
    "not_a_row",
    N_("“{value}” is not a row, or belongs into another part."),
    N_(
        "Write it as the guide says: case number, service, number of the review and level, or case number and status; in"
        " the API with tabs between."
    ),
)
ROW_INCOMPLETE = Reason(
    "not_a_row",
    N_(
        "Row {row} of the file, “{cells}”, has nothing in the column “{value}”, or the file has no such column."
    ),
    N_("Name the columns in the first row: {choices}."),
)
ROW_TWICE = Reason(
    "row_twice", N_("The record “{value}” stands in the statement twice."), N_("Tell each record once.")
)
NOTHING_COMPARED = Reason(
    "nothing_compared",
    N_("Nothing is being compared for this source and day."),
    N_("Begin with the statement of the day."),
)
NO_SUCH_RECONCILIATION = Reason(
    "no_such_reconciliation",
    N_("There is no reconciliation with this number that you may see."),
    N_("Look at the list."),
)
NOT_DIFFERING = Reason(
    "not_differing",
    N_("Nothing differs here, or the difference is settled."),
    N_("Look at the list again."),
)
EXPLANATION_MISSING = Reason(
    "explanation_missing",
    N_("The explanation is missing."),
    N_("Say in a few words why the sides differ and may do so; it stays visible."),
)
DAY_NOT_OVER = Reason(
    "day_not_over",
    N_("The day {value} is not over yet."),
    N_("Reconcile it from the next day on."),
)
