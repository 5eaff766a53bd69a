"""整改 vocabulary: the work order of a bad review, its states, outcomes and reasons for refusing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.identity.terms import RelayPurpose
    from haochaping.notices.terms import DeliveryState


class OrderState(StrEnum):
    """差评工单 states (domain.md §6.5)."""

    CREATED = "created"
    DISPATCHED = "dispatched"
    RETURN_ASKED = "return_asked"
    SIGNED = "signed"
    VERIFIED = "verified"
    LEDGERED = "ledgered"
    RECTIFIED = "rectified"
    REPLIED = "replied"
    CHECKED = "checked"
    ESCALATED = "escalated"
    CLOSED = "closed"
    MERGED = "merged"
    EXCLUDED = "excluded"
    CANCELLED = "cancelled"


STATE_LABELS = {
    OrderState.CREATED: N_("Waiting for dispatch"),
    OrderState.DISPATCHED: N_("Dispatched, not signed for"),
    OrderState.RETURN_ASKED: N_("Return asked for"),
    OrderState.SIGNED: N_("Signed for"),
    OrderState.VERIFIED: N_("Called back"),
    OrderState.LEDGERED: N_("In the rectification ledger"),
    OrderState.RECTIFIED: N_("Put right, reply due"),
    OrderState.REPLIED: N_("Replied, to be checked"),
    OrderState.CHECKED: N_("Checked, the reviewer is asked"),
    OrderState.ESCALATED: N_("Not solved, with the supervisor"),
    OrderState.CLOSED: N_("Closed"),
    OrderState.MERGED: N_("Merged with another order"),
    OrderState.EXCLUDED: N_("Excluded after an appeal"),
    OrderState.CANCELLED: N_("Cancelled"),
}


class Move(StrEnum):
    """What can happen to an order: each is one action and one event of its timeline."""

    OPEN = "open"
    DISPATCH = "dispatch"
    SIGN_FOR = "sign_for"
    ASK_RETURN = "ask_return"
    GRANT_RETURN = "grant_return"
    REFUSE_RETURN = "refuse_return"
    REDISPATCH = "redispatch"
    JOIN = "join"
    CONTRIBUTE = "contribute"
    MERGE = "merge"
    VERIFY = "verify"
    LEDGER = "ledger"
    MILESTONE = "milestone"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    PAUSE = "pause"
    RESUME = "resume"
    RECTIFY = "rectify"
    REPLY = "reply"
    PASS_CHECK = "pass_check"  # noqa: S105 - a check is passed
    REDO = "redo"
    DO_AGAIN = "do_again"
    ESCALATE = "escalate"
    CLOSE = "close"
    END = "end"
    EXCLUDE = "exclude"
    RESTORE = "restore"
    CANCEL = "cancel"
    REOPEN = "reopen"


MOVE_LABELS = {
    Move.OPEN: N_("Order opened"),
    Move.DISPATCH: N_("Dispatched to the agency"),
    Move.SIGN_FOR: N_("Signed for"),
    Move.ASK_RETURN: N_("The agency asks to return it"),
    Move.GRANT_RETURN: N_("Returned and sent to another agency"),
    Move.REFUSE_RETURN: N_("Return refused: it stays with the agency"),
    Move.REDISPATCH: N_("Sent to another agency"),
    Move.JOIN: N_("Another agency helps"),
    Move.CONTRIBUTE: N_("The helping agency has done its part"),
    Move.MERGE: N_("Merged with another order of the same reviewer"),
    Move.VERIFY: N_("Called back and verified"),
    Move.LEDGER: N_("Entered in the rectification ledger with a deadline"),
    Move.MILESTONE: N_("Progress of the rectification"),
    Move.ASK_EXTENSION: N_("More time asked for"),
    Move.GRANT_EXTENSION: N_("More time granted"),
    Move.REFUSE_EXTENSION: N_("More time refused"),
    Move.PAUSE: N_("The clock is paused"),
    Move.RESUME: N_("The clock runs again"),
    Move.RECTIFY: N_("Put right"),
    Move.REPLY: N_("Replied"),
    Move.PASS_CHECK: N_("The quality check is passed"),
    Move.REDO: N_("Sent back by the quality check"),
    Move.DO_AGAIN: N_("Opened again: the reviewer says it is not solved"),
    Move.ESCALATE: N_("Handed to the supervisor: still not solved"),
    Move.CLOSE: N_("Closed"),
    Move.END: N_("Closed by the supervisor"),
    Move.EXCLUDE: N_("Excluded after an appeal"),
    Move.RESTORE: N_("Taken up again: the exclusion was turned"),
    Move.CANCEL: N_("Cancelled: the reviewer changed or withdrew the review"),
    Move.REOPEN: N_("Opened again: the reviewer rated badly again"),
}


class ClockKind(StrEnum):
    """时限 of an order; which of them runs follows from its state."""

    SIGN = "sign"
    CONTACT = "contact"
    RECTIFY = "rectify"
    CHECK = "check"


CLOCK_LABELS = {
    ClockKind.SIGN: N_("Sign for it"),
    ClockKind.CONTACT: N_("First contact with the reviewer"),
    ClockKind.RECTIFY: N_("Put right and reply"),
    ClockKind.CHECK: N_("Quality check"),
}


class Tick(StrEnum):
    """What can happen to a clock; of these events it can be computed again at any time."""

    START = "start"
    LIMIT = "limit"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


TICK_LABELS = {
    Tick.START: N_("starts"),
    Tick.LIMIT: N_("has another limit"),
    Tick.EXTEND: N_("is extended"),
    Tick.PAUSE: N_("is paused"),
    Tick.RESUME: N_("runs again"),
    Tick.STOP: N_("stops"),
}


class Alarm(IntEnum):
    """预警 of the running clock: amber when most of the time is used, red when it is over."""

    NONE = 0
    AMBER = 1
    RED = 2


class CallResult(StrEnum):
    """回访结果 of one attempt."""

    ANSWERED = "answered"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    NOT_POSSIBLE = "not_possible"


CALL_LABELS = {
    CallResult.ANSWERED: N_("The reviewer answered"),
    CallResult.NOT_REACHED: N_("Not reached"),
    CallResult.DECLINED: N_("The reviewer did not wish to talk"),
    CallResult.NOT_POSSIBLE: N_(
        "No call: the reviewer gave no number or has not agreed; verified by the agency alone"
    ),
}


class HandlingOutcome(StrEnum):
    """处理结果 (国办发〔2019〕51号: 立行立改, 限期整改, 解释说明; domain.md §6.5)."""

    IMMEDIATE_RECTIFIED = "immediate_rectified"
    TIME_LIMITED_RECTIFIED = "time_limited_rectified"
    EXPLAINED = "explained"
    NOT_UPHELD = "not_upheld"
    DUPLICATE_MERGED = "duplicate_merged"
    MISTAKEN_EXCLUDED = "mistaken_excluded"
    MALICIOUS_EXCLUDED = "malicious_excluded"


OUTCOME_LABELS = {
    HandlingOutcome.IMMEDIATE_RECTIFIED: N_("Put right at once"),
    HandlingOutcome.TIME_LIMITED_RECTIFIED: N_("Put right within a deadline"),
    HandlingOutcome.EXPLAINED: N_("Explained: the demand has no legal basis"),
    HandlingOutcome.NOT_UPHELD: N_("Verified: what the review says was not found"),
    HandlingOutcome.DUPLICATE_MERGED: N_("Answered with another order of the same matter"),
    HandlingOutcome.MISTAKEN_EXCLUDED: N_("Excluded as a mistake, after an appeal"),
    HandlingOutcome.MALICIOUS_EXCLUDED: N_("Excluded on proven facts, after an appeal"),
}
# What the agency may say it came to; the other outcomes follow from a merger or an appeal.
AGENCY_OUTCOMES = (
    HandlingOutcome.IMMEDIATE_RECTIFIED,
    HandlingOutcome.TIME_LIMITED_RECTIFIED,
    HandlingOutcome.EXPLAINED,
    HandlingOutcome.NOT_UPHELD,
)
EXCLUSIONS = (HandlingOutcome.MISTAKEN_EXCLUDED, HandlingOutcome.MALICIOUS_EXCLUDED)


class Solved(StrEnum):
    """解决情况: the reviewer's own answer after the reply."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


