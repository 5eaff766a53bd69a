"""整改 access: whose orders somebody sees and handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_power, check_scope, may, may_any, may_reach
from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE, Power
from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused
from haochaping.rectification.rules import EXCLUDING, are_related, is_higher, of_two_organisations
from haochaping.rectification.terms import DECIDED_BEFORE, HIGHER_LEVEL, NO_SUCH_ORDER, OWN_APPEAL

if TYPE_CHECKING:
    from collections.abc import Collection

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Reason
    from haochaping.rectification.terms import DecisionRow, OrderRow


def visible(by: Actor) -> Q:
    """The orders inside the actor's scope, as a filter on division and agency paths."""
    if by.scope.division_path is not None:
        low, high = path_range(by.scope.division_path)
        return Q(division__path__gte=low, division__path__lt=high)
    if by.scope.agency_path is not None:
        low, high = path_range(by.scope.agency_path)
        return Q(agency__path__gte=low, agency__path__lt=high)
    return Q(pk__in=[])


def not_named(by: Actor, column: str = "staff_id") -> Q:
    """What is not about the actor themselves, as a filter on the column that holds whom a review names."""
    return ~Q(**{f"{column}__in": by.staff_ids}) if by.staff_ids else Q()


def visible_orders(by: Actor) -> Q:
    """The orders that somebody may see: of their remit, and never one about themselves."""
    return visible(by) & not_named(by)


def visible_appeals(by: Actor) -> Q:
    """The appeals that somebody may see, in the same way."""
    return visible(by) & not_named(by, "order__staff_id")


def visible_reforms(by: Actor) -> Q:
    """The proposals of reforms that somebody may see: from orders of their remit, and to agencies of it."""
    scope = by.scope
    if scope.division_path is not None:
        low, high = path_range(scope.division_path)
        place = Q(division__path__gte=low, division__path__lt=high)
        place |= Q(from_division__path__gte=low, from_division__path__lt=high)
    elif scope.agency_path is not None:
        low, high = path_range(scope.agency_path)
        place = Q(agency__path__gte=low, agency__path__lt=high)
        place |= Q(from_agency__path__gte=low, from_agency__path__lt=high)
    else:
        place = Q(pk__in=[])
    return place & not_named(by)


def shared_power(by: Actor) -> Power:
    """The power by which somebody makes one of the moves `states.SHARED`: of who handles, checks or supervises.

    Raises:
        Refused: NOT_ALLOWED.
    """
    for power in (Power.ORDER_HANDLE, Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE):
        if may(by, power):
            return power
    raise Refused(NOT_ALLOWED)


def check_not_named(by: Actor, staff_id: int | None, reason: Reason = NO_SUCH_ORDER) -> None:
    """Raise `Refused` when the order is about the actor: whatever their role, it does not exist for them."""
    if staff_id in by.staff_ids:
        raise Refused(reason)


def sees_reviewer_s_case(by: Actor) -> bool:
    """Whether what is hidden from an agency (全隐) is shown to the actor: to an office that dispatches or supervises."""
    return by.scope.division_path is not None and may_any(by, (Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE))


def check_view(by: Actor, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor may see orders of this place."""
    check_power(by, Power.ORDER_VIEW)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_file(by: Actor, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor may appeal for this agency."""
    check_power(by, Power.APPEAL_FILE)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def check_decide(by: Actor, *, division_path: str, agency_path: str, filed_by: str) -> None:
    """Raise `Refused` unless the actor decides about appeals of this agency: never one who belongs to it, or has appealed.

    Somebody whose remit is an agency belongs to it, whatever lies above or below, and so does whom the directory knows,
    now or formerly, as its staff; deciders are of a supervisory office, and those have a division as their remit. Nobody
    but a person decides: the program and the shell are not two persons.
    """
    check_power(by, Power.APPEAL_DECIDE)
    if by.kind != ActorKind.STAFF:
        raise Refused(NOT_ALLOWED, power=str(Power.APPEAL_DECIDE))
    if by.scope.division_path is None:
        mine = by.scope.agency_path or ""
        raise Refused(OWN_APPEAL if mine and are_related(mine, agency_path) else OUT_OF_SCOPE)
    check_scope(by, division_path=division_path, agency_path=agency_path)
    if str(by) == filed_by or any(are_related(one, agency_path) for one in _agencies(by.staff_ids)):
        raise Refused(OWN_APPEAL)


def check_decide_again(by: Actor, before: DecisionRow) -> None:
    """Raise `Refused` unless the actor may take part in the second review: above those who decided, and neither of them."""
    if str(by) in {before.proposed_by, before.confirmed_by}:
        raise Refused(DECIDED_BEFORE)
    if not is_higher(by.scope.division_path or "", (before.proposed_path, before.confirmed_path)):
        raise Refused(HIGHER_LEVEL)


def organisations(by: Actor, *, proposed_by: str) -> tuple[set[str], set[str]]:
    """The agencies to which the directory says that the actor, and whoever proposed a decision, belong; their paths."""
    kind, _, pk = proposed_by.partition(":")
    proposer = kind == ActorKind.STAFF and pk.isdecimal()
    staff_ids = accounts.standing_of_user(int(pk)).actor.staff_ids if proposer else frozenset()
    return _agencies(by.staff_ids), _agencies(staff_ids)


def may_confirm(by: Actor, decision: DecisionRow) -> bool:
    """Whether the actor is of another organisation than whoever proposed, where the decision would exclude a review."""
    remits = (decision.proposed_path, by.scope.division_path or "")
    return decision.verdict not in EXCLUDING or of_two_organisations(
        remits, organisations(by, proposed_by=decision.proposed_by)
    )


def _agencies(staff_ids: Collection[int]) -> set[str]:
    return directory.agency_paths_of_staff(staff_ids) if staff_ids else set()


def check_fire(by: Actor, power: Power, *, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the actor holds the power that a move needs, in this place."""
    check_power(by, power)
    check_scope(by, division_path=division_path, agency_path=agency_path)


def may_fire(by: Actor, power: Power, *, division_path: str, agency_path: str) -> bool:
    """Whether `check_fire` would let the actor pass."""
    return may(by, power) and may_reach(by, division_path=division_path, agency_path=agency_path)


def check_rule(by: Actor, *, division_path: str) -> None:
    """Raise `Refused` unless the actor says for a whole division where its orders go; an agency says it for nobody."""
    check_fire(by, Power.ORDER_DISPATCH, division_path=division_path, agency_path="")


def is_own(by: Actor, order: OrderRow) -> bool:
    """Whether an order lies in the actor's own remit; one that their agency only helps with does not."""
    return may_reach(by, division_path=order.division_path, agency_path=order.agency_path)
