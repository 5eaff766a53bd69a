"""预警: which clocks have newly turned amber or red and which promises are broken, found and marked as a set."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q

from haochaping.kernel.periods import local_day
from haochaping.rectification.models import CONTACT_OPEN, LINE_LEFT, RECTIFY_OPEN, Milestone, WorkOrder
from haochaping.rectification.terms import Alarm, AlarmRow, ClockKind, HelpAlarm, OrderState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

_SQL = resources.files("haochaping.rectification").joinpath("sql")
_MARK = _SQL.joinpath("mark_alarms.sql").read_text(encoding="utf-8")
_MARK_HELP = _SQL.joinpath("mark_help_alarms.sql").read_text(encoding="utf-8")


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


@transaction.atomic
def mark_help_alarms(*, now: datetime) -> list[HelpAlarm]:
    """The same of every agency that helps and has not done its part; returns those parts."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_HELP, {"now": now})
        return [HelpAlarm(pk, Alarm(alarm), due_at) for pk, alarm, due_at in cursor.fetchall()]


@transaction.atomic
def mark_missed(*, now: datetime, limit: int) -> list[UUID]:
    """Mark the lines of plans whose day has passed undone, each once; returns their orders.

    It follows from the plan, as an alarm from the clock. While an appeal is pending nothing is put right, nor missed.
    """
    running = Q(order__state=OrderState.LEDGERED, order__paused_at=None)
    open_lines = Milestone.objects.filter(running, LINE_LEFT, missed_at=None)
    missed = open_lines.filter(due_on__lt=local_day(now))
    rows = missed.select_for_update(of=("self",), skip_locked=True).order_by("due_on", "id")
    found = dict(rows.values_list("id", "order_id")[:limit])
    Milestone.objects.filter(id__in=found).update(missed_at=now)
    return list(dict.fromkeys(found.values()))


@transaction.atomic
def mark_late(review_ids: Collection[UUID], *, now: datetime) -> int:
    """Mark the promises of these orders that have run out as broken; returns how many.

    As an alarm it follows from the clock. More time granted afterwards does not mend it; that a call in time is written
    down late does.
    """
    rows = WorkOrder.objects.filter(review_id__in=review_ids)
    contact = rows.filter(CONTACT_OPEN, Q(contact_due_at__lt=now)).update(
        contact_kept=False, contact_missed_at=now
    )
    return contact + rows.filter(RECTIFY_OPEN, Q(rectify_due_at__lt=now)).update(rectify_kept=False)
