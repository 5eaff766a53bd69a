"""数据质量 vocabulary: rules, what one is about, how far the gate goes, what is found, how a day is scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID


class Dimension(StrEnum):
    """质量维度 (trust.md §7.1, after GB/T 36344): what kind of quality a rule is about, and which part of a score."""

    STRUCTURE = "structure"
    COMPLETENESS = "completeness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    UNIQUENESS = "uniqueness"
    FABRICATION = "fabrication"
    PRIVACY = "privacy"
    RECONCILIATION = "reconciliation"


DIMENSION_LABELS: dict[Dimension, str] = {
    Dimension.STRUCTURE: N_("Form and codes"),
    Dimension.COMPLETENESS: N_("Completeness"),
    Dimension.CONSISTENCY: N_("Consistency"),
    Dimension.TIMELINESS: N_("Timeliness"),
    Dimension.UNIQUENESS: N_("Uniqueness"),
    Dimension.FABRICATION: N_("Signs of fabrication"),
    Dimension.PRIVACY: N_("Privacy"),
    Dimension.RECONCILIATION: N_("Reconciliation"),
}


class Gate(StrEnum):
    """门槛: what becomes of a record that breaks a rule, or of the figures it would enter; the hardest first."""

    REJECT = "reject"
    QUARANTINE = "quarantine"
    FLAG = "flag"
    ALERT = "alert"
    BLOCK = "block"


GATE_LABELS: dict[Gate, str] = {
    Gate.REJECT: N_("Refused: its sender alone can put it right"),
    Gate.QUARANTINE: N_("Put aside with the reason, and tried again"),
    Gate.FLAG: N_("Taken, and marked"),
    Gate.ALERT: N_("Taken; the office looks into it"),
    Gate.BLOCK: N_("The affected figures are not published"),
}


class Judge(StrEnum):
    """由谁判定: which part of the house finds the failing rows of a rule."""

    DAILY = "daily"
    COUNTERS = "counters"
    BATCHES = "batches"
    RECONCILING = "reconciling"


class RepeatKind(StrEnum):
    """重复报送: in which way a review that is here already came again; also the class of value on the card."""

    AGAIN = "sent_again"
    WAITING = "sent_again_waiting"
    CONFLICT = "conflict"


class OtherSide(StrEnum):
    """对账方: with whom our totals of a day are compared (DQ-28)."""

    SENDER = "sender"
    ABOVE = "above"


class Grade(StrEnum):
    """评分等级 (trust.md §7.2)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class RowRule:
    """What one row breaks by itself: SQL over the columns of a relation that says when, in which field and how."""

    of: str
    fails: str
    field: str
    value_class: str


@dataclass(frozen=True, slots=True)
class QualityRule:
    """数据质量规则: one row of the catalogue. `message` and `remedy` by language; `withholds` names measures.

    `gates` are all that may follow, the hardest first: what intake puts aside it does not take and mark as well.
    """

    id: str
    dimension: Dimension
    gates: tuple[Gate, ...]
    judge: Judge
    source: str
    message: Mapping[str, str]
    remedy: Mapping[str, str]
    complaints: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()
    rows: tuple[RowRule, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)


class Agreed(NamedTuple):
    """What the rulebook of a platform's division says for one day: when a report is late, which share is odd."""

    platform_id: int
    late_after: timedelta
    very_late_after: timedelta
    same_share: float
    moment_share: float
    default_share: float


class OrdersBelow(NamedTuple):
    """下级工单 of a platform's month (its first day): how many were opened, and how many ended as put right or explained."""

    platform_id: int
    month: date
    opened: int
    rectified: int


class Sent(NamedTuple):
    """How much a source sent on a day: reviews and cases taken, and those of each put aside.

    A step that waits for its case counts as a case. `timed` are those whose delay means something: history that was imported
    has none, nor has a case that nobody has signed.
    """

    platform_id: int
    day: date
    reviews: int = 0
    cases: int = 0
    reviews_aside: int = 0
    cases_aside: int = 0
    timed: int = 0


class Sample(NamedTuple):
    """A failing row as a card shows it: what it is, its id with us, the field and what is wrong with it; no values."""

    kind: str
    id: str
    field: str
    value_class: str


@dataclass(frozen=True, slots=True)
class Finding:
    """问题: what one rule found in what a source sent on a day."""

    rule: str
    failing: int
    samples: tuple[Sample, ...] = ()


class Repeat(NamedTuple):
    """One row that came again: `id` is that of the review, or waiting record, that stands."""

    platform_id: int
    kind: RepeatKind
    id: UUID


class TwoSides(NamedTuple):
    """The totals of a source's day as two sides have them: count of records, and of reviews the sum of their levels.

    `id` is that of the reconciliation, or the code of the installation above; `side` who is held against us; `differing`
    how many records are not the same on both sides.
    """

    side: OtherSide
    id: str
    kind: str
    here: tuple[int, int]
    there: tuple[int, int]
    differing: int = 0


