"""The clocks of an order: their events, and the same computed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from haochaping.kernel.periods import local_day
from haochaping.postgres.together import Asked
from haochaping.rectification.models import ClockEvent
from haochaping.rectification.rules import retold
from haochaping.rectification.terms import ClockKind, ClockTick, Tick
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID


# Where an order lies, with each event of its clocks, or none.
_CLOCK = """
    SELECT place.path, event.clock, event.tick, event.at, event.number, event.unit, event.rule, event.due_at, event.amber_at,
           event.helper_id
      FROM rectification_work_order AS work
      JOIN directory_division AS place ON place.id = work.division_id
      LEFT JOIN rectification_clock_event AS event ON event.order_id = work.id
     WHERE work.id = %(order)s
     ORDER BY event.id
"""
_TICK = ("clock", "tick", "at", "number", "unit", "rule", "due_at", "amber_at", "helper_id")


def ticks_of(order_id: UUID) -> Asked[list[ClockTick]]:
    """Every event of an order's clocks, oldest first."""
    rows = ClockEvent.objects.filter(order_id=order_id).order_by("id").values_list(*_TICK)
    return Asked(rows, _ticks)


def _ticks(rows: Iterable[Sequence[Any]]) -> list[ClockTick]:
    return [ClockTick(ClockKind(clock), Tick(tick), *rest) for clock, tick, *rest in rows]


def recomputed(division_path: str, ticks: Sequence[ClockTick]) -> list[ClockTick]:
    """The events computed anew from the division's rules of the first one's day and its calendar."""
    day = local_day(ticks[0].at)
    terms = rulebook.terms_for(division_path, day)
    return retold(ticks, rulebook.calendar(terms, day, to=local_day(ticks[-1].at)), terms.amber_threshold)


def clock_retold(order_id: UUID) -> list[tuple[ClockTick, ClockTick]] | None:
    """Each event of an order's clocks as it was promised, and computed anew; None when there is no such order."""
    found = Asked(_CLOCK, list, {"order": order_id}).answer
    ticks = _ticks(said for _, *said in found if said[0] is not None)
    if not ticks:
        return [] if found else None
    with rulebook.asked_once():
        return list(zip(ticks, recomputed(found[0][0], ticks), strict=True))
