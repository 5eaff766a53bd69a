"""监督 rules: what an alarm calls for, when an answer is due, who an urging is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.periods import local_day
from haochaping.rulebook.rules import due_after
from haochaping.supervision.terms import AUTOMATIC, NewSignal, Rung, SignalKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from haochaping.kernel.actor import Scope
    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms
    from haochaping.supervision.terms import Alarm

# By the number that the work order's clock gives its alarm.
RUNG_OF_ALARM: dict[int, Rung] = dict(enumerate(AUTOMATIC, start=1))


def answer_due(asked_at: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when whoever is supervised or urged answers; None where the calendar does not reach."""
    return due_after(asked_at, terms.supervision_answer_days, terms.supervision_answer_unit, calendar)


def overdue_signals(alarms: Iterable[Alarm]) -> list[NewSignal]:
    """A signal for each alarm that is red: one for each day on which a clock of the order ran out."""
    return [
        NewSignal(
            SignalKind.OVERDUE,
            alarm.division_id,
            alarm.agency_id,
            subject=str(alarm.work_order_id),
            day=local_day(alarm.due_at),
            work_order_id=alarm.work_order_id,
        )
        for alarm in alarms
        if alarm.rung == Rung.WARNING
    ]


def is_office_of(scope: Scope, division_path: str) -> bool:
    """Whether somebody speaks for the office of a division: whoever is above it does not answer in its place."""
    return scope.division_path == division_path
