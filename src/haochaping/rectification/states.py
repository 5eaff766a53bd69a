"""差评工单 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.rectification.terms import (
    AppealMove,
    ClockKind,
    Move,
    ProjectMove,
    ProjectState,
    ReformMove,
    ReformState,
)
from haochaping.rectification.terms import AppealState as A
from haochaping.rectification.terms import OrderState as S

# While the agency works on it: signed for, not yet answered.
_WORKED_ON = (S.SIGNED, S.VERIFIED, S.LEDGERED)
# From its arrival at an agency until its end.
_UNDER_WAY = (
    S.DISPATCHED,
    S.RETURN_ASKED,
    *_WORKED_ON,
    S.RECTIFIED,
    S.REPLIED,
    S.CHECKED,
    S.ESCALATED,
)

# (state, move) → state. What is not here is refused.
TRANSITIONS: dict[tuple[S, Move], S] = {
    (S.CREATED, Move.DISPATCH): S.DISPATCHED,
    (S.DISPATCHED, Move.SIGN_FOR): S.SIGNED,
    # 退单: who gets an order that is not theirs says so before signing for it.
    (S.DISPATCHED, Move.ASK_RETURN): S.RETURN_ASKED,
    (S.RETURN_ASKED, Move.GRANT_RETURN): S.DISPATCHED,
    (S.RETURN_ASKED, Move.REFUSE_RETURN): S.DISPATCHED,
    (S.DISPATCHED, Move.REDISPATCH): S.DISPATCHED,
    (S.ESCALATED, Move.REDISPATCH): S.DISPATCHED,
    (S.SIGNED, Move.VERIFY): S.VERIFIED,
    (S.VERIFIED, Move.VERIFY): S.VERIFIED,
    (S.LEDGERED, Move.VERIFY): S.LEDGERED,
    # 限期整改: complex matters enter the ledger with a plan and a longer limit.
    (S.VERIFIED, Move.LEDGER): S.LEDGERED,
    (S.LEDGERED, Move.MILESTONE): S.LEDGERED,
    (S.VERIFIED, Move.RECTIFY): S.RECTIFIED,
    (S.LEDGERED, Move.RECTIFY): S.RECTIFIED,
    (S.RECTIFIED, Move.REPLY): S.REPLIED,
    (S.REPLIED, Move.PASS_CHECK): S.CHECKED,
    (S.REPLIED, Move.REDO): S.VERIFIED,
    # The reviewer's word decides: solved, or silent for long enough, closes it; not solved opens it again.
    (S.CHECKED, Move.CLOSE): S.CLOSED,
    (S.REPLIED, Move.DO_AGAIN): S.DISPATCHED,
    (S.CHECKED, Move.DO_AGAIN): S.DISPATCHED,
    (S.REPLIED, Move.ESCALATE): S.ESCALATED,
    (S.CHECKED, Move.ESCALATE): S.ESCALATED,
    (S.ESCALATED, Move.END): S.CLOSED,
    # 并单: answered with another order of the same reviewer about the same matter, for as long as that one can give an
    # answer; meanwhile its own review may be taken back, or be excluded after its own appeal.
    **{(state, Move.MERGE): S.MERGED for state in (S.DISPATCHED, *_WORKED_ON)},
    (S.MERGED, Move.SEPARATE): S.DISPATCHED,
    **{
        (state, move): state
        for state in _WORKED_ON
        for move in (
            Move.JOIN,
            Move.CONTRIBUTE,
            Move.ASK_EXTENSION,
            Move.GRANT_EXTENSION,
            Move.REFUSE_EXTENSION,
        )
    },
    # 12345 as master: its deadline is ours, as long as the agency owes something.
    **{
        (state, Move.ADOPT_DEADLINE): state
        for state in (S.DISPATCHED, S.RETURN_ASKED, *_WORKED_ON, S.RECTIFIED)
    },
    # 专人: who in the agency deals with it, from its arrival until it is answered.
    **{(state, Move.ASSIGN): state for state in (S.DISPATCHED, S.RETURN_ASKED, *_WORKED_ON, S.RECTIFIED)},
    # 责任划分: a fault that was found lies in the business, in the service, or in both; the order goes on as it was.
    **{
        (state, Move.CLASS_FAULT): state
        for state in (S.VERIFIED, S.LEDGERED, S.RECTIFIED, S.REPLIED, S.CHECKED, S.ESCALATED)
    },
    # An agency that has ended hands on what it has: to its successor by the program, else by the dispatcher.
    **{(state, Move.HAND_ON): state for state in _UNDER_WAY},
    # 内部备注: those who deal with it write for each other.
    **{(state, Move.NOTE): state for state in _UNDER_WAY},
    # An appeal is filed of an order that is signed for, and pends wherever the order gets meanwhile: opened again, with
    # the dispatcher, before the supervisor, closed, or changed for the better and back. So it pauses whatever clock runs,
    # but that of the supervisor, who decides all the same; and once it is upheld the order ends from anywhere but where its
    # review has ended it.
    **{
        (state, move): state
        for state in (S.DISPATCHED, S.RETURN_ASKED, *_WORKED_ON, S.RECTIFIED, S.REPLIED, S.CHECKED)
        for move in (Move.PAUSE, Move.RESUME)
    },
    **{(state, Move.EXCLUDE): S.EXCLUDED for state in S if state not in {S.EXCLUDED, S.CANCELLED}},
    # How far it had come may be nowhere: it goes out once more, as what was merged with an order that gives no answer.
    (S.EXCLUDED, Move.RESTORE): S.DISPATCHED,
    # The reviewer's own hand: a mis-tap changed back dispatches nothing; what an agency has begun is finished.
    (S.CREATED, Move.CANCEL): S.CANCELLED,
    (S.DISPATCHED, Move.CANCEL): S.CANCELLED,
    (S.RETURN_ASKED, Move.CANCEL): S.CANCELLED,
    (S.MERGED, Move.CANCEL): S.CANCELLED,
    (S.CANCELLED, Move.REOPEN): S.CREATED,
}

# Who may fire a move; moves that are not here belong to flows (the system, an appeal, or the reviewer's own hand).
FIRED_BY: dict[Move, Power] = {
    Move.SIGN_FOR: Power.ORDER_HANDLE,
    Move.ASSIGN: Power.ORDER_HANDLE,
    Move.ASK_RETURN: Power.ORDER_HANDLE,
    Move.VERIFY: Power.ORDER_HANDLE,
    Move.LEDGER: Power.ORDER_HANDLE,
    Move.MILESTONE: Power.ORDER_HANDLE,
    Move.ASK_EXTENSION: Power.ORDER_HANDLE,
    Move.CONTRIBUTE: Power.ORDER_HANDLE,
    Move.CLASS_FAULT: Power.ORDER_HANDLE,
    Move.NOTE: Power.ORDER_HANDLE,
    Move.RECTIFY: Power.ORDER_HANDLE,
    Move.REPLY: Power.ORDER_HANDLE,
    Move.GRANT_RETURN: Power.ORDER_DISPATCH,
    Move.REFUSE_RETURN: Power.ORDER_DISPATCH,
    Move.REDISPATCH: Power.ORDER_DISPATCH,
    Move.HAND_ON: Power.ORDER_DISPATCH,
    Move.JOIN: Power.ORDER_DISPATCH,
    Move.MERGE: Power.ORDER_DISPATCH,
    Move.GRANT_EXTENSION: Power.ORDER_DISPATCH,
    Move.REFUSE_EXTENSION: Power.ORDER_DISPATCH,
    Move.PASS_CHECK: Power.ORDER_DISPATCH,
    Move.REDO: Power.ORDER_DISPATCH,
    Move.END: Power.ORDER_SUPERVISE,
}

# Whoever checks or supervises may say these too (`access.shared_power`).
SHARED = frozenset({Move.CLASS_FAULT, Move.NOTE})
# Nobody goes on with an order whose review may be about to be excluded.
NOT_WHILE_PAUSED = frozenset(
    {
        Move.GRANT_RETURN,
        Move.REDISPATCH,
        Move.MERGE,
        Move.LEDGER,
        Move.GRANT_EXTENSION,
        Move.CLASS_FAULT,
        Move.RECTIFY,
        Move.REPLY,
        Move.PASS_CHECK,
        Move.REDO,
    }
)

# An agency that was asked to help can do its part.
HELPED = frozenset(_WORKED_ON)

FINAL = frozenset({S.CLOSED, S.MERGED, S.EXCLUDED, S.CANCELLED})
# The agency owes something, or the dispatcher on its behalf.
WORKED_ON = frozenset({S.DISPATCHED, S.RETURN_ASKED, *_WORKED_ON, S.RECTIFIED})
# Something is still to be done at a desk: by the agency, the dispatcher or the supervisor.
OPEN = frozenset(set(S) - FINAL - {S.CREATED, S.CHECKED})
# The reviewer has the agency's answer before them.
ANSWERED = frozenset({S.REPLIED, S.CHECKED, S.ESCALATED, S.CLOSED})

# 转派: the order goes to another agency, which begins anew; a successor that takes over goes on.
SENT_ON = frozenset({Move.REDISPATCH, Move.GRANT_RETURN})

# The agency may show what it has put right, until it has answered.
SHOWS_EVIDENCE = frozenset({*_WORKED_ON, S.RECTIFIED})

# The reviewer is asked whether it is solved.
ASKED = frozenset({S.REPLIED, S.CHECKED})

# The clock that runs in a state; in the others nothing is due from anybody here.
CLOCK_OF: dict[S, ClockKind] = {
    S.DISPATCHED: ClockKind.SIGN,
    S.RETURN_ASKED: ClockKind.SIGN,
    S.SIGNED: ClockKind.CONTACT,
    S.VERIFIED: ClockKind.RECTIFY,
    S.LEDGERED: ClockKind.RECTIFY,
    S.RECTIFIED: ClockKind.RECTIFY,
    S.REPLIED: ClockKind.CHECK,
    S.ESCALATED: ClockKind.DECIDE,
}

# The reviewer is called while the agency works on the order: after it has signed, until it has replied.
_CALLED = frozenset({*_WORKED_ON, S.RECTIFIED})


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

# It was taken up, and nobody has decided yet.
APPEAL_PENDING = frozenset({A.ACCEPTED, A.HEARD, A.PROPOSED})
# 二次复核: the level above looks at it again.
APPEAL_SECOND = frozenset({A.CONTESTED, A.REPROPOSED})
APPEAL_FINAL = frozenset({A.FINAL, A.REFUSED, A.WITHDRAWN, A.MOOT})


def appeal_after(state: A, move: AppealMove) -> A | None:
    """The state a move of an appeal leads to; None when it is not allowed."""
    return APPEAL_TRANSITIONS.get((state, move))


def appeal_moves_from(state: A, power: Power) -> list[AppealMove]:
    """The moves that holders of a power may make from a state."""
    return [
        move for (begin, move) in APPEAL_TRANSITIONS if begin == state and APPEAL_FIRED_BY.get(move) == power
    ]


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


# 改革建议: what lies in the business is proposed to the agency that decides about the item, and followed to its end.
REFORM_TRANSITIONS: dict[tuple[ReformState, ReformMove], ReformState] = {
    (ReformState.DRAFTED, ReformMove.SEND): ReformState.SENT,
    (ReformState.DRAFTED, ReformMove.DROP): ReformState.DROPPED,
    (ReformState.SENT, ReformMove.ACCEPT): ReformState.ACCEPTED,
    (ReformState.SENT, ReformMove.DECLINE): ReformState.DECLINED,
    (ReformState.ACCEPTED, ReformMove.CARRY_OUT): ReformState.DONE,
    (ReformState.DONE, ReformMove.CHECK): ReformState.CHECKED,
    (ReformState.DONE, ReformMove.SEND_BACK): ReformState.ACCEPTED,
    # The addressee has ended: what waits for it waits for its successor.
    **{
        (state, ReformMove.HAND_ON): state
        for state in (ReformState.DRAFTED, ReformState.SENT, ReformState.ACCEPTED, ReformState.DONE)
    },
}
_SENDERS = frozenset({Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE})
_ADDRESSEE = frozenset({Power.ORDER_HANDLE})
# Any one of the powers fires it: for the place of the order, or for the agency that the proposal is addressed to.
# Handing on belongs to the program.
REFORM_FIRED_BY: dict[ReformMove, frozenset[Power]] = {
    ReformMove.SEND: _SENDERS,
    ReformMove.DROP: _SENDERS,
    ReformMove.ACCEPT: _ADDRESSEE,
    ReformMove.DECLINE: _ADDRESSEE,
    ReformMove.CARRY_OUT: _ADDRESSEE,
    ReformMove.CHECK: _SENDERS,
    ReformMove.SEND_BACK: _SENDERS,
}
BY_ADDRESSEE = frozenset(move for move, powers in REFORM_FIRED_BY.items() if powers == _ADDRESSEE)
REFORM_FINAL = frozenset({ReformState.CHECKED, ReformState.DECLINED, ReformState.DROPPED})


def reform_after(state: ReformState, move: ReformMove) -> ReformState | None:
    """The state a move of a proposal of a reform leads to; None when it is not allowed."""
    return REFORM_TRANSITIONS.get((state, move))


def reform_moves_from(state: ReformState) -> list[ReformMove]:
    """The moves that staff may make from a state."""
    return [move for (begin, move) in REFORM_TRANSITIONS if begin == state and move in REFORM_FIRED_BY]