class Batches(NamedTuple):
    """批次 of a source's day: how many came of those that should have, and what is wrong with the others."""

    received: int
    expected: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found in one source's day: counts, findings, and the rows that break rules by field or at all.

    `again` are rows that came and are not among those counted, because they were here already.
    """

    sent: Sent
    findings: tuple[Finding, ...] = ()
    wrong_fields: Mapping[str, int] | None = None
    inconsistent: int = 0
    again: int = 0


class Parts(NamedTuple):
    """The parts of a score, each a share between 0 and 1; None is what nobody has compared."""

    coverage: float
    validity: float | None
    consistency: float | None
    timeliness: float | None
    uniqueness: float | None
    reconciliation: float | None


@dataclass(frozen=True, slots=True)
class CardRow:
    """质量评分卡 as pages and the API read it; `newest` of its day, or what was said before.

    Without score and grade where the day was empty and is known to have been.
    """

    id: UUID
    newest: bool
    source: str
    source_name: str
    division_name: str
    day: date
    judged_at: datetime
    sent: Sent
    parts: Parts
    score: float | None
    grade: Grade | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """更正往返: a rule that a card of a day found broken, how many rows did at most, how many still do, and since when none."""

    rule: str
    found_at: datetime
    most: int
    left: int
    corrected_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A source's month: its days weighed by what came on them, coverage by days (trust.md §7.2).

    `daily` are its days with score and grade, `broken` the rules with the rows that broke them and on how many days.
    `reconciled` are the days on which something came that was compared with the sender, of `busy` on which anything came.
    """

    source: str
    source_name: str
    division_name: str
    month: date
    days: int
    busy: int
    reconciled: int
    rows: int
    parts: Parts
    score: float | None
    grade: Grade | None
    latest: date
    daily: tuple[tuple[date, float | None, Grade | None], ...] = ()
    broken: tuple[tuple[str, int, int], ...] = ()


class SourceGrade(NamedTuple):
    """质量等级 of a source as the public reads it: of the last day that was judged, with its score (0 to 100)."""

    source: str
    division: str
    day: date
    score: float
    grade: Grade


class Held(NamedTuple):
    """暂不公布: figures of a division and days that a broken rule keeps back; `below` of the divisions below as well."""

    rule: str
    division_id: int
    first_day: date
    last_day: date
    below: bool
    source: str = ""


class HeldPlace(NamedTuple):
    """What is withheld, and where: at the division of a path, and those below it if it says so.

    Of a source (`source_name`) that may still explain `is_withheld` is False: the figures stand, and are under verification.
    `explained_at` is when it last explained days of these, None when it has not explained all of them.
    """

    rule: str
    path: str
    below: bool
    is_withheld: bool = True
    source_name: str = ""
    first_day: date | None = None
    last_day: date | None = None
    explain_by: datetime | None = None
    explained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Figures of a source's days that do not add up, as whoever explains them sees it."""

    id: UUID
    rule: str
    source: str
    source_name: str
    division_id: int
    first_day: date
    last_day: date
    raised_at: datetime
    explain_by: datetime | None
    withheld_at: datetime | None
    explanation: str
    explained_by: str
    explained_at: datetime | None


class Source(NamedTuple):
    """A platform as what it sends is judged: where it lies, and since when it has had cards.

    `differed`: the day that is judged was found to differ from what its sender holds, even if it does no longer.
    """

    id: int
    code: str
    division_id: int
    division_path: str
    since: date | None
    differed: bool = False


# trust.md §7.2: DQ = 100·C·(0.35 V + 0.2 K + 0.15 T + 0.1 U + 0.2 R).
WEIGHTS: dict[str, float] = {
    "validity": 0.35,
    "consistency": 0.2,
    "timeliness": 0.15,
    "uniqueness": 0.1,
    "reconciliation": 0.2,
}
GRADES: tuple[tuple[float, Grade], ...] = ((95, Grade.A), (85, Grade.B), (70, Grade.C), (0, Grade.D))

# w_f of trust.md §7.2: how much each field counts in completeness and validity. Who was served and what was said weigh most.
FIELD_WEIGHTS: dict[str, float] = {
    "review.level": 3,
    "review.case_no": 3,
    "review.indicator_codes": 2,
    "review.reason": 1,
    "review.channel": 1,
    "review.indicator_set": 1,
    "review.shape": 1,
    "case.item": 3,
    "case.agency": 3,
    "case.division": 2,
    "case.accepted_at": 2,
    "case.completed_at": 2,
    "case.date": 1,
    "case.service": 1,
    "case.shape": 1,
}
SAMPLES_KEPT = 20

# 批次: totals that differ, a number that is missing, no batch of zero rows on a quiet day.
TOTALS, SEQUENCE, HEARTBEAT = "DQ-31", "DQ-32", "DQ-33"
SILENT_AFTER = timedelta(hours=25)

NOT_JUDGED = Reason(
    "quality_not_judged",
    N_("There is no card of {source} for {day}."),
    N_("Cards are made every night for the days before; choose another day."),
)
NO_SUCH_SOURCE = Reason(
    "no_such_quality_source",
    N_("There is no source “{value}” in your area."),
    N_("Check the code; it is that of a platform of the directory."),
)
NO_SUCH_FIGURE = Reason(
    "no_such_figure",
    N_("No such figures of your sources wait for an explanation."),
    N_("They may add up by now; reload the list."),
)
ALREADY_EXPLAINED = Reason(
    "already_explained",
    N_("These figures are explained already."),
    N_("What was said stays. If something was wrong, have the data sent again."),
)
NO_DAILY_RULE = Reason(
    "no_daily_rule",
    N_("“{value}” is no rule that is judged every night."),
    N_("“haochaping quality rules” lists them; what other rules find is refused or waits in quarantine."),
)
BEFORE_THE_RULES = Reason(
    "day_before_the_rules",
    N_("On {day} the rulebook says nothing yet: no day is judged as long ago."),
    N_("History is judged with the day on which it came in; judge that day."),
)
