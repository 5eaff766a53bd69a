"""全隐: whether an agency learns of the case behind an order, and who calls its reviewer then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.accounts.access import check_power, may
from haochaping.accounts.terms import Power
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification.access import sees_reviewer_s_case
from haochaping.rectification.terms import CONCEALED
from haochaping.reviews import queries as reviews
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import SupplementRow
    from haochaping.rulebook.terms import Terms


def is_concealed(order: OrderRow, said: SupplementRow | None = None, terms: Terms | None = None) -> bool:
    """Whether the case is hidden from the agency: by the reviewer's wish, or the rules of the day the order was opened."""
    if (said or reviews.supplement_of(order.review_id)).concealed:
        return True
    return (terms or rulebook.terms_for(order.division_path, local_day(order.created_at))).conceals_reviewer


def calling_power(order: OrderRow, by: Actor) -> Power:
    """The power by which the actor calls the reviewer: of the agency's handler, or of an office where it is concealed.

    Raises:
        Refused: NOT_ALLOWED, CONCEALED.
    """
    if not is_concealed(order):
        check_power(by, Power.ORDER_HANDLE)
        return Power.ORDER_HANDLE
    if not sees_reviewer_s_case(by):
        raise Refused(CONCEALED)
    return Power.ORDER_DISPATCH if may(by, Power.ORDER_DISPATCH) else Power.ORDER_SUPERVISE
