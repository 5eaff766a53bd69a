"""What a work order is: its states, moves, clocks, calls and outcomes."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from haochaping.kernel.refused import N_


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
    OrderState.VERIFIED: N_("Call-back recorded"),
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
    ASSIGN = "assign"
    ASK_RETURN = "ask_return"
    GRANT_RETURN = "grant_return"
    REFUSE_RETURN = "refuse_return"
    REDISPATCH = "redispatch"
    HAND_ON = "hand_on"
    JOIN = "join"
    CONTRIBUTE = "contribute"
    MERGE = "merge"
    SEPARATE = "separate"
    VERIFY = "verify"
    LEDGER = "ledger"
    MILESTONE = "milestone"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    ADOPT_DEADLINE = "adopt_deadline"
    PAUSE = "pause"
    RESUME = "resume"
    CLASS_FAULT = "class_fault"
    NOTE = "note"
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
    Move.ASSIGN: N_("Somebody of the agency is named to deal with it"),
    Move.ASK_RETURN: N_("The agency asks to return it"),
    Move.GRANT_RETURN: N_("Returned and sent to another agency"),
    Move.REFUSE_RETURN: N_("Return refused: it stays with the agency"),
    Move.REDISPATCH: N_("Sent to another agency"),
    Move.HAND_ON: N_("Handed on: the agency has ended, the clock runs on"),
    Move.JOIN: N_("Another agency helps"),
    Move.CONTRIBUTE: N_("The helping agency has done its part"),
    Move.MERGE: N_("Merged with another order of the same reviewer"),
    Move.SEPARATE: N_("With the agency on its own again: the order it was merged with gives no answer"),
    Move.VERIFY: N_("Called back and verified"),
    Move.LEDGER: N_("Entered in the rectification ledger with a deadline"),
    Move.MILESTONE: N_("Progress of the rectification"),
    Move.ASK_EXTENSION: N_("More time asked for"),
    Move.GRANT_EXTENSION: N_("More time granted"),
    Move.REFUSE_EXTENSION: N_("More time refused"),
    Move.ADOPT_DEADLINE: N_("The deadline that the hotline told holds"),
    Move.PAUSE: N_("The clock is paused"),
    Move.RESUME: N_("The clock runs again"),
    Move.CLASS_FAULT: N_("It was said what the fault lies in"),
    Move.NOTE: N_("Internal note"),
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
    """时限 of an order; which of them runs follows from its state.

    `DECIDE` is that of the supervisory office; `HELP` that of an agency that helps, one for each.
    """

    SIGN = "sign"
    CONTACT = "contact"
    RECTIFY = "rectify"
    CHECK = "check"
    DECIDE = "decide"
    HELP = "help"


CLOCK_LABELS = {
    ClockKind.SIGN: N_("Sign for it"),
    ClockKind.CONTACT: N_("First contact with the reviewer"),
    ClockKind.RECTIFY: N_("Put right and reply"),
    ClockKind.CHECK: N_("Quality check"),
    ClockKind.DECIDE: N_("Decision of the supervisory office"),
    ClockKind.HELP: N_("Part of a helping agency"),
}


class Tick(StrEnum):
    """What can happen to a clock; of these events it can be computed again at any time."""

    START = "start"
    LIMIT = "limit"
    TOLD = "told"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


TICK_LABELS = {
    Tick.START: N_("starts"),
    Tick.LIMIT: N_("has another limit"),
    Tick.TOLD: N_("ends when the hotline says"),
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
        "No call: the reviewer gave no number or has not agreed, or there is no relay here;"
        " verified by the agency alone"
    ),
}


class Means(StrEnum):
    """回访方式: what stands behind an outcome that claims that the reviewer was heard or tried.

    `relay` a call that our relay made, `message` what the reviewer wrote in the thread of the order, `own` a call from the
    switchboard of a hotline or an office, which gives its own reference.
    """

    RELAY = "relay"
    MESSAGE = "message"
    OWN = "own"


class Heard(StrEnum):
    """Whether the reviewer was called back, over all rounds: the best that any attempt came to."""

    REACHED = "reached"
    TRIED = "tried"
    IMPOSSIBLE = "impossible"


HEARD_OF = {
    CallResult.ANSWERED: Heard.REACHED,
    CallResult.DECLINED: Heard.REACHED,
    CallResult.NOT_REACHED: Heard.TRIED,
    CallResult.NOT_POSSIBLE: Heard.IMPOSSIBLE,
}


class HandlingOutcome(StrEnum):
    """处理结果 (国办发〔2019〕51号: 立行立改, 限期整改, 解释说明; domain.md §6.5)."""

    IMMEDIATE_RECTIFIED = "immediate_rectified"
    TIME_LIMITED_RECTIFIED = "time_limited_rectified"
    EXPLAINED = "explained"
    NOT_UPHELD = "not_upheld"
    UNREACHABLE_CLOSED = "unreachable_closed"
    DUPLICATE_MERGED = "duplicate_merged"
    MISTAKEN_EXCLUDED = "mistaken_excluded"
    MALICIOUS_EXCLUDED = "malicious_excluded"


OUTCOME_LABELS = {
    HandlingOutcome.IMMEDIATE_RECTIFIED: N_("Put right at once"),
    HandlingOutcome.TIME_LIMITED_RECTIFIED: N_("Put right within a deadline"),
    HandlingOutcome.EXPLAINED: N_("Explained: the demand has no legal basis"),
    HandlingOutcome.NOT_UPHELD: N_("Verified: what the review says was not found"),
    HandlingOutcome.UNREACHABLE_CLOSED: N_("Could not be verified: the reviewer was not reached"),
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
    HandlingOutcome.UNREACHABLE_CLOSED,
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
