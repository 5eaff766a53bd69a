"""整改 writes: each step locks the order, checks who and when, and leaves an event and a ledger entry."""

from haochaping.rectification.actions.answers import answer_solution
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
    "answer_solution",
    "cancel",
    "dispatch",
    "hold_until",
    "link_thread",
    "open_or_reopen",
    "open_orders",
    "promise_late",
    "rectify",
    "reply",
    "sign_for",
    "verify_by_callback",
]
