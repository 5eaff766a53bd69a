"""诉求 vocabulary: complaints, suggestions, after-sales questions, complaints about a handling; states, outcomes, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason
from haochaping.rectification.terms import ClockKind

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.rectification.terms import Solved


class VoiceKind(StrEnum):
    """诉求种类. What lies with the supervisory office only: `handling`, how a review was handled, and `own_data`."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    AFTER_SALES = "after_sales"
    HANDLING = "handling"
    OWN_DATA = "own_data"


# What somebody gives on their own, or a clerk takes up from a good review.
GIVEN = (VoiceKind.COMPLAINT, VoiceKind.SUGGESTION, VoiceKind.AFTER_SALES)
# What no agency sees, answers or hears of.
OFFICE_KINDS = (VoiceKind.HANDLING, VoiceKind.OWN_DATA)


KIND_LABELS: dict[VoiceKind, str] = {
    VoiceKind.COMPLAINT: N_("Complaint"),
    VoiceKind.SUGGESTION: N_("Suggestion"),
    VoiceKind.AFTER_SALES: N_("After-sales service"),
    VoiceKind.HANDLING: N_("Complaint about the handling of a review"),
    VoiceKind.OWN_DATA: N_("Request about one’s own personal data"),
}
# What an older system may have kept of people who found fault (找茬窗口).
PAST_KINDS = (VoiceKind.COMPLAINT, VoiceKind.SUGGESTION)
# What their words are called to the person.
SAID_LABELS: dict[VoiceKind, str] = {
    VoiceKind.COMPLAINT: N_("Your complaint"),
    VoiceKind.SUGGESTION: N_("Your suggestion"),
    VoiceKind.AFTER_SALES: N_("Your question"),
    VoiceKind.HANDLING: N_("Your complaint about the handling"),
    VoiceKind.OWN_DATA: N_("Your request about your personal data"),
}
KIND_HINTS: dict[VoiceKind, str] = {
    VoiceKind.COMPLAINT: N_("Something went wrong with a service, and you want it looked into."),
    VoiceKind.SUGGESTION: N_("Something could be better. You will be told whether it is adopted, and why."),
    VoiceKind.AFTER_SALES: N_(
        "Your matter is finished, and there is something left: a mistake in the certificate, a question, the next step."
    ),
}


class Matter(StrEnum):
    """事项: what is left after a finished matter 售后事项, what was wrong with a handling 办理问题, what is asked for."""

    WRONG_CERTIFICATE = "wrong_certificate"
    FURTHER_QUESTION = "further_question"
    NEXT_ITEM = "next_item"
    NOT_ANSWERED = "not_answered"
    PRESSED = "pressed"
    CONTACTED = "contacted"
    RUDE_CALL = "rude_call"
    OTHER = "other"
    SEE = "see"
    CORRECT = "correct"
    ERASE = "erase"


MATTER_LABELS: dict[Matter, str] = {
    Matter.WRONG_CERTIFICATE: N_("The certificate has a mistake"),
    Matter.FURTHER_QUESTION: N_("A question about what I received"),
    Matter.NEXT_ITEM: N_("What I have to do next"),
    Matter.NOT_ANSWERED: N_("Nobody answered me, or the answer has nothing to do with it"),
    Matter.PRESSED: N_("I was pressed to change my review or take it back"),
    Matter.CONTACTED: N_("I was contacted although I did not want it"),
    Matter.RUDE_CALL: N_("The call was rude"),
    Matter.OTHER: N_("Something else"),
    Matter.SEE: N_("See what is kept about me"),
    Matter.CORRECT: N_("Have it corrected"),
    Matter.ERASE: N_("Have my identity erased"),
}
MATTERS_OF: dict[VoiceKind, tuple[Matter, ...]] = {
    VoiceKind.AFTER_SALES: (Matter.WRONG_CERTIFICATE, Matter.FURTHER_QUESTION, Matter.NEXT_ITEM),
    VoiceKind.HANDLING: (
        Matter.NOT_ANSWERED,
        Matter.PRESSED,
        Matter.CONTACTED,
        Matter.RUDE_CALL,
        Matter.OTHER,
    ),
    VoiceKind.OWN_DATA: (Matter.SEE, Matter.CORRECT, Matter.ERASE),
}


