"""邀评 vocabulary: an invitation that is due, what becomes of it, and the list of those who are called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.refused import N_, Reason
from haochaping.reviews.terms import AskingEnd

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


ENDED_LABELS = {
    AskingEnd.ASKED_OUT: N_("Asked as often as the rules allow"),
    AskingEnd.REVIEWED: N_("Reviewed by then"),
    AskingEnd.CASE_OVER: N_("The case was withdrawn or rejected"),
    AskingEnd.EXPIRED: N_("The invitation had expired"),
    AskingEnd.NO_PHONE: N_("There is no phone number"),
    AskingEnd.NO_SMS: N_("The rules of the place ask nobody"),
    AskingEnd.MISSED: N_("It was due more than a week ago"),
    AskingEnd.OPTED_OUT: N_("The owner of the number does not want to be asked"),
    AskingEnd.NOT_SENT: N_("No text message went out"),
    AskingEnd.BY_PHONE: N_("Called instead"),
}


class Reach(StrEnum):
    """邀评到达: how far an invitation has come as it is counted; whether its page was opened is not recorded (decision 0020).

    `issued`: there is an address and nobody was asked; `sent`: a text message is queued; `delivered`: the gateway has taken
    one; `failed`: none went out; `called`: no message did, and the person is or was on the list of those who are called.
    """

    ISSUED = "issued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CALLED = "called"


class InvitationState(StrEnum):
    """邀评状态 (domain.md §6.3), derived and never stored; that its page was opened is not recorded (decision 0020).

    `on_its_way`: a message is queued or tried again; `delivered`: the gateway has taken one; `fallback`: none went out, and
    the person is called (channel_fallback); `by_phone`: they are called because the rules of the place say so.
    """

    SCHEDULED = "scheduled"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    FALLBACK = "fallback"
    BY_PHONE = "by_phone"
    REVIEWED = "reviewed"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


INVITATION_LABELS = {
    InvitationState.SCHEDULED: N_("Will be asked"),
    InvitationState.ON_ITS_WAY: N_("A text message is on its way"),
    InvitationState.DELIVERED: N_("Asked by text message"),
    InvitationState.FALLBACK: N_("No text message went out; asked by phone"),
    InvitationState.BY_PHONE: N_("Asked by phone"),
    InvitationState.REVIEWED: N_("Has reviewed"),
    InvitationState.SUPPRESSED: N_("Not asked"),
    InvitationState.EXPIRED: N_("Invitation expired"),
}


@dataclass(frozen=True, slots=True)
class ToAsk:
    """An invitation that is due, or whose text message has its outcome.

    `asked` and `failed` are how many messages went out and how many did not; `case_over` says that the case was withdrawn
    or rejected; division, agency, item and staff member are those of the service.
    """

    id: UUID
    occurrence_id: UUID
    ask_at: datetime | None
    asked: int
    failed: int
    expires_at: datetime
    person_id: UUID | None
    division_path: str
    reviewed: bool
    case_over: bool
    division_id: int
    agency_id: int
    item_id: int
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class Asking:
    """What becomes of it: `send` a message now, or have the person called; `at` next, or why it has `ended`."""

    send: bool = False
    at: datetime | None = None
    ended: AskingEnd | None = None

    @property
    def call(self) -> bool:
        """Whether the person goes on the list of callers."""
        return self.ended == AskingEnd.BY_PHONE


class InvitedFacts(NamedTuple):
    """An invitation as counted, with what is known now of its service: day, place, hall (0 for none), stage.

    `verified` is false where the case is known only from an unsigned address; the services of a `withdrawn` one are void.
    """

    occurrence_id: UUID
    day: date
    division_id: int
    agency_id: int
    item_id: int
    hall_id: int
    stage: str
    verified: bool
    withdrawn: bool
    reach: Reach = Reach.ISSUED


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """What the state of an invitation is derived from; `waits` says that the outcome of a message is not known yet."""

    occurrence_no: int
    ask_at: datetime | None
    asked: int
    failed: int
    waits: bool
    ended: AskingEnd | None
    expires_at: datetime
    reviewed: bool


class CalledFor(StrEnum):
    """电话邀评原因: why somebody is called: the rules of the place ask by phone, or no text message went out."""

    RULES = "rules"
    NOT_SENT = "not_sent"


CALLED_FOR_LABELS = {
    CalledFor.RULES: N_("The rules of the place ask by phone"),
    CalledFor.NOT_SENT: N_("No text message could be sent"),
}


class AskingCallState(StrEnum):
    """电话邀评状态. `heard`: a rating was taken down; the worker makes the review of it, for no desk may write one."""

    TO_CALL = "to_call"
    HEARD = "heard"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    NOT_REACHED = "not_reached"
    LAPSED = "lapsed"


CALL_STATE_LABELS = {
    AskingCallState.TO_CALL: N_("To be called"),
    AskingCallState.HEARD: N_("Rated; the review is being made"),
    AskingCallState.TAKEN: N_("Rated by phone"),
    AskingCallState.NOT_TAKEN: N_("The rating could not be taken"),
    AskingCallState.DECLINED: N_("Did not want to rate"),
    AskingCallState.OPTED_OUT: N_("Does not want to be asked any more"),
    AskingCallState.WRONG_NUMBER: N_("The number is somebody else’s"),
    AskingCallState.NOT_REACHED: N_("Called as often as the rules allow, without an answer"),
    AskingCallState.LAPSED: N_("Not called any more: reviewed, refused or too late"),
}
OPEN_CALLS = frozenset({AskingCallState.TO_CALL, AskingCallState.HEARD})


class AskingCallResult(StrEnum):
    """邀评通话结果: what one call brought."""

    RATED = "rated"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    LATER = "later"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


CALL_RESULT_LABELS = {
    AskingCallResult.RATED: N_("Answered and rated"),
    AskingCallResult.DECLINED: N_("Answered, and did not want to rate"),
    AskingCallResult.OPTED_OUT: N_("Answered, and does not want to be asked again"),
    AskingCallResult.LATER: N_("Answered, and wants to be called at another time"),
    AskingCallResult.NO_ANSWER: N_("Nobody answered"),
    AskingCallResult.WRONG_NUMBER: N_("Somebody else’s number"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said by phone: the level, and their own words."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class AskingCallRow:
    """Somebody on the list of callers, with the service and nothing of the person. `refusal` is a code, or empty."""

    id: UUID
    occurrence_id: UUID
    division_id: int
    why: CalledFor
    state: AskingCallState
    item: str
    agency: str
    served_at: datetime
    until: datetime
    refusal: str
    attempts: int
    last_attempt: datetime | None


@dataclass(frozen=True, slots=True)
class CallSubject:
    """Whom a call is about: the service, the division whose rules hold, where it stands."""

    occurrence_id: UUID
    division_id: int
    state: AskingCallState


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call of the relay about an invitation that is over: by whom, when it was asked for, whether both were connected."""

    id: UUID
    by: str
    at: datetime
    connected: bool


