"""通知 vocabulary: sides of a thread, states of a delivery, the sentences that go out by SMS; what staff are told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.accounts.terms import Power
from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class Side(StrEnum):
    """会话方: who speaks in a thread."""

    AGENCY = "agency"
    REVIEWER = "reviewer"
    SYSTEM = "system"


class Channel(StrEnum):
    """通知渠道: a text message, a call that the relay connects, an automatic call that asks 语音问询 (IVR).

    To staff also a mail, or a signed request to a program.
    """

    SMS = "sms"
    CALL = "call"
    IVR = "ivr"
    EMAIL = "email"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """发送状态. `unclear`: the program stopped while the gateway had the message; it is not sent again.

    `replaced`: it still waited for the morning when there was something newer to say about the same matter.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NO_PHONE = "no_phone"
    UNCLEAR = "unclear"
    REPLACED = "replaced"


class Template(StrEnum):
    """短信模板 by code."""

    INVITATION = "invitation"
    RECEIPT = "receipt"
    AGENCY_WROTE = "agency_wrote"
    ORDER_REPLIED = "order_replied"
    ORDER_AGAIN = "order_again"
    SIGN_IN_CODE = "sign_in_code"
    CALL = "call"
    IDENTITY_OPENED = "identity_opened"
    SAMPLE_QUESTION = "sample_question"
    ORDER_DISPATCHED = "order_dispatched"
    ORDER_EXTENDED = "order_extended"
    SOLVED_QUESTION = "solved_question"
    ORDER_CLOSED = "order_closed"
    APPEAL_HEARD = "appeal_heard"
    VOICE_ANSWERED = "voice_answered"
    APPEAL_ASKED = "appeal_asked"
    APPEAL_DECIDED = "appeal_decided"
    SAMPLE_CALL = "sample_call"
    ORDER_SIGNED = "order_signed"
    ORDER_LEDGERED = "order_ledgered"
    ORDER_UNREACHED = "order_unreached"
    ORDER_MERGED = "order_merged"
    ORDER_ESCALATED = "order_escalated"
    APPEAL_CONTESTED = "appeal_contested"
    VOICE_DECIDED = "voice_decided"


