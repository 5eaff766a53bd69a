"""监督 writes: signals as a set; supervision orders, proposals and urgings one step at a time."""

from haochaping.supervision.actions.measures import carry_out_measure, hear_person, propose_measure
from haochaping.supervision.actions.orders import (
    check,
    hand_on,
    hold_interview,
    lift,
    notify,
    open_automatic,
    open_letter,
    respond,
    settle,
)
from haochaping.supervision.actions.proposals import decide, propose
from haochaping.supervision.actions.reports import deal_with_report, find_report, report
from haochaping.supervision.actions.signals import raise_signals
from haochaping.supervision.actions.urgings import answer, ask_help, urge

__all__ = [
    "answer",
    "ask_help",
    "carry_out_measure",
    "check",
    "deal_with_report",
    "decide",
    "find_report",
    "hand_on",
    "hear_person",
    "hold_interview",
    "lift",
    "notify",
    "open_automatic",
    "open_letter",
    "propose",
    "propose_measure",
    "raise_signals",
    "report",
    "respond",
    "settle",
    "urge",
]
