"""责任划分 and 改革建议 vocabulary: what a fault that was found lies in, and what the deciding agency is asked to change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Responsibility(StrEnum):
    """责任类别 (《深圳市政务服务“好差评”实施办法》: 内容、流程问题 and 窗口服务问题)."""

    BUSINESS = "business"
    SERVICE = "service"


RESPONSIBILITY_LABELS: dict[Responsibility, str] = {
    Responsibility.BUSINESS: N_("Business: what the item, its process or its guide asks for"),
    Responsibility.SERVICE: N_("Service: how somebody served"),
}


class ReformState(StrEnum):
    """改革建议状态."""

    DRAFTED = "drafted"
    SENT = "sent"
    ACCEPTED = "accepted"
    DONE = "done"
    CHECKED = "checked"
    DECLINED = "declined"
    DROPPED = "dropped"


REFORM_LABELS: dict[ReformState, str] = {
    ReformState.DRAFTED: N_("Drafted, not sent"),
    ReformState.SENT: N_("Sent, answer due"),
    ReformState.ACCEPTED: N_("Accepted, change due"),
    ReformState.DONE: N_("Changed, to be checked"),
    ReformState.CHECKED: N_("Checked: it is changed"),
    ReformState.DECLINED: N_("Declined"),
    ReformState.DROPPED: N_("Dropped before it was sent"),
}


class ReformMove(StrEnum):
    """What can happen to a proposal of a reform."""

    DRAFT = "draft"
    SEND = "send"
    DROP = "drop"
    ACCEPT = "accept"
    DECLINE = "decline"
    CARRY_OUT = "carry_out"
    CHECK = "check"
    SEND_BACK = "send_back"
    HAND_ON = "hand_on"


REFORM_MOVE_LABELS: dict[ReformMove, str] = {
    ReformMove.DRAFT: N_("Proposal drafted"),
    ReformMove.SEND: N_("Sent to the deciding agency"),
    ReformMove.DROP: N_("Dropped before it was sent"),
    ReformMove.ACCEPT: N_("The deciding agency accepts it"),
    ReformMove.DECLINE: N_("The deciding agency declines it"),
    ReformMove.CARRY_OUT: N_("The change is made"),
    ReformMove.CHECK: N_("The change was checked"),
    ReformMove.SEND_BACK: N_("Sent back: the change is not there"),
    ReformMove.HAND_ON: N_("Goes on at the agency’s successor"),
}


class ReformPart(StrEnum):
    """改革内容: what of an item a reform changes."""

    GUIDE = "guide"
    MATERIAL = "material"
    STEP = "step"
    TIME_LIMIT = "time_limit"
    OTHER = "other"


PART_LABELS: dict[ReformPart, str] = {
    ReformPart.GUIDE: N_("The guide"),
    ReformPart.MATERIAL: N_("A material that is asked for"),
    ReformPart.STEP: N_("A step of the process"),
    ReformPart.TIME_LIMIT: N_("A time limit"),
    ReformPart.OTHER: N_("Something else"),
}


@dataclass(frozen=True, slots=True)
class FaultRow:
    """What a fault of an order was found to lie in."""

    responsibility: Responsibility
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReformRow:
    """A proposal of a reform as pages show it: to which agency, and from where."""

    id: UUID
    order_id: UUID
    item_id: int
    item_name: str
    agency_id: int
    agency_name: str
    agency_path: str
    division_path: str
    from_agency_name: str
    from_agency_path: str
    from_division_path: str
    state: ReformState
    text: str
    parts: tuple[ReformPart, ...]
    change_text: str
    drafted_at: datetime
    due_at: datetime | None
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class ReformEventRow:
    """One line of a proposal's timeline."""

    move: ReformMove
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class LateReform:
    """A proposal whose answer or change is overdue."""

    id: UUID
    order_id: UUID
    division_id: int
    agency_id: int
    due_at: datetime


NOT_FOUND_TRUE = Reason(
    "not_found_true",
    N_("No call-back says that what the review says is true."),
    N_("Record first what was found out."),
)

NO_RESPONSIBILITY = Reason(
    "no_responsibility",
    N_("It is not said what the fault lies in."),
    N_("Choose business, service, or both."),
)

ALREADY_CLASSED = Reason(
    "already_classed",
    N_("This was said of the order already."),
    N_("See how it stands now."),
)

NOT_DECIDING = Reason(
    "not_deciding",
    N_("“{value}” does not decide about this item."),
    N_("Choose an agency of the list."),
)

NO_ADDRESSEE = Reason(
    "no_addressee",
    N_("No agency is named that is to change it."),
    N_("Choose an agency of the list."),
)

NO_SUCH_REFORM = Reason(
    "no_such_reform", N_("There is no such proposal of a reform."), N_("Go back to the list.")
)

WRONG_REFORM_STATE = Reason(
    "wrong_reform_state",
    N_("This proposal has moved on; that step is not possible now."),
    N_("Somebody may have gone on with it: see how it stands now."),
)

NO_PART = Reason(
    "no_part",
    N_("It is not said what was changed."),
    N_("Choose at least one of the list."),
)

OWN_CHANGE = Reason("own_change", N_("You recorded this change yourself."), N_("Somebody else checks it."))
