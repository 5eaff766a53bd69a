"""诉求 access: whose voices somebody sees, transfers and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor


def visible(by: Actor) -> Q:
    """The voices inside the actor's scope, as a filter on division and agency paths."""
    if by.scope.division_path is not None:
        low, high = path_range(by.scope.division_path)
        return Q(division__path__gte=low, division__path__lt=high)
    if by.scope.agency_path is not None:
        low, high = path_range(by.scope.agency_path)
        return Q(agency__path__gte=low, agency__path__lt=high)
    return Q(pk__in=[])


def check_move(by: Actor, power: Power, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor holds the power of a move at this place."""
    check_power(by, power)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_view(by: Actor, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor may see voices of this place."""
    check_move(by, Power.ORDER_VIEW, division_path=division_path, agency_path=agency_path)
