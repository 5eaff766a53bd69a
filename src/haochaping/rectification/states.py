"""差评工单 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.rectification.terms import AppealMove, Move
from haochaping.rectification.terms import AppealState as A
from haochaping.rectification.terms import OrderState as S

# (state, move) → state. What is not here is refused.
TRANSITIONS: dict[tuple[S, Move], S] = {
    (S.CREATED, Move.DISPATCH): S.DISPATCHED,
    (S.DISPATCHED, Move.SIGN_FOR): S.SIGNED,
    (S.SIGNED, Move.VERIFY): S.VERIFIED,
    (S.VERIFIED, Move.VERIFY): S.VERIFIED,
    (S.VERIFIED, Move.RECTIFY): S.RECTIFIED,
    (S.RECTIFIED, Move.REPLY): S.REPLIED,
    # The reviewer's own hand: a mis-tap changed back dispatches nothing; what an agency has begun is finished.
    (S.CREATED, Move.CANCEL): S.CANCELLED,
    (S.DISPATCHED, Move.CANCEL): S.CANCELLED,
    (S.CANCELLED, Move.REOPEN): S.CREATED,
}

# Who may fire a move; moves that are not here belong to flows (the system, or the reviewer's own change).
FIRED_BY: dict[Move, Power] = {
    Move.SIGN_FOR: Power.ORDER_HANDLE,
    Move.VERIFY: Power.ORDER_HANDLE,
    Move.RECTIFY: Power.ORDER_HANDLE,
    Move.REPLY: Power.ORDER_HANDLE,
}

FINAL = frozenset({S.REPLIED, S.CANCELLED})


# The reviewer is called while the agency works on the order: after it has signed, until it has replied.
_CALLED = frozenset({S.SIGNED, S.VERIFIED, S.RECTIFIED})


def may_call(state: S) -> bool:
    """Whether the reviewer may be called in this state."""
    return state in _CALLED


def after(state: S, move: Move) -> S | None:
    """The state a move leads to; None when it is not allowed."""
    return TRANSITIONS.get((state, move))


def moves_from(state: S) -> list[Move]:
    """The moves that staff may make from a state."""
    return [move for (begin, move) in TRANSITIONS if begin == state and move in FIRED_BY]


# 申诉 (domain.md §6.6): (state, move) → state. What is not here is refused.
APPEAL_TRANSITIONS: dict[tuple[A, AppealMove], A] = {
    (A.FILED, AppealMove.ACCEPT): A.ACCEPTED,
    (A.FILED, AppealMove.REFUSE): A.REFUSED,
    (A.FILED, AppealMove.WITHDRAW): A.WITHDRAWN,
    # The reviewer is heard before anybody decides; their silence is no consent, it only ends the waiting.
    (A.ACCEPTED, AppealMove.ANSWER): A.HEARD,
    (A.ACCEPTED, AppealMove.LAPSE): A.HEARD,
    (A.ACCEPTED, AppealMove.WITHDRAW): A.WITHDRAWN,
    (A.HEARD, AppealMove.PROPOSE): A.PROPOSED,
    (A.HEARD, AppealMove.WITHDRAW): A.WITHDRAWN,
    (A.PROPOSED, AppealMove.CONFIRM): A.DECIDED,
    (A.PROPOSED, AppealMove.SEND_BACK): A.HEARD,
    (A.DECIDED, AppealMove.CONTEST): A.CONTESTED,
    (A.DECIDED, AppealMove.LAPSE): A.FINAL,
    (A.CONTESTED, AppealMove.PROPOSE): A.REPROPOSED,
    (A.REPROPOSED, AppealMove.CONFIRM): A.FINAL,
    (A.REPROPOSED, AppealMove.SEND_BACK): A.CONTESTED,
    # The reviewer has taken the review back, or has changed it for the better: there is nothing left to decide.
    **{(state, AppealMove.DROP): A.MOOT for state in (A.FILED, A.ACCEPTED, A.HEARD, A.PROPOSED)},
}

# A decision can be asked to be looked at again by its loser: the agency, or the reviewer without any power. Answering
# is the reviewer's; lapsing and dropping are the program's.
APPEAL_FIRED_BY: dict[AppealMove, Power] = {
    AppealMove.ACCEPT: Power.APPEAL_DECIDE,
    AppealMove.REFUSE: Power.APPEAL_DECIDE,
    AppealMove.PROPOSE: Power.APPEAL_DECIDE,
    AppealMove.SEND_BACK: Power.APPEAL_DECIDE,
    AppealMove.CONFIRM: Power.APPEAL_DECIDE,
    AppealMove.WITHDRAW: Power.APPEAL_FILE,
    AppealMove.CONTEST: Power.APPEAL_FILE,
}

APPEAL_FINAL = frozenset({A.FINAL, A.REFUSED, A.WITHDRAWN, A.MOOT})


def appeal_after(state: A, move: AppealMove) -> A | None:
    """The state a move of an appeal leads to; None when it is not allowed."""
    return APPEAL_TRANSITIONS.get((state, move))


def appeal_moves_from(state: A, power: Power) -> list[AppealMove]:
    """The moves that holders of a power may make from a state."""
    return [
        move for (begin, move) in APPEAL_TRANSITIONS if begin == state and APPEAL_FIRED_BY.get(move) == power
    ]
