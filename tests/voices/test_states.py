"""诉求: every pair of state and move, allowed or refused."""

from __future__ import annotations

from itertools import product

import pytest

from haochaping.accounts.terms import Power
from haochaping.voices.states import FINAL, FIRED_BY, SHARED, TRANSITIONS, after, at_office_from, moves_from
from haochaping.voices.terms import OFFICE_KINDS, VoiceKind
from haochaping.voices.terms import VoiceMove as M
from haochaping.voices.terms import VoiceState as S

# Written down once more: what may happen in each state.
_ALLOWED: dict[S, dict[M, S]] = {
    S.RECEIVED: {
        M.TRANSFER: S.TRANSFERRED,
        M.HAND_ON: S.RECEIVED,
        M.NAME: S.RECEIVED,
        M.URGE: S.RECEIVED,
    },
    S.TRANSFERRED: {
        M.TRANSFER: S.TRANSFERRED,
        M.HAND_ON: S.TRANSFERRED,
        M.SIGN_FOR: S.SIGNED,
        M.NAME: S.TRANSFERRED,
        M.URGE: S.TRANSFERRED,
    },
    S.SIGNED: {M.ANSWER: S.ANSWERED, M.HAND_ON: S.SIGNED, M.NAME: S.SIGNED, M.URGE: S.SIGNED},
    S.ANSWERED: {
        M.CLOSE: S.CLOSED,
        M.HAND_ON: S.ANSWERED,
        M.NAME: S.ANSWERED,
        M.REOPEN: S.TRANSFERRED,
        M.ESCALATE: S.ESCALATED,
    },
    S.ESCALATED: {M.END: S.CLOSED},
    S.CLOSED: {},
}


@pytest.mark.parametrize(("state", "move"), list(product(S, M)))
def test_every_pair_of_state_and_move(state: S, move: M):
    assert after(state, move) == _ALLOWED[state].get(move)


def test_the_dictionary_has_nothing_else():
    written = {(state, move): end for state, moves in _ALLOWED.items() for move, end in moves.items()}

    assert written == TRANSITIONS


@pytest.mark.parametrize("state", S)
def test_staff_are_offered_what_they_may_fire_and_no_more(state: S):
    assert set(moves_from(state)) == {move for move in _ALLOWED[state] if move in {*FIRED_BY, *SHARED}}


@pytest.mark.parametrize("state", S)
def test_from_every_state_the_end_can_be_reached(state: S):
    reached = {state}
    while more := {end for (begin, _), end in TRANSITIONS.items() if begin in reached} - reached:
        reached |= more

    assert reached & FINAL


def test_the_dispatcher_transfers_and_the_agency_does_the_rest():
    assert FIRED_BY == {
        M.TRANSFER: Power.ORDER_DISPATCH,
        M.HAND_ON: Power.ORDER_DISPATCH,
        M.SIGN_FOR: Power.ORDER_HANDLE,
        M.ANSWER: Power.ORDER_HANDLE,
        M.END: Power.ORDER_SUPERVISE,
    }


@pytest.mark.parametrize(("state", "kind"), list(product(S, VoiceKind)))
def test_the_office_does_all_of_what_is_its_own_and_of_others_the_end(state: S, kind: VoiceKind):
    whole = {S.TRANSFERRED: [M.SIGN_FOR], S.SIGNED: [M.ANSWER], S.ESCALATED: [M.END]}
    end = {S.ESCALATED: [M.END]}

    assert at_office_from(state, kind) == (whole if kind in OFFICE_KINDS else end).get(state, [])
