"""账户 writes: accounts, roles, second factors, clients; a change holds from the next request."""

from __future__ import annotations

from base64 import b32encode
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from haochaping.accounts import rules
from haochaping.accounts.access import check_power
from haochaping.accounts.models import ApiClient, RoleGrant, User
from haochaping.accounts.terms import (
    ADMINISTRATORS_APART,
    ALREADY_DISABLED,
    ALREADY_ENROLLED,
    ALREADY_GRANTED,
    BAD_CLIENT_NAME,
    BAD_DISPLAY_NAME,
    BAD_PLACE,
    BAD_ROLE,
    BAD_USERNAME,
    CLIENT_NAME_TAKEN,
    KEY_BYTES,
    KEY_PREFIX_LENGTH,
    OTHER_PLACE,
    UNKNOWN_CLIENT,
    UNKNOWN_GRANT,
    UNKNOWN_PLACE,
    UNKNOWN_USER,
    USERNAME_TAKEN,
    WEAK_PASSWORD,
    Enrolment,
    Place,
    Power,
    Role,
)
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

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
    username = clean(username).lower()
    display_name = clean(display_name)
    if not rules.is_username(username):
        raise Refused(BAD_USERNAME, field="username", value=username)
    if not rules.is_name(display_name):
        raise Refused(BAD_DISPLAY_NAME, field="display_name")
    user = User(username=username, display_name=display_name, date_joined=now)
    _check_password(password, user)
    user.set_password(password)
    if User.objects.filter(username=username).exists():
        raise Refused(USERNAME_TAKEN, field="username", value=username)
    user.save(force_insert=True)
    _record("user", user.pk, "created", by=by, now=now)
    place = Place(division_code, agency_code, everywhere)
    grant_role(user_id=user.pk, role=role, place=place, by=by, now=now)
    return user.pk


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Refused(WEAK_PASSWORD, field="password", detail=" ".join(problem.messages)) from problem


@transaction.atomic
def grant_role(*, user_id: int, role: str, place: Place, by: Actor, now: datetime) -> int:
    """Give a role in a place; returns the grant's id. Locks the user's row."""
    check_power(by, Power.ROLE_GRANT)
    if role not in set(Role):
        raise Refused(BAD_ROLE, field="role", value=role, choices=", ".join(Role))
    division_id, agency_id = _place_ids(place)
    _locked_user(user_id)
    held = list(RoleGrant.objects.filter(user_id=user_id, revoked_at=None))
    if any((grant.division_id, grant.agency_id) != (division_id, agency_id) for grant in held):
        raise Refused(OTHER_PLACE)
    if any(grant.role == role for grant in held):
        raise Refused(ALREADY_GRANTED, field="role")
    if rules.administrators_meet([Role(role), *(Role(grant.role) for grant in held)]):
        raise Refused(ADMINISTRATORS_APART, field="role")
    grant = RoleGrant.objects.create(
        user_id=user_id,
        role=role,
        division_id=division_id,
        agency_id=agency_id,
        everywhere=place.everywhere,
        granted_at=now,
    )
    where = place.division_code or place.agency_code or "everywhere"
    _record("user", user_id, "role_granted", role=role, place=where, by=by, now=now)
    return grant.pk


def _place_ids(place: Place) -> tuple[int | None, int | None]:
    if not rules.is_one_place(place):
        raise Refused(BAD_PLACE, field="place")
    if place.division_code:
        division = directory.division(place.division_code)
        if division is None:
            raise Refused(UNKNOWN_PLACE, field="division", value=place.division_code)
        return division.id, None
    if place.agency_code:
        agency = directory.agencies([place.agency_code]).get(place.agency_code)
        if agency is None:
            raise Refused(UNKNOWN_PLACE, field="agency", value=place.agency_code)
        return None, agency.id
    return None, None


def _locked_user(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise Refused(UNKNOWN_USER, field="user")
    return user


@transaction.atomic
def revoke_role(*, user_id: int, role: str, by: Actor, now: datetime) -> None:
    """Take a role away. Locks the user's row."""
    check_power(by, Power.ROLE_GRANT)
    _locked_user(user_id)
    if not RoleGrant.objects.filter(user_id=user_id, role=role, revoked_at=None).update(revoked_at=now):
        raise Refused(UNKNOWN_GRANT, field="role")
    _record("user", user_id, "role_revoked", role=role, by=by, now=now)


@transaction.atomic
def disable(*, user_id: int, by: Actor, now: datetime) -> None:
    """Close an account; its sessions end with their next request. Locks the user's row."""
    check_power(by, Power.ACCOUNT_MANAGE)
    user = _locked_user(user_id)
    if not user.is_active:
        raise Refused(ALREADY_DISABLED, field="user")
    user.is_active = False
    user.save(update_fields=["is_active"])
    _record("user", user_id, "disabled", by=by, now=now)


@transaction.atomic
def enrol_totp(*, user_id: int, by: Actor, now: datetime) -> Enrolment:
    """Set up the second factor for somebody; what is returned is shown once. Locks the user's row."""
    check_power(by, Power.ACCOUNT_MANAGE)
    user = _locked_user(user_id)
    if Authenticator.objects.filter(user_id=user_id).exists():
        raise Refused(ALREADY_ENROLLED, field="user")
    secret = b32encode(random_bytes(_TOTP_SECRET_BYTES)).decode()
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}, created_at=now
    )
    codes = RecoveryCodes.activate(user).generate_codes()
    _record("user", user_id, "second_factor_enrolled", by=by, now=now)
    return Enrolment(secret, tuple(codes))


@transaction.atomic
def create_client(*, name: str, division_code: str, by: Actor, now: datetime) -> tuple[int, str]:
    """Make a client that speaks for a division; returns its id and its key, which is shown once."""
    check_power(by, Power.CLIENT_MANAGE)
    name = clean(name)
    if not rules.is_name(name):
        raise Refused(BAD_CLIENT_NAME, field="name")
    division = directory.division(division_code)
    if division is None:
        raise Refused(UNKNOWN_PLACE, field="division", value=division_code)
    key = rules.key_of(random_bytes(KEY_BYTES))
    client, made = ApiClient.objects.get_or_create(
        name=name,
        defaults={
            "key_hash": rules.key_hash(key),
            "key_prefix": key[:KEY_PREFIX_LENGTH],
            "division_id": division.id,
            "created_at": now,
        },
    )
    if not made:
        raise Refused(CLIENT_NAME_TAKEN, field="name", value=name)
    _record("client", client.pk, "created", division=division.code, by=by, now=now)
    return client.pk, key


@transaction.atomic
def revoke_client(*, client_id: int, by: Actor, now: datetime) -> None:
    """Make a client's key worthless from the next request."""
    check_power(by, Power.CLIENT_MANAGE)
    if not ApiClient.objects.filter(pk=client_id, active=True).update(active=False, revoked_at=now):
        raise Refused(UNKNOWN_CLIENT, field="client")
    _record("client", client_id, "revoked", by=by, now=now)


def _record(subject: str, pk: int, change: str, *, by: Actor, now: datetime, **facts: str) -> None:
    entry = NewEntry(EntryKind.ACCOUNT_CHANGED, subject, str(pk), facts={"change": change, **facts})
    ledger.append([entry], by=by, now=now)