SOLVED_LABELS = {
    Solved.YES: N_("Yes, it is solved"),
    Solved.PARTLY: N_("Partly"),
    Solved.NO: N_("No, it is not solved"),
}


@dataclass(frozen=True, slots=True)
class ClockTick:
    """One event of a clock: the limit that starts or changes it (`number` of `unit` by `rule`), or the moment alone.

    `due_at` and `amber_at` are what was promised by it; None while paused, and where the calendar does not reach.
    """

    clock: ClockKind
    tick: Tick
    at: datetime
    number: int = 0
    unit: str = ""
    rule: str = ""
    due_at: datetime | None = None
    amber_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadReview:
    """What an order is opened for; `finished` when the reviewer has nothing more to add."""

    review_id: UUID
    division_id: int
    agency_id: int
    item_id: int
    received_at: datetime
    dispatch_after: datetime
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as counted."""

    review_id: UUID
    created_at: datetime
    division_id: int
    agency_id: int
    item_id: int
    state: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as pages show it."""

    id: UUID
    review_id: UUID
    state: OrderState
    division_id: int
    division_path: str
    agency_id: int
    agency_name: str
    item_id: int
    item_name: str
    created_at: datetime
    dispatched_at: datetime | None
    sign_due_at: datetime | None
    contact_due_at: datetime | None
    rectify_due_at: datetime | None
    deadline_known: bool
    round: int
    clock: str
    due_at: datetime | None
    amber_at: datetime | None
    paused_at: datetime | None
    outcome: str
    rectification_text: str
    reply_text: str
    replied_at: datetime | None
    rating_until: datetime | None
    closed_at: datetime | None
    merged_into_id: UUID | None
    thread_id: UUID | None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """What one attempt to hear the reviewer came to; None where nobody could say."""

    result: CallResult
    is_true: bool | None
    is_reasonable: bool | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of an order's timeline; a call-back's has its result."""

    move: Move
    at: datetime
    by: str
    note: str
    callback: CallbackRow | None = None


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An order whose running clock has newly turned amber or red."""

    id: UUID
    review_id: UUID
    division_id: int
    agency_id: int
    item_id: int
    alarm: Alarm
    clock: ClockKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """More time asked for: `granted` is None while nobody has decided."""

    days: int
    reason: str
    asked_at: datetime
    granted: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class CoHandlerRow:
    """An agency that helps, and what it has done."""

    id: UUID
    agency_id: int
    agency_name: str
    agency_path: str
    task: str
    due_at: datetime | None
    contribution: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One line of the plan by which a matter is put right."""

    id: UUID
    text: str
    due_on: date
    note: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an order: more time asked for, who helps, the plan, oldest first.

    `projects` has the project that the order belongs to, if any; `open_projects` those of its item that take orders.
    """

    extensions: list[ExtensionRow]
    co_handlers: list[CoHandlerRow]
    milestones: list[MilestoneRow]
    projects: list[tuple[UUID, str]]
    open_projects: list[tuple[UUID, str]]

    @property
    def open_extension(self) -> ExtensionRow | None:
        """The one that waits for a decision."""
        return next((one for one in self.extensions if one.granted is None), None)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call through the relay: what for, and what became of it; never a number."""

    purpose: RelayPurpose
    state: DeliveryState
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Everything that happened to an order; `names` are those of the staff accounts in it, by `kind:id`."""

    events: list[EventRow]
    calls: list[CallRow]
    names: dict[str, str]
    beside: Beside


