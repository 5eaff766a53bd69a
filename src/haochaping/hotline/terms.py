"""12345 对接 vocabulary: linked systems, orders that are at both sides, what is said between them, and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Complaint, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID


class Master(StrEnum):
    """主系统: whose system leads the orders of a link."""

    THEIRS = "theirs"
    OURS = "ours"


MASTER_LABELS = {
    Master.THEIRS: N_("The hotline leads: our orders follow what it does"),
    Master.OURS: N_("We lead: the hotline reaches the agency and reports progress"),
}


class Saying(StrEnum):
    """来件种类: what the hotline tells of an order."""

    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    CONTACTED = "contacted"
    RECTIFIED = "rectified"
    REPLIED = "replied"
    RETURNED = "returned"
    EXTENDED = "extended"
    EXTENSION_ASKED = "extension_asked"
    DUPLICATE = "duplicate"
    ATTACHMENT = "attachment"
    CLOSED = "closed"


SAYING_LABELS = {
    Saying.ACCEPTED: N_("Accepted by the hotline"),
    Saying.DISPATCHED: N_("Sent to an agency by the hotline"),
    Saying.SIGNED: N_("The agency has signed for it"),
    Saying.CONTACTED: N_("The reviewer was contacted"),
    Saying.RECTIFIED: N_("The agency has put it right"),
    Saying.REPLIED: N_("The agency has replied"),
    Saying.RETURNED: N_("The agency returns it"),
    Saying.EXTENDED: N_("The hotline gave more time"),
    Saying.EXTENSION_ASKED: N_("The agency asks for more time"),
    Saying.DUPLICATE: N_("The same matter as another number"),
    Saying.ATTACHMENT: N_("Attachment"),
    Saying.CLOSED: N_("Closed by the hotline"),
}

# Who leads decides; who follows reports and asks.
SAID_BY: dict[Master, frozenset[Saying]] = {
    Master.THEIRS: frozenset(Saying) - {Saying.EXTENSION_ASKED},
    Master.OURS: frozenset(Saying) - {Saying.DISPATCHED, Saying.EXTENDED, Saying.CLOSED},
}


class Telling(StrEnum):
    """去件种类: what the hotline is told of an order."""

    ORDER = "order"
    PICTURE = "picture"
    MOVED = "moved"


# What a `moved` is about that is no move of the order: the reviewer has changed what the order is about.
REVIEW_CHANGED = "review_changed"
REVIEW_CHANGED_LABEL = N_("The reviewer has changed the review")

TELLING_LABELS = {
    Telling.ORDER: N_("The order itself"),
    Telling.PICTURE: N_("A photograph of the review"),
    Telling.MOVED: N_("A step of the order"),
}


class OutState(StrEnum):
    """去件状态."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class InState(StrEnum):
    """来件状态: held until what is missing has come; kept when it does not fit the order as it stands."""

    HELD = "held"
    APPLIED = "applied"
    KEPT = "kept"
    SET_ASIDE = "set_aside"


class AttachmentKind(StrEnum):
    """附件类型, by content; whatever is neither picture nor PDF lies in quarantine and is shown to nobody."""

    PICTURE = "picture"
    PDF = "pdf"
    QUARANTINED = "quarantined"


# 12345 acts through this program; which side of it did what is told apart, as a reply is checked by somebody else.
CENTRE, AGENCY_SIDE = "hotline", "hotline-agency"

# trust.md A18: five minutes either way, and no nonce twice as long as its moment counts.
WINDOW = timedelta(minutes=5)
# As long as identities are kept (`identity.terms.RETENTION`).
WORDS_KEPT = timedelta(days=180)
MESSAGE_LIMIT = 100
NUMBER_LIMIT = 60
NAME_LIMIT = 100
ATTACHMENT_MEGABYTES = 5
ATTACHMENT_BYTES = ATTACHMENT_MEGABYTES * 1024 * 1024
# Longer than anybody restarts a system: the doctor says so.
AWAY_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Link:
    """对接热线: a linked system; `agency_path` where it reaches one agency only."""

    id: UUID
    division_id: int
    division_code: str
    division_path: str
    agency_code: str | None
    agency_path: str | None
    client_id: int | None
    url: str
    master: Master
    begins_at: datetime
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProposedLink:
    """A link as it was typed, by codes."""

    division: str
    url: str
    master: str
    enabled_from: date
    agency: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """对应工单: an order that is at both sides."""

    id: UUID
    link_id: UUID
    order_id: UUID
    master: Master
    number: str
    duplicate_of: str
    heard_seq: int
    due_at: datetime | None
    linked_at: datetime
    changed_at: datetime
    heard_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class MoreTime:
    """延期: what the hotline said when it gave its side more time for an order."""

    at: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of an order that the hotline is to be told."""

    event_id: UUID
    order_id: UUID
    move: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OutRow:
    """去件: one message to the hotline; `about` is the move of a step, REVIEW_CHANGED, or the id of a photograph."""

    id: UUID
    linked_id: UUID
    link_id: UUID
    order_id: UUID
    number: str
    seq: int
    kind: Telling
    about: str
    event_id: UUID
    state: OutState
    attempts: int
    last_error: str
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """来件: one message of the hotline as it was read."""

    message: str
    seq: int
    kind: Saying
    number: str
    order: UUID | None
    at: datetime
    facts: Mapping[str, object]
    digest: bytes


@dataclass(frozen=True, slots=True)
class InRow:
    """来件: one message of the hotline as it lies here; `reason` why it was not applied."""

    id: UUID
    link_id: UUID
    linked_id: UUID | None
    order_id: UUID | None
    number: str
    seq: int
    kind: Saying
    facts: Mapping[str, object]
    state: InState
    reason: Reason | None
    params: Mapping[str, object]
    received_at: datetime

    @property
    def complaint(self) -> Complaint | None:
        """Why it was not applied, as it can be said."""
        if self.reason is None:
            return None
        params = {name: value for name, value in self.params.items() if name != "field"}
        return Complaint(self.reason, str(self.params.get("field", "")), params)


@dataclass(frozen=True, slots=True)
class Gap:
    """An order of which messages are held because earlier ones have not come."""

    linked_id: UUID
    order_id: UUID
    number: str
    missing_from: int
    missing_to: int
    held: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """How the queue of a link stands."""

    waiting: int
    oldest: datetime | None
    refused: int
    kept: int
    open_orders: int


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """附件 without its content; `code` says why it lies in quarantine."""

    id: UUID
    name: str
    kind: AttachmentKind
    size: int
    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hotline answered to a message."""

    number: str = ""
    duplicate_of: str = ""