@dataclass(frozen=True, slots=True)
class AskingAttemptRow:
    """What one call of the relay (`call`, a delivery) brought, and who wrote it down."""

    call: UUID
    called_at: datetime
    result: AskingCallResult
    by: str


NO_SUCH_CALL = Reason(
    "no_such_asking_call",
    N_("There is nobody to call here in your remit."),
    N_("Go back to the list: somebody may have gone on with it."),
)
CALL_SETTLED = Reason(
    "asking_call_settled",
    N_("This person is not to be called any more: they have rated or refused, or the time is over."),
    N_("Go back to the list."),
)
ASKING_REFUSED = Reason(
    "asking_refused",
    N_("The owner of this number does not want to be asked."),
    N_("Do not call; the person leaves the list by themselves."),
)
QUIET_NOW = Reason(
    "asking_quiet_hours",
    N_("Nobody is disturbed at this hour by the rules of this place."),
    N_("Call after {until}."),
)
CALLED_THIS_HOUR = Reason(
    "called_this_hour",
    N_("This person was called at this hour of the day already."),
    N_("Try at another hour: attempts count by different hours."),
)
UNKNOWN_RESULT = Reason(
    "unknown_asking_result",
    N_("The result “{value}” is none of the possible ones."),
    N_("Choose one of the list."),
)
NOT_IN_A_CALL = Reason(
    "not_in_a_call",
    N_("There is no call of yours through the relay within the last hour that could have brought this."),
    N_("Have the relay call, and record the result right after the call."),
)
WORDS_MISSING = Reason(
    "bad_words_missing",
    N_("A bad rating needs to say what was wrong."),
    N_("Write down what the person said, in their words."),
)
