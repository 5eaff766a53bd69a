"""协办: another agency is asked to help, does its part by a clock of its own, and hands it on when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres import writes
from haochaping.rectification import access, queries
from haochaping.rectification.actions import clocks
from haochaping.rectification.actions.steps import checked_text, held, moved, own_words, record, step
from haochaping.rectification.models import HELP_OPEN, CoHandler
from haochaping.rectification.queries import help as help_queries
from haochaping.rectification.queries.dispatch import agency_within
from haochaping.rectification.states import FIRED_BY, HELPED
from haochaping.rectification.terms import (
    HELPS_ALREADY,
    NO_CO_HANDLER,
    SAME_AGENCY,
    Move,
    OrderState,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.models import WorkOrder
    from haochaping.rectification.terms import ClockTick, HelpHanding


@transaction.atomic
def join(order_id: UUID, *, agency_code: str, task: str, by: Actor, now: datetime) -> UUID:
    """The dispatcher asks another agency to help; it has the limit of a simple matter, the lead keeps the order.

    Returns the id of its part.

    Raises:
        Refused: as `redispatch`, and HELPS_ALREADY.
    """
    task = checked_text(task, "task")
    order = step(order_id, Move.JOIN, by)
    agency = agency_within(agency_code, local_day(now), by)
    if agency.id == order.agency_id:
        raise Refused(SAME_AGENCY, field="agency")
    if agency.id in {helper for _, helper in help_queries.open_parts(order.id)}:
        raise Refused(HELPS_ALREADY, field="agency")
    part = CoHandler(
        id=uuid7(now), order=order, agency_id=agency.id, task=task, asked_by=str(by), asked_at=now
    )
    writes.insert([part])
    _wound(order, clocks.help_begins(order, part.id, now), now)
    record([order], Move.JOIN, by=by, now=now, note=f"{agency.name}\n{task}", agency=agency.code)
    return part.id


@transaction.atomic
def contribute(order_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """An agency that was asked to help says what it has done; its clock stops.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, WRONG_STATE, NO_CO_HANDLER, TEXT_MISSING, TEXT_TOO_LONG,
            FORBIDDEN_CHARACTERS.
    """
    text = own_words(text, "text")
    order = held(order_id)
    access.check_not_named(by, order.staff_id)
    moved(order, Move.CONTRIBUTE)
    mine = [
        one.id
        for one in queries.beside(order.id).co_handlers
        if one.is_open
        and access.may_fire(by, FIRED_BY[Move.CONTRIBUTE], division_path="", agency_path=one.agency_path)
    ]
    if not mine:
        raise Refused(NO_CO_HANDLER)
    _wound(order, clocks.help_stops(mine[:1], now), now)
    done = CoHandler.objects.filter(id=mine[0])
    writes.change(done, contribution=text, done_by=str(by), done_at=now)
    record([order], Move.CONTRIBUTE, by=by, now=now, note=text)


@transaction.atomic
def hand_on_help(handings: Sequence[HelpHanding], *, by: Actor, now: datetime) -> list[UUID]:
    """Give the parts of agencies that have ended to their successors, as they were promised; returns those that wait there.

    What was meanwhile done, handed on or ended is left alone. The part of a successor that leads the order itself, or
    helps with it already, ends: it is that agency's own now.
    """
    handed = []
    for one in handings:
        if one.successor_id is not None:
            handed += hand_part(held(one.order_id), one.id, one.agency_id, one.successor_id, by=by, now=now)
    return handed


def hand_part(
    order: WorkOrder,
    part_id: UUID,
    agency_id: int,
    successor_id: int,
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> list[UUID]:
    """The same for one part of an order that is locked: the part if it waits with the successor, nothing if it ended."""
    known = help_queries.open_parts(order.id)
    if (part_id, agency_id) not in known or OrderState(order.state) not in HELPED:
        return []
    there = {order.agency_id, *(helper for _, helper in known)}
    moved(order, Move.HAND_ON)
    if successor_id in there:
        end_parts(order, [part_id], now)
    else:
        writes.change(CoHandler.objects.filter(id=part_id), agency_id=successor_id)
    named = directory.refs(Kind.AGENCIES, [agency_id, successor_id])
    former, ref = named[agency_id], named[successor_id]
    said = f"{former.name} → {ref.name}\n{reason}".strip()
    record([order], Move.HAND_ON, by=by, now=now, note=said, agency=ref.code, helped=former.code)
    return [] if successor_id in there else [part_id]


def end_parts(order: WorkOrder, part_ids: Collection[UUID], now: datetime) -> None:
    """Parts that are nobody else's any more: their clocks stop, and nothing is waited for."""
    if part_ids:
        _wound(order, clocks.help_stops(part_ids, now), now)
        writes.change(CoHandler.objects.filter(HELP_OPEN, id__in=part_ids), ended_at=now)


def _wound(order: WorkOrder, ticks: Sequence[ClockTick], now: datetime) -> None:
    clocks.pass_on(order, now, *ticks)
    writes.update(order, "state", *clocks.COLUMNS)
