"""What became of a review: where its work order stands, what the agency promises, what was written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.doors.portal.followed import followed
from haochaping.doors.portal.told import extended, plans_of, told_of
from haochaping.flows import merge_orders
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_
from haochaping.notices import queries as notices
from haochaping.notices.terms import Side
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import is_overdue, of_this_round, offered
from haochaping.rectification.states import ANSWERED, APPEAL_SECOND, ASKED, CLOCK_OF, after
from haochaping.rectification.terms import (
    OUTCOME_LABELS,
    SOLVED_LABELS,
    AppealState,
    ClockKind,
    HandlingOutcome,
    Move,
    OrderState,
    Solved,
)
from haochaping.ui.moments import moment
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.doors.portal.told import PlanLine
    from haochaping.notices.terms import MessageRow
    from haochaping.rectification.terms import AppealRow, EvidenceRow, OrderRow, SolutionRow

_AFTER: dict[OrderState, str] = {
    OrderState.CLOSED: N_("This is closed."),
    OrderState.ESCALATED: N_(
        "You said that it is not solved. The supervising office now decides what happens next."
    ),
    OrderState.EXCLUDED: N_("After verification this review is not counted for now; you may object."),
    OrderState.MERGED: N_(
        "This was joined with your other review of the same matter; the answer stands there."
    ),
}
_OBJECTED = N_(
    "This review is not counted for now. You have objected: the level above is looking at it again."
)
_EXCLUDED = N_("After verification this review is not counted.")
_JOINED = N_("This was joined with your other review of the same matter: both are answered together.")
_PAUSED = N_(
    "{agency} has asked for a second look at the review itself. The clock stands still until that is decided."
)
_NO_DATE = N_("{agency} has your review. The date of the next step is still to be set.")
# 承继: nobody goes on with the items of an agency that has ended, until the dispatcher says who.
_UNDECIDED = N_(
    "{agency} is no more. It is being decided who goes on; what it should have done by {due} stands."
)
_UNDECIDED_NO_DATE = N_("{agency} is no more. It is being decided who goes on.")
# By the clock that runs: what is due is what the clerk's page says, whatever else an order waits for.
_PROMISED = {
    ClockKind.SIGN: N_("{agency} will take up your review by {due}."),
    ClockKind.CONTACT: N_("{agency} will contact you by {due}."),
    ClockKind.RECTIFY: N_("{agency} will put it right and answer you here by {due}."),
    ClockKind.DECIDE: N_(
        "You said that it is still not solved. The supervisory office decides about it by {due}."
    ),
}
_LATE = {
    ClockKind.SIGN: N_(
        "{agency} should have taken up your review by {due} and has not done so. This is recorded as overdue."
    ),
    ClockKind.CONTACT: N_(
        "{agency} should have contacted you by {due} and has not done so. This is recorded as overdue."
    ),
    ClockKind.RECTIFY: N_(
        "{agency} should have answered you by {due} and has not done so. This is recorded as overdue."
    ),
    ClockKind.DECIDE: N_(
        "You said that it is still not solved. The supervisory office should have decided by {due} and has not done so."
        " This is recorded as overdue."
    ),
}
# 全隐: not the agency calls, but whoever supervises it (flows/conceal.py).
_OFFICE = N_("Whoever supervises {agency} will contact you by {due}; it does not do so itself.")
_OFFICE_LATE = N_(
    "Whoever supervises {agency} should have contacted you by {due} and has not done so. This is recorded as overdue."
)
# Nobody calls whoever has not agreed to it, and the agency does not write to whom it does not know.
_UNASKED = N_("{agency} will look into it by {due}; it does not contact you, and the answer comes here.")
_UNASKED_LATE = N_(
    "{agency} should have looked into it by {due} and has not done so. This is recorded as overdue."
)


@dataclass(frozen=True, slots=True)
class Progress:
    """The order of a review as its reviewer reads it; `promise` is a sentence with its date, "" when nothing is due.

    `asks` says whether the reviewer is asked if it is solved; `extended` why it takes longer, "" if it does not, `until`
    by when then, None where no day is known; `begun` that the agency finishes it, even when the reviewer rates better or
    takes the review back; `evidence` what it shows;
    `plan` what it has promised by which day, `earlier` before its time began anew; `joined` says that it is answered with
    another review of the same person, and everything else speaks of that one's order; `joined_at` is that review's
    address, "" where it is not known; `writes` that the reviewer can write to the agency, which then may write back.
    """

    agency: str
    waiting: bool
    begun: bool
    promise: str
    late: bool
    events: list[Event]
    outcome: str
    reply: str
    replied_at: datetime | None
    thread: list[Event] | None
    writes: bool
    solution: SolutionRow | None
    asks: bool
    answers: tuple[Solved, ...]
    extended: str
    until: datetime | None
    plan: list[PlanLine]
    earlier: list[PlanLine]
    followed: list[str]
    evidence: list[EvidenceRow]
    joined: str
    joined_at: str

    @property
    def solved(self) -> str:
        """What the reviewer answered, in words."""
        return gettext(SOLVED_LABELS[self.solution.solved]) if self.solution else ""


def progress_of(
    order: OrderRow | None,
    said: SolutionRow | None,
    *,
    shows: bool,
    levels: int,
    concealed: bool,
    called: bool,
    now: datetime,
) -> Progress | None:
    """What became of a review by its order; None when there is nothing to put right.

    `shows` says that there is evidence for the reviewer, `levels` between how many words they choose, `concealed` that
    the agency does not learn of the case and does not contact them, `called` that they agreed to be called.
    """
    if order is None or order.state == OrderState.CANCELLED:
        return None
    waiting = order.state == OrderState.CREATED
    told, answers = ([], []) if waiting else orders.own_timeline(order.id)
    plan, earlier = plans_of(order, told)
    messages = notices.messages(order.thread_id, for_side=Side.REVIEWER) if order.thread_id else None
    return Progress(
        agency=order.agency_name,
        waiting=waiting,
        begun=after(order.state, Move.CANCEL) is None,
        promise="" if waiting else promise(order, now, concealed=concealed, called=called),
        late=order.clock in _LATE and is_overdue(order, now),
        events=told_of(order, told, answers),
        plan=plan,
        earlier=earlier,
        outcome=gettext(OUTCOME_LABELS[HandlingOutcome(order.outcome)]) if order.outcome else "",
        reply=order.reply_text,
        replied_at=order.replied_at,
        solution=of_this_round(said, order.replied_at),
        asks=order.state in ASKED,
        answers=offered(levels) if order.state in ASKED else (),
        extended=extended(order, told),
        until=order.rectify_due_at,
        followed=followed(order.id, told),
        evidence=orders.shown_evidence(order.id) if shows and order.reply_text else [],
        joined="",
        joined_at="",
        thread=None if messages is None else [_said(message, order.agency_name) for message in messages],
        writes=not concealed,
    )


def joined(own: Progress, order: OrderRow, lead: OrderRow, led: Progress) -> Progress:
    """The progress of an order that is answered with another of the same reviewer.

    Promise, answer and question are the other one's; what happened to this one before, and its messages, are its own.
    """
    token = merge_orders.token_of_lead(order, lead)
    return replace(
        led,
        joined=gettext(_JOINED),
        joined_at=reverse("review", args=[token]) if token else "",
        events=[*own.events, *(one for one in led.events if _is_later(one, order.closed_at))],
        thread=own.thread,
        writes=own.writes,
    )


def _is_later(event: Event, since: datetime | None) -> bool:
    return since is not None and event.at is not None and event.at > since


def after_objection(own: Progress, order: OrderRow, appeal: AppealRow | None) -> Progress:
    """The same where the review is excluded and has been objected to, or can be objected to no more."""
    if order.state != OrderState.EXCLUDED or appeal is None or appeal.state == AppealState.DECIDED:
        return own
    return replace(own, promise=gettext(_OBJECTED if appeal.state in APPEAL_SECOND else _EXCLUDED))


def promise(order: OrderRow, now: datetime, *, concealed: bool = False, called: bool = True) -> str:
    """What happens next and by when: the same clock that the clerk sees. "" when nothing is due any more."""
    if order.state in _AFTER or order.state in ANSWERED:
        return _afterwards(order, now)
    if order.paused_at is not None:
        return gettext(_PAUSED).format(agency=order.agency_name)
    due, overdue = order.due_at, is_overdue(order, now)
    undecided = order.ended_before(local_day(now)) is not None and not overdue
    if due is None:
        return gettext(_UNDECIDED_NO_DATE if undecided else _NO_DATE).format(agency=order.agency_name)
    if undecided:
        return gettext(_UNDECIDED).format(agency=order.agency_name, due=moment(due))
    clock = CLOCK_OF[order.state]
    sentence = (_LATE if overdue else _PROMISED)[clock]
    if concealed and clock == ClockKind.CONTACT:
        said = (_OFFICE, _OFFICE_LATE) if called else (_UNASKED, _UNASKED_LATE)
        sentence = said[overdue]
    return gettext(sentence).format(agency=order.agency_name, due=moment(due))


def _afterwards(order: OrderRow, now: datetime) -> str:
    """The same where the agency owes nothing: what the supervisory office decides, and by when; "" where nothing is left."""
    if order.clock == ClockKind.DECIDE and order.due_at is not None:
        said = (_LATE if is_overdue(order, now) else _PROMISED)[ClockKind.DECIDE]
        return gettext(said).format(due=moment(order.due_at))
    return gettext(_AFTER[order.state]) if order.state in _AFTER else ""


def _said(message: MessageRow, agency: str) -> Event:
    title = gettext("You") if message.side == Side.REVIEWER else agency
    return Event(title, message.sent_at, text=message.text)
