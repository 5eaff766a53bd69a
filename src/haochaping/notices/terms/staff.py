"""工作通知: what staff are told of, who that is, how they wish to be told, and the rows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.accounts.terms import Power
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.notices.terms.deliveries import Channel, DeliveryState


class NoticeKind(StrEnum):
    """工作通知类别: what a member of staff is told of."""

    ORDER_DISPATCHED = "order_dispatched"
    ORDER_AMBER = "order_amber"
    ORDER_RED = "order_red"
    ORDER_RETURNED = "order_returned"
    RETURN_GRANTED = "return_granted"
    RETURN_REFUSED = "return_refused"
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
    OFFICE_ORDER_DUE = "office_order_due"
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
    ORDER_EXCLUDED = "order_excluded"
    UNREAD_MESSAGE = "unread_message"
    UNREAD_SUPERVISION = "unread_supervision"
    UNREAD_BELOW = "unread_below"
    UNREAD_VOICE = "unread_voice"
    UNREAD_AT_OFFICE = "unread_at_office"
    TEXTS_DUE = "texts_due"
    FIGURE_ASKED = "figure_asked"
    FIGURE_WITHHELD = "figure_withheld"


NOTICE_LABELS: dict[NoticeKind, str] = {
    NoticeKind.ORDER_DISPATCHED: N_("New work order"),
    NoticeKind.ORDER_AMBER: N_("Deadline of a work order is near"),
    NoticeKind.ORDER_RED: N_("Work order overdue"),
    NoticeKind.ORDER_RETURNED: N_("An agency returns a work order"),
    NoticeKind.RETURN_GRANTED: N_("Return agreed to: the order is with another agency"),
    NoticeKind.RETURN_REFUSED: N_("Return refused: the order stays with your agency"),
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
    NoticeKind.OFFICE_ORDER_DUE: N_("Unsolved work order at the supervisory office nearly or wholly overdue"),
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
    NoticeKind.ORDER_EXCLUDED: N_("A work order ended: its review was excluded after an appeal"),
    NoticeKind.UNREAD_MESSAGE: N_("Nobody at the agency has read what a reviewer wrote"),
    NoticeKind.UNREAD_SUPERVISION: N_("Nobody at the agency has read of a supervision order or urging"),
    NoticeKind.UNREAD_BELOW: N_("An agency has not read of a supervision order or urging"),
    NoticeKind.UNREAD_VOICE: N_("Nobody at the agency has read of a complaint, suggestion or question"),
    NoticeKind.UNREAD_AT_OFFICE: N_("Nobody at the office in charge has read of something"),
    NoticeKind.TEXTS_DUE: N_("Texts to release nearly or wholly overdue"),
    NoticeKind.FIGURE_ASKED: N_("Figures of a source do not add up: explain before they are withheld"),
    NoticeKind.FIGURE_WITHHELD: N_("Figures of a source are withheld"),
}
_HANDLERS = frozenset({Power.ORDER_HANDLE})
_DISPATCHERS = frozenset({Power.ORDER_DISPATCH})
_SUPERVISORS = frozenset({Power.ORDER_SUPERVISE})
# Whoever handles orders and reads figures heads the agency: a clerk does not read them, a supervisor does not handle.
_LEADS = frozenset({Power.ORDER_HANDLE, Power.MEASURE_READ})
_DECIDERS = frozenset({Power.APPEAL_DECIDE})
# Whoever looks after what a source sends explains it.
_STEWARDS = frozenset({Power.QUARANTINE_MANAGE})
_APPELLANTS = frozenset({Power.APPEAL_FILE})
# Groups of people by the powers they hold together in the place: each member of any group is told.
ADDRESSED_TO: dict[NoticeKind, tuple[frozenset[Power], ...]] = {
    NoticeKind.ORDER_DISPATCHED: (_HANDLERS,),
    NoticeKind.ORDER_AMBER: (_HANDLERS,),
    NoticeKind.ORDER_RED: (_HANDLERS, _SUPERVISORS),
    NoticeKind.ORDER_RETURNED: (_DISPATCHERS,),
    NoticeKind.RETURN_GRANTED: (_HANDLERS,),
    NoticeKind.RETURN_REFUSED: (_HANDLERS,),
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
    NoticeKind.OFFICE_ORDER_DUE: (_SUPERVISORS,),
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
    NoticeKind.VOICE_URGED: (_HANDLERS, _DISPATCHERS, _SUPERVISORS),
    NoticeKind.OFFICE_VOICE_URGED: (_SUPERVISORS,),
    NoticeKind.MILESTONE_MISSED: (_HANDLERS,),
    NoticeKind.ORDER_EXCLUDED: (_HANDLERS,),
    NoticeKind.UNREAD_MESSAGE: (_LEADS, _DISPATCHERS),
    # Apart, for who supervises from inside an agency may not know of what its office sends it.
    NoticeKind.UNREAD_SUPERVISION: (_LEADS,),
    NoticeKind.UNREAD_BELOW: (_SUPERVISORS,),
    NoticeKind.UNREAD_VOICE: (_LEADS, _DISPATCHERS),
    NoticeKind.UNREAD_AT_OFFICE: (_SUPERVISORS,),
    NoticeKind.TEXTS_DUE: (frozenset({Power.PUBLICATION_RELEASE}),),
    NoticeKind.FIGURE_ASKED: (_STEWARDS,),
    NoticeKind.FIGURE_WITHHELD: (_STEWARDS, _SUPERVISORS),
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
# 保密: seen by an office's supervisors alone, or by keepers of identities. The program of a division is read by whoever
# uses it, the agency that is complained of too: it is told of none of these, not even that there is one.
CONFIDENTIAL = frozenset(
    {
        NoticeKind.REPRISAL_REPORT,
        NoticeKind.VOICE_AT_OFFICE,
        NoticeKind.OFFICE_VOICE_DUE,
        NoticeKind.OFFICE_VOICE_URGED,
        NoticeKind.UNREAD_AT_OFFICE,
        NoticeKind.OPENING_REQUEST,
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
    """What staff are told about: the thing, where it belongs, and short facts, never about a person.

    Facts are the names of item and agency, and the reason of a decision.

    Whom it is about (`staff_id`) is never told.
    """

    subject_kind: str
    subject_id: str
    division_id: int
    agency_id: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    staff_id: int | None = None


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
