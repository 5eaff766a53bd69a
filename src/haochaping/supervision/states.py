"""督办单 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.supervision.terms import ProposalMove, ProposalState, ReportMove, ReportState, Rung
from haochaping.supervision.terms import SupervisionMove as M
from haochaping.supervision.terms import SupervisionState as S

# (state, move) → state. What is not here is refused.
TRANSITIONS: dict[tuple[S, M], S] = {
    (S.OPENED, M.NOTIFY): S.NOTIFIED,
    (S.NOTIFIED, M.RESPOND): S.RESPONDED,
    (S.RESPONDED, M.CHECK): S.CHECKED,
    # An agency that keeps silent stops nothing: past the day on which its answer was due it is checked without one.
    (S.NOTIFIED, M.CHECK): S.CHECKED,
    (S.CHECKED, M.LIFT): S.LIFTED,
    (S.CHECKED, M.CIRCULATE): S.CIRCULATED,
    # Adopted is not held: it ends once somebody has written down when, with whom, and what came of it.
    (S.CHECKED, M.INTERVIEW): S.CALLED,
    (S.CALLED, M.HOLD_INTERVIEW): S.INTERVIEWED,
    (S.CHECKED, M.HOLD_ACCOUNTABLE): S.ACCOUNTABILITY,
    # A reminder or warning ends with the work order it is about.
    (S.NOTIFIED, M.SETTLE): S.LIFTED,
    (S.RESPONDED, M.SETTLE): S.LIFTED,
    # It waits for an answer of whoever has the matter now.
    (S.NOTIFIED, M.HAND_ON): S.NOTIFIED,
}

# Who may fire a move; settling and handing on belong to the program. The three that decide are fired by deciding a
# proposal, and only so.
FIRED_BY: dict[M, Power] = {
    M.NOTIFY: Power.ORDER_SUPERVISE,
    M.RESPOND: Power.ORDER_HANDLE,
    M.CHECK: Power.ORDER_SUPERVISE,
    M.LIFT: Power.ORDER_SUPERVISE,
    M.HOLD_INTERVIEW: Power.ORDER_SUPERVISE,
    M.CIRCULATE: Power.SUPERVISION_DECIDE,
    M.INTERVIEW: Power.SUPERVISION_DECIDE,
    M.HOLD_ACCOUNTABLE: Power.SUPERVISION_DECIDE,
}

# The move that an adopted proposal makes.
MOVE_OF: dict[Rung, M] = {
    Rung.CIRCULAR: M.CIRCULATE,
    Rung.INTERVIEW: M.INTERVIEW,
    Rung.AWARD_EXCLUSION: M.HOLD_ACCOUNTABLE,
    Rung.ACCOUNTABILITY: M.HOLD_ACCOUNTABLE,
    Rung.REFERRAL: M.HOLD_ACCOUNTABLE,
}

FINAL = frozenset({S.LIFTED, S.CIRCULATED, S.INTERVIEWED, S.ACCOUNTABILITY})


def after(state: S, move: M) -> S | None:
    """The state a move leads to; None when it is not allowed."""
    return TRANSITIONS.get((state, move))


def may_propose(state: S) -> bool:
    """Whether a measure may be proposed in this state."""
    return any(after(state, move) for move in MOVE_OF.values())


# 建议: heard as often as there is something to say, decided once; a measure about a person is then carried out.
PROPOSAL_TRANSITIONS: dict[tuple[ProposalState, ProposalMove], ProposalState] = {
    (ProposalState.WAITING, ProposalMove.HEAR): ProposalState.WAITING,
    (ProposalState.WAITING, ProposalMove.ADOPT): ProposalState.ADOPTED,
    (ProposalState.WAITING, ProposalMove.REJECT): ProposalState.REJECTED,
    (ProposalState.ADOPTED, ProposalMove.CARRY_OUT): ProposalState.DONE,
}
PROPOSAL_FIRED_BY: dict[ProposalMove, Power] = dict.fromkeys(ProposalMove, Power.SUPERVISION_DECIDE)
# Nobody is held accountable unheard.
HEARD_BEFORE = frozenset({Rung.ACCOUNTABILITY})


def proposal_after(state: ProposalState, move: ProposalMove) -> ProposalState | None:
    """The state a proposal's move leads to; None when it is not allowed."""
    return PROPOSAL_TRANSITIONS.get((state, move))


# 评价人权益保护: one thing after the other; a note changes nothing.
REPORT_TRANSITIONS = {
    (ReportState.OPEN, ReportMove.LOOK_INTO): ReportState.LOOKED_INTO,
    (ReportState.LOOKED_INTO, ReportMove.CLOSE): ReportState.CLOSED,
    (ReportState.OPEN, ReportMove.NOTE): ReportState.OPEN,
    (ReportState.LOOKED_INTO, ReportMove.NOTE): ReportState.LOOKED_INTO,
}


def report_moves_from(state: ReportState) -> list[ReportMove]:
    """What can be done with a report in a state."""
    return [move for (begin, move) in REPORT_TRANSITIONS if begin == state]
