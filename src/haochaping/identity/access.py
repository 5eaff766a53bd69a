"""身份 access: who may ask that an identity be opened, whose decision it is, and which requests one sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power, check_scope, may, may_any
from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE, Power
from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.identity.terms import (
    NO_ORGANISATION,
    NOT_YOURSELF,
    OWN_MATTER,
    SAME_ORGANISATION,
    Organisation,
)
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from haochaping.identity.terms import OpeningRow
    from haochaping.kernel.actor import Actor

# Whoever asks, whoever decides, and the auditor, who watches both.
LOOKERS = frozenset({Power.IDENTITY_REQUEST, Power.IDENTITY_APPROVE, Power.AUDIT_READ})


def organisation_of(by: Actor) -> Organisation | None:
    """The office somebody belongs to: the agency of their roles, sub-units counted as part of it; None without one.

    A role for a division or for everywhere does not tell at which office its holder works.
    """
    if not by.scope.agency_path:
        return None
    codes = by.scope.agency_path.rstrip(".").split(".")
    agency = directory.agencies(codes[-1:]).get(codes[-1])
    if agency is None:
        return None
    return Organisation(f"{codes[0]}.", directory.division_by_id(agency.division_id).path)


def visible(by: Actor) -> Q:
    """The requests somebody sees, as a filter on the division's path."""
    if not may_any(by, LOOKERS):
        return Q(pk__in=[])
    path = by.scope.division_path
    if path is None:
        office = organisation_of(by)
        path = office.division_path if office else None
    if path is None:
        return Q(pk__in=[])
    low, high = path_range(path)
    return Q(division_path__gte=low, division_path__lt=high)


def check_request(by: Actor, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor may ask for what belongs to this place; the reviewed agency may not."""
    check_power(by, Power.IDENTITY_REQUEST)
    if by.scope.agency_path is not None and by.scope.division_path is None:
        raise Refused(OWN_MATTER)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_decide(by: Actor, request: OpeningRow) -> Organisation:
    """Raise `Refused` unless the actor decides about this request; returns the office they decide for."""
    check_power(by, Power.IDENTITY_APPROVE)
    office = organisation_of(by)
    if office is None:
        raise Refused(NO_ORGANISATION)
    if request.agency_path.startswith(office.path):
        raise Refused(OWN_MATTER)
    if not request.division_path.startswith(office.division_path):
        raise Refused(OUT_OF_SCOPE)
    return office


def check_approve(by: Actor, office: Organisation, request: OpeningRow) -> None:
    """Raise `Refused` for whoever asked, and for a second voice of the same person or office."""
    if str(by) == request.requested_by:
        raise Refused(NOT_YOURSELF)
    if str(by) == request.first_by or office.path == request.first_organisation:
        raise Refused(SAME_ORGANISATION)


def check_withdraw(by: Actor, request: OpeningRow) -> None:
    """Raise `Refused` unless the actor made this request."""
    check_power(by, Power.IDENTITY_REQUEST)
    if str(by) != request.requested_by:
        raise Refused(NOT_ALLOWED, power=str(Power.IDENTITY_REQUEST))


def may_decide(by: Actor, request: OpeningRow) -> bool:
    """Whether the actor may still approve this request."""
    try:
        check_approve(by, check_decide(by, request), request)
    except Refused:
        return False
    return True


def may_request(by: Actor) -> bool:
    """Whether the actor may ask for anything at all."""
    return may(by, Power.IDENTITY_REQUEST) and by.scope.division_path is not None