class VoiceState(StrEnum):
    """诉求状态."""

    RECEIVED = "received"
    TRANSFERRED = "transferred"
    SIGNED = "signed"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """As people read it, to be translated."""
        return STATE_LABELS[self]


STATE_LABELS: dict[VoiceState, str] = {
    VoiceState.RECEIVED: N_("Received, not transferred yet"),
    VoiceState.TRANSFERRED: N_("Transferred, not signed for"),
    VoiceState.SIGNED: N_("Signed for, answer due"),
    VoiceState.ANSWERED: N_("Answered, waiting for the person’s word"),
    VoiceState.ESCALATED: N_("Still unsolved, with the supervisory office"),
    VoiceState.CLOSED: N_("Closed"),
}


class VoiceMove(StrEnum):
    """What can happen to a voice: each is one action and one event of its timeline."""

    RECEIVE = "receive"
    IMPORT = "import"
    TRANSFER = "transfer"
    HAND_ON = "hand_on"
    SIGN_FOR = "sign_for"
    NAME = "name"
    URGE = "urge"
    ANSWER = "answer"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    END = "end"
    CLOSE = "close"


MOVE_LABELS: dict[VoiceMove, str] = {
    VoiceMove.RECEIVE: N_("Given by the person"),
    VoiceMove.IMPORT: N_("Taken over from an older system"),
    VoiceMove.TRANSFER: N_("Transferred to the agency"),
    VoiceMove.HAND_ON: N_("Handed on: the agency has ended"),
    VoiceMove.SIGN_FOR: N_("Signed for by the agency"),
    VoiceMove.NAME: N_("Said which member of staff it is about"),
    VoiceMove.URGE: N_("Urged by the person"),
    VoiceMove.ANSWER: N_("Answered"),
    VoiceMove.REOPEN: N_("Not solved: opened again"),
    VoiceMove.ESCALATE: N_("Still not solved: passed to the supervisory office"),
    VoiceMove.END: N_("Decided by the supervisory office"),
    VoiceMove.CLOSE: N_("Closed"),
}

# What an agency never has, the supervisory office itself accepts.
OFFICE_STATE_LABELS: dict[VoiceState, str] = {
    VoiceState.TRANSFERRED: N_("With the supervisory office, not accepted yet"),
    VoiceState.SIGNED: N_("Accepted by the supervisory office, answer due"),
}
OFFICE_MOVE_LABELS: dict[VoiceMove, str] = {VoiceMove.SIGN_FOR: N_("Accepted by the supervisory office")}

# The moves whose words are the person's own: on a desk, numbers in them stay hidden.
PERSONS_WORDS = frozenset({VoiceMove.CLOSE, VoiceMove.REOPEN, VoiceMove.ESCALATE})


class VoiceOutcome(StrEnum):
    """诉求处理结果."""

    ADOPTED = "adopted"
    NOT_ADOPTED = "not_adopted"
    SETTLED = "settled"
    EXPLAINED = "explained"
    ERASED = "erased"
    DECLINED = "declined"


OUTCOME_LABELS: dict[VoiceOutcome, str] = {
    VoiceOutcome.ADOPTED: N_("Adopted"),
    VoiceOutcome.NOT_ADOPTED: N_("Not adopted, for the reason given"),
    VoiceOutcome.SETTLED: N_("Settled"),
    VoiceOutcome.EXPLAINED: N_("Explained"),
    VoiceOutcome.ERASED: N_("The identity is erased"),
    VoiceOutcome.DECLINED: N_("Declined, for the reason given"),
}
# Whoever refuses says why.
REFUSING = frozenset({VoiceOutcome.NOT_ADOPTED, VoiceOutcome.DECLINED})
_SETTLED_OR_NOT = (VoiceOutcome.SETTLED, VoiceOutcome.EXPLAINED)
OUTCOMES_OF: dict[VoiceKind, tuple[VoiceOutcome, ...]] = {
    VoiceKind.COMPLAINT: _SETTLED_OR_NOT,
    VoiceKind.SUGGESTION: (VoiceOutcome.ADOPTED, VoiceOutcome.NOT_ADOPTED),
    VoiceKind.AFTER_SALES: _SETTLED_OR_NOT,
    VoiceKind.HANDLING: _SETTLED_OR_NOT,
    VoiceKind.OWN_DATA: (VoiceOutcome.SETTLED, VoiceOutcome.DECLINED),
}


