"""监督 access: whose supervision somebody sees, who answers, who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts.access import check_power, check_scope, may, may_reach
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.kernel.refused import Refused
from haochaping.rectification.access import not_named
from haochaping.supervision.rules import is_above, is_office_of
from haochaping.supervision.terms import (
    NO_SUCH_SUPERVISION,
    NOT_ABOVE,
    NOT_THE_OFFICE,
    OWN_REVIEWS,
    PROPOSER_DECIDES,
    SupervisionState,
)

# Where a row that hangs on a work order says whom its review names.
ABOUT = "work_order__staff_id"
# And where one hangs on a complaint or suggestion whom that is about.
ABOUT_VOICE = "voice__staff_id"

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor


def by_division(by: Actor) -> Q:
    """What lies in the actor's divisions; whoever reaches only agencies reaches nothing of it."""
    if by.scope.division_path is None:
        return Q(pk__in=[])
    low, high = path_range(by.scope.division_path)
    return Q(division__path__gte=low, division__path__lt=high)


def visible(by: Actor) -> Q:
    """What lies inside the actor's scope, as a filter on division and agency paths."""
    if by.scope.division_path is not None:
        return by_division(by)
    if by.scope.agency_path is not None:
        low, high = path_range(by.scope.agency_path)
        return Q(agency__path__gte=low, agency__path__lt=high)
    return Q(pk__in=[])


def of_orders(by: Actor) -> Q:
    """The same for what hangs on a work order: nothing about the actor themselves."""
    return visible(by) & not_named(by, ABOUT)


def signalled(by: Actor) -> Q:
    """The signals in the actor's scope: none about an order or a review that names them."""
    return of_orders(by) & not_named(by)


def urged(by: Actor) -> Q:
    """The urgings somebody may know of; what an office asks of the level above is between the two."""
    return of_orders(by) if may(by, Power.ORDER_SUPERVISE) else of_orders(by) & Q(upward=False)


def proposed(by: Actor) -> Q:
    """The proposals of the actor's divisions, none about themselves or an order that names them."""
    return by_division(by) & not_concerned(by)


def not_concerned(by: Actor) -> Q:
    """What is no proposal about the actor: about them as staff, nor about an order whose review names them."""
    named = not_named(by, f"supervision__{ABOUT}") & not_named(by, f"supervision__{ABOUT_VOICE}")
    named &= not_named(by, ABOUT)
    return named & not_named(by)


def supervised(by: Actor) -> Q:
    """The supervision orders somebody may know of: an agency learns of one when it is sent."""
    if may(by, Power.ORDER_SUPERVISE):
        return by_division(by) & not_named(by, ABOUT) & not_named(by, ABOUT_VOICE)
    return of_orders(by) & not_named(by, ABOUT_VOICE) & ~Q(state=SupervisionState.OPENED)


def check_supervise(by: Actor, *, division_path: str) -> None:
    """Raise `Refused` unless the actor supervises this division."""
    check_power(by, Power.ORDER_SUPERVISE)
    check_scope(by, division_path=division_path)


def check_fire(by: Actor, power: Power, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor holds the power that a move needs, for this place.

    Only an agency's own moves are made by who reaches no further than it: nobody supervises from inside. To them it
    is as if there were nothing, as on every page.
    """
    check_power(by, power)
    if power != Power.ORDER_HANDLE and by.scope.division_path is None:
        raise Refused(NO_SUCH_SUPERVISION)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_decide(by: Actor, *, division_path: str, proposed_by: str) -> None:
    """Raise `Refused` unless the actor may decide about proposals here and did not make this one."""
    check_power(by, Power.SUPERVISION_DECIDE)
    check_scope(by, division_path=division_path)
    if str(by) == proposed_by:
        raise Refused(PROPOSER_DECIDES)


def may_decide(by: Actor, *, division_path: str, proposed_by: str) -> bool:
    """Whether the actor may decide about this proposal."""
    reach = may(by, Power.SUPERVISION_DECIDE) and may_reach(by, division_path=division_path)
    return reach and str(by) != proposed_by


def check_answer(by: Actor, *, division_path: str, agency_path: str, upward: bool = False) -> None:
    """Raise `Refused` unless the actor answers for whom was urged: the agency, or without one the division's office.

    Of what the office itself asks (`upward`) whoever supervises from above it answers.
    """
    if agency_path:
        check_fire(by, Power.ORDER_HANDLE, division_path=division_path, agency_path=agency_path)
        return
    check_supervise(by, division_path=division_path)
    if upward:
        if not is_above(by.scope, division_path):
            raise Refused(NOT_ABOVE)
        return
    if not is_office_of(by.scope, division_path):
        raise Refused(NOT_THE_OFFICE)


def may_answer(by: Actor, *, division_path: str, agency_path: str, upward: bool = False) -> bool:
    """Whether the actor may answer this urging."""
    try:
        check_answer(by, division_path=division_path, agency_path=agency_path, upward=upward)
    except Refused:
        return False
    return True


def reports(by: Actor) -> Q:
    """The reports of disadvantages in the supervisor's divisions: no agency sees any, nor whom the review names.

    Raises `Refused(NOT_ALLOWED)` for whoever is no supervisor at all.
    """
    check_power(by, Power.ORDER_SUPERVISE)
    return by_division(by) & not_named(by, "review__staff_id")


def visible_samples(by: Actor) -> Q:
    """The drawn reviews of one's division and all below; none for whoever belongs to a reviewed agency."""
    path = by.scope.division_path
    if path is None or not may(by, Power.ORDER_SUPERVISE):
        return Q(pk__in=[])
    low, high = path_range(path)
    return Q(division__path__gte=low, division__path__lt=high) & not_named(by, "review__staff_id")


def check_call_sample(by: Actor, *, division_path: str) -> None:
    """Raise `Refused` unless the actor calls the reviewers of this place; the reviewed agency never does."""
    check_power(by, Power.ORDER_SUPERVISE)
    if by.scope.division_path is None:
        raise Refused(OWN_REVIEWS)
    check_scope(by, division_path=division_path, agency_path="")
