"""申诉: every pair of state and move, allowed or refused; the diagram in the README is the dictionary's."""

from __future__ import annotations

from itertools import product

import pytest

from docs.generate.diagrams import PACKAGE, mermaid, steps
from haochaping.accounts.terms import Power
from haochaping.rectification.states import (
    APPEAL_FINAL,
    APPEAL_FIRED_BY,
    APPEAL_TRANSITIONS,
    appeal_after,
    appeal_moves_from,
)
from haochaping.rectification.terms import AppealMove as M
from haochaping.rectification.terms import AppealState as S

# domain.md §6.6, written down once more: what may happen in each state.
_ALLOWED: dict[S, dict[M, S]] = {
    S.FILED: {M.ACCEPT: S.ACCEPTED, M.REFUSE: S.REFUSED, M.WITHDRAW: S.WITHDRAWN, M.DROP: S.MOOT},
    S.ACCEPTED: {M.ANSWER: S.HEARD, M.LAPSE: S.HEARD, M.WITHDRAW: S.WITHDRAWN, M.DROP: S.MOOT},
    S.HEARD: {M.PROPOSE: S.PROPOSED, M.WITHDRAW: S.WITHDRAWN, M.DROP: S.MOOT},
    S.PROPOSED: {M.CONFIRM: S.DECIDED, M.SEND_BACK: S.HEARD, M.DROP: S.MOOT},
    S.DECIDED: {M.CONTEST: S.CONTESTED, M.LAPSE: S.FINAL},
    S.CONTESTED: {M.PROPOSE: S.REPROPOSED},
    S.REPROPOSED: {M.CONFIRM: S.FINAL, M.SEND_BACK: S.CONTESTED},
    S.FINAL: {},
    S.REFUSED: {},
    S.WITHDRAWN: {},
    S.MOOT: {},
}
_BY: dict[Power, set[M]] = {
    Power.APPEAL_DECIDE: {M.ACCEPT, M.REFUSE, M.PROPOSE, M.SEND_BACK, M.CONFIRM},
    Power.APPEAL_FILE: {M.WITHDRAW, M.CONTEST},
}


@pytest.mark.parametrize(("state", "move"), list(product(S, M)))
def test_every_pair_of_state_and_move(state: S, move: M):
    assert appeal_after(state, move) == _ALLOWED[state].get(move)


def test_the_dictionary_has_nothing_else():
    written = {(state, move): end for state, moves in _ALLOWED.items() for move, end in moves.items()}

    assert written == APPEAL_TRANSITIONS


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("power", _BY)
def test_each_side_is_offered_what_is_theirs_and_no_more(state: S, power: Power):
    assert set(appeal_moves_from(state, power)) == _ALLOWED[state].keys() & _BY[power]


def test_the_rest_is_the_reviewers_or_the_programs():
    assert {move: set(_BY[power]) >= {move} for move, power in APPEAL_FIRED_BY.items()} == dict.fromkeys(
        APPEAL_FIRED_BY, True
    )
    assert M.ANSWER not in APPEAL_FIRED_BY
    assert M.LAPSE not in APPEAL_FIRED_BY


@pytest.mark.parametrize("state", S)
def test_every_state_is_reached_and_leads_to_an_end(state: S):
    def reach(found: set[S]) -> set[S]:
        while more := {end for (begin, _), end in APPEAL_TRANSITIONS.items() if begin in found} - found:
            found |= more
        return found

    assert state in reach({S.FILED})
    assert reach({state}) & APPEAL_FINAL


@pytest.mark.parametrize("state", sorted(APPEAL_FINAL))
def test_nothing_leaves_an_end(state: S):
    assert [move for begin, move in APPEAL_TRANSITIONS if begin == state] == []


def test_nothing_is_decided_before_the_reviewer_was_asked():
    """Every way from filing to a decision goes through `accepted`, where the reviewer is asked, and `heard`."""
    for without in (S.ACCEPTED, S.HEARD, S.PROPOSED):
        reached = {S.FILED}
        left = {pair: end for pair, end in APPEAL_TRANSITIONS.items() if without not in {pair[0], end}}
        while more := {end for (begin, _), end in left.items() if begin in reached} - reached:
            reached |= more
        assert S.DECIDED not in reached


def test_the_readme_shows_the_states_as_they_are():
    readme = (PACKAGE / "rectification" / "README.md").read_text(encoding="utf-8")
    _, after = readme.split("<!-- appeal states -->", 1)

    # When this fails: python -m docs.generate.diagrams
    assert after.split("<!-- /appeal states -->", 1)[0].strip() == (
        f"```mermaid\n{mermaid(steps(dict[object, object](APPEAL_TRANSITIONS)))}\n```"
    )
