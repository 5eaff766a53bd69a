"""Who an account's owner is in the directory: bound by the system administrator, known with every request."""

from __future__ import annotations

import pytest

from haochaping.accounts import actions, queries
from haochaping.accounts.terms import (
    MEMBER_BOUND,
    MEMBER_NOT_BOUND,
    NOT_ALLOWED,
    OUT_OF_SCOPE,
    UNKNOWN_MEMBER,
    UNKNOWN_USER,
    Place,
    Power,
    Role,
)
from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.ledger.models import Entry

from .conftest import AGENCY, NOW, reason_of

pytestmark = pytest.mark.usefixtures("town")
ADMIN = Actor(ActorKind.STAFF, "1", frozenset({str(Power.ACCOUNT_MANAGE)}), EVERYWHERE)


@pytest.fixture
def member(town) -> int:
    """The staff member S1 of the agency; S2 is another number there."""
    rows = [{"code": code, "name": "王芳", "agency": AGENCY} for code in ("S1", "S2")]
    assert directory.put(Kind.STAFF, rows, by=OPERATOR, now=NOW) == []
    return member_id("S1")


def member_id(number: str) -> int:
    agency = places.agencies([AGENCY])[AGENCY]
    return places.staff([(agency.id, number)])[agency.id, number].id


@pytest.fixture
def clerk() -> int:
    pk = actions.open_account(username="clerk", display_name="某人", by=OPERATOR, now=NOW)
    actions.grant_role(user_id=pk, role=Role.CLERK, place=Place(agency_code=AGENCY), by=OPERATOR, now=NOW)
    return pk


def bind(user_id: int, number: str = "S1", agency: str = AGENCY, by: Actor = ADMIN) -> None:
    actions.bind_staff_member(user_id=user_id, agency_code=agency, staff_number=number, by=by, now=NOW)


def unbind(user_id: int, number: str = "S1", by: Actor = ADMIN) -> None:
    actions.unbind_staff_member(user_id=user_id, agency_code=AGENCY, staff_number=number, by=by, now=NOW)


def test_a_bound_person_is_known_as_the_staff_member_they_are(member, clerk):
    assert queries.standing_of_user(clerk).actor.staff_ids == frozenset()

    bind(clerk, " S1 ")

    assert queries.standing_of_user(clerk).actor.staff_ids == {member}
    person = queries.person(clerk)
    assert person is not None
    assert [(m.agency_code, m.staff_number) for m in person.members] == [(AGENCY, "S1")]
    assert Entry.objects.get(facts__change="member_bound").facts["member"] == str(member)


def test_who_moves_to_another_number_stays_known_by_the_first(member, clerk):
    bind(clerk)
    bind(clerk, "S2")

    assert queries.standing_of_user(clerk).actor.staff_ids == {member, member_id("S2")}
    [holder] = queries.holders([Power.ORDER_HANDLE])
    assert holder.staff_ids == {member, member_id("S2")}


def test_a_binding_that_was_a_mistake_is_taken_back_and_can_be_made_again(member, clerk):
    bind(clerk)
    unbind(clerk)

    assert queries.standing_of_user(clerk).actor.staff_ids == frozenset()
    assert queries.holders([Power.ORDER_HANDLE])[0].staff_ids == frozenset()
    person = queries.person(clerk)
    assert person is not None
    assert person.members == ()
    bind(clerk)
    assert queries.standing_of_user(clerk).actor.staff_ids == {member}


@pytest.mark.usefixtures("member")
def test_why_a_binding_is_refused(clerk):
    bind(clerk)

    assert reason_of(bind, clerk) is MEMBER_BOUND
    assert reason_of(bind, clerk, "S3") is UNKNOWN_MEMBER
    assert reason_of(bind, clerk, "S1", "9901-A99") is UNKNOWN_MEMBER
    assert reason_of(bind, 0) is UNKNOWN_USER
    assert reason_of(unbind, clerk, "S2") is MEMBER_NOT_BOUND


@pytest.mark.usefixtures("member")
def test_only_who_looks_after_accounts_of_the_place_binds(clerk):
    grants = Actor(ActorKind.STAFF, "2", frozenset({str(Power.ROLE_GRANT)}), EVERYWHERE)
    there = Actor(ActorKind.STAFF, "3", ADMIN.powers, Scope(division_path="990000000000.990200000000."))
    newcomer = actions.open_account(username="new", display_name="新人", by=OPERATOR, now=NOW)

    assert reason_of(bind, clerk, by=grants) is NOT_ALLOWED
    assert reason_of(unbind, clerk, by=grants) is NOT_ALLOWED
    assert reason_of(bind, clerk, by=there) is OUT_OF_SCOPE
    # An account without a role is anybody's to look after, but not a staff member of another place.
    assert reason_of(bind, newcomer, by=there) is OUT_OF_SCOPE
