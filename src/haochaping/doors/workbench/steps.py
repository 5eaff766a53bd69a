"""The steps that can be taken with an order: form, action and words of each, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haochaping.accounts.access import may, may_any, may_reach
from haochaping.accounts.terms import Power
from haochaping.doors.workbench.call_forms import ANSWERS, CallbackForm, CallForm
from haochaping.doors.workbench.forms import (
    AskExtensionForm,
    ContributeForm,
    DropForm,
    ElsewhereForm,
    EndForm,
    InternalNoteForm,
    JoinForm,
    LedgerForm,
    MergeForm,
    MessageForm,
    MilestoneForm,
    NoteForm,
    ReasonForm,
    RectifyForm,
    ReplyForm,
    SignForm,
)
from haochaping.flows import ask_help, call_back, close_order, hand_on, handle_bad_review, merge_orders
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_
from haochaping.rectification import actions as rectification
from haochaping.rectification.access import is_own
from haochaping.rectification.states import (
    ANSWERED,
    FINAL,
    FIRED_BY,
    NOT_WHILE_PAUSED,
    SHARED,
    after,
    moves_from,
)
from haochaping.rectification.terms import Move, OrderState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from django import forms

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import Beside, CoHandlerRow, HistoryRow, OrderRow
    from haochaping.rulebook.terms import Terms

    type Typed = Mapping[str, Any]
    type Perform = Callable[[UUID, Typed, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Step:
    """One form of the order page; `move` is what it fires, None for a message or call, which change no state."""

    title: str
    button: str
    done: str
    form: type[forms.Form]
    perform: Perform
    move: Move | None = None
    calls: bool = False
    """Whether it is about a call: who makes it depends on the order (flows/conceal.py)."""

    @property
    def powers(self) -> tuple[Power, ...]:
        """Any one of these whoever takes it must hold."""
        own = FIRED_BY[self.move] if self.move else Power.ORDER_HANDLE
        shared = self.calls or self.move in SHARED
        return (own, Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE) if shared else (own,)


def _plain(action: Callable[..., object], *names: str) -> Perform:
    """The step that hands the named fields of its form to an action of the room."""

    def perform(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> object:
        return action(order_id, **{name: typed[name] for name in names}, by=by, now=now)

    return perform


def _flow(flow: Callable[..., object], *names: str) -> Perform:
    """The step that hands the named fields of its form to a flow, in their order."""

    def perform(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> object:
        return flow(order_id, *(typed[name] for name in names), by=by, now=now)

    return perform


def _verify(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    call_back.record(
        order_id,
        result=typed["result"],
        is_true=ANSWERS.get(typed["is_true"]),
        is_reasonable=ANSWERS.get(typed["is_reasonable"]),
        note=typed["note"],
        contact=typed["contact"],
        recording=typed["recording"],
        by=by,
        now=now,
    )


def _reply(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    confirmed = typed.get("doubts", "") if typed.get("confirm") else ""
    handle_bad_review.reply_with_care(order_id, typed["text"], confirmed=confirmed, by=by, now=now)


def _reach(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    rectification.reach_milestone(
        order_id, milestone_id=typed["milestone"], note=typed["note"], by=by, now=now
    )


def _drop(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    rectification.drop_milestone(
        order_id, milestone_id=typed["milestone"], reason=typed["reason"], by=by, now=now
    )


MESSAGE, CALL, MILESTONE, DROP, NOTE = "message", "call", "milestone", "drop", "note"
STEPS = {
    "sign-for": Step(
        N_("Sign for this order"),
        N_("Sign for it"),
        N_("You have signed for the order."),
        SignForm,
        _flow(handle_bad_review.sign_for),
        Move.SIGN_FOR,
    ),
    "return": Step(
        N_("It is not ours: ask to return it"),
        N_("Ask to return it"),
        N_("The dispatcher decides about the return; the clock runs on until then."),
        ReasonForm,
        _flow(close_order.ask_return, "reason"),
        Move.ASK_RETURN,
    ),
    "grant-return": Step(
        N_("Agree to the return and send it to another agency"),
        N_("Send it"),
        N_("The order is with the other agency."),
        ElsewhereForm,
        _flow(close_order.grant_return, "agency", "reason"),
        Move.GRANT_RETURN,
    ),
    "refuse-return": Step(
        N_("Refuse the return"),
        N_("Refuse it"),
        N_("The order stays with the agency."),
        ReasonForm,
        _flow(close_order.refuse_return, "reason"),
        Move.REFUSE_RETURN,
    ),
    "rectification": Step(
        N_("Record what was put right"),
        N_("Record it"),
        N_("The rectification is recorded."),
        RectifyForm,
        _plain(rectification.rectify, "outcome", "text"),
        Move.RECTIFY,
    ),
    "ledger": Step(
        N_("It takes longer: enter it in the rectification ledger"),
        N_("Enter it"),
        N_("The order is in the ledger, with the longer limit; the reviewer sees the new day."),
        LedgerForm,
        _flow(handle_bad_review.enter_in_ledger, "reason", "plan"),
        Move.LEDGER,
    ),
    MILESTONE: Step(
        N_("A line of the plan is done"),
        N_("Done"),
        N_("The progress is recorded."),
        MilestoneForm,
        _reach,
        Move.MILESTONE,
    ),
    DROP: Step(
        N_("A line of the plan is not to be done any more"),
        N_("End this line"),
        N_("The line is ended; the reviewer reads why."),
        DropForm,
        _drop,
        Move.MILESTONE,
    ),
    "call-back": Step(
        N_("Record a call-back"),
        N_("Record it"),
        N_("The call-back is recorded."),
        CallbackForm,
        _verify,
        Move.VERIFY,
        calls=True,
    ),
    "more-time": Step(
        N_("Ask for more time"),
        N_("Ask for it"),
        N_("The dispatcher decides about more time."),
        AskExtensionForm,
        _flow(handle_bad_review.ask_extension, "days", "reason"),
        Move.ASK_EXTENSION,
    ),
    "grant-time": Step(
        N_("Grant more time"),
        N_("Grant it"),
        N_("More time is granted; the reviewer is told until when and why."),
        NoteForm,
        _flow(handle_bad_review.grant_extension, "note"),
        Move.GRANT_EXTENSION,
    ),
    "refuse-time": Step(
        N_("Refuse more time"),
        N_("Refuse it"),
        N_("The deadline stays."),
        NoteForm,
        _flow(handle_bad_review.refuse_extension, "note"),
        Move.REFUSE_EXTENSION,
    ),
    "contribution": Step(
        N_("Say what your agency has done"),
        N_("Record it"),
        N_("Your agency’s part is recorded."),
        ContributeForm,
        _flow(ask_help.give, "text"),
        Move.CONTRIBUTE,
    ),
    "reply": Step(
        N_("Reply"),
        N_("Send the reply"),
        N_("The reply is sent; somebody else checks it."),
        ReplyForm,
        _reply,
        Move.REPLY,
    ),
    "pass-check": Step(
        N_("Quality check: the reply holds"),
        N_("It holds"),
        N_("The reply has passed the check; the reviewer’s word decides now."),
        SignForm,
        _flow(close_order.pass_check),
        Move.PASS_CHECK,
    ),
    "redo": Step(
        N_("Quality check: back to the agency"),
        N_("Send it back"),
        N_("The agency works on it again."),
        ReasonForm,
        _flow(close_order.redo, "reason"),
        Move.REDO,
    ),
    "join": Step(
        N_("Ask another agency to help"),
        N_("Ask it"),
        N_("The other agency has been asked to help."),
        JoinForm,
        _flow(ask_help.ask, "agency", "task"),
        Move.JOIN,
    ),
    "send": Step(
        N_("Send it to another agency"),
        N_("Send it"),
        N_("The order is with the other agency."),
        ElsewhereForm,
        _flow(close_order.send_to_another, "agency", "reason"),
        Move.REDISPATCH,
    ),
    "hand-on": Step(
        N_("An agency has ended: who takes what it had?"),
        N_("Hand it on"),
        N_("It is with the other agency; the clock runs on."),
        ElsewhereForm,
        _flow(hand_on.hand_on, "agency", "reason"),
        Move.HAND_ON,
    ),
    "merge": Step(
        N_("Merge it with another order of the same reviewer"),
        N_("Merge it"),
        N_("The order is answered with the other one."),
        MergeForm,
        _flow(merge_orders.merge, "into"),
        Move.MERGE,
    ),
    "end": Step(
        N_("Close it although it is not solved"),
        N_("Close it"),
        N_("The order is closed; the reviewer reads your reason."),
        EndForm,
        _flow(close_order.end, "reason"),
        Move.END,
    ),
    CALL: Step(
        N_("Call the reviewer through the relay"),
        N_("Have the relay call"),
        N_(
            "The relay rings your desk phone in a moment; once it has rung, record above what the call brought."
        ),
        CallForm,
        _plain(call_back.request_call, "purpose", "line"),
        calls=True,
    ),
    MESSAGE: Step(
        N_("Write to the reviewer"),
        N_("Send"),
        N_("The message is sent."),
        MessageForm,
        _flow(handle_bad_review.write_to_reviewer, "text"),
    ),
    NOTE: Step(
        N_("Leave an internal note"),
        N_("Leave the note"),
        N_("The note stands in the history of the order; the reviewer does not read it."),
        InternalNoteForm,
        _plain(rectification.write_note, "text"),
        Move.NOTE,
    ),
}
# Where the page has a place of their own for them.
_ELSEWHERE = frozenset({MILESTONE, DROP, NOTE})


def open_steps(
    order: OrderRow, history: HistoryRow, by: Actor, *, records_calls: bool, terms: Terms, now: datetime
) -> list[str]:
    """The steps that the order's state, the rules and who asks allow; without message, call, lines of the plan and notes.

    Whose agency only helps has none but to say what it has done.
    """
    beside = history.beside
    fires = {move for move, power in FIRED_BY.items() if may(by, power)} - {Move.VERIFY}
    allowed = set(moves_from(order.state)) & (fires | {Move.VERIFY} if records_calls else fires)
    if not is_own(by, order):
        allowed &= {Move.CONTRIBUTE}
    if beside.open_extension is None:
        allowed -= {Move.GRANT_EXTENSION, Move.REFUSE_EXTENSION}
    if beside.open_extension or sum(1 for e in beside.extensions if e.granted) >= terms.extensions_at_most:
        allowed -= {Move.ASK_EXTENSION}
    allowed -= _shut_returns(order, history, terms, now)
    if not _has_ended(order, beside, local_day(now)):
        allowed -= {Move.HAND_ON}
    if own_part(beside, by) is None:
        allowed -= {Move.CONTRIBUTE}
    if order.paused_at is not None:
        allowed -= NOT_WHILE_PAUSED
    return [name for name, step in STEPS.items() if step.move in allowed and name not in _ELSEWHERE]


def own_part(beside: Beside, by: Actor) -> CoHandlerRow | None:
    """What the reader's agency was asked to help with and has not done yet."""
    return next(
        (
            one
            for one in beside.co_handlers
            if one.is_open and may_reach(by, division_path="-", agency_path=one.agency_path)
        ),
        None,
    )


