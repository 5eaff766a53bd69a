"""对账: what a source says of a day is held against what arrived here; and we say the same to the level above.

The sums are told first, then only the parts in which they differ, until each differing record is known by its key.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.exchange.reconciliation import actions, line, queries, rules
from haochaping.exchange.reconciliation.terms import (
    DEEPEST,
    ROWS_ANSWERED,
    Heard,
    OtherSideAwayError,
    OtherSideRefusedError,
    ReconciliationState,
    RowDifference,
    StatedKind,
    StatementSide,
)
from haochaping.exchange.terms import NO_SUCH_PLATFORM
from haochaping.kernel.periods import local_day
from haochaping.levels import actions as levels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from haochaping.exchange.reconciliation.actions import Compared
    from haochaping.exchange.reconciliation.rules import Side
    from haochaping.exchange.reconciliation.terms import Part, Sums
    from haochaping.kernel.actor import Actor

_OTHER_CODE = (
    "The level above knows no platform “%s”, so that its %s are not reconciled: have it put into the directory there with"
    " this code, or run “haochaping reconcile with … --source %s --day %s --known-as CODE” with the code it has there."
)
_log = logging.getLogger(__name__)
# Each round goes one digit deeper, and the rows come with the last.
_ROUNDS = DEEPEST + 2
# In one message; rows of more would not fit into a body.
_PARTS = 200
# What was given within a week is told once more: reviews of a day may be changed, sent late or sent again.
DAYS_TOLD = (1, 7)


@transaction.atomic
def hear(
    source: str,
    kind: StatedKind,
    day: date,
    statement: Sums | None,
    parts: Iterable[Part],
    *,
    by: Actor,
    now: datetime,
) -> Heard:
    """One message of a source: its sums begin the comparison, its parts go on with it. Raises `Refused`."""
    if statement is not None:
        found = actions.begin(source, kind, day, statement, by=by, now=now)
        parts = list(parts)
        if not parts:
            return _heard(found)
    return _heard(actions.hear(source, kind, day, list(parts), by=by, now=now))


def _heard(found: Compared) -> Heard:
    over = found.state == ReconciliationState.DIFFERING
    rows = queries.differing(found.id, limit=ROWS_ANSWERED) if over else []
    differing = [
        RowDifference(rules.key_of_parts(row.case_no, row.occurrence_no, row.assess_no), row.here, row.told)
        for row in rows
    ]
    return Heard(found.state, found.here, found.wanted, found.differing, differing)


@transaction.atomic
def hear_whole(
    source: str, kind: StatedKind, day: date, lines: Iterable[str], *, by: Actor, now: datetime
) -> Heard:
    """A whole day of a source at once, from a file. Raises `Refused`."""
    told = rules.Lines(lines)
    heard = hear(source, kind, day, told.sums(""), (), by=by, now=now)
    while heard.wanted:
        parts = rules.answers(told, heard.wanted)
        heard = hear(source, kind, day, None, parts, by=by, now=now)
    return heard


def tell(
    address: str, key: str, source: str, kind: StatedKind, day: date, *, known_as: str = "", now: datetime
) -> Heard:
    """Reconcile a source's day with another installation: we say what we hold, and it asks; its answer is kept.

    `known_as` is the code that the platform has over there, where it is another one than here. Must not run inside a
    transaction: the other side may think long.

    Raises:
        OtherSideAwayError: it did not answer, or asks without end.
        OtherSideRefusedError: it takes nothing, and says why.
    """
    platform = directory.platforms([source])[source]
    ours, sums = actions.state(platform.id, kind, day, side=StatementSide.HELD, now=now)
    there = known_as or source
    heard = line.say(address, key, there, kind, day, statement=sums)
    for _ in range(_ROUNDS):
        if not heard.wanted:
            levels.day_compared(source, kind, day, sums, heard, now=now)
            return heard
        for wanted in _in_portions(heard.wanted):
            parts = _answers(ours, wanted)
            heard = line.say(address, key, there, kind, day, parts=parts)
    if heard.wanted:
        raise OtherSideAwayError("asks for parts without end")
    levels.day_compared(source, kind, day, sums, heard, now=now)
    return heard


def _in_portions(wanted: Iterable[str]) -> list[list[str]]:
    all_of_them = list(wanted)
    return [all_of_them[start : start + _PARTS] for start in range(0, len(all_of_them), _PARTS)]


def _answers(ours: Side, wanted: Iterable[str]) -> list[Part]:
    prefixes = list(wanted)
    for prefix in prefixes:
        rules.check_prefix(prefix)
    return rules.answers(ours, prefixes)


def tell_due(address: str, key: str, *, now: datetime) -> int:
    """Reconcile yesterday and the day a week ago of all our sources with the level above; returns how many differ.

    A source whose turn fails is told tomorrow; the others go on, unless nobody answers.
    """
    if not address:
        return 0
    differing = 0
    for days in DAYS_TOLD:
        day = local_day(now) - timedelta(days=days)
        for source, kind in queries.to_tell(day):
            try:
                heard = tell(address, key, source, kind, day, now=now)
            except OtherSideRefusedError as no:
                if no.code == NO_SUCH_PLATFORM.code:
                    _log.warning(_OTHER_CODE, source, kind, source, day)
                    continue
                _log.warning("Reconciling %s of %s on %s: refused: %s", kind, source, day, no)
            except OtherSideAwayError as error:
                _log.warning("Reconciling %s of %s on %s: %s", kind, source, day, error)
                return differing
            else:
                differing += heard.state == ReconciliationState.DIFFERING
    return differing
