"""督办单: every pair of state and move, allowed or refused."""

from __future__ import annotations

from itertools import product

import pytest

from haochaping.accounts.terms import POWERS_OF, Power, Role
from haochaping.supervision.states import (
    FINAL,
    FIRED_BY,
    MOVE_OF,
    PROPOSAL_FIRED_BY,
    PROPOSAL_TRANSITIONS,
    TRANSITIONS,
    after,
    may_propose,
    proposal_after,
)
from haochaping.supervision.terms import PROPOSED, ProposalMove, ProposalState, Rung
from haochaping.supervision.terms import SupervisionMove as M
from haochaping.supervision.terms import SupervisionState as S

# domain.md §6.7, written down once more: what may happen in each state.
_ALLOWED: dict[S, dict[M, S]] = {
    S.OPENED: {M.NOTIFY: S.NOTIFIED},
    S.NOTIFIED: {M.RESPOND: S.RESPONDED, M.CHECK: S.CHECKED, M.SETTLE: S.LIFTED, M.HAND_ON: S.NOTIFIED},
    S.RESPONDED: {M.CHECK: S.CHECKED, M.SETTLE: S.LIFTED},
    S.CHECKED: {
        M.LIFT: S.LIFTED,
        M.CIRCULATE: S.CIRCULATED,
        M.INTERVIEW: S.CALLED,
        M.HOLD_ACCOUNTABLE: S.ACCOUNTABILITY,
    },
    S.LIFTED: {},
    S.CIRCULATED: {},
    S.CALLED: {M.HOLD_INTERVIEW: S.INTERVIEWED},
    S.INTERVIEWED: {},
    S.ACCOUNTABILITY: {},
}


@pytest.mark.parametrize(("state", "move"), list(product(S, M)))
def test_every_pair_of_state_and_move(state: S, move: M):
    assert after(state, move) == _ALLOWED[state].get(move)


def test_the_dictionary_has_nothing_else():
    written = {(state, move): end for state, moves in _ALLOWED.items() for move, end in moves.items()}

    assert written == TRANSITIONS


@pytest.mark.parametrize("state", S)
def test_every_state_can_be_reached(state: S):
    reached = {S.OPENED}
    while more := {end for (begin, _), end in TRANSITIONS.items() if begin in reached} - reached:
        reached |= more

    assert state in reached


@pytest.mark.parametrize("state", S)
def test_from_every_state_the_end_can_be_reached(state: S):
    reached = {state}
    while more := {end for (begin, _), end in TRANSITIONS.items() if begin in reached} - reached:
        reached |= more

    assert reached & FINAL


@pytest.mark.parametrize("state", S)
def test_a_measure_is_proposed_only_of_what_was_checked(state: S):
    assert may_propose(state) is (state == S.CHECKED)


@pytest.mark.parametrize("rung", Rung)
def test_what_is_proposed_leads_somewhere_and_nothing_else_does(rung: Rung):
    assert (rung in MOVE_OF) is (rung in PROPOSED)


@pytest.mark.parametrize("move", MOVE_OF.values())
def test_no_measure_without_the_power_to_decide(move: M):
    assert FIRED_BY[move] == Power.SUPERVISION_DECIDE


@pytest.mark.parametrize(("state", "move"), list(product(ProposalState, ProposalMove)))
def test_every_pair_of_state_and_move_of_a_proposal(state: ProposalState, move: ProposalMove):
    written = {
        (ProposalState.WAITING, ProposalMove.HEAR): ProposalState.WAITING,
        (ProposalState.WAITING, ProposalMove.ADOPT): ProposalState.ADOPTED,
        (ProposalState.WAITING, ProposalMove.REJECT): ProposalState.REJECTED,
        (ProposalState.ADOPTED, ProposalMove.CARRY_OUT): ProposalState.DONE,
    }

    assert proposal_after(state, move) == written.get((state, move))
    assert written == PROPOSAL_TRANSITIONS
    assert PROPOSAL_FIRED_BY[move] == Power.SUPERVISION_DECIDE


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SUPERVISOR])
def test_only_supervisors_decide(role: Role):
    assert Power.SUPERVISION_DECIDE not in POWERS_OF[role]
