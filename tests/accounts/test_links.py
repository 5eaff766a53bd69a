"""One-time links: for the first administrators, and for passwords."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.accounts import actions, queries, terms
from haochaping.accounts.models import OneTimeLink, User
from haochaping.accounts.terms import ADMINISTRATORS, POWERS_OF, LinkPurpose, LinkRow, Role
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind

from .conftest import AGENCY, NOW, PASSWORD, reason_of

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
LATER = NOW + timedelta(minutes=29)
TOO_LATE = NOW + timedelta(minutes=30)
PASSWORD_LATER = NOW + timedelta(minutes=59)
PASSWORD_TOO_LATE = NOW + timedelta(hours=1)
NEW_PASSWORD = "a louder river at noon"
ADMIN = Actor(
    ActorKind.STAFF,
    "7",
    frozenset(map(str, POWERS_OF[Role.SYSTEM_ADMIN])),
    Scope(division_path="990000000000.990100000000."),
)


def changes(subject: str, pk: int) -> list[str]:
    rows = Entry.objects.filter(kind=EntryKind.ACCOUNT_CHANGED, subject_kind=subject, subject_id=str(pk))
    return sorted(row.facts["change"] for row in rows)


def first(role: Role = Role.SYSTEM_ADMIN) -> str:
    return actions.issue_first_admin_link(role=role, by=OPERATOR, now=NOW)


def begin(
    token: str,
    *,
    username: str = "admin.one",
    display_name: str = "首位管理员",
    password: str = PASSWORD,
    now: datetime = LATER,
) -> int:
    return actions.begin_as_administrator(
        token=token, username=username, display_name=display_name, password=password, now=now
    )


def clerk() -> int:
    return actions.create_staff(
        username="li.wei",
        display_name="李薇",
        role=Role.CLERK,
        agency_code=AGENCY,
        password=PASSWORD,
        by=OPERATOR,
        now=NOW,
    )


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_first_administrator_begins_by_the_link(role):
    pk = begin(first(role))

    actor = queries.standing_of_user(pk).actor
    assert actor.powers == POWERS_OF[role]
    assert actor.scope.division_path == ""
    assert changes("user", pk) == ["created", "role_granted"]
    assert changes("link", OneTimeLink.objects.get().pk) == ["first_admin_link_issued", "used"]


def test_only_the_hash_of_a_link_is_kept():
    token = first()

    assert len(token) == 43
    assert token not in str(list(OneTimeLink.objects.values()))
    assert token not in str(list(Entry.objects.values()))


def test_first_admin_link_works_once():
    token = first()
    begin(token)

    assert reason_of(begin, token=token, username="admin.two") is terms.LINK_INVALID


def test_first_admin_link_lasts_half_an_hour():
    token = first()

    assert queries.link(token, now=LATER) == LinkRow(LinkPurpose.FIRST_ADMIN, "system_admin", "")
    assert queries.link(token, now=TOO_LATE) is None
    assert reason_of(begin, token=token, now=TOO_LATE) is terms.LINK_INVALID


def test_a_newer_link_voids_the_older():
    older, newer = first(), first()

    assert reason_of(begin, token=older) is terms.LINK_INVALID
    assert begin(newer)


def test_links_of_the_three_do_not_void_each_other():
    tokens = [first(role) for role in sorted(ADMINISTRATORS)]

    people = {begin(token, username=f"admin.{n}") for n, token in enumerate(tokens)}

    assert len(people) == 3


def test_no_link_once_there_is_an_administrator():
    begin(first())

    assert reason_of(first) is terms.ADMINISTRATOR_EXISTS


def test_a_link_is_worth_nothing_once_there_is_an_administrator():
    token = first()
    actions.create_staff(
        username="admin.shell",
        display_name="管理员",
        role=Role.SYSTEM_ADMIN,
        everywhere=True,
        password=PASSWORD,
        by=OPERATOR,
        now=NOW,
    )

    assert reason_of(begin, token=token) is terms.ADMINISTRATOR_EXISTS


def test_a_disabled_administrator_is_none():
    pk = begin(first())
    actions.disable(user_id=pk, by=OPERATOR, now=NOW)

    assert begin(first(), username="admin.two")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"username": "李薇"}, terms.BAD_USERNAME),
        ({"display_name": ""}, terms.BAD_DISPLAY_NAME),
        ({"password": "short"}, terms.WEAK_PASSWORD),
    ],
)
def test_beginning_refused_leaves_the_link_usable(facts, reason):
    token = first()

    assert reason_of(begin, token=token, **facts) is reason
    assert begin(token)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"role": "clerk"}, terms.BAD_ROLE),
        ({"role": "auditor", "by": ADMIN}, terms.NOT_ALLOWED),
    ],
)
def test_first_admin_link_refused(facts, reason):
    given = {"by": OPERATOR, "now": NOW} | facts

    assert reason_of(actions.issue_first_admin_link, **given) is reason


def test_password_link_lets_its_owner_choose():
    pk = clerk()
    token = actions.issue_password_link(user_id=pk, by=ADMIN, now=NOW)

    assert User.objects.get(pk=pk).check_password(PASSWORD)
    assert queries.link(token, now=PASSWORD_LATER) == LinkRow(LinkPurpose.PASSWORD, "", "li.wei")
    assert actions.set_password(token=token, password=NEW_PASSWORD, now=PASSWORD_LATER) == pk
    assert User.objects.get(pk=pk).check_password(NEW_PASSWORD)
    assert changes("user", pk) == ["created", "password_link_issued", "password_set", "role_granted"]


def test_password_link_gives_an_account_without_password_its_first():
    pk = actions.open_account(username="new.clerk", display_name="新人", by=ADMIN, now=NOW)
    assert not User.objects.get(pk=pk).has_usable_password()

    actions.set_password(
        token=actions.issue_password_link(user_id=pk, by=ADMIN, now=NOW),
        password=NEW_PASSWORD,
        now=PASSWORD_LATER,
    )

    assert User.objects.get(pk=pk).check_password(NEW_PASSWORD)


def test_password_link_works_once_and_for_an_hour():
    token = actions.issue_password_link(user_id=clerk(), by=OPERATOR, now=NOW)

    reason = reason_of(actions.set_password, token=token, password=NEW_PASSWORD, now=PASSWORD_TOO_LATE)
    assert reason is terms.LINK_INVALID
    actions.set_password(token=token, password=NEW_PASSWORD, now=PASSWORD_LATER)
    reason = reason_of(actions.set_password, token=token, password=NEW_PASSWORD, now=PASSWORD_LATER)
    assert reason is terms.LINK_INVALID


def test_a_newer_password_link_voids_the_older():
    pk = clerk()
    older = actions.issue_password_link(user_id=pk, by=OPERATOR, now=NOW)
    actions.issue_password_link(user_id=pk, by=OPERATOR, now=NOW)

    reason = reason_of(actions.set_password, token=older, password=NEW_PASSWORD, now=PASSWORD_LATER)
    assert reason is terms.LINK_INVALID


def test_a_link_of_one_purpose_serves_no_other():
    password = actions.issue_password_link(user_id=clerk(), by=OPERATOR, now=NOW)

    assert reason_of(begin, token=password) is terms.LINK_INVALID
    reason = reason_of(actions.set_password, token=first(), password=NEW_PASSWORD, now=LATER)
    assert reason is terms.LINK_INVALID


def test_weak_password_refused_by_link():
    token = actions.issue_password_link(user_id=clerk(), by=OPERATOR, now=NOW)

    reason = reason_of(actions.set_password, token=token, password="li.wei", now=PASSWORD_LATER)
    assert reason is terms.WEAK_PASSWORD


def test_a_closed_account_gets_no_password():
    pk = clerk()
    token = actions.issue_password_link(user_id=pk, by=OPERATOR, now=NOW)
    actions.disable(user_id=pk, by=OPERATOR, now=NOW)

    reason = reason_of(actions.set_password, token=token, password=NEW_PASSWORD, now=PASSWORD_LATER)
    assert reason is terms.LINK_INVALID
    reason = reason_of(actions.issue_password_link, user_id=pk, by=OPERATOR, now=NOW)
    assert reason is terms.ALREADY_DISABLED


def test_the_database_itself_wants_a_link_to_be_for_somebody():
    for facts in ({"purpose": "password"}, {"purpose": "first_admin", "role": "clerk"}):
        with pytest.raises(IntegrityError, match="one_time_link_for_somebody"), transaction.atomic():
            OneTimeLink.objects.create(token_hash=str(facts), created_at=NOW, expires_at=NOW, **facts)
