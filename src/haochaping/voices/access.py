"""诉求 access: whose voices somebody sees, transfers and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power, check_scope, may
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.rectification.access import not_named
from haochaping.voices.terms import OFFICE_KINDS

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor

_OF_OFFICE = Q(kind__in=OFFICE_KINDS)


def visible(by: Actor) -> Q:
    """The voices inside the actor's scope, as a filter on division and agency paths; none of the office's own."""
    if by.scope.division_path is not None:
        return _of_divisions(by) & ~_OF_OFFICE
    if by.scope.agency_path is not None:
        low, high = path_range(by.scope.agency_path)
        return Q(agency__path__gte=low, agency__path__lt=high) & ~_OF_OFFICE
    return Q(pk__in=[])


def at_office(by: Actor) -> Q:
    """What lies with the supervisory office: complaints about a handling, requests about own data, what stayed unsolved.

    No agency sees any of it here, nor does whoever the review names.
    """
    if by.scope.division_path is None or not may(by, Power.ORDER_SUPERVISE):
        return Q(pk__in=[])
    escalated = Q(escalated_at__isnull=False)
    return _of_divisions(by) & (_OF_OFFICE | escalated) & not_named(by, "review__staff_id")


def supervised(by: Actor) -> Q:
    """What somebody supervises: what agencies have to answer, and what lies with their own office."""
    if by.scope.division_path is None:
        return Q(pk__in=[])
    return visible(by) | at_office(by)


def within(division_path: str, agency_path: str | None, item_id: int | None) -> Q:
    """A place: a division and perhaps an agency, each with all below, and an item."""
    low, high = path_range(division_path)
    found = Q(division__path__gte=low, division__path__lt=high) if division_path else Q()
    if agency_path is not None:
        low, high = path_range(agency_path)
        found &= Q(agency__path__gte=low, agency__path__lt=high)
    return found if item_id is None else found & Q(item_id=item_id)


def _of_divisions(by: Actor) -> Q:
    low, high = path_range(by.scope.division_path or "")
    return Q(division__path__gte=low, division__path__lt=high)


def check_move(by: Actor, power: Power, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor holds the power of a move at this place."""
    check_power(by, power)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_view(by: Actor, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor may see voices of this place."""
    check_move(by, Power.ORDER_VIEW, division_path=division_path, agency_path=agency_path)
