"""整改 rules: the deadlines of an order, and whether one has passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.rectification.terms import OrderState
from haochaping.rulebook.rules import due_after, due_after_working_hours

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.rectification.terms import OrderRow
    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When each step is due; None where the working calendar does not reach."""

    sign: datetime | None
    contact: datetime | None
    rectify: datetime | None

    @property
    def known(self) -> bool:
        """Whether every deadline could be computed."""
        return None not in {self.sign, self.contact, self.rectify}


def deadlines(dispatched_at: datetime, terms: Terms, calendar: WorkingCalendar) -> Deadlines:
    """The promises of the rulebook, counted from dispatch."""
    return Deadlines(
        sign=due_after_working_hours(dispatched_at, terms.sign_limit_hours, calendar),
        contact=due_after(dispatched_at, terms.first_contact_days, terms.first_contact_unit, calendar),
        rectify=due_after(dispatched_at, terms.simple_rectify_days, terms.simple_rectify_unit, calendar),
    )


def next_due(order: OrderRow) -> datetime | None:
    """The deadline of the step that is open now: the one clock that clerk and citizen both see."""
    if order.state == OrderState.DISPATCHED:
        return order.sign_due_at
    if order.state == OrderState.SIGNED:
        return order.contact_due_at
    if order.state in {OrderState.VERIFIED, OrderState.RECTIFIED}:
        return order.rectify_due_at
    return None


def is_overdue(order: OrderRow, now: datetime) -> bool:
    """Whether the open step's deadline has passed."""
    due = next_due(order)
    return due is not None and now > due
