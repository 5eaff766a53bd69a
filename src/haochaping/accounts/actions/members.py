"""人员绑定: which staff members of the directory the owner of an account is or was, so that they never see what is about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.actions.steps import locked_user, record
from haochaping.accounts.models import StaffBinding
from haochaping.accounts.queries import check_reach
from haochaping.accounts.terms import MEMBER_BOUND, MEMBER_NOT_BOUND, UNKNOWN_MEMBER, Power
from haochaping.directory import queries as directory
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def bind_staff_member(*, user_id: int, agency_code: str, staff_number: str, by: Actor, now: datetime) -> None:
    """Say that the account's owner is, or was, this staff member; earlier ones stay. Locks the user's row.

    What is about them they lose with their next request. Raises `Refused` with UNKNOWN_MEMBER or MEMBER_BOUND.
    """
    member_id = _member(user_id, agency_code, staff_number, by)
    _, made = StaffBinding.objects.get_or_create(
        user_id=user_id, staff_member_id=member_id, unbound_at=None, defaults={"bound_at": now}
    )
    if not made:
        raise Refused(MEMBER_BOUND, field="number")
    record("user", user_id, "member_bound", member=str(member_id), by=by, now=now)


@transaction.atomic
def unbind_staff_member(
    *, user_id: int, agency_code: str, staff_number: str, by: Actor, now: datetime
) -> None:
    """Take a binding back that was a mistake. Locks the user's row; raises `Refused` with UNKNOWN_MEMBER or MEMBER_NOT_BOUND."""
    member_id = _member(user_id, agency_code, staff_number, by)
    bound = StaffBinding.objects.filter(user_id=user_id, staff_member_id=member_id, unbound_at=None)
    if not bound.update(unbound_at=now):
        raise Refused(MEMBER_NOT_BOUND, field="number")
    record("user", user_id, "member_unbound", member=str(member_id), by=by, now=now)


def _member(user_id: int, agency_code: str, staff_number: str, by: Actor) -> int:
    """The staff member, for somebody who may bind this account in the place of that agency."""
    check_power(by, Power.ACCOUNT_MANAGE)
    locked_user(user_id)
    check_reach(by, user_id)
    code, number = agency_code.strip(), staff_number.strip()
    agency = directory.agencies([code]).get(code)
    member = directory.staff([(agency.id, number)]).get((agency.id, number)) if agency else None
    if agency is None or member is None:
        raise Refused(UNKNOWN_MEMBER, field="number", agency=code, number=number)
    division = directory.division_by_id(agency.division_id)
    check_scope(by, division_path=division.path, agency_path=agency.path)
    return member.id
