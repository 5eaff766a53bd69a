from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from haochaping.accounts import actions, queries, terms
from haochaping.accounts.models import ApiClient, RoleGrant, User
from haochaping.accounts.terms import POWERS_OF, Place, Role, StaffRow
from haochaping.directory import queries as directory
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind

from .conftest import AGENCY, DIVISION, NOW, OTHER_DIVISION, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
NOBODY = Actor(ActorKind.STAFF, "999")
SYSTEM_ADMIN = Actor(ActorKind.STAFF, "7", frozenset(map(str, POWERS_OF[Role.SYSTEM_ADMIN])), EVERYWHERE)
SECURITY_ADMIN = Actor(ActorKind.STAFF, "8", frozenset(map(str, POWERS_OF[Role.SECURITY_ADMIN])), EVERYWHERE)


def make(username="li.wei", role=Role.CLERK, **facts: Any):
    given: dict[str, Any] = {"display_name": "李薇", "password": PASSWORD, "by": OPERATOR, "now": NOW} | facts
    if not {"division_code", "agency_code", "everywhere"} & facts.keys():
        given["agency_code"] = AGENCY
    return actions.create_staff(username=username, role=role, **given)


def li_wei() -> StaffRow:
    row = queries.staff_by_username("li.wei")
    assert row is not None
    return row


def changes(subject: str, pk: int) -> list[str]:
    rows = Entry.objects.filter(kind=EntryKind.ACCOUNT_CHANGED, subject_kind=subject, subject_id=str(pk))
    return sorted(row.facts["change"] for row in rows)


def refusal(action, **facts: Any):
    """The reason of a refusal, having seen that nothing was written."""
    before = (
        User.objects.count(),
        RoleGrant.objects.count(),
        ApiClient.objects.count(),
        Entry.objects.count(),
    )
    with pytest.raises(Refused) as refused, transaction.atomic():
        action(**facts)
    after = (
        User.objects.count(),
        RoleGrant.objects.count(),
        ApiClient.objects.count(),
        Entry.objects.count(),
    )
    assert after == before
    return refused.value.complaint.reason


def test_create_staff_makes_account_and_grant_and_two_entries():
    pk = make(username=" Li.Wei ")

    user = User.objects.get(pk=pk)
    assert (user.username, user.is_active, user.date_joined) == ("li.wei", True, NOW)
    assert user.check_password(PASSWORD)
    assert PASSWORD not in user.password
    assert RoleGrant.objects.get(user_id=pk).role == "clerk"
    assert changes("user", pk) == ["created", "role_granted"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"username": "李薇"}, terms.BAD_USERNAME),
        ({"display_name": " "}, terms.BAD_DISPLAY_NAME),
        ({"password": "short"}, terms.WEAK_PASSWORD),
        ({"username": "yunchuan.liwei", "password": "yunchuan.liwei1"}, terms.WEAK_PASSWORD),
        ({"password": "qazwsxedcrfv"}, terms.WEAK_PASSWORD),
        ({"role": "emperor"}, terms.BAD_ROLE),
        ({"agency_code": "nowhere"}, terms.UNKNOWN_PLACE),
        ({"division_code": "998800000000"}, terms.UNKNOWN_PLACE),
        ({"agency_code": ""}, terms.BAD_PLACE),
        ({"agency_code": AGENCY, "everywhere": True}, terms.BAD_PLACE),
        ({"by": NOBODY}, terms.NOT_ALLOWED),
    ],
)
def test_create_staff_refused(facts, reason):
    assert refusal(make, **facts) is reason


def test_create_staff_refused_when_the_name_is_taken():
    make()

    assert refusal(make, username="LI.WEI") is terms.USERNAME_TAKEN


