"""Rows of a work order as its readers get them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.directory.terms import Kind, Ref
    from haochaping.files.terms import PhotoRow
    from haochaping.identity.terms import RelayPurpose
    from haochaping.notices.terms import DeliveryState, MessageRow, Template
    from haochaping.rectification.terms.answers import Doubt
    from haochaping.rectification.terms.orders import (
        Alarm,
        CallResult,
        ClockKind,
        Means,
        Move,
        OrderState,
        Solved,
        Tick,
    )


class ClockTick(NamedTuple):
    """One event of a clock: the limit that starts or changes it (`number` of `unit` by `rule`), or the moment alone.

    `due_at` and `amber_at` are what was promised by it; None while paused, and where the calendar does not reach.
    `helper` is whose clock it is, of an agency that helps (`CoHandlerRow.id`). A tuple, which is quickly made: most of what
    it costs to compute clocks anew is to write down what came of it.
    """

    clock: ClockKind
    tick: Tick
    at: datetime
    number: int = 0
    unit: str = ""
    rule: str = ""
    due_at: datetime | None = None
    amber_at: datetime | None = None
    helper: UUID | None = None


@dataclass(frozen=True, slots=True)
class BadReview:
    """What an order is opened for; `finished` when the reviewer has nothing more to add."""

    review_id: UUID
    division_id: int
    agency_id: int
    item_id: int
    received_at: datetime
    dispatch_after: datetime
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as counted.

    `answered`: replied to at least once. `again`: opened again or escalated, as its reviewer called it unsolved.
    `unreached`: its outcome is that nobody was reached. `heard` is the best that any call came to (`Heard`), `solved` the
    reviewer's last word, whatever the round. `hall_id` is where the service took place, 0 for nowhere that is known.
    """

    review_id: UUID
    created_at: datetime
    division_id: int
    agency_id: int
    item_id: int
    state: str
    contact_kept: bool | None = None
    rectify_kept: bool | None = None
    answered: bool = False
    again: bool = False
    repeats: bool = False
    unreached: bool = False
    heard: str = ""
    solved: str = ""
    appeal: AppealFacts | None = None
    hall_id: int = 0


@dataclass(frozen=True, slots=True)
class AppealFacts:
    """The appeal about an order as counted: where it was filed, and what was decided last, empty for nothing."""

    division_id: int
    agency_id: int
    verdict: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as pages show it."""

    id: UUID
    review_id: UUID
    state: OrderState
    division_id: int
    division_path: str
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
    round: int
    clock: str
    due_at: datetime | None
    amber_at: datetime | None
    paused_at: datetime | None
    outcome: str
    rectification_text: str
    reply_text: str
    replied_at: datetime | None
    rating_until: datetime | None
    closed_at: datetime | None
    merged_into_id: UUID | None
    thread_id: UUID | None
    staff_id: int | None = None
    agency_valid_to: date | None = None
    agency_path: str = ""

    def ended_before(self, day: date) -> date | None:
        """The last day of its agency, if that lies before a day."""
        last = self.agency_valid_to
        return last if last is not None and last < day else None


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """What one attempt to hear the reviewer came to; None where nobody could say. `round` is that of the order.

    `means` and `contact` name the call or message behind it, `called_at` says when that was; empty where there was none,
    and of attempts from before it was asked for.
    """

    result: CallResult
    is_true: bool | None
    is_reasonable: bool | None
    round: int = 1
    means: str = ""
    contact: str = ""
    recording: str = ""
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A call of the relay that has rung, or a message of the reviewer, whose outcome nobody has recorded yet."""

    means: Means
    ref: str
    at: datetime

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.means}:{self.ref}"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of an order's timeline; a call-back's has its result; `warned` the doubts in spite of which it was done."""

    move: Move
    at: datetime
    by: str
    note: str
    callback: CallbackRow | None = None
    warned: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An order whose running clock has newly turned amber or red."""

    id: UUID
    review_id: UUID
    division_id: int
    agency_id: int
    item_id: int
    alarm: Alarm
    clock: ClockKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """More time asked for: `granted` is None while nobody has decided."""

    days: int
    reason: str
    asked_at: datetime
    granted: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class CoHandlerRow:
    """An agency that helps, and what it has done; `ended`: the order went on without it."""

    id: UUID
    agency_id: int
    agency_name: str
    agency_path: str
    task: str
    due_at: datetime | None
    contribution: str
    done_at: datetime | None
    ended: bool = False
    agency_valid_to: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to do its part."""
        return self.done_at is None and not self.ended