@dataclass(frozen=True, slots=True)
class SolutionRow:
    """What the reviewer said last about whether the matter is solved; changeable until then."""

    solved: Solved
    text: str
    answered_at: datetime
    changeable_until: datetime


TEXT_LIMIT = 2000
SOLUTION_TEXT_LIMIT = 500

NO_SUCH_AGENCY = Reason(
    "no_such_agency", N_("There is no agency with the code “{value}”."), N_("Choose it from the list.")
)
SAME_AGENCY = Reason(
    "same_agency", N_("The order is with this agency already."), N_("Choose another agency.")
)
AGENCY_ELSEWHERE = Reason(
    "agency_elsewhere",
    N_("“{value}” lies outside the places you dispatch for."),
    N_("Choose an agency of your division, or ask the office above."),
)
RETURNS_OFF = Reason(
    "returns_off",
    N_("By the rules of this place an order may be returned {limit} times; that is used up."),
    N_("Handle it, or ask the dispatcher for an agency that helps."),
)
RETURN_TOO_LATE = Reason(
    "return_too_late",
    N_("The order could be returned until {due}; that time has passed."),
    N_("Sign for it, and ask the dispatcher for an agency that helps."),
)
RETURN_IS_FREE = Reason(
    "return_is_free",
    N_("By the rules of this place a return needs no approval, so it cannot be refused."),
    N_("Send the order to another agency."),
)
NOT_HEARD = Reason(
    "not_heard",
    N_("The reviewer has not been heard: {attempts} of {needed} attempts at different hours are recorded."),
    N_("Call again at another hour, or record why no call is possible."),
)