def test_grant_role_adds_to_what_is_held():
    pk = make()

    actions.grant_role(user_id=pk, role="agency_lead", place=Place(agency_code=AGENCY), by=OPERATOR, now=NOW)

    assert li_wei().roles == (Role.AGENCY_LEAD, Role.CLERK)
    assert changes("user", pk).count("role_granted") == 2


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"role": "clerk"}, terms.ALREADY_GRANTED),
        ({"role": "dispatcher", "place": Place(division_code=OTHER_DIVISION)}, terms.OTHER_PLACE),
        ({"role": "emperor"}, terms.BAD_ROLE),
        ({"role": "dispatcher", "user_id": 0}, terms.UNKNOWN_USER),
        ({"role": "dispatcher", "place": Place()}, terms.BAD_PLACE),
        ({"role": "dispatcher", "by": NOBODY}, terms.NOT_ALLOWED),
    ],
)
def test_grant_role_refused(facts, reason):
    pk = make()
    given = {"user_id": pk, "place": Place(agency_code=AGENCY), "by": OPERATOR, "now": NOW} | facts

    assert refusal(actions.grant_role, **given) is reason


@pytest.mark.parametrize(
    ("first", "second"),
    [("system_admin", "security_admin"), ("security_admin", "auditor"), ("auditor", "system_admin")],
)
def test_no_two_administrators_in_one_person(first, second):
    pk = make(role=first, everywhere=True)
    given = {"user_id": pk, "role": second, "place": Place(everywhere=True), "by": OPERATOR, "now": NOW}

    assert refusal(actions.grant_role, **given) is terms.ADMINISTRATORS_APART


def test_the_database_itself_keeps_administrators_apart():
    pk = make(role="auditor", everywhere=True)

    with pytest.raises(IntegrityError, match="role_grant_administrators_apart"), transaction.atomic():
        RoleGrant.objects.create(user_id=pk, role="system_admin", everywhere=True, granted_at=NOW)


def test_the_database_itself_wants_one_place():
    pk = make()

    with pytest.raises(IntegrityError, match="role_grant_one_place"), transaction.atomic():
        RoleGrant.objects.create(user_id=pk, role="clerk", granted_at=NOW)


def test_an_administrator_may_become_another_after_giving_up_the_first():
    pk = make(role="auditor", everywhere=True)

    actions.revoke_role(user_id=pk, role="auditor", by=OPERATOR, now=NOW)
    actions.grant_role(user_id=pk, role="system_admin", place=Place(everywhere=True), by=OPERATOR, now=NOW)

    assert li_wei().roles == (Role.SYSTEM_ADMIN,)


def test_revoke_role_takes_powers_at_once():
    pk = make()

    actions.revoke_role(user_id=pk, role="clerk", by=OPERATOR, now=NOW)

    assert queries.standing_of_user(pk).actor.powers == frozenset()
    assert changes("user", pk).count("role_revoked") == 1


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"role": "publisher"}, terms.UNKNOWN_GRANT),
        ({"user_id": 0}, terms.UNKNOWN_USER),
        ({"by": NOBODY}, terms.NOT_ALLOWED),
    ],
)
def test_revoke_role_refused(facts, reason):
    given = {"user_id": make(), "role": "clerk", "by": OPERATOR, "now": NOW} | facts

    assert refusal(actions.revoke_role, **given) is reason


def test_disable_takes_everything():
    pk = make()

    actions.disable(user_id=pk, by=OPERATOR, now=NOW)

    assert queries.standing_of_user(pk).actor.powers == frozenset()
    assert not li_wei().is_active
    assert changes("user", pk).count("disabled") == 1


def test_who_is_enabled_again_comes_back_without_roles_and_password():
    """What only two administrators give together, one alone does not give back."""
    pk = make(role=Role.DISPATCHER, division_code=DIVISION)
    actions.grant_role(user_id=pk, role=Role.PUBLISHER, place=Place(DIVISION), by=OPERATOR, now=NOW)
    actions.disable(user_id=pk, by=OPERATOR, now=NOW)

    actions.enable(user_id=pk, by=SYSTEM_ADMIN, now=NOW)

    assert li_wei().is_active
    assert queries.standing_of_user(pk).actor.powers == frozenset()
    assert not User.objects.get(pk=pk).has_usable_password()
    assert changes("user", pk)[-3:] == ["role_granted", "role_revoked", "role_revoked"]
    assert changes("user", pk).count("enabled") == 1


