"""会话和外发: sides of a thread, channels, what becomes of what is sent, and the rows of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.notices.terms.templates import Template


class Side(StrEnum):
    """会话方: who speaks in a thread."""

    AGENCY = "agency"
    REVIEWER = "reviewer"
    SYSTEM = "system"


# What is written down of a delivery that found no gateway.
NO_GATEWAY = "no SMS gateway is set (HAOCHAPING_SMS_GATEWAY)"


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

    `replaced`: it still waited for the morning when there was something newer to say about the same matter. `given_up`: it
    has certainly not gone out and is not tried again.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    NO_PHONE = "no_phone"
    UNCLEAR = "unclear"
    REPLACED = "replaced"
    GIVEN_UP = "given_up"


SIDE_LABELS: dict[Side, str] = {
    Side.AGENCY: N_("Agency"),
    Side.REVIEWER: N_("Reviewer"),
    Side.SYSTEM: N_("System message"),
}
NOTICE_CHANNEL_LABELS: dict[Channel, str] = {
    Channel.SMS: N_("text message"),
    Channel.CALL: N_("call through the relay"),
    Channel.IVR: N_("automatic call"),
    Channel.EMAIL: N_("mail"),
    Channel.WEBHOOK: N_("request to a program"),
}
DELIVERY_LABELS: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: N_("Waiting to be sent"),
    DeliveryState.SENDING: N_("Being sent"),
    DeliveryState.SENT: N_("Sent"),
    DeliveryState.FAILED: N_("Not sent, will be tried again"),
    DeliveryState.NO_PHONE: N_("No phone number to send to"),
    DeliveryState.UNCLEAR: N_("Interrupted while sending; not sent again"),
    DeliveryState.REPLACED: N_("Not sent: there was something newer to say"),
    DeliveryState.GIVEN_UP: N_("Not sent, and given up"),
}
CALL_STATE_LABELS: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: N_("The relay is being asked"),
    DeliveryState.SENDING: N_("The relay is ringing"),
    DeliveryState.SENT: N_("Connected through the relay"),
    DeliveryState.FAILED: N_("Not connected"),
    DeliveryState.NO_PHONE: N_("No phone number to call"),
    DeliveryState.UNCLEAR: N_("Interrupted; it may have rung"),
    DeliveryState.REPLACED: N_("Not connected"),
    DeliveryState.GIVEN_UP: N_("Not connected"),
}
TEXT_LIMIT = 2000
# Codes of refusals that say there is no number to send to, whoever keeps the numbers.
UNREACHABLE = frozenset({"no_phone", "unknown_person"})


class GatewayFailed(Exception):  # noqa: N818 - says what happened
    """The gateway certainly did not take the message; the text is shown to operators and names no person."""


class GatewayAway(GatewayFailed):
    """Whoever sends cannot be reached at all: what else waits for them need not be tried now."""


class NumberDead(GatewayFailed):
    """The gateway says that no message will ever reach this number: trying again is useless."""


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
class LostDelivery:
    """A notice to a reviewer that failed or may have gone out; of whom it is to, nothing.

    `order` and `review` say what it is about, where it is about one of them.
    """

    id: UUID
    channel: Channel
    template: Template
    order: str | None
    review: UUID | None
    state: DeliveryState
    attempts: int
    last_error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoMessageRow:
    """What the demo's gateway would have sent, or that it rang: by what, to which masked phone or address, and the text."""

    channel: Channel
    masked_to: str
    text: str
    at: datetime
