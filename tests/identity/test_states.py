from __future__ import annotations

from itertools import product

import pytest

from haochaping.accounts.terms import ADMINISTRATORS, POWERS_OF
from haochaping.identity.states import FIRED_BY, after
from haochaping.identity.terms import OpeningMove as M
from haochaping.identity.terms import OpeningState as S

OPEN = (S.REQUESTED, S.SECONDED, S.APPROVED)
ALLOWED = {
    (S.REQUESTED, M.APPROVE): S.SECONDED,
    (S.SECONDED, M.APPROVE): S.APPROVED,
    (S.APPROVED, M.OPEN): S.OPENED,
} | {
    (state, move): end
    for state in OPEN
    for move, end in ((M.REFUSE, S.REFUSED), (M.WITHDRAW, S.WITHDRAWN), (M.EXPIRE, S.EXPIRED))
}


@pytest.mark.parametrize(("state", "move"), list(product(S, M)))
def test_every_pair_of_state_and_move(state, move):
    assert after(state, move) == ALLOWED.get((state, move))


def test_nobody_who_makes_accounts_gives_roles_or_audits_decides():
    for role in ADMINISTRATORS:
        assert not POWERS_OF[role] & set(FIRED_BY.values())


def test_no_role_both_asks_and_decides():
    for powers in POWERS_OF.values():
        assert not {FIRED_BY[M.APPROVE], FIRED_BY[M.WITHDRAW]} <= powers