@dataclass(frozen=True, slots=True)
class VoiceTarget:
    """Whom a voice is about: the agency that answers, its division, the item and the member of staff, where known."""

    division_id: int
    agency_id: int
    item_id: int | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class PastVoice:
    """诉求 as an older system tells it, in codes of the directory: with `answer` and its time it is over, else open.

    `entry_no` is its number there; `item` may be empty, and `agency` where there is an item; `outcome` may be unknown.
    """

    source: str
    entry_no: str
    kind: VoiceKind
    agency: str
    item: str
    text: str
    given_at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    outcome: VoiceOutcome | None = None


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A voice as pages show it; `note` is the clerk's, of one found in a review; nothing says who the person is.

    One that was taken over from an older system has the name of that and its number there, and no person to reach.
    `round` is 2 once it was called unsolved and opened again; `decision` what the supervisory office said at the end.
    `persons` are the sealed identities that somebody who asks about their own data has proven to be.
    `staff_id` is the member of staff that it is about, `staff_code` their number; `badge` the number that the person gave.
    `amber_at` is when the running clock is near its end; None while none runs, and where its end is not known.
    """

    id: UUID
    kind: VoiceKind
    matter: Matter | None
    review_id: UUID | None
    text: str
    note: str
    division_id: int
    agency_id: int | None
    agency_name: str
    item_name: str
    state: VoiceState
    received_at: datetime
    due_at: datetime | None
    amber_at: datetime | None
    urged_at: datetime | None
    urged: int
    outcome: VoiceOutcome | None
    answer: str
    answered_at: datetime | None
    word_until: datetime | None
    next_item_name: str
    next_item_agency: str
    solved: Solved | None
    solved_text: str
    closed_at: datetime | None
    person_id: UUID | None
    persons: list[UUID]
    round: int
    decision: str
    platform_name: str
    entry_no: str
    staff_id: int | None
    staff_code: str
    badge: str


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """What is counted of a voice that an agency answers.

    `answer_kept` says whether it was answered in time in every round, None while that is open or no day is known;
    `overdue` that its time is over now without an answer.
    """

    id: UUID
    kind: VoiceKind
    received_at: datetime
    division_id: int
    agency_id: int
    item_id: int | None
    outcome: str
    round: int
    answer_kept: bool | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class VoiceHanding:
    """A voice whose agency has ended, and who takes it: the agency that its item belongs to now, if one goes on."""

    voice_id: UUID
    division_id: int
    agency_id: int
    ended_on: date
    successor_id: int | None


@dataclass(frozen=True, slots=True)
class VoiceEventRow:
    """One line of a voice's timeline."""

    move: VoiceMove
    at: datetime
    by: str
    note: str


# A voice has one clock; of those of an order it is the one that ends with the answer.
CLOCK = ClockKind.RECTIFY
TEXT_LIMIT = 2000
QUOTE_LIMIT = 500
NOTE_LIMIT = 500
BADGE_LIMIT = 40
# Against a thumb that rests on the button; no clause knows the number.
URGE_EVERY = timedelta(days=3)

