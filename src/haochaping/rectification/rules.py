"""整改 rules: the deadlines of an order, and whether one has passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.kernel.refused import Complaint
from haochaping.rectification.terms import (
    EVIDENCE_NEEDED,
    FACT_NEEDED,
    AppealState,
    OrderState,
    ProvenFact,
    Verdict,
)
from haochaping.rulebook.rules import due_after, due_after_working_hours

if TYPE_CHECKING:
    from collections.abc import Sequence
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


# trust.md §4.1: more than half upheld, of ten or more, calls for a look at the agency. A threshold of ours, no regulation's.
_ANOMALY_FROM = 10


def window_ends(begun: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when either side of an appeal may speak, counted from when it was its turn; None beyond the calendar."""
    return due_after(begun, terms.appeal_days, terms.appeal_unit, calendar)


def decision_due(begun: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when the deciders of an appeal have to act; None beyond the calendar."""
    return due_after(begun, terms.appeal_decision_days, terms.appeal_decision_unit, calendar)


# Whose time runs in a state: a side's to speak, or the deciders'.
_SPOKEN = frozenset({AppealState.ACCEPTED, AppealState.DECIDED})


def appeal_due(
    state: AppealState, since: datetime, terms: Terms, calendar: WorkingCalendar
) -> datetime | None:
    """Until when whoever is to act in this state should have done so; None beyond the calendar."""
    return (window_ends if state in _SPOKEN else decision_due)(since, terms, calendar)


def excludes(verdict: Verdict, *, malicious_is_invalid: bool) -> bool:
    """Whether a decision takes the review out of the count."""
    return verdict == Verdict.MISTAKEN or (verdict == Verdict.MALICIOUS and malicious_is_invalid)


def may_contest(verdict: Verdict, *, reviewer: bool) -> bool:
    """Whether a decision went against this side, wholly or in part."""
    lost = {Verdict.MISTAKEN, Verdict.MALICIOUS} if reviewer else {Verdict.REJECTED}
    return verdict in lost or verdict == Verdict.PARTLY


def decision_complaint(verdict: Verdict, fact: str, evidence: Sequence[str]) -> Complaint | None:
    """What is missing from a decision: malicious is only what a fact of the list says, with its evidence."""
    if verdict != Verdict.MALICIOUS:
        return None
    if fact not in set(ProvenFact):
        return Complaint(FACT_NEEDED, "fact")
    return None if evidence else Complaint(EVIDENCE_NEEDED, "evidence")


def is_higher(path: str, decided: Sequence[str]) -> bool:
    """Whether a remit lies above those of the two who decided first; at the top of the tree it may be their own."""
    level = min(decided, key=len)
    return level.startswith(path) and (path != level or level.count(".") <= 1)


def is_anomalous(upheld: int, decided: int) -> bool:
    """Whether so many appeals of one agency are upheld that appeals themselves may be the eraser."""
    return decided >= _ANOMALY_FROM and 2 * upheld > decided