class PeerAway(Exception):  # noqa: N818 - an answer, not an error
    """The other side cannot be reached, or gave no answer: the same message is sent again."""


class PeerRefused(Exception):  # noqa: N818 - an answer, not an error
    """The other side read the message and says no, with its reason: a person looks at it."""


NO_SUCH_LINK = Reason(
    "no_such_link", N_("There is no such linked system."), N_("Check the address with the operator.")
)
CLIENT_LINKED = Reason(
    "client_linked",
    N_("This client asks for the orders of another linked hotline already: {division}."),
    N_("Give this hotline a client of its own, or leave the field empty."),
)
NO_SUCH_ATTACHMENT = Reason(
    "no_such_attachment",
    N_("There is no such attachment."),
    N_("The page of the order lists what the hotline has sent."),
)
BAD_SIGNATURE = Reason(
    "bad_signature",
    N_("The signature does not fit the request."),
    N_("Sign sender, timestamp, nonce and body with the secret of this link, as the guide says."),
)
OUTSIDE_WINDOW = Reason(
    "outside_window",
    N_("The request was signed more than {minutes} minutes ago, or in the future."),
    N_("Sign each attempt anew, and set the clock."),
)
NONCE_USED = Reason(
    "nonce_used",
    N_("This request has been received before."),
    N_("Sign each attempt anew with a new nonce; the message id stays the same."),
)
BAD_MESSAGE = Reason(
    "bad_message",
    N_("The field “{value}” of the message is missing or cannot be read."),
    N_("Send it as the guide says."),
)
EVENT_TOO_LARGE = Reason(
    "event_too_large", N_("The message is larger than {limit} MiB."), N_("Send a smaller attachment.")
)
NOT_POSTED = Reason("not_posted", N_("Messages are sent here with POST."), N_("Use POST."))
EVENT_FAILED = Reason(
    "event_failed",
    N_("It is not certain whether the message was stored."),
    N_("Send the same message again in a few seconds."),
)
MESSAGE_REUSED = Reason(
    "message_reused",
    N_("This message id was used for another message."),
    N_("Use a new id for each message, and the same for each attempt."),
)
UNKNOWN_NUMBER = Reason(
    "unknown_number",
    N_("No order of this link has the number “{value}”."),
    N_("Name our order, or wait until it has been reported."),
)
SEQUENCE_PASSED = Reason(
    "sequence_passed",
    N_("A message with the sequence {seq} has been received before, or was given up."),
    N_("Number the messages of an order 1, 2, 3 … without using one twice."),
)
WRONG_SIDE = Reason(
    "wrong_side",
    N_("This is said by whoever leads the order, or only by whoever does not."),
    N_("Check which side is set as master of this link."),
)
FACT_MISSING = Reason(
    "fact_missing",
    N_("The message does not say “{value}”, or says it in another form."),
    N_("Have it sent once more with this field, or take the step by hand."),
)
FACT_NO_BOOLEAN = Reason(
    "fact_no_boolean",
    N_("The message says “{value}” in another form than true or false."),
    N_("Send true or false as JSON writes them, without quotation marks; null where nobody could say."),
)
DEADLINE_OVER = Reason(
    "deadline_over",
    N_("What the message says as “{field}” is over already: {until}."),
    N_("Have it sent once more with a moment to come, or take the step by hand."),
)
ANOTHER_NUMBER = Reason(
    "another_number",
    N_("The order has the number {known}, and was now called {value}."),
    N_("Settle with the hotline which number holds."),
)
ORIGIN_NOT_ALLOWED = Reason(
    "hotline_origin_not_allowed",
    N_("The operator of this installation does not allow the address “{value}”."),
    N_("Allowed are addresses below: {allowed}."),
)
BAD_MASTER = Reason(
    "bad_master", N_("“{value}” does not say which side leads."), N_("Choose it from the list.")
)
NO_SUCH_MESSAGE = Reason(
    "no_such_hotline_message",
    N_("There is no such message that waits for somebody."),
    N_("See how it stands now."),
)
NO_GAP = Reason("no_gap", N_("No message of this order is held."), N_("See how it stands now."))
WHY_MISSING = Reason("why_missing", N_("The reason is missing."), N_("Say in a few words why."))
