"""监督 access: who calls the reviewers of a sample, and whom they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power, check_scope, may
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.kernel.refused import Refused
from haochaping.supervision.terms import OWN_REVIEWS

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor


def visible_samples(by: Actor) -> Q:
    """The drawn reviews of one's division and all below; none for whoever belongs to a reviewed agency."""
    path = by.scope.division_path
    if path is None or not may(by, Power.ORDER_SUPERVISE):
        return Q(pk__in=[])
    low, high = path_range(path)
    return Q(division__path__gte=low, division__path__lt=high)


def check_call_sample(by: Actor, *, division_path: str) -> None:
    """Raise `Refused` unless the actor calls the reviewers of this place; the reviewed agency never does."""
    check_power(by, Power.ORDER_SUPERVISE)
    if by.scope.division_path is None:
        raise Refused(OWN_REVIEWS)
    check_scope(by, division_path=division_path, agency_path="")
