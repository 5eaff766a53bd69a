"""How much working time the clocks of some orders have left, by the hours and the calendar of each order's division."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from haochaping.kernel.periods import local_day
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import working_time_between

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import OrderRow
    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms


class WorkingTime:
    """Of the orders of a page by their divisions' rules of today; `asked` can go to the server with other reads."""

    def __init__(self, orders: Iterable[OrderRow], now: datetime) -> None:
        self._now = now
        running = [(order.division_path, order.due_at) for order in orders if order.due_at is not None]
        self._held: dict[str, WorkingCalendar] = {}
        self._terms: dict[str, Terms] = {}
        self._calendars: rulebook.Calendars | None = None
        self.asked: tuple[Asked[Any], ...] = ()
        if running:
            days = [local_day(now), *(local_day(due) for _, due in running)]
            self._terms = rulebook.terms_of_each((path for path, _ in running), local_day(now))
            self._calendars = rulebook.Calendars(self._terms, min(days), max(days))
            self.asked = (self._calendars.asked,)

    def left(self, order: OrderRow) -> timedelta | None:
        """How much lies between now and the deadline, whichever is earlier; None without one, and beyond the calendar."""
        if order.due_at is None or self._calendars is None:
            return None
        if order.division_path not in self._held:
            self._held[order.division_path] = self._calendars.of(self._terms[order.division_path])
        first, last = sorted((self._now, order.due_at))
        return working_time_between(first, last, self._held[order.division_path])