@dataclass(frozen=True, slots=True)
class HelpRow:
    """The part of a helping agency with what it belongs to, as notices and supervisors are told of it."""

    id: UUID
    order_id: UUID
    division_id: int
    agency_id: int
    agency_name: str
    lead_name: str
    item_name: str
    staff_id: int | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class HelpAlarm:
    """The part of a helping agency whose clock has newly turned amber or red."""

    id: UUID
    alarm: Alarm
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HelpHanding:
    """An open part of an agency that has ended, and who takes it; None where nobody is known to go on for that agency."""

    id: UUID
    order_id: UUID
    division_id: int
    agency_id: int
    ended_on: date
    successor_id: int | None


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One line of the plan by which a matter is put right; `ended_at` is when an earlier plan was over.

    `note` is what was done, or, of a line that was dropped, why.
    """

    id: UUID
    text: str
    due_on: date
    note: str
    done_at: datetime | None
    ended_at: datetime | None
    dropped: bool

    @property
    def is_left(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None and self.ended_at is None and not self.dropped


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Photographs of what was put right, with what they show; of those that were removed the words stay."""

    id: UUID
    caption: str
    shown: bool
    added_by: str
    added_at: datetime
    removed_by: str
    removed_at: datetime | None
    photos: list[PhotoRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an order: more time asked for, who helps, the plan, those before it, the evidence, oldest first.

    `projects` has the project that the order belongs to, if any; `open_projects` those of its item that take orders.
    """

    extensions: list[ExtensionRow]
    co_handlers: list[CoHandlerRow]
    milestones: list[MilestoneRow]
    earlier_lines: list[MilestoneRow]
    projects: list[tuple[UUID, str]]
    open_projects: list[tuple[UUID, str]]
    evidence: list[EvidenceRow]

    @property
    def open_extension(self) -> ExtensionRow | None:
        """The one that waits for a decision."""
        return next((one for one in self.extensions if one.granted is None), None)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call through the relay: what for, and what became of it; never a number."""

    purpose: RelayPurpose
    state: DeliveryState
    at: datetime


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A text message to the reviewer about an order: which, and what became of it; never where it went."""

    template: Template
    state: DeliveryState
    at: datetime


@dataclass(frozen=True, slots=True)
class Looks:
    """How often the page of an order, with its case number, was opened, by how many people, and when last."""

    times: int
    people: int
    last: datetime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Everything that happened to an order; `names` are those of the staff accounts in it, by `kind:id`.

    `photos` are those of its review, `targets` hall, window and staff, `messages` the thread, as the agency reads it,
    `answers` each word of the reviewer on whether it is solved, `contacts` the calls and messages without an outcome.
    """

    beside: Beside
    events: list[EventRow] = field(default_factory=list)
    calls: list[CallRow] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    photos: list[PhotoRow] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    ticks: list[ClockTick] = field(default_factory=list)
    targets: dict[Kind, Ref] = field(default_factory=dict)
    answers: list[SolutionRow] = field(default_factory=list)
    told: list[ToldRow] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    looks: Looks | None = None


@dataclass(frozen=True, slots=True)
class SolutionRow:
    """What the reviewer said last about whether the matter is solved; changeable until then."""

    solved: Solved
    text: str
    answered_at: datetime
    changeable_until: datetime
