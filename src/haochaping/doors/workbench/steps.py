"""The steps a clerk can take with an order: form, action and words of each, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.doors.workbench.forms import (
    ANSWERS,
    CallbackForm,
    CallForm,
    MessageForm,
    RectifyForm,
    ReplyForm,
    SignForm,
)
from haochaping.flows import call_back, handle_bad_review
from haochaping.kernel.refused import N_
from haochaping.rectification import actions as rectification
from haochaping.rectification.states import FINAL, moves_from
from haochaping.rectification.terms import Move, OrderState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django import forms

    from haochaping.kernel.actor import Actor

    type Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One form of the order page; `move` is what it fires, None for a message or call, which change no state."""

    title: str
    button: str
    done: str
    form: type[forms.Form]
    perform: Callable[[UUID, Typed, Actor, datetime], None]
    move: Move | None = None


def _sign_for(order_id: UUID, _typed: Typed, by: Actor, now: datetime) -> None:
    rectification.sign_for(order_id, by=by, now=now)


def _verify(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    rectification.verify_by_callback(
        order_id,
        result=typed["result"],
        is_true=ANSWERS.get(typed["is_true"]),
        is_reasonable=ANSWERS.get(typed["is_reasonable"]),
        note=typed["note"],
        by=by,
        now=now,
    )


def _rectify(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    rectification.rectify(order_id, outcome=typed["outcome"], text=typed["text"], by=by, now=now)


def _reply(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    handle_bad_review.reply(order_id, typed["text"], by=by, now=now)


def _write(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    handle_bad_review.write_to_reviewer(order_id, typed["text"], by=by, now=now)


def _call(order_id: UUID, typed: Typed, by: Actor, now: datetime) -> None:
    call_back.request_call(order_id, purpose=typed["purpose"], line=typed["line"], by=by, now=now)


MESSAGE, CALL = "message", "call"
STEPS = {
    "sign-for": Step(
        N_("Sign for this order"),
        N_("Sign for it"),
        N_("You have signed for the order."),
        SignForm,
        _sign_for,
        Move.SIGN_FOR,
    ),
    "rectification": Step(
        N_("Record what was put right"),
        N_("Record it"),
        N_("The rectification is recorded."),
        RectifyForm,
        _rectify,
        Move.RECTIFY,
    ),
    "call-back": Step(
        N_("Record a call-back"),
        N_("Record it"),
        N_("The call-back is recorded."),
        CallbackForm,
        _verify,
        Move.VERIFY,
    ),
    "reply": Step(
        N_("Reply and finish"),
        N_("Send the reply"),
        N_("The reply is sent; the order is finished."),
        ReplyForm,
        _reply,
        Move.REPLY,
    ),
    CALL: Step(
        N_("Call the reviewer through the relay"),
        N_("Have the relay call"),
        N_("The relay rings your desk phone in a moment; the outcome appears here."),
        CallForm,
        _call,
    ),
    MESSAGE: Step(N_("Write to the reviewer"), N_("Send"), N_("The message is sent."), MessageForm, _write),
}


def open_steps(state: OrderState) -> list[str]:
    """The steps that a state allows, without the message."""
    allowed = moves_from(state)
    return [name for name, step in STEPS.items() if step.move in allowed]


def may_write(state: OrderState) -> bool:
    """Whether the reviewer is written to in this state: also after the reply, never about a cancelled order."""
    return state not in FINAL - {OrderState.REPLIED}
