"""办件状态: every pair of states, allowed or refused."""

from __future__ import annotations

from itertools import product

import pytest

from haochaping.cases.states import TRANSITIONS, may_become
from haochaping.cases.terms import CaseStatus as S

# Once more from the procedure, not from the dictionary: how far a case has come.
_STAGE = {S.SUBMITTED: 0, S.ACCEPTED: 1, S.IN_PROCESS: 2, S.COMPLETED: 3, S.REJECTED: 3, S.WITHDRAWN: 3}
_BESIDE = {S.SUPPLEMENT_REQUESTED, S.SUSPENDED, S.RETURNED}
_OVER = {S.COMPLETED, S.REJECTED, S.WITHDRAWN}


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_a_case_goes_forward_and_what_is_over_stays(before: S, after: S):
    stage = _STAGE | dict.fromkeys(_BESIDE, _STAGE[S.IN_PROCESS])
    forward = stage[after] > stage[before]
    aside = stage[after] == stage[before] == _STAGE[S.IN_PROCESS]
    anew = before == S.RETURNED and after in {S.SUBMITTED, S.ACCEPTED}
    # 补正 comes before acceptance too.
    anew = anew or (before, after) == (S.SUPPLEMENT_REQUESTED, S.ACCEPTED)

    assert may_become(before, after) is (before == after or forward or aside or anew)


def test_every_state_is_in_the_dictionary():
    assert TRANSITIONS.keys() == set(S)


@pytest.mark.parametrize("state", sorted(_OVER))
def test_what_is_over_may_only_be_corrected(state: S):
    assert TRANSITIONS[state] == {state}