# Nothing about person, service or agency: a text message is read over shoulders and kept by carriers.
SENTENCES: dict[Template, str] = {
    Template.INVITATION: N_(
        "Your government service is finished. How was it? One tap is enough, and it is up to you: {link}"
    ),
    Template.RECEIPT: N_("Your review has been received. See what becomes of it: {link}"),
    Template.AGENCY_WROTE: N_(
        "There is a question about your review. Nobody sees your number; read and answer here: {link}"
    ),
    Template.ORDER_REPLIED: N_(
        "Your review has been answered. Read the answer and say whether it helped: {link}"
    ),
    Template.ORDER_AGAIN: N_("Your review is being worked on once more. See what happens next: {link}"),
    Template.SIGN_IN_CODE: N_(
        "{code} is your code to see your services. It is valid for ten minutes; nobody will ask you for it."
    ),
    # Not sent: what the demo's page shows of a call that a gateway would have connected.
    Template.CALL: N_(
        "A call through the relay: it shows the relay’s number, and neither side sees the other’s."
    ),
    Template.IDENTITY_OPENED: N_(
        "Your identity with a review has been opened by the procedure of the law. The rules, and whom to ask: {link}"
    ),
    Template.SAMPLE_QUESTION: N_(
        "Spot check: did you rate a government service yourself? One question, if you like; or say “do not call me”: {link}"
    ),
    Template.ORDER_DISPATCHED: N_(
        "Your review is now with the agency, which is to answer by {day}. See how it goes: {link}"
    ),
    Template.ORDER_EXTENDED: N_(
        "The answer to your review needs longer, until {day}. The reason stands here: {link}"
    ),
    Template.SOLVED_QUESTION: N_(
        "You have had an answer to your review. Is the matter solved? Say so with one tap: {link}"
    ),
    Template.ORDER_CLOSED: N_("The handling of your review is finished. Everything that was done: {link}"),
    Template.APPEAL_HEARD: N_(
        "The agency asks that your review be looked at again. You are heard before anything is decided: {link}"
    ),
    Template.VOICE_ANSWERED: N_(
        "Your complaint, suggestion or question has been answered. Read the answer and say whether it helped: {link}"
    ),
    Template.APPEAL_ASKED: N_(
        "There is a question about your review before anything is decided. Read it and answer, if you like: {link}"
    ),
    Template.APPEAL_DECIDED: N_(
        "The question about your review has been decided. Read the decision and what you can do: {link}"
    ),
    # Not sent: what the demo's page shows of an automatic call that a gateway would have made.
    Template.SAMPLE_CALL: N_("Automatic call of the spot check. Press the keys of the phone here: {link}"),
    Template.ORDER_SIGNED: N_("The agency has taken up your review. See who does what by when: {link}"),
    Template.ORDER_LEDGERED: N_(
        "Putting it right takes longer, until {day}. What is planned until then: {link}"
    ),
    Template.ORDER_UNREACHED: N_(
        "You could not be reached about your review. It is worked on all the same; you can write here: {link}"
    ),
    Template.ORDER_MERGED: N_(
        "Your review is answered together with your other one about the same matter: {link}"
    ),
    Template.ORDER_ESCALATED: N_(
        "You said that it is not solved. The supervisory office has it now. See what happens next: {link}"
    ),
    Template.APPEAL_CONTESTED: N_(
        "The level above looks once more at the question about your review. What that means: {link}"
    ),
    Template.VOICE_DECIDED: N_(
        "The supervisory office has decided about what you said. Read it here: {link}"
    ),
}
# Each step of an order of which its reviewer is told: these wait for the morning, and for their turn of the day.
STEPS = frozenset(
    {
        Template.ORDER_DISPATCHED,
        Template.ORDER_EXTENDED,
        Template.SOLVED_QUESTION,
        Template.ORDER_CLOSED,
        Template.APPEAL_HEARD,
        Template.ORDER_SIGNED,
        Template.ORDER_LEDGERED,
        Template.ORDER_UNREACHED,
        Template.ORDER_MERGED,
        Template.ORDER_ESCALATED,
        Template.APPEAL_CONTESTED,
    }
)
# Said at once, and each tells all that matters: what still waits about the same review is old by then.
OVERTAKES = frozenset(
    {Template.ORDER_REPLIED, Template.ORDER_AGAIN, Template.ORDER_ESCALATED, Template.APPEAL_DECIDED}
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an automatic call: what it is called, what is said, and which keys answer it."""

    name: str
    text: str
    keys: str


NO_CALLS_KEY = "0"
"""On any question: the person does not want to be asked."""
ASKED_AT_MOST = 3
"""How often one question is asked in one call; a wrong key, or none, is asked again. No regulation."""
GREETINGS: dict[Template, str] = {
    Template.SAMPLE_CALL: N_(
        "This is an automatic call of the government service supervision: a spot check of ratings. Answering is up to you;"
        " your voice is not recorded. If you do not want to be asked, press 0."
    ),
}
QUESTIONS: dict[Template, tuple[Question, ...]] = {
    Template.SAMPLE_CALL: (
        Question(
            "did_rate",
            N_("Did you rate your last visit to a service yourself? If yes, press 1. If not, press 2."),
            "12",
        ),
        Question(
            "level",
            N_(
                "How satisfied are you today with that service? Very satisfied: press 5. Satisfied: press 4. Basically"
                " satisfied: press 3. Dissatisfied: press 2. Very dissatisfied: press 1."
            ),
            "12345",
        ),
    ),
}
FAREWELL = N_("Thank you. Goodbye.")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the keys of an automatic call come to so far.

    `asks` is the question that is asked next, None when the call is over; `again` says that it was asked before.
    `answers` holds a key for each question that was answered: silence is not in it.
    """

    answers: Mapping[str, str]
    asks: Question | None = None
    again: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What an automatic call says, in words: greeting, questions, farewell."""

    greeting: str
    questions: tuple[Question, ...]
    farewell: str


SIDE_LABELS: dict[Side, str] = {
    Side.AGENCY: N_("Agency"),
    Side.REVIEWER: N_("Reviewer"),
    Side.SYSTEM: N_("System message"),
}
DELIVERY_LABELS: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: N_("Waiting to be sent"),
    DeliveryState.SENDING: N_("Being sent"),
    DeliveryState.SENT: N_("Sent"),
    DeliveryState.FAILED: N_("Not sent, will be tried again"),
    DeliveryState.NO_PHONE: N_("No phone number to send to"),
    DeliveryState.UNCLEAR: N_("Interrupted while sending; not sent again"),
    DeliveryState.REPLACED: N_("Not sent: there was something newer to say"),
}
CALL_STATE_LABELS: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: N_("The relay is being asked"),
    DeliveryState.SENDING: N_("The relay is ringing"),
    DeliveryState.SENT: N_("Connected through the relay"),
    DeliveryState.FAILED: N_("Not connected"),
    DeliveryState.NO_PHONE: N_("No phone number to call"),
    DeliveryState.UNCLEAR: N_("Interrupted; it may have rung"),
    DeliveryState.REPLACED: N_("Not connected"),
}
TEXT_LIMIT = 2000
# Codes of refusals that say there is no number to send to, whoever keeps the numbers.
UNREACHABLE = frozenset({"no_phone", "unknown_person"})


class GatewayFailed(Exception):  # noqa: N818 - says what happened
    """The gateway certainly did not take the message; the text is shown to operators and names no person."""


class GatewayAway(GatewayFailed):
    """Whoever sends cannot be reached at all: what else waits for them need not be tried now."""


class NoticeKind(StrEnum):
    """工作通知类别: what a member of staff is told of."""

    ORDER_DISPATCHED = "order_dispatched"
    ORDER_AMBER = "order_amber"
    ORDER_RED = "order_red"
    ORDER_RETURNED = "order_returned"
    REPLY_SENT_BACK = "reply_sent_back"
    REVIEWER_MESSAGE = "reviewer_message"
    NOT_SOLVED = "not_solved"
    APPEAL = "appeal"
    SUPERVISION_ORDER = "supervision_order"
    URGING = "urging"
    REFORM = "reform"
    OPENING_REQUEST = "opening_request"
    UNREAD = "unread"
    VOICE_RECEIVED = "voice_received"
    VOICE_TRANSFERRED = "voice_transferred"
    VOICE_AT_OFFICE = "voice_at_office"
    VOICE_AMBER = "voice_amber"
    VOICE_RED = "voice_red"
    OFFICE_VOICE_DUE = "office_voice_due"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    REPRISAL_REPORT = "reprisal_report"
    HELP_ASKED = "help_asked"
    HELP_GIVEN = "help_given"
    HELP_AMBER = "help_amber"
    HELP_RED = "help_red"
    APPEAL_PROPOSED = "appeal_proposed"
    APPEAL_CONTESTED = "appeal_contested"
    APPEAL_ACCEPTED = "appeal_accepted"
    APPEAL_REFUSED = "appeal_refused"
    APPEAL_DECIDED = "appeal_decided"
    APPEAL_OBJECTED = "appeal_objected"
    SUPERVISION_ANSWERED = "supervision_answered"
    OFFICE_URGED = "office_urged"
    URGING_ANSWERED = "urging_answered"
    OFFICE_HELP_ASKED = "office_help_asked"
    VOICE_URGED = "voice_urged"
    OFFICE_VOICE_URGED = "office_voice_urged"
    MILESTONE_MISSED = "milestone_missed"
    UNREAD_MESSAGE = "unread_message"
    UNREAD_SUPERVISION = "unread_supervision"
    UNREAD_BELOW = "unread_below"
    UNREAD_VOICE = "unread_voice"
    UNREAD_AT_OFFICE = "unread_at_office"


NOTICE_LABELS: dict[NoticeKind, str] = {
    NoticeKind.ORDER_DISPATCHED: N_("New work order"),
    NoticeKind.ORDER_AMBER: N_("Deadline of a work order is near"),
    NoticeKind.ORDER_RED: N_("Work order overdue"),
    NoticeKind.ORDER_RETURNED: N_("An agency returns a work order"),
    NoticeKind.REPLY_SENT_BACK: N_("Reply sent back to be done again"),
    NoticeKind.REVIEWER_MESSAGE: N_("The reviewer has written"),
    NoticeKind.NOT_SOLVED: N_("The reviewer says it is not solved"),
    NoticeKind.APPEAL: N_("Appeal to decide"),
    NoticeKind.SUPERVISION_ORDER: N_("Supervision order"),
    NoticeKind.URGING: N_("Urged to go on"),
    NoticeKind.REFORM: N_("Proposal of a reform to answer"),
    NoticeKind.OPENING_REQUEST: N_("Request to open an identity"),
    NoticeKind.UNREAD: N_("Nobody at the agency has read of a work order"),
    NoticeKind.VOICE_RECEIVED: N_("New complaint, suggestion or question to pass on"),
    NoticeKind.VOICE_TRANSFERRED: N_("Complaint, suggestion or question to answer"),
    NoticeKind.VOICE_AT_OFFICE: N_("Complaint for the supervisory office"),
    NoticeKind.VOICE_AMBER: N_("Deadline of a complaint, suggestion or question is near"),
    NoticeKind.VOICE_RED: N_("Complaint, suggestion or question overdue"),
    NoticeKind.OFFICE_VOICE_DUE: N_("Complaint at the supervisory office nearly or wholly overdue"),
    NoticeKind.EXTENSION_ASKED: N_("An agency asks for more time"),
    NoticeKind.EXTENSION_GRANTED: N_("More time granted"),
    NoticeKind.EXTENSION_REFUSED: N_("More time refused"),
    NoticeKind.REPRISAL_REPORT: N_("A reviewer reports a disadvantage"),
    NoticeKind.HELP_ASKED: N_("Your agency is asked to help with a work order"),
    NoticeKind.HELP_GIVEN: N_("A helping agency has done its part"),
    NoticeKind.HELP_AMBER: N_("Deadline of a helping agency’s part is near"),
    NoticeKind.HELP_RED: N_("Part of a helping agency overdue"),
    NoticeKind.APPEAL_PROPOSED: N_("Decision of an appeal to confirm"),
    NoticeKind.APPEAL_CONTESTED: N_("Second review of an appeal to decide"),
    NoticeKind.APPEAL_ACCEPTED: N_("The appeal was accepted; the reviewer is asked"),
    NoticeKind.APPEAL_REFUSED: N_("The appeal was not accepted"),
    NoticeKind.APPEAL_DECIDED: N_("The appeal was decided"),
    NoticeKind.APPEAL_OBJECTED: N_("The reviewer asks for the second review of an appeal"),
    NoticeKind.SUPERVISION_ANSWERED: N_("A supervision order was answered"),
    NoticeKind.OFFICE_URGED: N_("The office above urges"),
    NoticeKind.URGING_ANSWERED: N_("An urging or request for help was answered"),
    NoticeKind.OFFICE_HELP_ASKED: N_("A lower office asks for help"),
    NoticeKind.VOICE_URGED: N_("Somebody waits for an answer and urges"),
    NoticeKind.OFFICE_VOICE_URGED: N_("Somebody waits for the supervisory office and urges"),
    NoticeKind.MILESTONE_MISSED: N_("A line of a plan of rectification was missed"),
    NoticeKind.UNREAD_MESSAGE: N_("Nobody at the agency has read what a reviewer wrote"),
    NoticeKind.UNREAD_SUPERVISION: N_("Nobody at the agency has read of a supervision order or urging"),
    NoticeKind.UNREAD_BELOW: N_("An agency has not read of a supervision order or urging"),
    NoticeKind.UNREAD_VOICE: N_("Nobody at the agency has read of a complaint, suggestion or question"),
    NoticeKind.UNREAD_AT_OFFICE: N_("Nobody at the office in charge has read of something"),
}
_HANDLERS = frozenset({Power.ORDER_HANDLE})
_DISPATCHERS = frozenset({Power.ORDER_DISPATCH})
_SUPERVISORS = frozenset({Power.ORDER_SUPERVISE})
# Whoever handles orders and reads figures heads the agency: a clerk does not read them, a supervisor does not handle.
_LEADS = frozenset({Power.ORDER_HANDLE, Power.MEASURE_READ})
_DECIDERS = frozenset({Power.APPEAL_DECIDE})
_APPELLANTS = frozenset({Power.APPEAL_FILE})
# Groups of people by the powers they hold together in the place: each member of any group is told.
ADDRESSED_TO: dict[NoticeKind, tuple[frozenset[Power], ...]] = {
    NoticeKind.ORDER_DISPATCHED: (_HANDLERS,),
    NoticeKind.ORDER_AMBER: (_HANDLERS,),
    NoticeKind.ORDER_RED: (_HANDLERS, _SUPERVISORS),
    NoticeKind.ORDER_RETURNED: (_DISPATCHERS,),
    NoticeKind.REPLY_SENT_BACK: (_HANDLERS,),
    NoticeKind.REVIEWER_MESSAGE: (_HANDLERS,),
    NoticeKind.NOT_SOLVED: (_HANDLERS, _DISPATCHERS),
    NoticeKind.APPEAL: (_SUPERVISORS,),
    NoticeKind.SUPERVISION_ORDER: (_HANDLERS,),
    NoticeKind.URGING: (_HANDLERS,),
    NoticeKind.REFORM: (_HANDLERS,),
    NoticeKind.OPENING_REQUEST: (frozenset({Power.IDENTITY_APPROVE}),),
    NoticeKind.UNREAD: (_LEADS, _DISPATCHERS),
    NoticeKind.VOICE_RECEIVED: (_DISPATCHERS,),
    NoticeKind.VOICE_TRANSFERRED: (_HANDLERS,),
    NoticeKind.VOICE_AT_OFFICE: (_SUPERVISORS,),
    # Not transferred or not signed for, it may be the dispatcher's to do something.
    NoticeKind.VOICE_AMBER: (_HANDLERS, _DISPATCHERS),
    NoticeKind.VOICE_RED: (_HANDLERS, _DISPATCHERS, _SUPERVISORS),
    NoticeKind.OFFICE_VOICE_DUE: (_SUPERVISORS,),
    NoticeKind.EXTENSION_ASKED: (_DISPATCHERS,),
    NoticeKind.EXTENSION_GRANTED: (_HANDLERS,),
    NoticeKind.EXTENSION_REFUSED: (_HANDLERS,),
    NoticeKind.REPRISAL_REPORT: (_SUPERVISORS,),
    NoticeKind.HELP_ASKED: (_HANDLERS,),
    NoticeKind.HELP_GIVEN: (_HANDLERS,),
    NoticeKind.HELP_AMBER: (_HANDLERS,),
    NoticeKind.HELP_RED: (_HANDLERS, _SUPERVISORS),
    NoticeKind.APPEAL_PROPOSED: (_DECIDERS,),
    NoticeKind.APPEAL_CONTESTED: (_DECIDERS,),
    NoticeKind.APPEAL_ACCEPTED: (_APPELLANTS,),
    NoticeKind.APPEAL_REFUSED: (_APPELLANTS,),
    NoticeKind.APPEAL_DECIDED: (_APPELLANTS,),
    NoticeKind.APPEAL_OBJECTED: (_APPELLANTS,),
    NoticeKind.SUPERVISION_ANSWERED: (_SUPERVISORS,),
    NoticeKind.OFFICE_URGED: (_SUPERVISORS,),
    NoticeKind.URGING_ANSWERED: (_SUPERVISORS,),
    NoticeKind.OFFICE_HELP_ASKED: (_SUPERVISORS,),
    NoticeKind.VOICE_URGED: (_HANDLERS, _DISPATCHERS),
    NoticeKind.OFFICE_VOICE_URGED: (_SUPERVISORS,),
    NoticeKind.MILESTONE_MISSED: (_HANDLERS,),
    NoticeKind.UNREAD_MESSAGE: (_LEADS, _DISPATCHERS),
    # Apart, for who supervises from inside an agency may not know of what its office sends it.
    NoticeKind.UNREAD_SUPERVISION: (_LEADS,),
    NoticeKind.UNREAD_BELOW: (_SUPERVISORS,),
    NoticeKind.UNREAD_VOICE: (_LEADS, _DISPATCHERS),
    NoticeKind.UNREAD_AT_OFFICE: (_SUPERVISORS,),
}
# Decided by offices that are not the one it lies in, in a division at or above it.
TO_OTHER_OFFICES = frozenset({NoticeKind.OPENING_REQUEST})
# From office to office: of those up the path only the nearest level at which there is somebody.
TO_THE_NEAREST = frozenset(
    {
        NoticeKind.SUPERVISION_ANSWERED,
        NoticeKind.OFFICE_URGED,
        NoticeKind.URGING_ANSWERED,
        NoticeKind.OFFICE_HELP_ASKED,
        NoticeKind.UNREAD_AT_OFFICE,
    }
)
# What is told higher up when nobody has read it in time, and as what.
TOLD_HIGHER_UP: dict[NoticeKind, NoticeKind] = {
    NoticeKind.ORDER_DISPATCHED: NoticeKind.UNREAD,
    NoticeKind.REVIEWER_MESSAGE: NoticeKind.UNREAD_MESSAGE,
    NoticeKind.SUPERVISION_ORDER: NoticeKind.UNREAD_SUPERVISION,
    NoticeKind.URGING: NoticeKind.UNREAD_SUPERVISION,
    NoticeKind.VOICE_TRANSFERRED: NoticeKind.UNREAD_VOICE,
    NoticeKind.VOICE_RECEIVED: NoticeKind.UNREAD_AT_OFFICE,
    NoticeKind.VOICE_AT_OFFICE: NoticeKind.UNREAD_AT_OFFICE,
    NoticeKind.OFFICE_URGED: NoticeKind.UNREAD_AT_OFFICE,
    NoticeKind.OFFICE_HELP_ASKED: NoticeKind.UNREAD_AT_OFFICE,
}
# A text message at any hour is for what is late already.
BY_SMS = frozenset({NoticeKind.ORDER_RED, NoticeKind.HELP_RED, NoticeKind.VOICE_RED})


class MailChoice(StrEnum):
    """邮件方式: how somebody wants to be told of a kind by mail."""

    NONE = "none"
    AT_ONCE = "at_once"
    DAILY = "daily"


MAIL_LABELS: dict[MailChoice, str] = {
    MailChoice.NONE: N_("No mail"),
    MailChoice.AT_ONCE: N_("At once"),
    MailChoice.DAILY: N_("Once a day, at half past eight"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What staff are told about: the thing, where it belongs, and short facts (names of item and agency, never a person).

    Somebody above is told when nobody has read it by `unread_due_at`. Whom it is about (`staff_id`) is never told.
    """

    subject_kind: str
    subject_id: str
    division_id: int
    agency_id: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    unread_due_at: datetime | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One reviewer to be told of a step: the sealed person, the review, the values of the template, not before when."""

    person: UUID
    about: UUID
    params: Mapping[str, str]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice as its reader sees it."""

    id: UUID
    kind: NoticeKind
    subject_kind: str
    subject_id: str
    division_id: int
    agency_id: int | None
    facts: Mapping[str, str]
    at: datetime
    staff_id: int | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """How somebody wants to be told of one kind; in the list at the desk it always stands."""

    mail: MailChoice = MailChoice.NONE
    sms: bool = False


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Where somebody's notices go besides the desk; empty where they gave nothing."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: to an address of mail, a phone or a URL; `endpoint` of a URL is what it is signed for."""

    id: UUID
    channel: Channel
    to: str
    title: str
    text: str
    endpoint: UUID | None = None


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message to staff that has not gone out: what became of it so far."""

    id: UUID
    channel: Channel
    kind: str
    count: int
    state: DeliveryState
    attempts: int
    last_error: str
    due_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """Where a program of a division is told of notices."""

    id: UUID
    division_code: str
    division_path: str
    url: str
    since: datetime


MAIL_TITLE = N_("{what}: {count}")
DIGEST_TITLE = N_("Unread notices: {count}")
READ_HERE = N_("Read them at the desk: {link}")
STAFF_SMS = N_("{what}: {count}. Read more at the desk: {link}")

BAD_EMAIL = Reason(
    "bad_email", N_("This is not an address for mail."), N_("Type it as name@example.org, or leave it empty.")
)
BAD_PHONE = Reason(
    "bad_staff_phone",
    N_("This is not a mobile number."),
    N_("Type its eleven digits, or leave it empty."),
)
BAD_NOTICE_CHOICE = Reason(
    "bad_notice_choice", N_("“{value}” is not one of the choices."), N_("Choose one of the list.")
)
ORIGIN_NOT_ALLOWED = Reason(
    "origin_not_allowed",
    N_("Notices may not be sent to “{value}”."),
    N_("Use an address below one that the operator has allowed: {allowed}."),
)
NO_ENDPOINT = Reason(
    "no_endpoint",
    N_("There is no such address any more."),
    N_("Reload the page: somebody may have removed it."),
)
NO_NOTICE = Reason("no_notice", N_("There is no such notice."), N_("Go back to the list of notices."))

NO_THREAD = Reason(
    "no_thread",
    N_("There is no conversation here."),
    N_("Open it from the work order, or check the link."),
)
EMPTY_MESSAGE = Reason("empty_message", N_("The message is empty."), N_("Write what you want to say."))
LONG_MESSAGE = Reason(
    "long_message",
    N_("The message has {length} characters; {limit} are allowed."),
    N_("Shorten it, or send it in two messages."),
)
CONTROL_CHARACTERS = Reason(
    "control_characters",
    N_("The message holds characters that cannot be shown."),
    N_("Type it again, or paste it as plain text."),
)
WRONG_SIDE = Reason(
    "wrong_side",
    N_("Nobody can write in another one's name."),
    N_("Sign in as the person who speaks."),
)
WRONG_PARAMS = Reason(
    "wrong_template_params",
    N_("The message “{template}” needs exactly these values: {needed}."),
    N_("Give every value of the template and no other."),
)
BAD_LINE = Reason(
    "bad_line",
    N_("This is not a line that the relay can ring."),
    N_("Type the number of your desk phone: 3 to 20 digits."),
)
CALL_WAITS = Reason(
    "call_waits",
    N_("A call to this reviewer is being connected already."),
    N_("Wait until it has ended; reload the page to see its outcome."),
)
NO_DELIVERY = Reason(
    "no_delivery",
    N_("There is no such notice."),
    N_("Look at the list of notices; the number may be mistyped."),
)
NOT_FAILED = Reason(
    "delivery_not_failed",
    N_("This notice is not one that failed."),
    N_("Only notices that failed or were interrupted can be queued again."),
)


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A conversation about one thing; `person` is the sealed person it can reach, if any."""

    id: UUID
    subject_kind: str
    subject_id: str
    person: UUID | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message; `author` is empty for readers who may not know who spoke."""

    id: int
    side: Side
    author: str
    text: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One outgoing notice and what became of it."""

    id: UUID
    message_id: int | None
    person: UUID
    template: Template
    channel: Channel
    state: DeliveryState
    attempts: int
    last_error: str
    gateway_ref: str
    queued_at: datetime
    at: datetime
    grant: UUID | None


@dataclass(frozen=True, slots=True)
class DemoMessageRow:
    """What the demo's gateway would have sent, or that it rang: by what, to which masked phone or address, and the text."""

    channel: Channel
    masked_to: str
    text: str
    at: datetime
