"""整改 writes: each step locks the order, checks who and when, and leaves an event and a ledger entry."""

from haochaping.rectification.actions.answers import answer_solution
from haochaping.rectification.actions.appeals import (
    accept_appeal,
    answer_appeal,
    contest_appeal,
    drop_appeal,
    file_appeal,
    lapse_appeal,
    refuse_appeal,
    time_appeals,
    withdraw_appeal,
)
from haochaping.rectification.actions.decisions import (
    confirm_decision,
    propose_decision,
    send_back,
)
from haochaping.rectification.actions.handling import (
    link_thread,
    rectify,
    reply,
    sign_for,
    verify_by_callback,
)
from haochaping.rectification.actions.opening import (
    cancel,
    dispatch,
    hold_until,
    open_or_reopen,
    open_orders,
    promise_late,
)

__all__ = [
    "accept_appeal",
    "answer_appeal",
    "answer_solution",
    "cancel",
    "confirm_decision",
    "contest_appeal",
    "dispatch",
    "drop_appeal",
    "file_appeal",
    "hold_until",
    "lapse_appeal",
    "link_thread",
    "open_or_reopen",
    "open_orders",
    "promise_late",
    "propose_decision",
    "rectify",
    "refuse_appeal",
    "reply",
    "send_back",
    "sign_for",
    "time_appeals",
    "verify_by_callback",
    "withdraw_appeal",
]
