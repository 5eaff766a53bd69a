"""整改 vocabulary: the work order of a bad review, its states, outcomes and reasons for refusing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.identity.terms import RelayPurpose
    from haochaping.notices.terms import DeliveryState


class OrderState(StrEnum):
    """差评工单 states (domain.md §6.5, the straight path)."""

    CREATED = "created"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    VERIFIED = "verified"
    RECTIFIED = "rectified"
    REPLIED = "replied"
    CANCELLED = "cancelled"


STATE_LABELS = {
    OrderState.CREATED: N_("Waiting for dispatch"),
    OrderState.DISPATCHED: N_("Dispatched, not signed for"),
    OrderState.SIGNED: N_("Signed for"),
    OrderState.VERIFIED: N_("Called back"),
    OrderState.RECTIFIED: N_("Put right, reply due"),
    OrderState.REPLIED: N_("Replied"),
    OrderState.CANCELLED: N_("Cancelled"),
}


class Move(StrEnum):
    """What can happen to an order: each is one action and one event of its timeline."""

    OPEN = "open"
    DISPATCH = "dispatch"
    SIGN_FOR = "sign_for"
    VERIFY = "verify"
    RECTIFY = "rectify"
    REPLY = "reply"
    CANCEL = "cancel"
    REOPEN = "reopen"


MOVE_LABELS = {
    Move.OPEN: N_("Order opened"),
    Move.DISPATCH: N_("Dispatched to the agency"),
    Move.SIGN_FOR: N_("Signed for"),
    Move.VERIFY: N_("Called back and verified"),
    Move.RECTIFY: N_("Put right"),
    Move.REPLY: N_("Replied"),
    Move.CANCEL: N_("Cancelled: the reviewer changed or withdrew the review"),
    Move.REOPEN: N_("Opened again: the reviewer rated badly again"),
}


class CallResult(StrEnum):
    """回访结果 of one attempt."""

    ANSWERED = "answered"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"


CALL_LABELS = {
    CallResult.ANSWERED: N_("The reviewer answered"),
    CallResult.NOT_REACHED: N_("Not reached"),
    CallResult.DECLINED: N_("The reviewer did not wish to talk"),
}


class HandlingOutcome(StrEnum):
    """处理结果 (国办发〔2019〕51号: 立行立改 or 解释说明; the ledger with a deadline comes with the closed loop)."""

    IMMEDIATE_RECTIFIED = "immediate_rectified"
    EXPLAINED = "explained"


OUTCOME_LABELS = {
    HandlingOutcome.IMMEDIATE_RECTIFIED: N_("Put right at once"),
    HandlingOutcome.EXPLAINED: N_("Explained: the demand has no legal basis"),
}


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
class BadReview:
    """What an order is opened for; `finished` when the reviewer has nothing more to add."""

    review_id: UUID
    division_id: int
    agency_id: int
    item_id: int
    received_at: datetime
    dispatch_after: datetime


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
    outcome: str
    rectification_text: str
    reply_text: str
    replied_at: datetime | None
    thread_id: UUID | None


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


@dataclass(frozen=True, slots=True)
class SolutionRow:
    """What the reviewer said last about whether the matter is solved; changeable until then."""

    solved: Solved
    text: str
    answered_at: datetime
    changeable_until: datetime


TEXT_LIMIT = 2000
SOLUTION_TEXT_LIMIT = 500

NO_SUCH_ORDER = Reason("no_such_order", N_("There is no such work order."), N_("Go back to the list."))
WRONG_STATE = Reason(
    "wrong_state",
    N_("This work order is “{state}”; that step is not possible now."),
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
