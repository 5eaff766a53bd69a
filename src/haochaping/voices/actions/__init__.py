"""诉求 writes: each move locks the voice, checks who and when, and leaves an event and a ledger entry."""

from haochaping.voices.actions.giving import complain, receive, take_up
from haochaping.voices.actions.handling import answer, end, sign_for, transfer
from haochaping.voices.actions.steps import checked_text
from haochaping.voices.actions.words import close_silent, promise_late, say_word, urge

__all__ = [
    "answer",
    "checked_text",
    "close_silent",
    "complain",
    "end",
    "promise_late",
    "receive",
    "say_word",
    "sign_for",
    "take_up",
    "transfer",
    "urge",
]
