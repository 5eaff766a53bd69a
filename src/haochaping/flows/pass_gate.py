"""过关: which places open data may name beside a text of a week, or beside what is known of applicants of a month.

Decided once for each week and month, a week after it is over, and remembered: nothing is told a second time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.publicity.opendata import actions, rules
from haochaping.publicity.opendata import gate_queries as gate
from haochaping.publicity.opendata.terms import WEEKS_IN_FILE

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.kernel.actor import Actor
    from haochaping.publicity.opendata.terms import Cell


def decide_due(today: date, *, by: Actor, now: datetime) -> None:
    """Decide about the months and weeks that are due at the gate."""
    for month in gate.undecided_months(today):
        _decide(month, rules.end_of_month(month), gate.applicants(month), by=by, now=now)
    for week in gate.undecided_weeks(today, weeks=WEEKS_IN_FILE):
        _decide(week, week + timedelta(days=6), gate.of_whom_texts_may_be(week), by=by, now=now)


def _decide(first: date, last: date, tables: dict[str, list[Cell]], *, by: Actor, now: datetime) -> None:
    for name, candidates in tables.items():
        actions.decide(name, first, last, candidates, by=by, now=now)
