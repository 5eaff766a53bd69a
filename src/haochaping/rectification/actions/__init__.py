"""整改 writes: each step locks the order, checks who and when, and leaves an event and a ledger entry."""

from haochaping.rectification.actions.alarms import mark_alarms, mark_late
from haochaping.rectification.actions.answers import answer_solution
from haochaping.rectification.actions.appealed import exclude, pause, restore, resume
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
from haochaping.rectification.actions.checking import close, end, pass_check, redo, take_up_again
from haochaping.rectification.actions.decisions import confirm_decision, propose_decision, send_back
from haochaping.rectification.actions.dispatch_rules import set_dispatch_rule, withdraw_dispatch_rule
from haochaping.rectification.actions.extensions import ask_extension, grant_extension, refuse_extension
from haochaping.rectification.actions.handling import (
    enter_in_ledger,
    link_thread,
    reach_milestone,
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
from haochaping.rectification.actions.places import (
    ask_return,
    contribute,
    grant_return,
    join,
    merge,
    redispatch,
    refuse_return,
)
from haochaping.rectification.actions.projects import (
    add_order,
    close_project,
    open_project,
    record_change,
    tick_task,
)

__all__ = [
    "accept_appeal",
    "add_order",
    "answer_appeal",
    "answer_solution",
    "ask_extension",
    "ask_return",
    "cancel",
    "close",
    "close_project",
    "confirm_decision",
    "contest_appeal",
    "contribute",
    "dispatch",
    "drop_appeal",
    "end",
    "enter_in_ledger",
    "exclude",
    "file_appeal",
    "grant_extension",
    "grant_return",
    "hold_until",
    "join",
    "lapse_appeal",
    "link_thread",
    "mark_alarms",
    "mark_late",
    "merge",
    "open_or_reopen",
    "open_orders",
    "open_project",
    "pass_check",
    "pause",
    "promise_late",
    "propose_decision",
    "reach_milestone",
    "record_change",
    "rectify",
    "redispatch",
    "redo",
    "refuse_appeal",
    "refuse_extension",
    "refuse_return",
    "reply",
    "restore",
    "resume",
    "send_back",
    "set_dispatch_rule",
    "sign_for",
    "take_up_again",
    "tick_task",
    "time_appeals",
    "verify_by_callback",
    "withdraw_appeal",
    "withdraw_dispatch_rule",
]