def _shut_returns(order: OrderRow, history: HistoryRow, terms: Terms, now: datetime) -> set[Move]:
    """What the rules and the time do not let pass of a return: as `ask_return` and `refuse_return` check."""
    shut = set() if terms.return_needs_approval else {Move.REFUSE_RETURN}
    asked = sum(1 for event in history.events if event.move == Move.ASK_RETURN)
    too_late = order.sign_due_at is not None and now > order.sign_due_at
    return shut | ({Move.ASK_RETURN} if asked >= terms.returns_at_most or too_late else set())


def _has_ended(order: OrderRow, beside: Beside, today: date) -> bool:
    """Whether the agency of the order has ended, or one that is still to help."""
    helpers = (one.agency_valid_to for one in beside.co_handlers if one.is_open)
    return order.ended_before(today) is not None or any(last is not None and last < today for last in helpers)


def may_note(order: OrderRow, by: Actor) -> bool:
    """Whether somebody may leave a note on an order: who handles, checks or supervises it, not an agency that only helps."""
    return after(order.state, Move.NOTE) is not None and may_any(by, STEPS[NOTE].powers) and is_own(by, order)


def may_write(state: OrderState) -> bool:
    """Whether the reviewer is written to in this state: also after the reply, never about an order that fell away."""
    return state in ANSWERED or state not in FINAL
