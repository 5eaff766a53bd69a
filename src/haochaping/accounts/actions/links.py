"""One-time links: how the first administrators begin, and how a password is set without anybody else knowing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts import rules
from haochaping.accounts.access import check_power
from haochaping.accounts.actions.people import new_user
from haochaping.accounts.actions.roles import give
from haochaping.accounts.actions.steps import check_password, locked_user, record
from haochaping.accounts.models import OneTimeLink, RoleGrant
from haochaping.accounts.queries import check_reach
from haochaping.accounts.terms import (
    ADMINISTRATOR_EXISTS,
    ADMINISTRATORS,
    ALREADY_DISABLED,
    BAD_ROLE,
    KEY_BYTES,
    LINK_INVALID,
    LINK_LIFETIMES,
    LinkPurpose,
    Place,
    Power,
)
from haochaping.kernel.actor import Actor, ActorKind
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def issue_first_admin_link(*, role: str, by: Actor, now: datetime) -> str:
    """Issue the link by which the first of the three administrators of a kind begins; returns its token.

    Earlier links for the same role are void. Raises `Refused` with `BAD_ROLE` unless the role is one of the
    three, `ADMINISTRATOR_EXISTS` once somebody holds it.
    """
    check_power(by, Power.ACCOUNT_MANAGE)
    check_power(by, Power.ROLE_GRANT)
    if role not in ADMINISTRATORS:
        raise Refused(BAD_ROLE, field="role", value=role, choices=", ".join(sorted(ADMINISTRATORS)))
    _check_nobody_holds(role)
    OneTimeLink.objects.filter(purpose=LinkPurpose.FIRST_ADMIN, role=role, used_at=None).delete()
    token, link = _issue(LinkPurpose.FIRST_ADMIN, now=now, role=role)
    record("link", link.pk, "first_admin_link_issued", role=role, by=by, now=now)
    return token


@transaction.atomic
def begin_as_administrator(
    *, token: str, username: str, display_name: str, password: str, now: datetime
) -> int:
    """Make the first administrator of a kind with the link issued for it; returns the user's id.

    Raises `Refused` with `LINK_INVALID`, `ADMINISTRATOR_EXISTS`, or what is wrong with name or password. Locks
    the link.
    """
    link = _locked(token, LinkPurpose.FIRST_ADMIN, now)
    _check_nobody_holds(link.role)
    user = new_user(username, display_name, now)
    check_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    by = Actor(ActorKind.STAFF, str(user.pk))
    record("user", user.pk, "created", by=by, now=now)
    everywhere = Place(everywhere=True)
    give(user_id=user.pk, role=link.role, place=everywhere, division_id=None, agency_id=None, by=by, now=now)
    _use(link, by=by, now=now)
    return user.pk


@transaction.atomic
def issue_password_link(*, user_id: int, by: Actor, now: datetime) -> str:
    """Issue the link by which somebody sets a password of their own; returns its token.

    Earlier ones are void. The old password stays valid until a new one is set. Locks the user's row.
    """
    check_power(by, Power.ACCOUNT_MANAGE)
    user = locked_user(user_id)
    check_reach(by, user_id)
    if not user.is_active:
        raise Refused(ALREADY_DISABLED, field="user")
    OneTimeLink.objects.filter(purpose=LinkPurpose.PASSWORD, user_id=user_id, used_at=None).delete()
    token, _ = _issue(LinkPurpose.PASSWORD, now=now, user_id=user_id)
    record("user", user_id, "password_link_issued", by=by, now=now)
    return token


@transaction.atomic
def set_password(*, token: str, password: str, now: datetime) -> int:
    """Set the password of the link's owner; returns the user's id. Locks the link.

    Every session of that person ends with its next request: sessions hold a hash of the password. Raises
    `Refused` with `LINK_INVALID` or `WEAK_PASSWORD`.
    """
    link = _locked(token, LinkPurpose.PASSWORD, now)
    user = locked_user(link.user_id or 0)
    if not user.is_active:
        raise Refused(LINK_INVALID)
    check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    by = Actor(ActorKind.STAFF, str(user.pk))
    record("user", user.pk, "password_set", by=by, now=now)
    _use(link, by=by, now=now)
    return user.pk


def _issue(
    purpose: LinkPurpose, *, now: datetime, role: str = "", user_id: int | None = None
) -> tuple[str, OneTimeLink]:
    token = rules.link_token_of(random_bytes(KEY_BYTES))
    link = OneTimeLink.objects.create(
        purpose=purpose,
        token_hash=rules.key_hash(token),
        role=role,
        user_id=user_id,
        created_at=now,
        expires_at=now + LINK_LIFETIMES[purpose],
    )
    return token, link


def _locked(token: str, purpose: LinkPurpose, now: datetime) -> OneTimeLink:
    link = (
        OneTimeLink.objects.select_for_update()
        .filter(token_hash=rules.key_hash(token), purpose=purpose, used_at=None, expires_at__gt=now)
        .first()
    )
    if link is None:
        raise Refused(LINK_INVALID)
    return link


def _use(link: OneTimeLink, *, by: Actor, now: datetime) -> None:
    link.used_at = now
    link.save(update_fields=["used_at"])
    record("link", link.pk, "used", purpose=link.purpose, by=by, now=now)


def _check_nobody_holds(role: str) -> None:
    if RoleGrant.objects.filter(role=role, revoked_at=None, user__is_active=True).exists():
        raise Refused(ADMINISTRATOR_EXISTS, field="role", role=role)
