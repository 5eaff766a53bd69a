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
from haochaping.rectification.actions.projects import (
    add_order,
    close_project,
    open_project,
    record_change,
    tick_task,
)

__all__ = [
    "add_order",
    "answer_solution",
    "cancel",
    "close_project",
    "dispatch",
    "hold_until",
    "link_thread",
    "open_or_reopen",
    "open_orders",
    "open_project",
    "promise_late",
    "record_change",
    "rectify",
    "reply",
    "sign_for",
    "tick_task",
    "verify_by_callback",
]
