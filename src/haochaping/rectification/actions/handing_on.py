"""承继: an agency that was merged away or ended hands on its open orders; nothing done so far is done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres import writes
from haochaping.postgres.together import together
from haochaping.rectification import queries
from haochaping.rectification.actions.helping import end_parts, hand_part
from haochaping.rectification.actions.steps import checked_text, moved, record, step
from haochaping.rectification.models import Appeal, Reform, ReformEvent, WorkOrder
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.queries import help as help_queries
from haochaping.rectification.terms import AGENCY_GOES_ON, SAME_AGENCY, Move, ReformMove

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import Handing


@transaction.atomic
def hand_on_ended(handings: list[Handing], *, by: Actor, now: datetime) -> list[UUID]:
    """Give orders of agencies that have ended to their successors; returns the orders.

    Clocks run on as they were promised, and an appeal of the order goes with it. What was meanwhile handed on by
    somebody else, or is over, is left alone.
    """
    to = {one.order_id: one for one in handings}
    rows = WorkOrder.objects.select_for_update(of=("self",)).filter(id__in=to)
    orders = [order for order in rows if order.agency_id == to[order.id].agency_id]
    named = directory.refs(Kind.AGENCIES, {one.successor_id for one in handings if one.successor_id})
    handed = []
    for order in orders:
        successor = to[order.id].successor_id
        if successor is None:
            continue
        _give(moved(order, Move.HAND_ON), successor, help_queries.open_parts(order.id), now)
        ref = named[successor]
        record([order], Move.HAND_ON, by=by, now=now, note=ref.name, agency=ref.code)
        handed.append(order.id)
    return handed


@transaction.atomic
def hand_on(order_id: UUID, *, agency_code: str, reason: str, by: Actor, now: datetime) -> list[UUID] | None:
    """The dispatcher says who takes an order whose agency has ended, or the parts of agencies that help and have ended.

    Returns the parts that wait with whoever takes them; None where it is the order itself that goes on.

    Raises:
        Refused: as `redispatch`, and AGENCY_GOES_ON.
    """
    reason = checked_text(reason, "reason")
    order = step(order_id, Move.HAND_ON, by)
    day = local_day(now)
    has_ended, parts = queries.has_ended(order.id, day), help_queries.asked_parts(order.id)
    left = help_queries.asked_parts(order.id, ended_by=day)
    together(has_ended, parts, left)
    if not has_ended.answer and not left.answer:
        raise Refused(AGENCY_GOES_ON)
    agency = dispatch_queries.agency_within(agency_code, day, by)
    if agency.id == order.agency_id:
        raise Refused(SAME_AGENCY, field="agency")
    if not has_ended.answer:
        return [
            waits
            for part, helper in left.answer
            for waits in hand_part(order, part, helper, agency.id, reason=reason, by=by, now=now)
        ]
    _give(order, agency.id, parts.answer, now)
    record([order], Move.HAND_ON, by=by, now=now, note=f"{agency.name}\n{reason}", agency=agency.code)
    return None


def _give(order: WorkOrder, agency_id: int, parts: Sequence[tuple[UUID, int]], now: datetime) -> None:
    """Another agency has the order from now on; what it was to help with is its own now."""
    order.agency_id = agency_id
    writes.update(order, "agency_id")
    writes.change(Appeal.objects.filter(order=order), agency_id=agency_id)
    end_parts(order, [part for part, helper in parts if helper == agency_id], now)


@transaction.atomic
def hand_on_reforms(*, by: Actor, now: datetime, limit: int) -> int:
    """Proposals whose addressee has ended wait for whoever decides about the item now; returns how many went on."""
    day = local_day(now)
    handed = 0
    for reform in fault_queries.of_ended_addressees(day, limit=limit):
        row = Reform.objects.select_for_update().get(id=reform)
        deciding: list[AgencyRef] = directory.deciding_agencies(row.item_id, day)
        if not deciding:
            continue
        row.agency_id, row.division_id = deciding[0].id, deciding[0].division_id
        row.save(update_fields=["agency_id", "division_id"])
        (pk,) = uuids7(now, 1)
        ReformEvent.objects.create(
            id=pk, reform=row, move=ReformMove.HAND_ON, by=str(by), at=now, note=deciding[0].name
        )
        told = {"move": str(ReformMove.HAND_ON), "state": str(row.state), "agency": deciding[0].code}
        ledger.append([NewEntry(EntryKind.REFORM_MOVED, "reform", str(row.id), facts=told)], by=by, now=now)
        handed += 1
    return handed
