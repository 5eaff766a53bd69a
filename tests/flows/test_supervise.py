"""监督: the whole watch over open work orders, on a database that commits."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.flows import supervise
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.supervision import actions, queries
from haochaping.supervision.models import Signal, SupervisionOrder
from haochaping.supervision.terms import SupervisionState
from tests import worlds
from tests.supervision.conftest import ONE, OTHER, Watched, dispatched

from .conftest import at_once

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

HOUR = timedelta(hours=1)


@pytest.fixture
def order_id(committed_db, now):
    worlds.build(now)
    return dispatched("YC-1", now)


def made() -> list[tuple[str, str]]:
    return list(SupervisionOrder.objects.order_by("opened_at", "id").values_list("rung", "state"))


def due(order_id: UUID) -> datetime:
    (order,) = orders.rows([order_id])
    assert order.sign_due_at is not None
    return order.sign_due_at


def test_amber_is_reminded_and_red_is_warned_of_and_signalled_each_once(order_id, now):
    assert supervise.watch(now) == 0

    # Four working hours from ten: due at two, amber after 80 % of that.
    end = due(order_id)
    assert supervise.watch(end - HOUR) == 0
    assert [supervise.watch(end - HOUR / 2) for _ in range(2)] == [1, 0]
    assert made() == [("reminder", "notified")]
    assert not Signal.objects.exists()

    assert supervise.watch(end) == 0
    assert [supervise.watch(end + HOUR) for _ in range(2)] == [1, 0]
    assert made() == [("reminder", "notified"), ("warning", "notified")]
    signal = Signal.objects.get()
    assert (signal.kind, signal.work_order_id, signal.day) == ("overdue", order_id, end.date())
    # The next watch is not given again what was done.
    assert queries.alarms(end + HOUR, limit=10) == []


def test_the_next_clock_that_runs_out_is_a_signal_of_its_own_and_no_second_warning(order_id, now):
    supervise.watch(due(order_id) + HOUR)
    rectification.sign_for(order_id, by=worlds.CLERK, now=now)

    supervise.watch(now + timedelta(days=3))

    assert Signal.objects.count() == 2
    assert made() == [("warning", "notified")]


def test_reminder_and_warning_end_with_the_work_order(order_id, now):
    end = due(order_id)
    supervise.watch(end - HOUR / 2)
    supervise.watch(end + HOUR)
    by, at = worlds.CLERK, end + 2 * HOUR
    rectification.sign_for(order_id, by=by, now=at)
    found: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
    worlds.hear(order_id, **found, by=by, now=at)
    rectification.rectify(order_id, outcome="immediate_rectified", text="已改正", by=by, now=at)
    supervise.watch(at)
    assert {state for _, state in made()} == {"notified"}

    rectification.reply(order_id, text="谢谢您", by=by, now=at)
    rectification.pass_check(order_id, by=OPERATOR, now=at)
    supervise.watch(at)
    assert {state for _, state in made()} == {"notified"}

    rectification.close(order_id, rated="yes", by=SYSTEM, now=at)
    supervise.watch(at)

    assert {state for _, state in made()} == {"lifted"}


def test_amber_and_red_are_told_to_whoever_handles_it_once_each(order_id):
    end = due(order_id)

    assert [supervise.tell_alarms(end - HOUR / 2) for _ in range(2)] == [1, 0]
    assert [supervise.tell_alarms(end + HOUR) for _ in range(2)] == [1, 0]

    told = StaffNotice.objects.filter(subject_id=str(order_id), kind__in=["order_amber", "order_red"])
    assert list(told.order_by("at").values_list("kind", flat=True)) == ["order_amber", "order_red"]


def test_two_watchers_at_once_open_one(order_id):
    moment = due(order_id) + HOUR

    answers = at_once([partial(supervise.watch, moment)] * 4)

    assert sorted(answers) == [0, 0, 0, 1]
    assert made() == [("warning", "notified")]
    assert Signal.objects.count() == 1


def test_two_supervisors_at_once_write_one_letter(order_id, now):
    form: dict[str, Any] = {"agency_code": "", "work_order_id": order_id, "signal_id": None, "text": "请说明"}
    calls = [partial(actions.open_letter, **form, key=uuid7(now), by=by, now=now) for by in (ONE, OTHER)]

    answers = at_once(calls)

    assert sorted(answer.code for answer in answers if isinstance(answer, Refused)) == ["supervision_open"]
    assert SupervisionOrder.objects.count() == 1


def test_a_proposal_that_two_decide_at_once_is_decided_by_one(order_id, now):
    watched = Watched(order_id, now)
    pk = actions.propose(
        watched.upto(SupervisionState.CHECKED), rung="circular", reason="不实", by=ONE, now=watched.now
    )
    decide = partial(actions.decide, pk, reason="已议", now=watched.now)

    answers = at_once([partial(decide, adopt=adopt, by=OTHER) for adopt in (True, False)])

    assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["proposal_decided"]


def test_an_item_rated_badly_again_and_again_is_a_signal_once_in_the_time(order_id, now):
    dispatched("YC-2", now)
    assert supervise.watch_repeats(now) == 0
    dispatched("YC-3", now)

    assert [supervise.watch_repeats(now), supervise.watch_repeats(now + timedelta(days=1))] == [1, 0]

    signal = Signal.objects.get()
    assert (signal.kind, signal.facts["orders"]) == ("repeat_offender", "3")
    # Thirty days later these three are forgotten.
    assert supervise.watch_repeats(now + timedelta(days=31)) == 0
    dispatched("YC-4", now + timedelta(days=31))
    assert supervise.watch_repeats(now + timedelta(days=31)) == 0


def test_the_same_item_at_another_agency_is_a_signal_of_its_own(order_id, now):
    for n in (2, 3):
        dispatched(f"YC-{n}", now)
    assert supervise.watch_repeats(now) == 1

    for n in (4, 5, 6):
        dispatched(f"YC-{n}", now, agency=worlds.OTHER_AGENCY, division=worlds.OTHER_CITY)

    assert supervise.watch_repeats(now) == 1
    assert Signal.objects.values("agency_id").distinct().count() == 2


def test_how_many_is_the_divisions_own(order_id, now):
    worlds.follow(worlds.CITY, now, repeat_offender_orders="1")

    assert supervise.watch_repeats(now) == 1
