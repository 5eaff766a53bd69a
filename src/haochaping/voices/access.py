"""诉求 access: whose voices somebody sees, transfers and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power, check_scope, may, may_any
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.rectification.access import not_named, shared_power
from haochaping.voices.states import FIRED_BY, SHARED
from haochaping.voices.terms import OFFICE_KINDS

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import VoiceMove

_OF_OFFICE = Q(kind__in=OFFICE_KINDS)


def visible(by: Actor) -> Q:
    """The voices inside the actor's scope: none of the office's own, none about the actor."""
    return _of_scope(by) & ~_OF_OFFICE & not_named(by)


def _of_scope(by: Actor) -> Q:
    if by.scope.division_path is not None:
        return _of_divisions(by)
    if by.scope.agency_path is not None:
        low, high = path_range(by.scope.agency_path)
        return Q(agency__path__gte=low, agency__path__lt=high)
    return Q(pk__in=[])


def at_office(by: Actor) -> Q:
    """What lies with the supervisory office: complaints about a handling, requests about own data, what stayed unsolved.

    No agency sees any of it here, nor does whom it is about.
    """
    if by.scope.division_path is None or not may(by, Power.ORDER_SUPERVISE):
        return Q(pk__in=[])
    escalated = Q(escalated_at__isnull=False)
    return _of_divisions(by) & (_OF_OFFICE | escalated) & not_named(by)


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


def power_for(by: Actor, move: VoiceMove) -> Power:
    """The power by which the actor makes a move; raises `Refused` where only others do."""
    return shared_power(by) if move in SHARED else FIRED_BY[move]


def may_correct_name(by: Actor) -> bool:
    """Whether the actor may say that a voice is about somebody else than was said: no agency may."""
    return may_any(by, (Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE))


def check_move(by: Actor, power: Power, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor holds the power of a move at this place."""
    check_power(by, power)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_view(by: Actor, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor may see voices of this place."""
    check_move(by, Power.ORDER_VIEW, division_path=division_path, agency_path=agency_path)
