"""通知 vocabulary: sides of a thread, states of a delivery, the sentences that go out by SMS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Side(StrEnum):
    """会话方: who speaks in a thread."""

    AGENCY = "agency"
    REVIEWER = "reviewer"
    SYSTEM = "system"


class Channel(StrEnum):
    """通知渠道: a text message, or a call that the relay connects."""

    SMS = "sms"
    CALL = "call"


class DeliveryState(StrEnum):
    """发送状态. `unclear`: the program stopped while the gateway had the message; it is not sent again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NO_PHONE = "no_phone"
    UNCLEAR = "unclear"


class Template(StrEnum):
    """短信模板 by code."""

    INVITATION = "invitation"
    RECEIPT = "receipt"
    AGENCY_WROTE = "agency_wrote"
    ORDER_REPLIED = "order_replied"
    SIGN_IN_CODE = "sign_in_code"
    CALL = "call"
    IDENTITY_OPENED = "identity_opened"
    APPEAL_ASKED = "appeal_asked"
    APPEAL_DECIDED = "appeal_decided"


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
    Template.SIGN_IN_CODE: N_(
        "{code} is your code to see your services. It is valid for ten minutes; nobody will ask you for it."
    ),
    # Not sent: what the demo's page shows of a call that a gateway would have connected.
    Template.CALL: N_(
        "Call connected through the relay with line {line}. Neither side sees the other’s number."
    ),
    Template.IDENTITY_OPENED: N_(
        "Your identity with a review has been opened by the procedure of the law. The rules, and whom to ask: {link}"
    ),
    Template.APPEAL_ASKED: N_(
        "There is a question about your review before anything is decided. Read it and answer, if you like: {link}"
    ),
    Template.APPEAL_DECIDED: N_(
        "The question about your review has been decided. Read the decision and what you can do: {link}"
    ),
}
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
}
CALL_STATE_LABELS: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: N_("The relay is being asked"),
    DeliveryState.SENDING: N_("The relay is ringing"),
    DeliveryState.SENT: N_("Connected through the relay"),
    DeliveryState.FAILED: N_("Not connected"),
    DeliveryState.NO_PHONE: N_("No phone number to call"),
    DeliveryState.UNCLEAR: N_("Interrupted; it may have rung"),
}
TEXT_LIMIT = 2000
# Codes of refusals that say there is no number to send to, whoever keeps the numbers.
UNREACHABLE = frozenset({"no_phone", "unknown_person"})


class GatewayFailed(Exception):  # noqa: N818 - says what happened
    """The gateway certainly did not take the message; the text is shown to operators and names no person."""


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
    """What the demo's gateway would have sent: masked phone and text."""

    masked_phone: str
    text: str
    at: datetime
