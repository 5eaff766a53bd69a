"""热线告知时限: the end that the master of an order told is an event of its clock, and can be computed again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.terms import Alarm, ClockKind, Move, Tick
from haochaping.rulebook.models import CalendarDay
from tests import worlds
from tests.rectification.conftest import FOUND

if TYPE_CHECKING:
    from datetime import datetime

    from tests.rectification.conftest import Desk

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def adopt(desk: Desk, end: datetime, kind: ClockKind = ClockKind.RECTIFY) -> None:
    now = desk.later()
    actions.adopt_deadlines(desk.order_id, ends={kind: end}, reason="热线延期", by=SYSTEM, now=now)


def as_promised(desk: Desk) -> bool:
    told = queries.clock_retold(desk.order_id)
    return bool(told) and all(before == anew for before, anew in told or [])


def test_the_end_that_was_told_is_promised_and_explained(desk):
    desk.upto(Move.SIGN_FOR)
    end = desk.now + 20 * DAY

    adopt(desk, end)

    assert desk.row.rectify_due_at == end
    assert as_promised(desk)
    [told] = [tick for tick in queries.ticks_of(desk.order_id).answer if tick.tick == Tick.TOLD]
    assert (told.clock, told.rule, told.due_at) == (ClockKind.RECTIFY, "hotline_clock", end)
    assert queries.timeline(desk.order_id)[-1].move == Move.ADOPT_DEADLINE


def test_of_the_running_clock_it_turns_the_alarm_back(desk):
    desk.upto(Move.DISPATCH)
    adopt(desk, desk.now + 3 * DAY, ClockKind.SIGN)

    row = desk.row
    assert row.due_at == row.sign_due_at == desk.now - timedelta(minutes=1) + 3 * DAY
    assert row.amber_at < row.due_at


def test_it_stays_in_place_of_the_longer_limit_and_more_time_follows_it(desk):
    desk.upto(Move.SIGN_FOR)
    end = desk.now + 2 * DAY
    adopt(desk, end)
    worlds.hear(desk.order_id, **FOUND, by=worlds.CLERK, now=desk.later())
    plan = f"{(desk.now + DAY).date()} 改"

    actions.enter_in_ledger(desk.order_id, reason="复杂", plan=plan, by=worlds.CLERK, now=desk.later())
    assert desk.row.due_at == end
    actions.ask_extension(desk.order_id, days=1, reason="等检测", by=worlds.CLERK, now=desk.later())
    actions.grant_extension(desk.order_id, note="", by=SYSTEM, now=desk.later())

    assert desk.row.due_at > end
    assert as_promised(desk)


def test_what_was_told_before_or_has_stopped_leaves_no_trace(desk):
    desk.upto(Move.SIGN_FOR)
    end = desk.now + 2 * DAY
    adopt(desk, end)
    events = len(queries.timeline(desk.order_id))

    adopt(desk, end)
    adopt(desk, end, ClockKind.SIGN)

    assert len(queries.timeline(desk.order_id)) == events


def test_beyond_the_calendar_it_turns_amber_once_the_calendar_reaches_there(desk):
    desk.upto(Move.SIGN_FOR)
    far = list(CalendarDay.objects.filter(day__gt=(desk.now + 3 * DAY).date()))
    CalendarDay.objects.filter(day__gt=(desk.now + 3 * DAY).date()).delete()
    end = desk.now + 20 * DAY
    adopt(desk, end, ClockKind.CONTACT)
    assert (desk.row.due_at, desk.row.amber_at) == (end, None)
    assert actions.promise_late(by=SYSTEM, now=desk.later()) == 0

    CalendarDay.objects.bulk_create(far)

    assert [actions.promise_late(by=SYSTEM, now=desk.later()) for _ in range(2)] == [1, 0]
    assert desk.row.due_at == end
    assert desk.now < desk.row.amber_at < end
    assert ledger.entries_of("order", str(desk.order_id))[-1].kind == EntryKind.DEADLINE_SET
    last = queries.ticks_of(desk.order_id).answer[-1]
    assert (last.clock, last.tick, last.due_at) == (ClockKind.CONTACT, Tick.LIMIT, end)
    (amber,) = actions.mark_alarms(now=desk.row.amber_at + timedelta(seconds=1))
    assert (amber.id, amber.alarm) == (desk.order_id, Alarm.AMBER)


@pytest.mark.parametrize(("paused", "code"), [(True, "clock_paused"), (False, "wrong_state")])
def test_not_while_an_appeal_is_pending_nor_after_the_reply(desk, paused, code):
    desk.upto(Move.SIGN_FOR if paused else Move.REPLY)
    if paused:
        actions.pause(desk.order_id, cause="appeal", by=SYSTEM, now=desk.later())

    with pytest.raises(Refused) as refused:
        adopt(desk, desk.now + DAY)

    assert refused.value.code == code
