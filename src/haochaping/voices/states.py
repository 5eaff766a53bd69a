"""诉求 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.voices.terms import VoiceMove as M
from haochaping.voices.terms import VoiceState as S

# (state, move) → state. What is not here is refused.
TRANSITIONS: dict[tuple[S, M], S] = {
    (S.RECEIVED, M.TRANSFER): S.TRANSFERRED,
    # Sent to the wrong agency: the dispatcher sends it on, as long as nobody has signed.
    (S.TRANSFERRED, M.TRANSFER): S.TRANSFERRED,
    (S.TRANSFERRED, M.SIGN_FOR): S.SIGNED,
    (S.SIGNED, M.ANSWER): S.ANSWERED,
    (S.ANSWERED, M.CLOSE): S.CLOSED,
    # Urging says that somebody waits; it moves nothing.
    (S.RECEIVED, M.URGE): S.RECEIVED,
    (S.TRANSFERRED, M.URGE): S.TRANSFERRED,
    (S.SIGNED, M.URGE): S.SIGNED,
}

# Who may fire a move; urging is the person's, closing the person's or the clock's.
FIRED_BY: dict[M, Power] = {
    M.TRANSFER: Power.ORDER_DISPATCH,
    M.SIGN_FOR: Power.ORDER_HANDLE,
    M.ANSWER: Power.ORDER_HANDLE,
}

FINAL = frozenset({S.CLOSED})
# What an agency or dispatcher has nothing left to do with.
DONE = frozenset({S.ANSWERED, S.CLOSED})


def after(state: S, move: M) -> S | None:
    """The state a move leads to; None when it is not allowed."""
    return TRANSITIONS.get((state, move))


def moves_from(state: S) -> list[M]:
    """The moves that staff may make from a state."""
    return [move for (begin, move) in TRANSITIONS if begin == state and move in FIRED_BY]
