"""监督 vocabulary: signals, supervision orders and their rungs, proposals, urging, and reasons for refusing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID


class SignalKind(StrEnum):
    """监督线索: what makes a supervisor look."""

    OVERDUE = "overdue"
    REPEAT_OFFENDER = "repeat_offender"
    APPEAL_ANOMALY = "appeal_anomaly"
    REOPENED = "reopened"
    QUALITY_CHECK_FAILED = "quality_check_failed"
    SAMPLING_FAILED = "sampling_failed"
    ESCALATED = "escalated"
    INTEGRITY = "integrity"


SIGNAL_LABELS = {
    SignalKind.OVERDUE: N_("A work order is overdue"),
    SignalKind.REPEAT_OFFENDER: N_("Many bad reviews of one item"),
    SignalKind.APPEAL_ANOMALY: N_("Appeals out of the ordinary"),
    SignalKind.REOPENED: N_("A work order was opened again"),
    SignalKind.QUALITY_CHECK_FAILED: N_("A reply failed the quality check"),
    SignalKind.SAMPLING_FAILED: N_("A sampling call-back did not confirm the result"),
    SignalKind.ESCALATED: N_("A work order was escalated"),
    SignalKind.INTEGRITY: N_("Doubtful data"),
}


class ReportState(StrEnum):
    """评价人权益保护: how far the supervisory office is with a report."""

    OPEN = "open"
    LOOKED_INTO = "looked_into"
    CLOSED = "closed"


REPORT_LABELS = {
    ReportState.OPEN: N_("New"),
    ReportState.LOOKED_INTO: N_("Being looked into"),
    ReportState.CLOSED: N_("Closed"),
}


class ReportMove(StrEnum):
    """What is done with a report."""

    LOOK_INTO = "look_into"
    CLOSE = "close"
    NOTE = "note"


REPORT_MOVE_LABELS = {
    ReportMove.LOOK_INTO: N_("Look into it"),
    ReportMove.CLOSE: N_("Close it"),
    ReportMove.NOTE: N_("Note"),
}


class Rung(StrEnum):
    """督办梯级 (domain.md §6.7): the first two are automatic, the third a supervisor's, the rest proposed and decided."""

    REMINDER = "reminder"
    WARNING = "warning"
    LETTER = "letter"
    CIRCULAR = "circular"
    INTERVIEW = "interview"
    AWARD_EXCLUSION = "award_exclusion"
    ACCOUNTABILITY = "accountability"
    REFERRAL = "referral"


RUNG_LABELS = {
    Rung.REMINDER: N_("Reminder"),
    Rung.WARNING: N_("Warning"),
    Rung.LETTER: N_("Supervision letter"),
    Rung.CIRCULAR: N_("Circular"),
    Rung.INTERVIEW: N_("Interview"),
    Rung.AWARD_EXCLUSION: N_("Exclusion from awards"),
    Rung.ACCOUNTABILITY: N_("Accountability"),
    Rung.REFERRAL: N_("Referral by cadre authority"),
}
AUTOMATIC = (Rung.REMINDER, Rung.WARNING)
OPENED_AS = (*AUTOMATIC, Rung.LETTER)
# What is only ever proposed: a person with the power decides, never the one who proposed it.
PROPOSED = (
    Rung.CIRCULAR,
    Rung.INTERVIEW,
    Rung.AWARD_EXCLUSION,
    Rung.ACCOUNTABILITY,
    Rung.REFERRAL,
)


class SupervisionState(StrEnum):
    """督办单 states (domain.md §6.7)."""

    OPENED = "opened"
    NOTIFIED = "notified"
    RESPONDED = "responded"
    CHECKED = "checked"
    LIFTED = "lifted"
    CIRCULATED = "circulated"
    INTERVIEWED = "interviewed"
    ACCOUNTABILITY = "accountability"


SUPERVISION_LABELS = {
    SupervisionState.OPENED: N_("Drafted, not sent"),
    SupervisionState.NOTIFIED: N_("Sent, answer due"),
    SupervisionState.RESPONDED: N_("Answered"),
    SupervisionState.CHECKED: N_("Checked"),
    SupervisionState.LIFTED: N_("Lifted"),
    SupervisionState.CIRCULATED: N_("Circulated"),
    SupervisionState.INTERVIEWED: N_("Interviewed"),
    SupervisionState.ACCOUNTABILITY: N_("Held accountable"),
}


class SupervisionMove(StrEnum):
    """What can happen to a supervision order: each is one event and one entry of the ledger."""

    OPEN = "open"
    NOTIFY = "notify"
    RESPOND = "respond"
    CHECK = "check"
    LIFT = "lift"
    SETTLE = "settle"
    CIRCULATE = "circulate"
    INTERVIEW = "interview"
    HOLD_ACCOUNTABLE = "hold_accountable"