CONCEALED = Reason(
    "concealed",
    N_("The reviewer is concealed from the agency: it does not call."),
    N_(
        "The dispatching or supervising office calls and records what came of it; write to the reviewer meanwhile."
    ),
)
CALL_POSSIBLE = Reason(
    "call_possible",
    N_("The reviewer has agreed to be called and left a number."),
    N_("Call through the relay, and record what came of it."),
)
FINDING_MISSING = Reason(
    "finding_missing",
    N_("No call-back says that what the review says is not true."),
    N_("Record what was found out first, or choose another outcome."),
)
NOT_LEDGERED = Reason(
    "not_ledgered",
    N_("This outcome belongs to a matter in the rectification ledger."),
    N_("Enter it in the ledger first, or choose “put right at once”."),
)
NO_PLAN = Reason(
    "no_plan",
    N_("Line {line} of the plan has no day: “{value}”."),
    N_("Begin each line with a day like 2026-12-01, then what is to be done."),
)
PLAN_PASSED = Reason(
    "plan_passed",
    N_("Line {line} of the plan is for {day}, outside today to {due}."),
    N_("Plan within the deadline, or ask for more time."),
)
NO_SUCH_MILESTONE = Reason(
    "no_such_milestone", N_("There is no such open line in the plan."), N_("Reload the page.")
)
EXTENSIONS_USED_UP = Reason(
    "extensions_used_up",
    N_("By the rules of this place more time is given {limit} times; that is used up."),
    N_("Answer within the deadline; what remains to be done goes into the reply."),
)
EXTENSION_TOO_LONG = Reason(
    "extension_too_long",
    N_("{days} days were asked for; the rules of this place give 1 to {limit}."),
    N_("Ask for fewer days."),
)
EXTENSION_WAITS = Reason(
    "extension_waits", N_("More time has been asked for already."), N_("Wait for the decision.")
)
NO_EXTENSION_ASKED = Reason(
    "no_extension_asked", N_("No request for more time waits."), N_("Reload the page.")
)
CLOCK_PAUSED = Reason(
    "clock_paused", N_("The clock is paused while an appeal is pending."), N_("Wait for the decision.")
)
OWN_REPLY = Reason("own_reply", N_("You wrote this reply yourself."), N_("Somebody else checks it."))
NOT_THE_SAME_MATTER = Reason(
    "not_the_same_matter",
    N_("Order {value} is not of the same reviewer, or it is over already."),
    N_("Merge only orders of one reviewer about one matter."),
)
NO_CO_HANDLER = Reason(
    "no_co_handler",
    N_("Your agency was not asked to help with this order, or has answered already."),
    N_("Reload the page."),
)
HELPS_ALREADY = Reason(
    "helps_already", N_("This agency helps with the order already."), N_("Choose another agency.")
)

