"""监督线索: raised as a set, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuids7
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres import writes
from haochaping.supervision.models import Signal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.supervision.terms import NewSignal


@transaction.atomic
def raise_signals(signals: Sequence[NewSignal], *, by: Actor, now: datetime) -> list[UUID]:
    """Raise what was not raised before; returns the ids of the new ones.

    The table knows which are new, so that two who raise the same at once raise one.
    """
    rows = [
        Signal(
            id=pk,
            kind=signal.kind,
            division_id=signal.division_id,
            agency_id=signal.agency_id,
            subject=signal.subject,
            day=signal.day,
            work_order_id=signal.work_order_id,
            facts=dict(signal.facts),
            staff_id=signal.staff_id,
            raised_at=now,
        )
        for pk, signal in zip(uuids7(now, len(signals)), signals, strict=True)
    ]
    if not rows:
        return []
    writes.insert(rows, ignore_conflicts=True)
    new = set(Signal.objects.filter(id__in=[row.id for row in rows]).values_list("id", flat=True))
    ledger.append(
        [
            NewEntry(
                EntryKind.SIGNAL_RAISED,
                "signal",
                str(row.id),
                facts={"kind": str(row.kind), "subject": row.subject, "day": row.day.isoformat()},
            )
            for row in rows
            if row.id in new
        ],
        by=by,
        now=now,
    )
    return [row.id for row in rows if row.id in new]
