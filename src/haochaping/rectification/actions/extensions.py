"""延期: more time is asked for by the agency and decided by a dispatcher; the reviewer is told why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.steps import checked_text, held, moved, own_words, record, step
from haochaping.rectification.models import Extension
from haochaping.rectification.terms import (
    CLOCK_PAUSED,
    EXTENSION_TOO_LONG,
    EXTENSION_WAITS,
    EXTENSIONS_USED_UP,
    NO_EXTENSION_ASKED,
    ClockKind,
    Move,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.models import WorkOrder


@transaction.atomic
def ask_extension(order_id: UUID, *, days: int, reason: str, by: Actor, now: datetime) -> None:
    """Ask for more days; as often and as many as the rules of the place allow.

    Raises:
        Refused: as `sign_for`, and EXTENSIONS_USED_UP, EXTENSION_TOO_LONG, EXTENSION_WAITS, TEXT_MISSING,
            TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = own_words(reason, "reason")
    order = step(order_id, Move.ASK_EXTENSION, by)
    terms = rulebook.terms_for(order.division.path, local_day(now))
    known = list(Extension.objects.filter(order=order).values_list("granted", flat=True))
    if None in known:
        raise Refused(EXTENSION_WAITS)
    if known.count(True) >= terms.extensions_at_most:
        raise Refused(EXTENSIONS_USED_UP, limit=terms.extensions_at_most)
    if not 1 <= days <= terms.extension_days:
        raise Refused(
            EXTENSION_TOO_LONG,
            field="days",
            days=days,
            limit=terms.extension_days,
            unit=terms.extension_unit,
        )
    asked = Extension(id=uuid7(now), order=order, days=days, reason=reason, asked_by=str(by), asked_at=now)
    writes.insert([asked])
    record([order], Move.ASK_EXTENSION, by=by, now=now, note=reason, days=str(days))


@transaction.atomic
def grant_extension(order_id: UUID, *, note: str, by: Actor, now: datetime) -> UUID:
    """Give the days that were asked for, after the last day there was, to who helps as well; returns the review’s id.

    Raises:
        Refused: as `sign_for`, and CLOCK_PAUSED, NO_EXTENSION_ASKED, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    order = step(order_id, Move.GRANT_EXTENSION, by)
    asked = _decide(order, note, granted=True, by=by, now=now)
    unit = rulebook.terms_for(order.division.path, local_day(now)).extension_unit
    more = clocks.extended(order, asked.days, unit, now)
    clocks.pass_on(order, now, *more)
    writes.update(order, "state", *clocks.COLUMNS)
    record([order], Move.GRANT_EXTENSION, by=by, now=now, note=asked.reason, days=str(asked.days))
    return order.review_id


@transaction.atomic
def refuse_extension(order_id: UUID, *, note: str, by: Actor, now: datetime) -> None:
    """Leave the deadline as it is.

    Raises:
        Refused: as `sign_for`, and NO_EXTENSION_ASKED, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    note = checked_text(note, "note")
    order = step(order_id, Move.REFUSE_EXTENSION, by)
    _decide(order, note, granted=False, by=by, now=now)
    record([order], Move.REFUSE_EXTENSION, by=by, now=now, note=note)


@transaction.atomic
def adopt_deadlines(
    order_id: UUID, *, ends: Mapping[ClockKind, datetime], reason: str, by: Actor, now: datetime
) -> UUID:
    """Let clocks end when whoever is master of the order says; those that have stopped stay so. Returns the review's id.

    That the word of the other side rules here is the caller's to have asked (`hotline_clock`).

    Raises:
        Refused: NO_SUCH_ORDER, WRONG_STATE, CLOCK_PAUSED, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    reason = checked_text(reason, "reason", required=False)
    order = moved(held(order_id), Move.ADOPT_DEADLINE)
    if order.paused_at is not None:
        raise Refused(CLOCK_PAUSED)
    told = clocks.told(order, ends, now)
    if told:
        clocks.pass_on(order, now, *told)
        writes.update(order, "state", *clocks.COLUMNS)
        said = {tick.clock.value: tick.due_at.isoformat() for tick in told if tick.due_at}
        record([order], Move.ADOPT_DEADLINE, by=by, now=now, note=reason, **said)
    return order.review_id


def _decide(order: WorkOrder, note: str, *, granted: bool, by: Actor, now: datetime) -> Extension:
    note = checked_text(note, "note", required=False)
    asked = Extension.objects.filter(order=order, granted__isnull=True).first()
    if asked is None:
        raise Refused(NO_EXTENSION_ASKED)
    asked.granted, asked.note, asked.decided_by, asked.decided_at = granted, note, str(by), now
    writes.update(asked, "granted", "note", "decided_by", "decided_at")
    return asked