NO_SUCH_ORDER = Reason("no_such_order", N_("There is no such work order."), N_("Go back to the list."))
WRONG_STATE = Reason(
    "wrong_state",
    N_("That step is not possible any more, or not yet."),
    N_("Reload the page: somebody may have gone on with it."),
)
TEXT_MISSING = Reason("text_missing", N_("This text is empty."), N_("Write at least one sentence."))
TEXT_TOO_LONG = Reason(
    "text_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten the text."),
)
UNKNOWN_CHOICE = Reason(
    "unknown_choice", N_("“{value}” is not one of the choices."), N_("Choose one of the list.")
)
NOT_REPLIED = Reason(
    "not_replied",
    N_("The agency has not answered yet."),
    N_("You are asked whether it is solved once the answer stands here."),
)
SOLUTION_WINDOW_OVER = Reason(
    "solution_window_over",
    N_("Your answer could be changed until {until}; that time has passed."),
    N_("It stands as you gave it. Write in the messages, or give a follow-up review."),
)
NO_THREAD = Reason(
    "no_thread",
    N_("The agency has not written to you about this review."),
    N_("Wait for its message, or read its reply here."),
)


class AppealState(StrEnum):
    """申诉状态 (domain.md §6.6)."""

    FILED = "filed"
    ACCEPTED = "accepted"
    HEARD = "heard"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CONTESTED = "contested"
    REPROPOSED = "reproposed"
    FINAL = "final"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"


APPEAL_STATE_LABELS = {
    AppealState.FILED: N_("Filed, to be taken up"),
    AppealState.ACCEPTED: N_("Accepted, the reviewer is asked"),
    AppealState.HEARD: N_("The reviewer was heard"),
    AppealState.PROPOSED: N_("Decision proposed, a second person confirms"),
    AppealState.DECIDED: N_("Decided, a second review can be asked for"),
    AppealState.CONTESTED: N_("In second review"),
    AppealState.REPROPOSED: N_("Second decision proposed"),
    AppealState.FINAL: N_("Final"),
    AppealState.REFUSED: N_("Not accepted"),
    AppealState.WITHDRAWN: N_("Withdrawn by the agency"),
    AppealState.MOOT: N_("Without object: the reviewer took the review back or changed it"),
}


class AppealMove(StrEnum):
    """申诉流转: each is one action, one event and one ledger entry."""

    FILE = "file"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ANSWER = "answer"
    LAPSE = "lapse"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    CONTEST = "contest"
    WITHDRAW = "withdraw"
    DROP = "drop"


APPEAL_MOVE_LABELS = {
    AppealMove.FILE: N_("Appeal filed"),
    AppealMove.ACCEPT: N_("Appeal accepted; the reviewer is asked"),
    AppealMove.REFUSE: N_("Appeal not accepted"),
    AppealMove.ANSWER: N_("The reviewer answered"),
    AppealMove.LAPSE: N_("The time for it is over"),
    AppealMove.PROPOSE: N_("Decision proposed"),
    AppealMove.SEND_BACK: N_("Proposal sent back"),
    AppealMove.CONFIRM: N_("Decision confirmed by a second person"),
    AppealMove.CONTEST: N_("Second review asked for"),
    AppealMove.WITHDRAW: N_("Appeal withdrawn"),
    AppealMove.DROP: N_("Appeal without object"),
}


class Ground(StrEnum):
    """申诉理由: a closed list; that a review criticises is none."""

    MIS_TAP = "mis_tap"
    WRONG_SERVICE = "wrong_service"
    DUPLICATE = "duplicate"
    NOT_A_CUSTOMER = "not_a_customer"
    MALICIOUS = "malicious"


