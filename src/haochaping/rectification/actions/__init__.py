"""整改 writes: each step locks the order, checks who and when, and leaves an event and a ledger entry."""

from haochaping.rectification.actions.alarms import mark_alarms, mark_help_alarms, mark_late, mark_missed
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
from haochaping.rectification.actions.assigning import assign, assign_each, sign_for_each
from haochaping.rectification.actions.checking import close, end, pass_check, redo, take_up_again
from haochaping.rectification.actions.decisions import confirm_decision, propose_decision, send_back
from haochaping.rectification.actions.dispatch_rules import set_dispatch_rule, withdraw_dispatch_rule
from haochaping.rectification.actions.evidence import add_evidence, remove_evidence
from haochaping.rectification.actions.extensions import (
    adopt_deadlines,
    ask_extension,
    grant_extension,
    refuse_extension,
)
from haochaping.rectification.actions.faults import class_fault
from haochaping.rectification.actions.handing_on import hand_on, hand_on_ended, hand_on_reforms
from haochaping.rectification.actions.handling import (
    drop_milestone,
    enter_in_ledger,
    link_thread,
    reach_milestone,
    rectify,
    reply,
    sign_for,
    verify_by_callback,
    write_note,
)
from haochaping.rectification.actions.helping import contribute, hand_on_help, join
from haochaping.rectification.actions.opening import (
    cancel,
    classify_again,
    dispatch,
    hold_until,
    open_or_reopen,
    open_orders,
    promise_late,
    send,
)
from haochaping.rectification.actions.places import (
    ask_return,
    grant_return,
    merge,
    redispatch,
    refuse_return,
    separate,
)
from haochaping.rectification.actions.projects import (
    add_order,
    close_project,
    open_project,
    record_change,
    tick_task,
)
from haochaping.rectification.actions.reforms import (
    answer_reform,
    carry_out_reform,
    check_reform,
    drop_reform,
    send_reform,
)
from haochaping.rectification.actions.steps import take_once
from haochaping.rectification.actions.worklist import (
    keep_filter,
    mark_looked,
    record_export,
    remove_filter,
    rename_filter,
)

__all__ = [
    "accept_appeal",
    "add_evidence",
    "add_order",
    "adopt_deadlines",
    "answer_appeal",
    "answer_reform",
    "answer_solution",
    "ask_extension",
    "ask_return",
    "assign",
    "assign_each",
    "cancel",
    "carry_out_reform",
    "check_reform",
    "class_fault",
    "classify_again",
    "close",
    "close_project",
    "confirm_decision",
    "contest_appeal",
    "contribute",
    "dispatch",
    "drop_appeal",
    "drop_milestone",
    "drop_reform",
    "end",
    "enter_in_ledger",
    "exclude",
    "file_appeal",
    "grant_extension",
    "grant_return",
    "hand_on",
    "hand_on_ended",
    "hand_on_help",
    "hand_on_reforms",
    "hold_until",
    "join",
    "keep_filter",
    "lapse_appeal",
    "link_thread",
    "mark_alarms",
    "mark_help_alarms",
    "mark_late",
    "mark_looked",
    "mark_missed",
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
    "record_export",
    "rectify",
    "redispatch",
    "redo",
    "refuse_appeal",
    "refuse_extension",
    "refuse_return",
    "remove_evidence",
    "remove_filter",
    "rename_filter",
    "reply",
    "restore",
    "resume",
    "send",
    "send_back",
    "send_reform",
    "separate",
    "set_dispatch_rule",
    "sign_for",
    "sign_for_each",
    "take_once",
    "take_up_again",
    "tick_task",
    "time_appeals",
    "verify_by_callback",
    "withdraw_appeal",
    "withdraw_dispatch_rule",
    "write_note",
]
