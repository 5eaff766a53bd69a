"""责任划分: what lies in the service is shown to the supervisors, what lies in the business is proposed for reform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.flows import tell_staff
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import About, NoticeKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.terms import Responsibility
from haochaping.supervision import actions as supervision
from haochaping.supervision.terms import NewSignal, SignalKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_BATCH = 500


@transaction.atomic
def class_fault(
    order_id: UUID,
    *,
    responsibilities: Collection[str],
    note: str,
    agency: str,
    proposal: str,
    by: Actor,
    now: datetime,
) -> UUID | None:
    """Say what the fault of an order lies in; the supervisors see it where somebody's service was at fault.

    Raises and returns as `rectification.actions.class_fault`.
    """
    drafted = rectification.class_fault(
        order_id,
        responsibilities=responsibilities,
        note=note,
        agency_code=agency,
        proposal=proposal,
        by=by,
        now=now,
    )
    if Responsibility.SERVICE in responsibilities:
        signals = [
            NewSignal(
                SignalKind.SERVICE_FAULT,
                row.division_id,
                row.agency_id,
                str(row.id),
                local_day(now),
                row.id,
            )
            for row in orders.rows([order_id])
        ]
        supervision.raise_signals(signals, by=by, now=now)
    return drafted


@transaction.atomic
def send_reform(reform_id: UUID, *, by: Actor, now: datetime) -> None:
    """A proposal of a reform goes to the deciding agency, which hears of it; raises as `rectification.send_reform`."""
    rectification.send_reform(reform_id, by=by, now=now)
    row = fault_queries.reform(reform_id, by=by)
    division_id = directory.agency_by_id(row.agency_id).division_id
    facts = {"item": row.item_name, "agency": row.agency_name}
    about = About("reform", str(reform_id), division_id, row.agency_id, facts, staff_id=row.staff_id)
    tell_staff.tell(NoticeKind.REFORM, [about], by=by, now=now)


def watch_reforms(now: datetime) -> int:
    """A signal for each proposal whose answer or change is overdue, once for each day it was due; how many are new."""
    late = fault_queries.late_reforms(now, limit=_BATCH)
    signals = [
        NewSignal(
            SignalKind.REFORM_LATE,
            one.division_id,
            one.agency_id,
            f"reform:{one.id}",
            local_day(one.due_at),
            one.order_id,
        )
        for one in late
    ]
    with transaction.atomic():
        return len(supervision.raise_signals(signals, by=SYSTEM, now=now))