GROUND_LABELS = {
    Ground.MIS_TAP: N_("The wrong level was chosen by mistake"),
    Ground.WRONG_SERVICE: N_("The review is about another service or agency"),
    Ground.DUPLICATE: N_("The same person has reviewed the same service before"),
    Ground.NOT_A_CUSTOMER: N_("The reviewer was not served here"),
    Ground.MALICIOUS: N_("A proven fact of the list makes the review doubtful"),
}


class ProvenFact(StrEnum):
    """恶意事实: what alone makes a review malicious, once it is proved (trust.md §4.1)."""

    FLOOD = "flood"
    NO_CASE = "no_case"
    THREATS = "threats"
    COMPETITOR = "competitor"


FACT_LABELS = {
    ProvenFact.FLOOD: N_("More than three reviews by one subject within 24 hours on unrelated cases"),
    ProvenFact.NO_CASE: N_("There is no case behind the review"),
    ProvenFact.THREATS: N_("Threats or extortion, proved by a record of police or court"),
    ProvenFact.COMPETITOR: N_("A link to a competitor, proved"),
}


class Verdict(StrEnum):
    """申诉结论. Partly: what is wrong in the review is noted, the review stays and counts."""

    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"
    PARTLY = "partly"
    REJECTED = "rejected"


VERDICT_LABELS = {
    Verdict.MISTAKEN: N_("Upheld: mistaken review"),
    Verdict.MALICIOUS: N_("Upheld: a proven fact of the list"),
    Verdict.PARTLY: N_("Partly upheld: the review stays and counts"),
    Verdict.REJECTED: N_("Rejected: the review counts"),
}


class AppealRefusal(StrEnum):
    """不予受理原因."""

    LATE = "late"
    NO_GROUND = "no_ground"


REFUSAL_LABELS = {
    AppealRefusal.LATE: N_("Filed after the time for it"),
    AppealRefusal.NO_GROUND: N_("No ground of the list is shown; criticism is none"),
}


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as pages and flows read it; `due_at` is the time of whoever is to act now."""

    id: UUID
    order_id: UUID
    review_id: UUID
    division_id: int
    division_path: str
    agency_id: int
    agency_path: str
    agency_name: str
    item_name: str
    state: AppealState
    ground: str
    fact: str
    text: str
    reference: str
    filed_by: str
    filed_at: datetime
    due_at: datetime | None
    refusal: str
    answer: str
    answered_at: datetime | None
    objection: str
    contested_by: str
    contested_at: datetime | None
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One proposal and what the second person made of it; paths are the remits of the two."""

    instance: int
    verdict: Verdict
    fact: str
    evidence: tuple[str, ...]
    text: str
    proposed_by: str
    proposed_path: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_path: str
    confirmed_at: datetime | None
    sent_back_by: str
    sent_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppealEventRow:
    """One line of an appeal's timeline."""

    move: AppealMove
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class AppealCount:
    """Appeals of one agency that were filed in one month, and what became of them so far."""

    agency_id: int
    agency_name: str
    month: date
    filed: int
    accepted: int
    decided: int
    upheld: int


REFERENCE_LIMIT = 100
# trust.md §4.1: more than 3 within 24 hours; these make a fact of the closed list, no deadline of a regulation.
FLOOD_MORE_THAN = 3

