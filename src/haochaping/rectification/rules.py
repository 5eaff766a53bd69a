"""整改 rules: the deadlines of an order, whether one has passed, and what follows from the reasons of a review."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from haochaping.rectification.terms import Consequence, FaultCategory, OrderState, StandardAnswer, Urgency
from haochaping.rulebook.rules import due_after, due_after_working_hours

if TYPE_CHECKING:
    from collections.abc import Iterable
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


_STANDARD = tomllib.loads(
    resources.files("haochaping.rectification")
    .joinpath("data/standard_answers.toml")
    .read_text(encoding="utf-8")
)
_FOLLOWS: dict[str, Consequence] = {
    code: Consequence((FaultCategory(row["category"]),), Urgency(row["urgency"]), row["supervised"])
    for row in _STANDARD["consequences"]
    for code in row["codes"]
}


def consequences_of(codes: Iterable[str]) -> Consequence | None:
    """What follows from the reasons of a review together; None where none of them has a consequence."""
    found = [_FOLLOWS[code] for code in codes if code in _FOLLOWS]
    if not found:
        return None
    return Consequence(
        categories=tuple(dict.fromkeys(one.categories[0] for one in found)),
        urgency=max((one.urgency for one in found), key=list(Urgency).index),
        supervised=any(one.supervised for one in found),
    )


def must_be_supervised(codes: Iterable[str]) -> bool:
    """Whether a review with these reasons has to go to supervision, whatever the agency says (108: extra condition)."""
    found = consequences_of(codes)
    return found is not None and found.supervised


def standard_answers(step: str) -> list[StandardAnswer]:
    """The texts that are offered for a step."""
    return [StandardAnswer(row["title"], row["text"]) for row in _STANDARD["answers"] if row["step"] == step]