NO_SUCH_VOICE = Reason("no_such_voice", N_("There is no such entry."), N_("Go back to the list."))
WRONG_VOICE_STATE = Reason(
    "wrong_voice_state",
    N_("This is “{state}”; that step is not possible now."),
    N_("Somebody may have gone on with it: see how it stands now."),
)
VOICE_TEXT_MISSING = Reason(
    "voice_text_missing", N_("This text is empty."), N_("Write at least one sentence.")
)
REFUSED_WITHOUT_REASON = Reason(
    "voice_reason_missing",
    N_("The answer says that it is refused, and not why."),
    N_("Write what stands against it, or what is done in its place."),
)
VOICE_TEXT_TOO_LONG = Reason(
    "voice_text_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten the text."),
)
UNKNOWN_VOICE_CHOICE = Reason(
    "unknown_voice_choice", N_("“{value}” is not one of the choices."), N_("Choose one of the list.")
)
UNKNOWN_TARGET = Reason(
    "unknown_voice_target",
    N_("There is no such agency or item."),
    N_("Search for it by its name and choose one of the list."),
)
URGED_ALREADY = Reason(
    "urged_already",
    N_("You can urge again from {since} on."),
    N_("Until then the agency has your last word, and its deadline stands above."),
)
NOT_IN_REVIEW = Reason(
    "quote_not_in_review",
    N_("These words do not stand in the review."),
    N_("Copy them from the review as they are."),
)
NOT_A_GOOD_REVIEW = Reason(
    "not_a_good_review",
    N_("This review is not one of three to five stars with words that stand."),
    N_("A bad review has its work order already."),
)
ENTRY_DIFFERS = Reason(
    "voice_entry_differs",
    N_("The entry “{value}” was taken over before, with other content."),
    N_("Leave it out: what has become of it since stands in the list of complaints and suggestions."),
)
ENTRY_IN_FUTURE = Reason(
    "voice_entry_in_future",
    N_("The time {value} in the field “{field}” lies in the future."),
    N_("Correct the time in the table of the older system."),
)
FOUND_ALREADY = Reason(
    "found_already",
    N_("Somebody has taken this up from the review already."),
    N_("Open it in the list."),
)
ANSWERER_DECIDES = Reason(
    "answerer_decides",
    N_("You have answered this yourself; somebody else decides whether that was enough."),
    N_("Ask another supervisor of your office, or the office above."),
)
VOICE_AGENCY_GOES_ON = Reason(
    "voice_agency_goes_on",
    N_("The agency that has this to answer has not ended."),
    N_("Transfer it to another one as long as nobody has signed for it."),
)
NOBODY_WITH_NUMBER = Reason(
    "voice_nobody_with_number",
    N_("No member of staff of {agency} has the number “{value}” in the directory."),
    N_("Look it up: letters and digits as on the badge."),
)
NAMED_ALREADY = Reason(
    "voice_named_already",
    N_("It is said already which member of staff this is about."),
    N_("Was it somebody else? The dispatcher corrects it."),
)
NAMES_ONESELF = Reason(
    "voice_names_oneself",
    N_("This is about you: somebody else says so, and goes on with it."),
    N_("Ask a colleague or the dispatcher."),
)
NOT_HANDLED = Reason(
    "voice_not_handled",
    N_("No agency has begun to handle this review."),
    N_("Wait until it has been passed on; the page of your review says when."),
)
COMPLAINT_WAITS = Reason(
    "voice_complaint_waits",
    N_("A complaint about this handling is already with the supervisory office."),
    N_("Its state and the answer stand on the page of your review."),
)
VOICE_RECEIPT_UNKNOWN = Reason(
    "voice_receipt_unknown",
    N_("Nothing was sent in with this receipt number."),
    N_("Check the number: 26 letters and digits, as it was shown when you sent it."),
)
BAD_VOICE_PHONE = Reason(
    "bad_voice_phone",
    N_("“{value}” is not a telephone number."),
    N_("Write a mobile number, or leave the field empty."),
)
NOBODY_SEALED = Reason(
    "nobody_sealed",
    N_("Nobody’s identity is sealed here under what you have logged in with."),
    N_("There is nothing to see, correct or erase; what is older was erased after its retention period."),
)
STILL_NEEDED = Reason(
    "identity_still_needed",
    N_("Open matters still need {n} of the identities."),
    N_("Decline and name the reason, or answer once those matters are closed."),
)