NO_SUCH_APPEAL = Reason("no_such_appeal", N_("There is no such appeal."), N_("Go back to the list."))
WRONG_APPEAL_STATE = Reason(
    "wrong_appeal_state",
    N_("The appeal is “{state}”; that step is not possible now."),
    N_("Reload the page: somebody may have gone on with it."),
)
ALREADY_APPEALED = Reason(
    "already_appealed",
    N_("There has been an appeal about this work order already."),
    N_("One is possible; ask for the second review where it was decided."),
)
NOT_SIGNED = Reason(
    "not_signed", N_("The agency has not signed for this work order."), N_("Sign for it first.")
)
APPEAL_WINDOW_OVER = Reason(
    "appeal_window_over",
    N_("An appeal was possible until {until}; that time has passed."),
    N_("Put the matter right and answer the reviewer."),
)
NOT_APPEALABLE = Reason(
    "not_appealable",
    N_("This review does not count any more: there is nothing to appeal against."),
    N_("Nothing needs to be done."),
)
FACT_NEEDED = Reason(
    "fact_needed",
    N_("Only a proven fact of the closed list makes a review malicious; criticism never does."),
    N_("Name the fact, and the evidence that proves it."),
)
EVIDENCE_NEEDED = Reason(
    "evidence_needed",
    N_("There is no evidence for this fact."),
    N_("Name at least one piece of evidence of this appeal by its number."),
)
EVIDENCE_UNKNOWN = Reason(
    "evidence_unknown",
    N_("“{value}” is no evidence of this appeal."),
    N_("Use the numbers listed with the evidence."),
)
FACT_NOT_SHOWN = Reason(
    "fact_not_shown",
    N_("What is known here does not show this fact."),
    N_("Decide by what is proved; in doubt the review counts."),
)
OWN_APPEAL = Reason(
    "own_appeal",
    N_("Nobody decides about an appeal of their own agency."),
    N_("Leave it to the supervisory office of the division."),
)
SAME_PERSON = Reason(
    "same_person",
    N_("Two different persons decide: whoever proposed does not confirm."),
    N_("Leave it to a colleague of the supervisory office."),
)
HIGHER_LEVEL = Reason(
    "higher_level",
    N_("The second review lies with the level above the one that decided."),
    N_("Leave it to the supervisory office of the division above."),
)
NOT_AGAINST_YOU = Reason(
    "not_against_you",
    N_("This decision was not made against you; only whoever lost can ask for the second review."),
    N_("Nothing needs to be done."),
)


class FaultCategory(StrEnum):
    """问题类别: what kind of fault a reason tag speaks of."""

    EXTRA_CONDITION = "extra_condition"
    EXTRA_MATERIAL = "extra_material"
    OVERTIME = "overtime"
    REPEATED_TRIPS = "repeated_trips"
    ONLINE_FAILURE = "online_failure"
    GUIDE_FAULT = "guide_fault"
    QUEUEING = "queueing"
    SERVICE_CONDUCT = "service_conduct"


CATEGORY_LABELS: dict[FaultCategory, str] = {
    FaultCategory.EXTRA_CONDITION: N_("Extra condition for approval"),
    FaultCategory.EXTRA_MATERIAL: N_("Material asked for beyond the guide, or twice"),
    FaultCategory.OVERTIME: N_("Not done in the time promised or set by law"),
    FaultCategory.REPEATED_TRIPS: N_("Too many trips, windows or offices"),
    FaultCategory.ONLINE_FAILURE: N_("Promised online, not possible online"),
    FaultCategory.GUIDE_FAULT: N_("Guide, list or sample missing or wrong"),
    FaultCategory.QUEUEING: N_("Queueing and reservation"),
    FaultCategory.SERVICE_CONDUCT: N_("Attitude and skill at the window"),
}


class Urgency(StrEnum):
    """缓急."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


URGENCY_LABELS: dict[Urgency, str] = {
    Urgency.ORDINARY: N_("Ordinary"),
    Urgency.URGENT: N_("Urgent"),
}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from the reasons of a review: its categories, the highest urgency, whether it must be supervised."""

    categories: tuple[FaultCategory, ...]
    urgency: Urgency
    supervised: bool


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """A text that a clerk may begin an answer with."""

    title: str
    text: str


class ProjectState(StrEnum):
    """专项整改状态."""

    OPEN = "open"
    CHANGED = "changed"
    CLOSED = "closed"


PROJECT_LABELS: dict[ProjectState, str] = {
    ProjectState.OPEN: N_("Being worked on"),
    ProjectState.CHANGED: N_("Changed, effect being watched"),
    ProjectState.CLOSED: N_("Closed"),
}


