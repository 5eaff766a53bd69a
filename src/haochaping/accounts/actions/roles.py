"""Who holds which role where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts import rules
from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.actions.steps import locked_user, record
from haochaping.accounts.models import RoleGrant
from haochaping.accounts.queries import check_reach
from haochaping.accounts.terms import (
    ADMINISTRATORS_APART,
    ALREADY_GRANTED,
    BAD_PLACE,
    BAD_ROLE,
    KEEPER_OF_OFFICE,
    NOT_ONESELF,
    OTHER_PLACE,
    UNKNOWN_GRANT,
    UNKNOWN_PLACE,
    Place,
    Power,
    Role,
)
from haochaping.directory import queries as directory
from haochaping.kernel.actor import Actor, ActorKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def grant_role(*, user_id: int, role: str, place: Place, by: Actor, now: datetime) -> int:
    """Give a role in a place within the giver's own remit; returns the grant's id. Locks the user's row."""
    check_power(by, Power.ROLE_GRANT)
    if by.kind == ActorKind.STAFF and by.id == str(user_id):
        raise Refused(NOT_ONESELF, field="user")
    division_id, agency_id = _place_ids(place, by)
    return give(
        user_id=user_id, role=role, place=place, division_id=division_id, agency_id=agency_id, by=by, now=now
    )


def give(
    *,
    user_id: int,
    role: str,
    place: Place,
    division_id: int | None,
    agency_id: int | None,
    by: Actor,
    now: datetime,
) -> int:
    """Give a role that somebody was found entitled to give; returns the grant's id. Locks the user's row."""
    if role not in set(Role):
        raise Refused(BAD_ROLE, field="role", value=role, choices=", ".join(Role))
    if role == Role.IDENTITY_KEEPER and agency_id is None:
        raise Refused(KEEPER_OF_OFFICE, field="place")
    locked_user(user_id)
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
    record("user", user_id, "role_granted", role=role, place=where, by=by, now=now)
    return grant.pk


def _place_ids(place: Place, by: Actor) -> tuple[int | None, int | None]:
    if not rules.is_one_place(place):
        raise Refused(BAD_PLACE, field="place")
    if place.division_code:
        division = directory.division(place.division_code)
        if division is None:
            raise Refused(UNKNOWN_PLACE, field="division", value=place.division_code)
        check_scope(by, division_path=division.path)
        return division.id, None
    if place.agency_code:
        agency = directory.agencies([place.agency_code]).get(place.agency_code)
        if agency is None:
            raise Refused(UNKNOWN_PLACE, field="agency", value=place.agency_code)
        of_division = directory.division_by_id(agency.division_id)
        check_scope(by, division_path=of_division.path, agency_path=agency.path)
        return None, agency.id
    check_scope(by, division_path="")
    return None, None


@transaction.atomic
def revoke_role(*, user_id: int, role: str, by: Actor, now: datetime) -> None:
    """Take a role away. Locks the user's row."""
    check_power(by, Power.ROLE_GRANT)
    locked_user(user_id)
    check_reach(by, user_id)
    if not RoleGrant.objects.filter(user_id=user_id, role=role, revoked_at=None).update(revoked_at=now):
        raise Refused(UNKNOWN_GRANT, field="role")
    record("user", user_id, "role_revoked", role=role, by=by, now=now)


def take_all(*, user_id: int, by: Actor, now: datetime) -> None:
    """Take every role away from somebody whose row is locked, each with its entry."""
    held = RoleGrant.objects.filter(user_id=user_id, revoked_at=None).order_by("role")
    for role in [*held.values_list("role", flat=True)]:
        record("user", user_id, "role_revoked", role=role, by=by, now=now)
    held.update(revoked_at=now)