SUPERVISION_MOVES = {
    SupervisionMove.OPEN: N_("Supervision opened"),
    SupervisionMove.NOTIFY: N_("Sent to the agency"),
    SupervisionMove.RESPOND: N_("The agency answered"),
    SupervisionMove.CHECK: N_("The answer was checked"),
    SupervisionMove.LIFT: N_("Supervision lifted"),
    SupervisionMove.SETTLE: N_("Lifted: the work order is over"),
    SupervisionMove.CIRCULATE: N_("Named in a circular"),
    SupervisionMove.INTERVIEW: N_("Called to an interview"),
    SupervisionMove.HOLD_ACCOUNTABLE: N_("Held accountable"),
}


class ProposalState(StrEnum):
    """建议 states."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    REJECTED = "rejected"


PROPOSAL_LABELS = {
    ProposalState.WAITING: N_("Waiting for a decision"),
    ProposalState.ADOPTED: N_("Adopted"),
    ProposalState.REJECTED: N_("Not adopted"),
}


@dataclass(frozen=True, slots=True)
class NewSignal:
    """What is to be raised. Of one kind there is one signal about a subject and day, however often it is raised."""

    kind: SignalKind
    division_id: int
    agency_id: int
    subject: str
    day: date
    work_order_id: UUID | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal as lists show it; `supervision_id` once somebody has opened supervision about it."""

    id: UUID
    kind: SignalKind
    division_name: str
    agency_name: str
    agency_code: str
    subject: str
    work_order_id: UUID | None
    facts: Mapping[str, str]
    day: date
    raised_at: datetime
    supervision_id: UUID | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open work order whose running clock is amber or red; `rung` is what that calls for."""

    work_order_id: UUID
    division_id: int
    agency_id: int
    due_at: datetime
    rung: Rung


@dataclass(frozen=True, slots=True)
class SupervisionRow:
    """A supervision order as pages show it."""

    id: UUID
    rung: Rung
    state: SupervisionState
    division_name: str
    division_path: str
    agency_name: str
    agency_path: str
    work_order_id: UUID | None
    text: str
    response: str
    opened_at: datetime
    opened_by: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SupervisionEventRow:
    """One line of a supervision order's timeline."""

    move: SupervisionMove
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal, shown to nobody who has no power to decide."""

    id: UUID
    supervision_id: UUID
    agency_name: str
    division_path: str
    rung: Rung
    state: ProposalState
    reason: str
    proposed_by: str
    proposed_at: datetime
    decision: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class UrgingRow:
    """An urging; `agency_name` is empty when the office of the division itself is urged."""

    id: UUID
    division_name: str
    division_path: str
    agency_name: str
    agency_path: str
    work_order_id: UUID | None
    text: str
    urged_by: str
    urged_at: datetime
    due_at: datetime | None
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class MapRow:
    """How many open work orders an agency has in each state, and how many of all are overdue."""

    agency_id: int
    agency_name: str
    division_name: str
    counts: Mapping[str, int]
    overdue: int


@dataclass(frozen=True, slots=True)
class RungFigure:
    """How often a rung was reached by an agency in a month."""

    month: date
    division_name: str
    agency_name: str
    rung: Rung
    count: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a supervisor."""

    overdue: int
    signals: int
    supervisions: int
    urgings: int
    proposals: int


SUPERVISION_TEXT_LIMIT = 2000

