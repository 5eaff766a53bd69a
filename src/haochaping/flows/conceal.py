"""全隐: whether an agency learns of the case behind an order, who of it sees the case number, and who calls its reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.accounts.access import check_power, may
from haochaping.accounts.terms import Power
from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.rectification.access import check_fire, sees_reviewer_s_case
from haochaping.rectification.queries import worklist
from haochaping.rectification.states import WORKED_ON
from haochaping.rectification.terms import CASE_CONCEALED, CONCEALED, NOT_DESIGNATED, WRONG_STATE, Move
from haochaping.reviews import queries as reviews
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import EventRow, OrderRow
    from haochaping.reviews.terms import SupplementRow
    from haochaping.rulebook.terms import Terms


def is_concealed(order: OrderRow, said: SupplementRow | None = None, terms: Terms | None = None) -> bool:
    """Whether the case is hidden from the agency: by the reviewer's wish, or the rules of the day the order was opened."""
    if (said or reviews.supplement_of(order.review_id)).concealed:
        return True
    return (terms or rulebook.terms_for(order.division_path, local_day(order.created_at))).conceals_reviewer


class ConcealedAmong:
    """Those of some orders whose case is hidden from the actor, as `is_concealed` says of one; `asked` goes with other reads."""

    def __init__(self, listed: Iterable[OrderRow], by: Actor) -> None:
        told = [] if sees_reviewer_s_case(by) else list(listed)
        self.asked = reviews.concealed_among(order.review_id for order in told)
        opened = {order.id: (order.division_path, local_day(order.created_at)) for order in told}
        terms = rulebook.terms_on_days(opened.values())
        self._by_rule = {pk for pk, place in opened.items() if terms[place].conceals_reviewer}

    def __contains__(self, order: OrderRow) -> bool:
        """Whether what would tell of the case stays out of the order's row."""
        return order.review_id in self.asked.answer or order.id in self._by_rule


def case_number(order_id: UUID, *, by: Actor) -> str:
    """The whole number of the case behind an order, for the one person of the agency who deals with it; "" without one.

    The page that shows it has the look recorded (CASE_NUMBER_READ).

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE, CASE_CONCEALED, NOT_DESIGNATED.
    """
    order = orders.order_to_handle(order_id, by=by)
    agency_path = directory.agency_by_id(order.agency_id).path
    check_fire(by, Power.ORDER_HANDLE, division_path=order.division_path, agency_path=agency_path)
    if order.state not in WORKED_ON:
        raise Refused(WRONG_STATE, state=order.state)
    if is_concealed(order):
        raise Refused(CASE_CONCEALED)
    if not deals_with(order, worklist.handler_of(order.id).answer, orders.timeline(order.id), by):
        raise Refused(NOT_DESIGNATED)
    binding = cases.binding_of(reviews.reviews([order.review_id])[order.review_id].occurrence_id)
    return binding.case_no if binding else ""


def deals_with(order: OrderRow, handler: int | None, events: Sequence[EventRow], by: Actor) -> bool:
    """专人: whether the actor was named to deal with an order; while nobody is, who signed for it at its agency."""
    if handler is not None:
        return str(by) == f"{ActorKind.STAFF}:{handler}"
    begun = order.dispatched_at
    signed = [one.by for one in events if one.move == Move.SIGN_FOR and begun and one.at >= begun]
    return bool(signed) and signed[-1] == str(by)


def calling_power(order: OrderRow, by: Actor, said: SupplementRow | None = None) -> Power:
    """The power by which the actor calls the reviewer: of the agency's handler, or of an office where it is concealed.

    Raises:
        Refused: NOT_ALLOWED, CONCEALED.
    """
    if not is_concealed(order, said):
        check_power(by, Power.ORDER_HANDLE)
        return Power.ORDER_HANDLE
    if not sees_reviewer_s_case(by):
        raise Refused(CONCEALED)
    return Power.ORDER_DISPATCH if may(by, Power.ORDER_DISPATCH) else Power.ORDER_SUPERVISE
