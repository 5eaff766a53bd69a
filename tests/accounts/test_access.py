from __future__ import annotations

import pytest

from haochaping.accounts import access
from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE, Power
from haochaping.kernel.actor import OPERATOR, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused

CLERK = Actor(ActorKind.STAFF, "7", frozenset({"order.handle"}), Scope(agency_path="A1."))


def test_power_held():
    assert access.may(CLERK, Power.ORDER_HANDLE)
    access.check_power(CLERK, Power.ORDER_HANDLE)


def test_power_not_held():
    assert not access.may(CLERK, Power.ORDER_DISPATCH)
    with pytest.raises(Refused) as refused:
        access.check_power(CLERK, Power.ORDER_DISPATCH)
    assert refused.value.complaint.reason is NOT_ALLOWED


@pytest.mark.parametrize("power", Power)
@pytest.mark.parametrize("actor", [SYSTEM, OPERATOR])
def test_the_machine_and_its_operator_may_everything(actor, power):
    assert access.may(actor, power)


@pytest.mark.parametrize("kind", [ActorKind.STAFF, ActorKind.CLIENT, ActorKind.REVIEWER])
def test_nobody_else_may_anything_without_a_power(kind):
    assert not any(access.may(Actor(kind, "1"), power) for power in Power)


@pytest.mark.parametrize(
    ("agency_path", "answer"), [("A1.", True), ("A1.A11.", True), ("A2.", False), ("", False), ("A1", False)]
)
def test_remit_of_an_agency(agency_path, answer):
    assert access.may_reach(CLERK, division_path="99.", agency_path=agency_path) is answer


def test_remit_left():
    with pytest.raises(Refused) as refused:
        access.check_scope(CLERK, division_path="99.", agency_path="A2.")
    assert refused.value.complaint.reason is OUT_OF_SCOPE


def test_remit_kept():
    access.check_scope(CLERK, division_path="99.", agency_path="A1.A11.")