NO_SUCH_SUPERVISION = Reason(
    "no_such_supervision", N_("There is no such supervision order."), N_("Go back to the list.")
)
WRONG_SUPERVISION_STATE = Reason(
    "wrong_supervision_state",
    N_("This supervision order has moved on; that step is not possible now."),
    N_("Reload the page: somebody may have gone on with it."),
)
ANSWER_NOT_DUE = Reason(
    "answer_not_due",
    N_("The agency has until {until} to answer."),
    N_("Wait for the answer, or for the time to pass."),
)
SUPERVISION_OPEN = Reason(
    "supervision_open",
    N_("There is already an open supervision letter about this work order."),
    N_("Go on with that one."),
)
NO_SUCH_SIGNAL = Reason("no_such_signal", N_("There is no such signal."), N_("Go back to the list."))
SIGNAL_TAKEN = Reason(
    "signal_taken",
    N_("Somebody has opened supervision about this signal already."),
    N_("Go on with that supervision order."),
)
UNKNOWN_RUNG = Reason(
    "unknown_rung", N_("“{value}” is not one of the measures."), N_("Choose one of the list.")
)
NO_SUCH_PROPOSAL = Reason("no_such_proposal", N_("There is no such proposal."), N_("Go back to the list."))
PROPOSAL_DECIDED = Reason(
    "proposal_decided",
    N_("This proposal has been decided."),
    N_("Reload the page to see the decision."),
)
PROPOSAL_WAITS = Reason(
    "proposal_waits",
    N_("A proposal about this supervision order waits for its decision."),
    N_("Have it decided first."),
)
PROPOSER_DECIDES = Reason(
    "proposer_decides",
    N_("You made this proposal; somebody else decides about it."),
    N_("Ask another supervisor with this power."),
)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report of a disadvantage as its office sees it; who gave it nobody sees, the review says what it was about."""

    id: UUID
    review_id: UUID
    division_name: str
    agency_name: str
    item_name: str
    state: ReportState
    text: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class ReportEventRow:
    """One thing that was done with a report."""

    move: ReportMove
    at: datetime
    by: str
    note: str


NO_SUCH_REPORT = Reason("no_such_report", N_("There is no such report."), N_("Go back to the list."))
REPORT_WAITS = Reason(
    "report_waits",
    N_("A report about this review is already with the supervisory office."),
    N_("Wait until it has been dealt with; you can call the office with your number."),
)
WRONG_REPORT_STATE = Reason(
    "wrong_report_state",
    N_("The report is no longer in a state that allows this."),
    N_("Reload the page to see the present state."),
)
NO_SUCH_URGING = Reason("no_such_urging", N_("There is no such urging."), N_("Go back to the list."))
URGING_ANSWERED = Reason(
    "urging_answered",
    N_("This urging has been answered."),
    N_("Reload the page to see the answer."),
)
UNKNOWN_ADDRESSEE = Reason(
    "unknown_addressee",
    N_("“{value}” is neither an agency nor a division of the directory."),
    N_("Use the code of an agency, or the twelve digits of a division below yours."),
)
NOT_BELOW = Reason(
    "not_below",
    N_("This is your own office."),
    N_("Urge an agency, or the office of a division below yours."),
)
NOT_THE_OFFICE = Reason(
    "not_the_office",
    N_("The supervision office of the division that was urged answers for itself."),
    N_("Wait for its answer."),
)


class SampleKind(StrEnum):
    """抽样类别: closed orders of bad reviews, and good reviews."""

    BAD_CLOSED = "bad_closed"
    GOOD = "good"


class SampleState(StrEnum):
    """抽样件状态. `lapsed`: the round ended before there were enough calls."""

    TO_ASK = "to_ask"
    ASKED = "asked"
    TO_CALL = "to_call"
    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    LAPSED = "lapsed"


class DidRate(StrEnum):
    """是否本人评价: what somebody says when asked whether they gave the review themselves."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class AnsweredBy(StrEnum):
    """答复途径: on the page of the message, or to a caller."""

    PAGE = "page"
    CALL = "call"


class SampleCallResult(StrEnum):
    """抽样回访结果: what one call brought."""

    ANSWERED = "answered"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    WRONG_NUMBER = "wrong_number"


class Shown(StrEnum):
    """公布程度: how much of a result so many answers allow (trust.md §5.2.12)."""

    NOTHING = "nothing"
    COUNTS = "counts"
    RATES = "rates"


KIND_LABELS: dict[SampleKind, str] = {
    SampleKind.BAD_CLOSED: N_("Bad reviews whose orders are finished"),
    SampleKind.GOOD: N_("Good reviews (levels 3 to 5)"),
}
DID_RATE_LABELS: dict[DidRate, str] = {
    DidRate.YES: N_("Yes, I gave it myself"),
    DidRate.NO: N_("No, I did not rate"),
    DidRate.UNSURE: N_("I do not remember"),
}
SAMPLE_CALL_LABELS: dict[SampleCallResult, str] = {
    SampleCallResult.ANSWERED: N_("Answered"),
    SampleCallResult.NOT_REACHED: N_("Nobody answered the call"),
    SampleCallResult.DECLINED: N_("Does not want to be asked"),
    SampleCallResult.WRONG_NUMBER: N_("Wrong number, or no number any more"),
}

SAMPLE_WORDS_LIMIT = 500
# Under the first nothing is published, under the second counts alone (trust.md §5.2.12).
LEAST_COUNTS, LEAST_RATES = 10, 30

