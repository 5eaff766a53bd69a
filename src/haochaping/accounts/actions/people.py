"""People who log in: their accounts and their second factors."""

from __future__ import annotations

from base64 import b32encode
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt
from django.db import transaction

from haochaping.accounts import rules
from haochaping.accounts.access import check_power
from haochaping.accounts.actions.roles import grant_role, take_all
from haochaping.accounts.actions.steps import check_password, locked_user, record
from haochaping.accounts.models import User
from haochaping.accounts.queries import check_reach
from haochaping.accounts.terms import (
    ALREADY_DISABLED,
    ALREADY_ENROLLED,
    BAD_DISPLAY_NAME,
    BAD_USERNAME,
    NO_SECOND_FACTOR,
    NOT_DISABLED,
    USERNAME_TAKEN,
    Enrolment,
    Place,
    Power,
)
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor

_TOTP_SECRET_BYTES = 20


@transaction.atomic
def create_staff(
    *,
    username: str,
    display_name: str,
    role: str,
    password: str,
    division_code: str = "",
    agency_code: str = "",
    everywhere: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """Make an account with its first role; returns the user's id.

    Exactly one of `division_code`, `agency_code` and `everywhere` says where the role holds. The actor
    needs the powers of two administrators, which only the operator at the shell has.
    """
    check_power(by, Power.ACCOUNT_MANAGE)
    check_power(by, Power.ROLE_GRANT)
    user = new_user(username, display_name, now)
    check_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    record("user", user.pk, "created", by=by, now=now)
    place = Place(division_code, agency_code, everywhere)
    grant_role(user_id=user.pk, role=role, place=place, by=by, now=now)
    return user.pk


@transaction.atomic
def open_account(*, username: str, display_name: str, by: Actor, now: datetime) -> int:
    """Make an account without role and without password; returns the user's id.

    The security administrator gives it a role; its owner gets a password by a one-time link, or signs in
    through the identity provider once a subject is bound.
    """
    check_power(by, Power.ACCOUNT_MANAGE)
    user = new_user(username, display_name, now)
    user.set_unusable_password()
    user.save(force_insert=True)
    record("user", user.pk, "created", by=by, now=now)
    return user.pk


def new_user(username: str, display_name: str, now: datetime) -> User:
    """An account that is not stored yet.

    Raises:
        Refused: `BAD_USERNAME`, `BAD_DISPLAY_NAME` or `USERNAME_TAKEN`.
    """
    username = clean(username).lower()
    display_name = clean(display_name)
    if not rules.is_username(username):
        raise Refused(BAD_USERNAME, field="username", value=username)
    if not rules.is_name(display_name):
        raise Refused(BAD_DISPLAY_NAME, field="display_name")
    if User.objects.filter(username=username).exists():
        raise Refused(USERNAME_TAKEN, field="username", value=username)
    return User(username=username, display_name=display_name, date_joined=now)


@transaction.atomic
def rename(*, user_id: int, display_name: str, by: Actor, now: datetime) -> None:
    """Give an account the name its owner has now; the user name stays. Locks the user's row."""
    check_power(by, Power.ACCOUNT_MANAGE)
    user = locked_user(user_id)
    check_reach(by, user_id)
    display_name = clean(display_name)
    if not rules.is_name(display_name):
        raise Refused(BAD_DISPLAY_NAME, field="display_name")
    user.display_name = display_name
    user.save(update_fields=["display_name"])
    record("user", user_id, "renamed", by=by, now=now)


@transaction.atomic
def disable(*, user_id: int, by: Actor, now: datetime) -> None:
    """Close an account; its sessions end with their next request. Locks the user's row."""
    check_power(by, Power.ACCOUNT_MANAGE)
    user = locked_user(user_id)
    check_reach(by, user_id)
    if not user.is_active:
        raise Refused(ALREADY_DISABLED, field="user")
    user.is_active = False
    user.save(update_fields=["is_active"])
    record("user", user_id, "disabled", by=by, now=now)


@transaction.atomic
def enable(*, user_id: int, by: Actor, now: datetime) -> None:
    """Open a disabled account again, without roles and without password. Locks the user's row.

    Else one administrator alone could bring back what only two give: roles come anew from the security administrator, a
    password by a link to its owner. No session from before the disabling lives on.
    """
    check_power(by, Power.ACCOUNT_MANAGE)
    user = locked_user(user_id)
    check_reach(by, user_id)
    if user.is_active:
        raise Refused(NOT_DISABLED, field="user")
    take_all(user_id=user_id, by=by, now=now)
    user.is_active = True
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    record("user", user_id, "enabled", by=by, now=now)


@transaction.atomic
def enrol_totp(*, user_id: int, by: Actor, now: datetime) -> Enrolment:
    """Set up the second factor for somebody; what is returned is shown once. Locks the user's row."""
    check_power(by, Power.ACCOUNT_MANAGE)
    user = locked_user(user_id)
    check_reach(by, user_id)
    if Authenticator.objects.filter(user_id=user_id).exists():
        raise Refused(ALREADY_ENROLLED, field="user")
    secret = b32encode(random_bytes(_TOTP_SECRET_BYTES)).decode()
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}, created_at=now
    )
    codes = RecoveryCodes.activate(user).generate_codes()
    record("user", user_id, "second_factor_enrolled", by=by, now=now)
    return Enrolment(secret, tuple(codes))


@transaction.atomic
def reset_second_factor(*, user_id: int, by: Actor, now: datetime) -> None:
    """Take away a lost second factor; its owner sets up a new one at the next log-in. Locks the user's row.

    The system administrator resets passwords, the security administrator second factors: nobody alone can
    get into somebody else's account.
    """
    check_power(by, Power.FACTOR_RESET)
    locked_user(user_id)
    check_reach(by, user_id)
    if not Authenticator.objects.filter(user_id=user_id).delete()[0]:
        raise Refused(NO_SECOND_FACTOR, field="user")
    record("user", user_id, "second_factor_reset", by=by, now=now)
