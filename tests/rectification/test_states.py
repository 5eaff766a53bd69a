"""差评工单: every pair of state and move, allowed or refused."""

from __future__ import annotations

from itertools import product

import pytest

from haochaping.accounts.terms import Power
from haochaping.rectification.states import FINAL, FIRED_BY, TRANSITIONS, after, moves_from
from haochaping.rectification.terms import Move
from haochaping.rectification.terms import OrderState as S

# The straight path of domain.md §6.5, written down once more: what may happen in each state.
_ALLOWED: dict[S, dict[Move, S]] = {
    S.CREATED: {Move.DISPATCH: S.DISPATCHED, Move.CANCEL: S.CANCELLED},
    S.DISPATCHED: {Move.SIGN_FOR: S.SIGNED, Move.CANCEL: S.CANCELLED},
    S.SIGNED: {Move.VERIFY: S.VERIFIED},
    S.VERIFIED: {Move.VERIFY: S.VERIFIED, Move.RECTIFY: S.RECTIFIED},
    S.RECTIFIED: {Move.REPLY: S.REPLIED},
    S.REPLIED: {},
    S.CANCELLED: {Move.REOPEN: S.CREATED},
}


@pytest.mark.parametrize(("state", "move"), list(product(S, Move)))
def test_every_pair_of_state_and_move(state: S, move: Move):
    assert after(state, move) == _ALLOWED[state].get(move)


def test_the_dictionary_has_nothing_else():
    written = {(state, move): end for state, moves in _ALLOWED.items() for move, end in moves.items()}

    assert written == TRANSITIONS


@pytest.mark.parametrize("state", S)
def test_staff_are_offered_what_they_may_fire_and_no_more(state: S):
    assert moves_from(state) == [move for move in _ALLOWED[state] if move in FIRED_BY]


@pytest.mark.parametrize("state", S)
def test_every_state_can_be_reached(state: S):
    reached = {S.CREATED}
    while more := {end for (begin, _), end in TRANSITIONS.items() if begin in reached} - reached:
        reached |= more

    assert state in reached


@pytest.mark.parametrize("state", S)
def test_from_every_state_the_end_can_be_reached(state: S):
    reached = {state}
    while more := {end for (begin, _), end in TRANSITIONS.items() if begin in reached} - reached:
        reached |= more

    assert reached & FINAL


@pytest.mark.parametrize("state", sorted(FINAL))
def test_at_the_end_staff_have_nothing_to_do(state: S):
    assert moves_from(state) == []


@pytest.mark.parametrize("move", Move)
def test_staff_fire_what_is_the_agencys_and_the_system_the_rest(move: Move):
    mine = {Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY, Move.REPLY}

    assert (FIRED_BY.get(move) == Power.ORDER_HANDLE) is (move in mine)