NO_SUCH_SAMPLE = Reason(
    "no_such_sample",
    N_("There is no such review in the sample."),
    N_("Go back to the list: somebody else may have settled it."),
)
OWN_REVIEWS = Reason(
    "sample_of_own_reviews",
    N_("Whoever was reviewed does not call the reviewers of a sample."),
    N_("Leave it to the supervisory desk of the division."),
)
SAMPLE_SETTLED = Reason(
    "sample_settled",
    N_("This person has answered already, or the round has ended."),
    N_("Nothing needs to be done."),
)
SAMPLE_LINK_INVALID = Reason(
    "sample_link_invalid",
    N_("This link does not belong to a question of ours."),
    N_("Open it from the message itself; it may have been cut off when it was copied."),
)
SAMPLE_OVER = Reason(
    "sample_over",
    N_("The time to answer this question is over."),
    N_("Nothing needs to be done. You can still review the service by its own link."),
)
NOT_SAID = Reason(
    "sample_not_said",
    N_("Say whether you gave the rating yourself."),
    N_("Choose one of the three answers."),
)
NOT_A_LEVEL = Reason(
    "sample_not_a_level", N_("“{value}” is not a level."), N_("Choose one of the five levels, or none.")
)
SAMPLE_WORDS_TOO_LONG = Reason(
    "sample_words_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten it."),
)
SAMPLE_WORDS_CONTROLS = Reason(
    "sample_words_controls",
    N_("The text holds characters that cannot be shown."),
    N_("Type it again, or paste it as plain text."),
)
UNKNOWN_CALL_RESULT = Reason(
    "sample_unknown_call_result", N_("“{value}” is not a result of a call."), N_("Choose one of the list.")
)
NO_CALL_MADE = Reason(
    "sample_no_call_made",
    N_("There is no call through the relay whose result is still to be recorded."),
    N_("Have the relay call first, and record the result when the call is over."),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says when asked again; `level` is None when they name none."""

    did_rate: DidRate
    level: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Everything a draw follows from: the seed and the list it is drawn from, kept until it is drawn."""

    head: str
    head_index: int
    population: tuple[UUID, ...]
    size: int


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw. `head` is the ledger's head (hex) before the month ended, `list_hash` the hash of the list drawn from."""

    id: UUID
    division_id: int
    month: date
    kind: SampleKind
    head: str
    head_index: int
    population: int
    list_hash: str
    size: int
    drawn_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SampleToAsk:
    """A drawn review whose reviewer is due to be asked by SMS."""

    id: UUID
    division_path: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class SampleAsking:
    """What becomes of it: `send` now and wait until `due`, ask at `due`, or `ended` in another state."""

    send: bool = False
    due: datetime | None = None
    ended: SampleState | None = None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A drawn review for its reviewer's page and for flows; the recorded level stays away from who asks."""

    id: UUID
    draw_id: UUID
    review_id: UUID
    division_id: int
    state: SampleState
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A drawn review for the caller: what service it was about, and how often one has tried."""

    id: UUID
    state: SampleState
    item: str
    agency: str
    served_at: datetime
    attempts: int
    last_attempt: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One call to somebody of a sample, when the relay was asked for it, and who recorded it."""

    at: datetime
    result: SampleCallResult
    by: str


@dataclass(frozen=True, slots=True)
class SampleTally:
    """How many of a draw; `reported` and `again` count the satisfied among the `levels` that were named."""

    drawn: int
    answered: int
    refused: int
    not_reached: int
    lapsed: int
    did: int
    did_not: int
    unsure: int
    levels: int
    reported: int
    again: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its two numbers and the ends of its 95 % interval."""

    numerator: int
    denominator: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What is published of a draw; shares are None where there are too few answers.

    `gap` is reported minus re-asked satisfaction, from `gap_low` to `gap_high`; `denial_bound` the greatest share of
    reviews not given by their reviewers that is compatible with the answers (95 %).
    """

    tally: SampleTally
    shown: Shown
    reported: Share | None = None
    again: Share | None = None
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    denied: Share | None = None
    denial_bound: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedDraw:
    """A draw with what came of it; `result` is None until the round has ended."""

    draw: DrawRow
    division_code: str
    division_name: str
    result: SampleResult | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A draw made again from the reviews of today.

    `same_list`: the list is the one that was drawn from, to the last review. `low`: reviews of today's list that would
    come before the last drawn one and are not drawn. `shifted`: drawn reviews whose stored rank is not the one made
    again. `head_holds`: the ledger's chain still has this head at this place, and none later before the month ended.
    """

    draw: DrawRow
    division_code: str
    seed: str
    ranks: tuple[tuple[int, UUID, str], ...]
    population_now: int
    same_list: bool
    low: int
    shifted: int
    head_holds: bool

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the draw."""
        return self.head_holds and not self.low and not self.shifted
