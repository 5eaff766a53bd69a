"""监督: look over the open work orders, remind and warn by itself, and raise what a supervisor should see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.rulebook import queries as rulebook
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries
from haochaping.supervision.rules import overdue_signals

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.rulebook.terms import Terms

_BATCH = 2000


def watch(now: datetime) -> int:
    """Signals, reminders and warnings for what is amber or red now; lifted where the order is over. How many opened.

    Everything is done once, by what the tables hold: it may run twice at the same time, and again at any time.
    """
    with transaction.atomic():
        alarms = queries.alarms(now, limit=_BATCH)
        supervision.raise_signals(overdue_signals(alarms), by=SYSTEM, now=now)
        opened = supervision.open_automatic(alarms, by=SYSTEM, now=now)
        supervision.settle(queries.over(limit=_BATCH), by=SYSTEM, now=now)
    return len(opened)


def watch_repeats(now: datetime) -> int:
    """A signal for each item of an agency that is rated badly again and again; returns how many are new."""
    signals = queries.repeat_offenders(now, _terms(now))
    with transaction.atomic():
        return len(supervision.raise_signals(signals, by=SYSTEM, now=now))


def _terms(now: datetime) -> dict[int, Terms]:
    """The rules of every division."""
    return rulebook.terms_for_divisions(directory.division_ids_under(""), local_day(now))
