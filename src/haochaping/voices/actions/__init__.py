"""诉求 writes: each move locks the voice, checks who and when, and leaves an event and a ledger entry."""

from haochaping.voices.actions.alarms import mark_alarms
from haochaping.voices.actions.giving import ask_about_own_data, complain, receive, take_turn, take_up
from haochaping.voices.actions.handing_on import hand_on, hand_on_ended
from haochaping.voices.actions.handling import answer, end, name, sign_for, transfer
from haochaping.voices.actions.history import take_over
from haochaping.voices.actions.steps import checked_text
from haochaping.voices.actions.words import close_silent, promise_late, say_word, urge

__all__ = [
    "answer",
    "ask_about_own_data",
    "checked_text",
    "close_silent",
    "complain",
    "end",
    "hand_on",
    "hand_on_ended",
    "mark_alarms",
    "name",
    "promise_late",
    "receive",
    "say_word",
    "sign_for",
    "take_over",
    "take_turn",
    "take_up",
    "transfer",
    "urge",
]
