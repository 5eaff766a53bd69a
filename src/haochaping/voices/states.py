"""诉求 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.voices.terms import OFFICE_KINDS, VoiceKind
from haochaping.voices.terms import VoiceMove as M
from haochaping.voices.terms import VoiceState as S

# (state, move) → state. What is not here is refused.
TRANSITIONS: dict[tuple[S, M], S] = {
    (S.RECEIVED, M.TRANSFER): S.TRANSFERRED,
    # Sent to the wrong agency: the dispatcher sends it on, as long as nobody has signed.
    (S.TRANSFERRED, M.TRANSFER): S.TRANSFERRED,
    # Its agency has ended: whoever takes over goes on where it stood.
    **{(state, M.HAND_ON): state for state in (S.RECEIVED, S.TRANSFERRED, S.SIGNED, S.ANSWERED)},
    (S.TRANSFERRED, M.SIGN_FOR): S.SIGNED,
    (S.SIGNED, M.ANSWER): S.ANSWERED,
    (S.ANSWERED, M.CLOSE): S.CLOSED,
    # The person says that it is not solved: once more (rulebook), then the supervisory office decides.
    (S.ANSWERED, M.REOPEN): S.TRANSFERRED,
    (S.ANSWERED, M.ESCALATE): S.ESCALATED,
    (S.ESCALATED, M.END): S.CLOSED,
    # Whom it is about is known at last: from then on that person sees nothing of it.
    **{(state, M.NAME): state for state in (S.RECEIVED, S.TRANSFERRED, S.SIGNED, S.ANSWERED)},
    # Urging says that somebody waits; it moves nothing.
    (S.RECEIVED, M.URGE): S.RECEIVED,
    (S.TRANSFERRED, M.URGE): S.TRANSFERRED,
    (S.SIGNED, M.URGE): S.SIGNED,
}

# Who may fire a move; urging is the person's, closing the person's or the clock's, the person's no opens or escalates.
FIRED_BY: dict[M, Power] = {
    M.TRANSFER: Power.ORDER_DISPATCH,
    M.HAND_ON: Power.ORDER_DISPATCH,
    M.SIGN_FOR: Power.ORDER_HANDLE,
    M.ANSWER: Power.ORDER_HANDLE,
    M.END: Power.ORDER_SUPERVISE,
}
# Fired by whoever passes on or handles.
SHARED = frozenset({M.NAME})
# What is about a handling, or about one's own data, is the supervisory office's from the first moment to the last.
FIRED_BY_OFFICE: dict[M, Power] = dict.fromkeys((M.SIGN_FOR, M.ANSWER, M.END), Power.ORDER_SUPERVISE)

FINAL = frozenset({S.CLOSED})
# What nobody has anything left to do with, as long as the person is not heard of.
DONE = frozenset({S.ANSWERED, S.CLOSED})
# The same for agencies and dispatchers.
AWAY = DONE | {S.ESCALATED}


def after(state: S, move: M) -> S | None:
    """The state a move leads to; None when it is not allowed."""
    return TRANSITIONS.get((state, move))


def moves_from(state: S) -> list[M]:
    """The moves that staff may make from a state."""
    return [move for (begin, move) in TRANSITIONS if begin == state and (move in FIRED_BY or move in SHARED)]


def at_office_from(state: S, kind: VoiceKind) -> list[M]:
    """The moves that the supervisory office may make: all of what is its own, of others the decision."""
    fires = FIRED_BY_OFFICE if kind in OFFICE_KINDS else {M.END}
    return [move for move in moves_from(state) if move in fires]
