"""差评工单: every pair of state and move, allowed or refused."""

from __future__ import annotations

from itertools import product

import pytest

from haochaping.accounts.terms import Power
from haochaping.rectification.states import (
    CLOCK_OF,
    FINAL,
    FIRED_BY,
    OPEN,
    TRANSITIONS,
    after,
    moves_from,
)
from haochaping.rectification.terms import Move
from haochaping.rectification.terms import OrderState as S

_WORKING = (
    Move.ASSIGN,
    Move.HAND_ON,
    Move.NOTE,
    Move.JOIN,
    Move.CONTRIBUTE,
    Move.ASK_EXTENSION,
    Move.GRANT_EXTENSION,
    Move.REFUSE_EXTENSION,
    Move.ADOPT_DEADLINE,
    Move.PAUSE,
    Move.RESUME,
)


def _with(state: S, **moves: S) -> dict[Move, S]:
    """What is allowed while the agency works on an order, with what is its state's own."""
    ends = {Move.MERGE: S.MERGED, Move.EXCLUDE: S.EXCLUDED}
    return dict.fromkeys(_WORKING, state) | ends | {Move(name): end for name, end in moves.items()}


# An appeal pends wherever the order has got: it pauses what runs, and once it is upheld the order ends.
_APPEALED = (Move.PAUSE, Move.RESUME)
_EXCLUDED = {Move.EXCLUDE: S.EXCLUDED}
# Once somebody was heard it can be said what the fault lies in; an agency that has ended hands on what it has; notes are left.
_ANYWHERE = (Move.CLASS_FAULT, Move.HAND_ON, Move.NOTE)
# The machine of domain.md §6.5, written down once more: what may happen in each state.
_ALLOWED: dict[S, dict[Move, S]] = {
    S.CREATED: _EXCLUDED | {Move.DISPATCH: S.DISPATCHED, Move.CANCEL: S.CANCELLED},
    S.DISPATCHED: _EXCLUDED
    | dict.fromkeys(_APPEALED, S.DISPATCHED)
    | {
        Move.SIGN_FOR: S.SIGNED,
        Move.ASSIGN: S.DISPATCHED,
        Move.ASK_RETURN: S.RETURN_ASKED,
        Move.REDISPATCH: S.DISPATCHED,
        Move.HAND_ON: S.DISPATCHED,
        Move.NOTE: S.DISPATCHED,
        Move.MERGE: S.MERGED,
        Move.CANCEL: S.CANCELLED,
        Move.ADOPT_DEADLINE: S.DISPATCHED,
    },
    S.RETURN_ASKED: _EXCLUDED
    | dict.fromkeys(_APPEALED, S.RETURN_ASKED)
    | {
        Move.ASSIGN: S.RETURN_ASKED,
        Move.GRANT_RETURN: S.DISPATCHED,
        Move.REFUSE_RETURN: S.DISPATCHED,
        Move.HAND_ON: S.RETURN_ASKED,
        Move.NOTE: S.RETURN_ASKED,
        Move.ADOPT_DEADLINE: S.RETURN_ASKED,
        Move.CANCEL: S.CANCELLED,
    },
    S.SIGNED: _with(S.SIGNED, verify=S.VERIFIED),
    S.VERIFIED: _with(
        S.VERIFIED, verify=S.VERIFIED, ledger=S.LEDGERED, rectify=S.RECTIFIED, class_fault=S.VERIFIED
    ),
    S.LEDGERED: _with(
        S.LEDGERED, verify=S.LEDGERED, milestone=S.LEDGERED, rectify=S.RECTIFIED, class_fault=S.LEDGERED
    ),
    S.RECTIFIED: dict.fromkeys((*_APPEALED, *_ANYWHERE), S.RECTIFIED)
    | {
        Move.ASSIGN: S.RECTIFIED,
        Move.REPLY: S.REPLIED,
        Move.EXCLUDE: S.EXCLUDED,
        Move.ADOPT_DEADLINE: S.RECTIFIED,
    },
    S.REPLIED: dict.fromkeys((*_APPEALED, *_ANYWHERE), S.REPLIED)
    | {
        Move.PASS_CHECK: S.CHECKED,
        Move.REDO: S.VERIFIED,
        Move.DO_AGAIN: S.DISPATCHED,
        Move.ESCALATE: S.ESCALATED,
        Move.EXCLUDE: S.EXCLUDED,
    },
    S.CHECKED: dict.fromkeys((*_APPEALED, *_ANYWHERE), S.CHECKED)
    | {
        Move.CLOSE: S.CLOSED,
        Move.DO_AGAIN: S.DISPATCHED,
        Move.ESCALATE: S.ESCALATED,
        Move.EXCLUDE: S.EXCLUDED,
    },
    S.ESCALATED: dict.fromkeys(_ANYWHERE, S.ESCALATED)
    | {Move.REDISPATCH: S.DISPATCHED, Move.END: S.CLOSED, Move.EXCLUDE: S.EXCLUDED},
    S.CLOSED: {Move.EXCLUDE: S.EXCLUDED},
    S.MERGED: {Move.SEPARATE: S.DISPATCHED, Move.CANCEL: S.CANCELLED, Move.EXCLUDE: S.EXCLUDED},
    S.EXCLUDED: {Move.RESTORE: S.DISPATCHED},
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
    assert set(moves_from(state)) == _ALLOWED[state].keys() & FIRED_BY.keys()


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
def test_each_move_is_fired_by_whose_it_is(move: Move):
    agency = {
        Move.SIGN_FOR,
        Move.ASSIGN,
        Move.ASK_RETURN,
        Move.VERIFY,
        Move.LEDGER,
        Move.MILESTONE,
        Move.ASK_EXTENSION,
        Move.CONTRIBUTE,
        Move.RECTIFY,
        Move.CLASS_FAULT,
        Move.NOTE,
        Move.REPLY,
    }
    dispatcher = {
        Move.GRANT_RETURN,
        Move.REFUSE_RETURN,
        Move.REDISPATCH,
        Move.HAND_ON,
        Move.JOIN,
        Move.MERGE,
        Move.GRANT_EXTENSION,
        Move.REFUSE_EXTENSION,
        Move.PASS_CHECK,
        Move.REDO,
    }
    fires = {
        **dict.fromkeys(agency, Power.ORDER_HANDLE),
        **dict.fromkeys(dispatcher, Power.ORDER_DISPATCH),
        Move.END: Power.ORDER_SUPERVISE,
    }

    assert FIRED_BY.get(move) == fires.get(move)


def test_a_clock_runs_wherever_somebody_owes_a_step_and_nowhere_else():
    owed = {
        S.DISPATCHED,
        S.RETURN_ASKED,
        S.SIGNED,
        S.VERIFIED,
        S.LEDGERED,
        S.RECTIFIED,
        S.REPLIED,
        S.ESCALATED,
    }

    assert CLOCK_OF.keys() == owed
    assert not CLOCK_OF.keys() & FINAL


def test_what_is_open_is_neither_over_nor_the_reviewers_alone():
    assert OPEN | FINAL | {S.CREATED, S.CHECKED} == set(S)
    assert not OPEN & (FINAL | {S.CREATED, S.CHECKED})
