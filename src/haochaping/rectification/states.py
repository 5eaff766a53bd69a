"""差评工单 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.rectification.terms import Move, ProjectMove, ProjectState
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


# 专项整改: a change is made, its effect is watched, then it is closed.
PROJECT_TRANSITIONS: dict[tuple[ProjectState, ProjectMove], ProjectState] = {
    (ProjectState.OPEN, ProjectMove.CHANGE): ProjectState.CHANGED,
    (ProjectState.CHANGED, ProjectMove.CLOSE): ProjectState.CLOSED,
}
# Any one of the powers fires it.
PROJECT_FIRED_BY: dict[ProjectMove, frozenset[Power]] = {
    ProjectMove.CHANGE: frozenset({Power.ORDER_HANDLE}),
    ProjectMove.CLOSE: frozenset({Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE}),
}
PROJECT_OPENED_BY = frozenset({Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE})


def project_after(state: ProjectState, move: ProjectMove) -> ProjectState | None:
    """The state a project's move leads to; None when it is not allowed."""
    return PROJECT_TRANSITIONS.get((state, move))
