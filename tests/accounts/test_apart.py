"""三员分立 over every combination of roles: in the rule, and in what a person can be given one after another."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from haochaping.accounts import actions, queries, rules
from haochaping.accounts.terms import ADMINISTRATORS, ADMINISTRATORS_APART, POWERS_OF, Place, Role
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused

from .conftest import NOW

EVERYWHERE = Place(everywhere=True)
SETS = [set(roles) for size in range(len(Role) + 1) for roles in combinations(Role, size)]
ORDERS = [order for size in (2, 3) for order in permutations(sorted(ADMINISTRATORS), size)]


def test_a_set_of_roles_is_allowed_unless_two_administrators_are_in_it():
    assert len(SETS) == 2 ** len(Role)
    assert all(rules.administrators_meet(roles) == (len(roles & ADMINISTRATORS) > 1) for roles in SETS)


def test_no_allowed_set_of_roles_holds_powers_of_two_administrators():
    allowed = [roles for roles in SETS if not rules.administrators_meet(roles)]

    for roles in allowed:
        reached = [role for role in ADMINISTRATORS if rules.powers_of(roles) & POWERS_OF[role]]
        assert len(reached) <= 1, roles


@pytest.mark.django_db
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@pytest.mark.parametrize("between", [Role.CLERK, Role.ASSESSOR])
def test_whoever_asks_in_whatever_order_gets_one_administrator(order, between):
    pk = actions.open_account(username="somebody", display_name="某人", by=OPERATOR, now=NOW)
    refused = 0
    for role in (order[0], between, *order[1:]):
        try:
            actions.grant_role(user_id=pk, role=role, place=EVERYWHERE, by=OPERATOR, now=NOW)
        except Refused as no:
            assert no.complaint.reason is ADMINISTRATORS_APART
            refused += 1

    assert refused == len(order) - 1
    assert queries.standing_of_user(pk).actor.powers == POWERS_OF[order[0]] | POWERS_OF[between]
