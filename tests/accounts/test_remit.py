"""Administrators act within their remit: on whom, and what they hand out."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from haochaping.accounts import actions, queries, terms
from haochaping.accounts.models import ApiClient
from haochaping.accounts.terms import POWERS_OF, Place, Role
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.ledger.models import Entry

from .conftest import AGENCY, DIVISION, NOW, OTHER_DIVISION, PASSWORD, reason_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
PATH, OTHER_PATH = f"990000000000.{DIVISION}.", f"990000000000.{OTHER_DIVISION}."


def admin(role: Role, path: str = PATH) -> Actor:
    return Actor(ActorKind.STAFF, "7", frozenset(map(str, POWERS_OF[role])), Scope(division_path=path))


SYSTEM, SECURITY = admin(Role.SYSTEM_ADMIN), admin(Role.SECURITY_ADMIN)
ELSEWHERE = {r: admin(r, OTHER_PATH) for r in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)}


@pytest.fixture
def clerk(town) -> int:
    pk = actions.create_staff(
        username="li.wei",
        display_name="李薇",
        role=Role.CLERK,
        agency_code=AGENCY,
        password=PASSWORD,
        by=OPERATOR,
        now=NOW,
    )
    actions.enrol_totp(user_id=pk, by=OPERATOR, now=NOW)
    return pk


@pytest.fixture
def session_keys(clerk) -> list[str]:
    stores = [SessionStore(), SessionStore()]
    for store in stores:
        store.save()
        UserSession.objects.create(
            user_id=clerk, ip="10.1.2.3", session_key=store.session_key, user_agent="x"
        )
    return [str(store.session_key) for store in stores]


def changed(pk: int, change: str) -> dict[str, str]:
    """The one entry of a change, as facts and actor."""
    row = Entry.objects.get(subject_kind="user", subject_id=str(pk), facts__change=change)
    facts: dict[str, str] = row.facts
    return facts | {"actor": row.actor}


@pytest.mark.parametrize(
    ("action", "facts", "role"),
    [
        (actions.disable, {}, Role.SYSTEM_ADMIN),
        (actions.rename, {"display_name": "新名"}, Role.SYSTEM_ADMIN),
        (actions.issue_password_link, {}, Role.SYSTEM_ADMIN),
        (actions.bind_identity, {"subject": "s-1"}, Role.SYSTEM_ADMIN),
        (actions.unbind_identity, {}, Role.SYSTEM_ADMIN),
        (actions.enrol_totp, {}, Role.SYSTEM_ADMIN),
        (actions.revoke_role, {"role": "clerk"}, Role.SECURITY_ADMIN),
        (actions.reset_second_factor, {}, Role.SECURITY_ADMIN),
        (actions.end_sessions, {}, Role.SECURITY_ADMIN),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_accounts_of_other_places_and_powers_of_others(clerk, action, facts, role):
    other = next(r for r in ELSEWHERE if r is not role)

    for user_id, by, reason in (
        (clerk, ELSEWHERE[role], terms.OUT_OF_SCOPE),
        (clerk, admin(other), terms.NOT_ALLOWED),
        (clerk, admin(Role.AUDITOR), terms.NOT_ALLOWED),
        (0, admin(role, ""), terms.UNKNOWN_USER),
    ):
        assert reason_of(action, user_id=user_id, by=by, now=NOW, **facts) is reason


def test_an_account_that_holds_everywhere_is_beyond_a_local_administrator(clerk):
    pk = actions.create_staff(
        username="audit",
        display_name="审计",
        role=Role.AUDITOR,
        everywhere=True,
        password=PASSWORD,
        by=OPERATOR,
        now=NOW,
    )

    reason = reason_of(actions.issue_password_link, user_id=pk, by=SYSTEM, now=NOW)
    assert reason is terms.OUT_OF_SCOPE
    assert actions.issue_password_link(user_id=pk, by=admin(Role.SYSTEM_ADMIN, ""), now=NOW)


@pytest.mark.parametrize("place", [Place(everywhere=True), Place(DIVISION)], ids=str)
def test_a_keeper_of_identities_is_one_of_an_office(place):
    pk = actions.open_account(username="keeper", display_name="保管员", by=SYSTEM, now=NOW)
    role = Role.IDENTITY_KEEPER

    reason = reason_of(actions.grant_role, user_id=pk, role=role, place=place, by=OPERATOR, now=NOW)

    assert reason is terms.KEEPER_OF_OFFICE
    assert queries.standing_of_user(pk).actor.powers == frozenset()
    assert actions.grant_role(user_id=pk, role=role, place=Place(agency_code=AGENCY), by=OPERATOR, now=NOW)


@pytest.mark.parametrize(
    "place", [Place(everywhere=True), Place(OTHER_DIVISION), Place("990000000000")], ids=str
)
def test_nobody_hands_out_more_than_their_own_place(place):
    pk = actions.open_account(username="new.one", display_name="新人", by=SYSTEM, now=NOW)

    reason = reason_of(actions.grant_role, user_id=pk, role="clerk", place=place, by=SECURITY, now=NOW)
    assert reason is terms.OUT_OF_SCOPE


@pytest.mark.parametrize("place", [Place(DIVISION), Place(agency_code=AGENCY)], ids=str)
def test_a_local_administrator_hands_out_roles_at_home(place):
    pk = actions.open_account(username="new.one", display_name="新人", by=SYSTEM, now=NOW)

    actions.grant_role(user_id=pk, role="hall_manager", place=place, by=SECURITY, now=NOW)

    assert queries.standing_of_user(pk).actor.powers == POWERS_OF[Role.HALL_MANAGER]


def test_nobody_raises_themself():
    pk = actions.create_staff(
        username="security",
        display_name="安全",
        role=Role.SECURITY_ADMIN,
        division_code=DIVISION,
        password=PASSWORD,
        by=OPERATOR,
        now=NOW,
    )

    themself, place = queries.standing_of_user(pk).actor, Place(DIVISION)
    reason = reason_of(actions.grant_role, user_id=pk, role="clerk", place=place, by=themself, now=NOW)
    assert reason is terms.NOT_ONESELF


def test_a_local_administrator_makes_no_client_for_elsewhere():
    place = {"name": "示例平台", "division_code": OTHER_DIVISION}

    assert reason_of(actions.create_client, **place, by=SECURITY, now=NOW) is terms.OUT_OF_SCOPE
    pk, _ = actions.create_client(**place, by=OPERATOR, now=NOW)
    assert reason_of(actions.revoke_client, client_id=pk, by=SECURITY, now=NOW) is terms.OUT_OF_SCOPE
    assert ApiClient.objects.get().active


def test_opened_account_may_nothing():
    pk = actions.open_account(username="New.One", display_name=" 新人 ", by=SYSTEM, now=NOW)

    row = queries.staff_by_id(pk)
    assert row is not None
    assert (row.username, row.display_name, row.roles) == ("new.one", "新人", ())
    assert queries.standing_of_user(pk).actor.powers == frozenset()
    assert changed(pk, "created")["actor"] == "staff:7"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"username": "li.wei"}, terms.USERNAME_TAKEN),
        ({"username": "x"}, terms.BAD_USERNAME),
        ({"display_name": " "}, terms.BAD_DISPLAY_NAME),
        ({"by": SECURITY}, terms.NOT_ALLOWED),
    ],
)
def test_open_account_refused(clerk, facts, reason):
    given = {"username": "new.one", "display_name": "新人", "by": SYSTEM} | facts

    assert reason_of(actions.open_account, **given, now=NOW) is reason


def test_second_factor_is_reset_by_the_security_administrator(clerk):
    before = queries.person(clerk)
    assert before
    assert before.has_second_factor

    actions.reset_second_factor(user_id=clerk, by=SECURITY, now=NOW)

    after = queries.person(clerk)
    assert after
    assert not after.has_second_factor
    assert not Authenticator.objects.exists()
    assert changed(clerk, "second_factor_reset")["actor"] == "staff:7"
    reason = reason_of(actions.reset_second_factor, user_id=clerk, by=SECURITY, now=NOW)
    assert reason is terms.NO_SECOND_FACTOR


def test_subject_is_bound_and_unbound(clerk):
    actions.bind_identity(user_id=clerk, subject=" s-1 ", by=SYSTEM, now=NOW)

    bound = SocialAccount.objects.get()
    assert (bound.provider, bound.uid, bound.user_id, bound.extra_data) == ("staff", "s-1", clerk, {})
    assert queries.standing_of_user(clerk).is_bound
    assert changed(clerk, "identity_bound")["actor"] == "staff:7"
    actions.unbind_identity(user_id=clerk, by=SYSTEM, now=NOW)
    assert not queries.standing_of_user(clerk).is_bound
    assert changed(clerk, "identity_unbound")["actor"] == "staff:7"
    assert reason_of(actions.unbind_identity, user_id=clerk, by=SYSTEM, now=NOW) is terms.NOT_BOUND


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("", terms.BAD_SUBJECT),
        ("x" * 192, terms.BAD_SUBJECT),
        ("a\nb", terms.BAD_SUBJECT),
        ("taken", terms.SUBJECT_TAKEN),
    ],
)
def test_bind_identity_refused(clerk, subject, reason):
    other = actions.open_account(username="other", display_name="别人", by=SYSTEM, now=NOW)
    actions.bind_identity(user_id=other, subject="taken", by=SYSTEM, now=NOW)

    assert reason_of(actions.bind_identity, user_id=clerk, subject=subject, by=SYSTEM, now=NOW) is reason
    reason = reason_of(actions.bind_identity, user_id=other, subject="s-2", by=SYSTEM, now=NOW)
    assert reason is terms.SUBJECT_TAKEN


def test_all_sessions_of_a_person_are_ended(clerk, session_keys):
    assert {row.key for row in queries.sessions_of(clerk, now=NOW)} == set(session_keys)

    assert actions.end_sessions(user_id=clerk, by=SECURITY, now=NOW) == 2

    assert queries.sessions_of(clerk, now=NOW) == []
    assert not Session.objects.filter(session_key__in=session_keys).exists()
    assert changed(clerk, "sessions_ended") == {
        "change": "sessions_ended",
        "count": "2",
        "actor": "staff:7",
    }
    assert reason_of(actions.end_sessions, user_id=clerk, by=SECURITY, now=NOW) is terms.UNKNOWN_SESSION


def test_one_ends_one_of_ones_own_sessions(clerk, session_keys):
    chosen = UserSession.objects.get(session_key=session_keys[0])

    actions.end_sessions(
        user_id=clerk, session_id=chosen.pk, by=queries.standing_of_user(clerk).actor, now=NOW
    )

    assert [row.key for row in queries.sessions_of(clerk, now=NOW)] == session_keys[1:]


def test_a_session_of_somebody_else_is_not_ended_as_ones_own(clerk, session_keys):
    other = actions.open_account(username="other", display_name="别人", by=SYSTEM, now=NOW)
    chosen = UserSession.objects.get(session_key=session_keys[0])

    by = queries.standing_of_user(other).actor
    reason = reason_of(actions.end_sessions, user_id=other, session_id=chosen.pk, by=by, now=NOW)
    assert reason is terms.UNKNOWN_SESSION


def test_a_session_that_ran_out_is_not_listed(clerk, session_keys):
    Session.objects.filter(session_key=session_keys[0]).update(expire_date=NOW)

    assert [row.key for row in queries.sessions_of(clerk, now=NOW)] == session_keys[1:]


def test_a_session_is_noted_as_seen(clerk, session_keys):
    actions.note_seen(session_keys[0], now=NOW)

    seen = {row.key: row.seen for row in queries.sessions_of(clerk, now=NOW)}
    assert seen[session_keys[0]] == NOW
    assert seen[session_keys[1]] != NOW


def test_account_takes_the_name_its_owner_has_now(clerk):
    actions.rename(user_id=clerk, display_name=" 李新 ", by=SYSTEM, now=NOW)

    assert queries.display_names([clerk]) == {clerk: "李新"}
    assert changed(clerk, "renamed")["actor"] == "staff:7"
    reason = reason_of(actions.rename, user_id=clerk, display_name=" ", by=SYSTEM, now=NOW)
    assert reason is terms.BAD_DISPLAY_NAME