def test_enable_refused():
    pk, other = make(), make("zhang.wei", division_code=OTHER_DIVISION)
    for one in (pk, other):
        actions.disable(user_id=one, by=OPERATOR, now=NOW)
    here = directory.division(DIVISION)
    assert here is not None
    local = replace(SYSTEM_ADMIN, scope=Scope(division_path=here.path))

    assert refusal(actions.enable, user_id=0, by=OPERATOR, now=NOW) is terms.UNKNOWN_USER
    assert refusal(actions.enable, user_id=pk, by=SECURITY_ADMIN, now=NOW) is terms.NOT_ALLOWED
    assert refusal(actions.enable, user_id=other, by=local, now=NOW) is terms.OUT_OF_SCOPE
    actions.enable(user_id=pk, by=OPERATOR, now=NOW)
    assert refusal(actions.enable, user_id=pk, by=OPERATOR, now=NOW) is terms.NOT_DISABLED


def test_disable_refused():
    pk = make()
    actions.disable(user_id=pk, by=OPERATOR, now=NOW)

    assert refusal(actions.disable, user_id=pk, by=OPERATOR, now=NOW) is terms.ALREADY_DISABLED
    assert refusal(actions.disable, user_id=0, by=OPERATOR, now=NOW) is terms.UNKNOWN_USER
    assert refusal(actions.disable, user_id=pk, by=NOBODY, now=NOW) is terms.NOT_ALLOWED


def test_enrol_totp_gives_a_secret_that_is_stored_sealed():
    pk = make()

    enrolment = actions.enrol_totp(user_id=pk, by=OPERATOR, now=NOW)

    totp = Authenticator.objects.get(user_id=pk, type="totp")
    assert len(enrolment.secret) == 32
    assert enrolment.secret not in str(totp.data)
    assert len(set(enrolment.recovery_codes)) == 10
    assert changes("user", pk).count("second_factor_enrolled") == 1


def test_enrol_totp_refused():
    pk = make()
    actions.enrol_totp(user_id=pk, by=OPERATOR, now=NOW)

    assert refusal(actions.enrol_totp, user_id=pk, by=OPERATOR, now=NOW) is terms.ALREADY_ENROLLED
    assert refusal(actions.enrol_totp, user_id=0, by=OPERATOR, now=NOW) is terms.UNKNOWN_USER
    assert refusal(actions.enrol_totp, user_id=pk, by=NOBODY, now=NOW) is terms.NOT_ALLOWED


def test_create_client_shows_a_key_that_is_not_stored():
    pk, key = actions.create_client(name="青禾市一网通办", division_code="9901", by=OPERATOR, now=NOW)

    client = ApiClient.objects.get(pk=pk)
    assert key.startswith(client.key_prefix)
    assert key not in {client.key_hash, client.key_prefix}
    assert changes("client", pk) == ["created"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"name": ""}, terms.BAD_CLIENT_NAME),
        ({"name": "字" * 101}, terms.BAD_CLIENT_NAME),
        ({"division_code": "998800000000"}, terms.UNKNOWN_PLACE),
        ({"name": "已有"}, terms.CLIENT_NAME_TAKEN),
        ({"by": NOBODY}, terms.NOT_ALLOWED),
    ],
)
def test_create_client_refused(facts, reason):
    actions.create_client(name="已有", division_code=DIVISION, by=OPERATOR, now=NOW)
    given = {"name": "示例平台", "division_code": DIVISION, "by": OPERATOR, "now": NOW} | facts

    assert refusal(actions.create_client, **given) is reason


def test_revoke_client_makes_the_key_worthless():
    pk, key = actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)

    actions.revoke_client(client_id=pk, by=OPERATOR, now=NOW)

    assert queries.client_by_key(key) is None
    assert changes("client", pk) == ["created", "revoked"]


def test_revoke_client_refused():
    pk, _ = actions.create_client(name="示例平台", division_code=DIVISION, by=OPERATOR, now=NOW)
    actions.revoke_client(client_id=pk, by=OPERATOR, now=NOW)

    assert refusal(actions.revoke_client, client_id=pk, by=OPERATOR, now=NOW) is terms.UNKNOWN_CLIENT
    assert refusal(actions.revoke_client, client_id=pk, by=NOBODY, now=NOW) is terms.NOT_ALLOWED
