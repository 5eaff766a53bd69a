"""预警: which clocks have newly turned amber or red, found and marked as a set."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from django.db import connection, transaction

from haochaping.rectification.terms import Alarm, AlarmRow, ClockKind

if TYPE_CHECKING:
    from datetime import datetime

_MARK = (
    resources.files("haochaping.rectification").joinpath("sql/mark_alarms.sql").read_text(encoding="utf-8")
)


@transaction.atomic
def mark_alarms(*, now: datetime) -> list[AlarmRow]:
    """Mark every order whose running clock has turned amber or red since the last time; returns those.

    An alarm says nothing new about what happened, it follows from the clock: no ledger entry of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"now": now})
        return [
            AlarmRow(pk, review_id, division_id, agency_id, item_id, Alarm(alarm), ClockKind(clock), due_at)
            for pk, review_id, division_id, agency_id, item_id, alarm, clock, due_at in cursor.fetchall()
        ]