class ProjectMove(StrEnum):
    """What can happen to a systemic project as a whole."""

    CHANGE = "change"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task of a project."""

    place: int
    text: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A systemic project as pages show it."""

    id: UUID
    title: str
    root_cause: str
    state: ProjectState
    agency_name: str
    item_id: int
    item_name: str
    opened_at: datetime
    opened_by: str
    change_text: str
    changed_at: datetime | None
    changed_by: str
    closed_at: datetime | None
    closed_by: str
    tasks: int
    tasks_done: int
    orders: int


TITLE_LIMIT = 100
TASK_LIMIT = 200
TASKS_AT_MOST = 20

NO_SUCH_PROJECT = Reason("no_such_project", N_("There is no such project."), N_("Go back to the list."))
WRONG_PROJECT_STATE = Reason(
    "wrong_project_state",
    N_("This project is “{state}”; that step is not possible now."),
    N_("Reload the page: somebody may have gone on with it."),
)
TASKS_OPEN = Reason(
    "tasks_open", N_("{n} tasks are not done yet."), N_("Tick them first, then record the change.")
)
TASK_COUNT = Reason("task_count", N_("A project has 1 to {limit} tasks."), N_("Write one task on each line."))
NO_SUCH_TASK = Reason("no_such_task", N_("There is no such task."), N_("Reload the page."))
IN_ANOTHER_PROJECT = Reason(
    "in_another_project",
    N_("This order belongs to a project already."),
    N_("Open the project from the order."),
)
OTHER_ITEM = Reason(
    "other_item",
    N_("This order is about another item than the project."),
    N_("Its effect is counted by the item: open a project of its own."),
)


DISPATCH_SOURCE_LIMIT = 200


LOWEST_RANK = 999


@dataclass(frozen=True, slots=True)
class DispatchRuleRow:
    """One version of a rule of a division and rank; without `agency_id` it sends nothing: withdrawn, or agency ended."""

    id: int
    division_path: str
    rank: int
    version: int
    effective_from: date
    agency_id: int | None
    item_id: int | None = None
    served_by_id: int | None = None
    stage: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class DispatchFacts:
    """What rules look at: whose matter an order is, who served, at which step, and why the reviewer was not satisfied."""

    division_path: str
    item_id: int
    served_by_id: int
    stage: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class DispatchRuleShown:
    """A rule as pages show it; `ended` when its agency is no more, so that it sends nothing."""

    id: int
    division_code: str
    division_name: str
    division_path: str
    rank: int
    version: int
    effective_from: date
    agency_name: str
    ended: bool
    item_name: str
    served_by_name: str
    stage: str
    indicator: str
    source: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """A rule as it was typed, by codes; nothing named, everything fits."""

    division: str
    rank: int
    agency: str
    effective_from: date
    item: str = ""
    served_by: str = ""
    stage: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class DispatchShare:
    """How many orders an agency gets without a rule and with it, and some that only the rule sends there."""

    agency_id: int
    agency_name: str
    without: int
    with_it: int
    examples: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where an order goes by the rules of a day, and by which of them; without one, to whoever served."""

    rule: DispatchRuleShown | None
    agency_name: str
    is_with: str
    day: date


BAD_RANK = Reason(
    "bad_rank", N_("A rule has a rank from 1 to {limit}."), N_("The lower rank is asked first.")
)


NO_SUCH_ITEM = Reason(
    "no_such_item", N_("There is no item with the code “{value}”."), N_("Look its code up in the directory.")
)


NO_SUCH_STAGE = Reason("no_such_stage", N_("There is no step “{value}”."), N_("Choose it from the list."))


AGENCY_ENDED = Reason(
    "agency_ended", N_("“{value}” is no more on {day}."), N_("Choose the agency that took over.")
)


NO_SUCH_RULE = Reason("no_such_rule", N_("There is no such dispatch rule."), N_("Go back to the list."))


RULE_REPLACED = Reason(
    "rule_replaced",
    N_("This rule has been replaced or withdrawn meanwhile."),
    N_("Reload the page to see what holds now."),
)
