from __future__ import annotations

from typing import Any

import pytest

from haochaping.accounts import actions, queries
from haochaping.accounts.models import ApiClient, User
from haochaping.accounts.terms import CLIENT_POWERS, POWERS_OF, Place, Role
from haochaping.directory import queries as directory
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, OPERATOR, Actor, ActorKind, Scope

from .conftest import AGENCY, DIVISION, NOW, OTHER_DIVISION, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


def person(username, role, **place: Any):
    return actions.create_staff(
        username=username, display_name="示例", role=role, password=PASSWORD, by=OPERATOR, now=NOW, **place
    )


def test_actor_of_a_clerk_reaches_the_agency_only():
    actor = queries.standing_of_user(person("clerk", Role.CLERK, agency_code=AGENCY)).actor

    assert actor.kind is ActorKind.STAFF
    assert actor.powers == POWERS_OF[Role.CLERK]
    assert actor.scope == Scope(agency_path=f"{AGENCY}.")


def test_actor_of_a_supervisor_reaches_the_division():
    actor = queries.standing_of_user(person("super", Role.SUPERVISOR, division_code=DIVISION)).actor

    assert actor.scope == Scope(division_path="990000000000.990100000000.")


def test_actor_of_an_administrator_reaches_everywhere():
    actor = queries.standing_of_user(person("audit", Role.AUDITOR, everywhere=True)).actor

    assert actor.scope == EVERYWHERE


def test_powers_of_two_roles_add_up():
    pk = person("both", Role.DISPATCHER, division_code=DIVISION)
    actions.grant_role(user_id=pk, role=Role.PUBLISHER, place=Place(DIVISION), by=OPERATOR, now=NOW)

    assert queries.standing_of_user(pk).actor.powers == POWERS_OF[Role.DISPATCHER] | POWERS_OF[Role.PUBLISHER]


def test_actor_of_nobody_may_nothing_nowhere():
    actor = queries.standing_of_user(0).actor

    assert (actor.powers, actor.scope) == (frozenset(), NOWHERE)


def test_client_by_key():
    pk, key = actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)

    client = queries.client_by_key(key)

    assert client is not None
    assert (client.id, client.name, client.division_code) == (pk, "示例平台", DIVISION)
    assert queries.clients() == [client]


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The seconds that `client_by_key` goes by."""
    seconds = [100.0]
    monkeypatch.setattr(queries, "monotonic", lambda: seconds[0])
    return seconds


def test_a_client_revoked_elsewhere_is_refused_once_it_is_asked_for_anew(clock):
    """Another process revokes: this one learns of it when its second is over."""
    pk, key = actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)
    assert queries.client_by_key(key)

    ApiClient.objects.filter(id=pk).update(active=False, revoked_at=NOW)

    assert queries.client_by_key(key)
    clock[0] += 1
    assert queries.client_by_key(key) is None
    assert queries.client_by_key(key) is None


def test_a_client_revoked_here_is_refused_at_once(clock):
    pk, key = actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)
    assert queries.client_by_key(key)

    actions.revoke_client(client_id=pk, by=OPERATOR, now=NOW)

    assert queries.client_by_key(key) is None


@pytest.mark.parametrize("spoilt", ["", "hcp_", "x", "hcp_" + "A" * 43])
def test_client_by_wrong_key(spoilt):
    actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)

    assert queries.client_by_key(spoilt) is None


def test_actor_of_a_client_speaks_for_its_division():
    _, key = actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)
    client = queries.client_by_key(key)
    assert client is not None

    actor = queries.actor_of_client(client)

    assert actor.kind is ActorKind.CLIENT
    assert actor.powers == CLIENT_POWERS
    assert actor.scope == Scope(division_path=client.division_path)


def test_staff_lists_people_with_what_they_hold():
    person("bbb", Role.CLERK, agency_code=AGENCY)
    person("aaa", Role.AUDITOR, everywhere=True)

    assert [(row.username, row.roles) for row in queries.staff(by=OPERATOR)] == [
        ("aaa", (Role.AUDITOR,)),
        ("bbb", (Role.CLERK,)),
    ]
    assert queries.staff_by_username("BBB") == queries.staff(by=OPERATOR)[1]
    assert queries.staff_by_username("ccc") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"words": "wei"}, ["li.wei"]),
        ({"words": "WEI"}, ["li.wei"]),
        ({"words": "李"}, ["li.wei"]),
        ({"words": "%"}, []),
        ({"role": "auditor"}, ["zhang"]),
        ({"role": "clerk", "words": "zhang"}, []),
        ({"place": AGENCY}, ["li.wei"]),
        ({"place": DIVISION}, ["li.wei"]),
        ({"place": DIVISION, "role": "auditor"}, []),
        ({"place": "9977"}, []),
        ({"active": True}, ["li.wei", "zhang"]),
        ({"active": False}, ["old"]),
    ],
)
def test_staff_are_found_by_name_role_place_and_state(asked, found):
    person("li.wei", Role.CLERK, agency_code=AGENCY)
    person("zhang", Role.AUDITOR, everywhere=True)
    old = actions.open_account(username="old", display_name="旧", by=OPERATOR, now=NOW)
    actions.disable(user_id=old, by=OPERATOR, now=NOW)
    User.objects.filter(username="li.wei").update(display_name="李薇")

    assert [row.username for row in queries.staff(by=OPERATOR, **asked)] == found


@pytest.mark.parametrize(
    ("words", "found"),
    [("", ["乙平台", "甲平台"]), ("甲", ["甲平台"]), (DIVISION, ["乙平台"]), ("%", []), ("无", [])],
)
def test_clients_are_found_by_name_and_division(words, found):
    actions.create_client(name="甲平台", division_code=OTHER_DIVISION, by=OPERATOR, now=NOW)
    actions.create_client(name="乙平台", division_code=DIVISION, by=OPERATOR, now=NOW)

    assert [row.name for row in queries.clients_of(OPERATOR, words=words, limit=9)] == found


def test_clients_are_listed_within_ones_remit_and_page_by_page():
    for n in range(3):
        actions.create_client(name=f"平台{n}", division_code=DIVISION, by=OPERATOR, now=NOW)
    actions.create_client(name="外地", division_code=OTHER_DIVISION, by=OPERATOR, now=NOW)
    here = directory.division(DIVISION)
    assert here is not None
    local = Actor(ActorKind.STAFF, "7", scope=Scope(division_path=here.path))
    of_agency = Actor(ActorKind.STAFF, "8", scope=Scope(agency_path=f"{AGENCY}."))

    assert [row.name for row in queries.clients_of(local, limit=2, offset=1)] == ["平台1", "平台2"]
    assert [row.name for row in queries.clients_of(local, limit=9)] == ["平台0", "平台1", "平台2"]
    assert queries.clients_of(of_agency, limit=9) == []
