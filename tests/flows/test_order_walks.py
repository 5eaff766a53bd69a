"""Random walks through an order's life, with the power going out between any two statements.

`HAOCHAPING_WALKS` says how many (40 by default; 100000 for a night). A walk that fails names its seed.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from haochaping.flows import call_back, close_order, handle_bad_review, supervise
from haochaping.kernel.actor import EVERYWHERE, REVIEWER, SYSTEM, Actor, ActorKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import ClockEvent, CoHandler, Extension, Milestone, OrderEvent, WorkOrder
from haochaping.rectification.rules import standing
from haochaping.rectification.states import CLOCK_OF
from haochaping.rectification.terms import AGENCY_OUTCOMES, EXCLUSIONS, CallResult, OrderState, Solved
from tests import worlds
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")

WALKS = int(os.environ.get("HAOCHAPING_WALKS", "40"))
STEPS = 30
_POWERS = frozenset({"order.view", "order.handle", "order.dispatch", "order.supervise"})
STAFF = [Actor(ActorKind.STAFF, name, powers=_POWERS, scope=EVERYWHERE) for name in ("1", "2")]
AGENCIES = (worlds.AGENCY, worlds.OTHER_AGENCY)


class PowerOut(Exception):  # noqa: N818 - what it is
    """The power went out."""


@dataclass
class Walk:
    """One bad review, its order, and what somebody does with it next."""

    review: UUID
    order: UUID
    now: datetime
    dice: random.Random
    done: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Try one thing; half the time it is one that the state allows, sometimes the power goes out in the middle."""
        self.now += timedelta(minutes=self.dice.choice([1, 7, 90, 60 * 26]))
        likely = _LIKELY.get(self.state, [])
        name = self.dice.choice(likely if likely and self.dice.random() < 0.7 else sorted(MOVES))
        if name == "settle":
            self.now += timedelta(days=8)  # silence for long enough
        self.done.append(name)
        before = self.everything()
        try:
            with transaction.atomic(), _power_out(self.dice):
                MOVES[name](self, self.dice.choice(STAFF))
        except (Refused, PowerOut):
            assert self.everything() == before

    @property
    def state(self) -> OrderState:
        return OrderState(WorkOrder.objects.values_list("state", flat=True).get(id=self.order))

    def everything(self) -> list[Any]:
        """All rows of the order and its entries in the ledger."""
        rows: list[Any] = [WorkOrder.objects.filter(id=self.order).values().get()]
        rows += [
            sorted(map(str, table.objects.filter(order_id=self.order).values()))
            for table in (OrderEvent, ClockEvent, Extension, CoHandler, Milestone)
        ]
        rows.append(sorted(map(str, Entry.objects.filter(subject_id=str(self.order)).values("id", "kind"))))
        return rows

    def check(self) -> None:
        """What holds of every order at every moment."""
        row = WorkOrder.objects.get(id=self.order)
        assert WorkOrder.objects.filter(review_id=self.review).count() == 1
        told = queries.clock_retold(self.order)
        assert told is not None
        assert [promised for promised, _ in told] == [anew for _, anew in told]
        running = CLOCK_OF.get(OrderState(row.state))
        stands = standing(promised for promised, _ in told)
        stand = stands.get(running) if running else None
        assert row.clock == (running or "")
        assert row.due_at == (stand.due_at if stand else None)
        assert (row.due_at is None) or row.paused_at is None
        moves = OrderEvent.objects.filter(order_id=self.order).count()
        entries = Entry.objects.filter(subject_kind="order", subject_id=str(self.order))
        assert entries.exclude(kind=EntryKind.SOLUTION_ANSWERED).count() == moves


def _power_out(dice: random.Random) -> Any:
    left = dice.randrange(80)

    def counted(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal left
        left -= 1
        answer = execute(*args)
        if left == 0:
            raise PowerOut
        return answer

    return connection.execute_wrapper(counted)


def _verify(walk: Walk, by: Actor) -> None:
    call_back.record(
        walk.order,
        result=walk.dice.choice(list(CallResult)),
        is_true=walk.dice.choice([True, False, None]),
        is_reasonable=None,
        note="核实",
        recording="",
        by=by,
        now=walk.now,
    )


def _milestone(walk: Walk, by: Actor) -> None:
    lines = queries.beside(walk.order).milestones
    line = walk.dice.choice(lines).id if lines else walk.order
    actions.reach_milestone(walk.order, milestone_id=line, note="", by=by, now=walk.now)


MOVES: dict[str, Callable[[Walk, Actor], object]] = {
    "dispatch": lambda w, _: handle_bad_review.dispatch_due(by=SYSTEM, now=w.now),
    "settle": lambda w, _: close_order.settle(by=SYSTEM, now=w.now),
    "alarms": lambda w, _: actions.mark_alarms(now=w.now),
    "sign": lambda w, by: actions.sign_for(w.order, by=by, now=w.now),
    "ask_return": lambda w, by: close_order.ask_return(w.order, "不归我局", by=by, now=w.now),
    "refuse_return": lambda w, by: actions.refuse_return(w.order, reason="归", by=by, now=w.now),
    "grant_return": lambda w, by: close_order.grant_return(
        w.order, w.dice.choice(AGENCIES), "转", by=by, now=w.now
    ),
    "send": lambda w, by: close_order.send_to_another(
        w.order, w.dice.choice(AGENCIES), "转", by=by, now=w.now
    ),
    "verify": _verify,
    "ledger": lambda w, by: actions.enter_in_ledger(
        w.order, reason="难", plan=f"{local_day(w.now)} 换", by=by, now=w.now
    ),
    "milestone": _milestone,
    "ask_time": lambda w, by: actions.ask_extension(
        w.order, days=w.dice.randrange(12), reason="等", by=by, now=w.now
    ),
    "grant_time": lambda w, by: handle_bad_review.grant_extension(w.order, "", by=by, now=w.now),
    "refuse_time": lambda w, by: actions.refuse_extension(w.order, note="否", by=by, now=w.now),
    "join": lambda w, by: actions.join(
        w.order, agency_code=w.dice.choice(AGENCIES), task="助", by=by, now=w.now
    ),
    "contribute": lambda w, by: actions.contribute(w.order, text="毕", by=by, now=w.now),
    "rectify": lambda w, by: actions.rectify(
        w.order, outcome=w.dice.choice(AGENCY_OUTCOMES), text="改", by=by, now=w.now
    ),
    "reply": lambda w, by: handle_bad_review.reply(w.order, "答", by=by, now=w.now),
    "pass": lambda w, by: close_order.pass_check(w.order, by=by, now=w.now),
    "redo": lambda w, by: close_order.redo(w.order, "再办", by=by, now=w.now),
    "say": lambda w, _: handle_bad_review.answer_solution(
        w.review, solved=w.dice.choice(list(Solved)), text="", by=REVIEWER, now=w.now
    ),
    "pause": lambda w, by: actions.pause(w.order, cause="appeal", by=by, now=w.now),
    "resume": lambda w, by: actions.resume(w.order, by=by, now=w.now),
    "late": lambda w, _: supervise.count_late(w.now),
    "end": lambda w, by: close_order.end(w.order, "止", by=by, now=w.now),
    "exclude": lambda w, by: handle_bad_review.counted(
        w.order, lambda: actions.exclude(w.order, outcome=w.dice.choice(EXCLUSIONS), by=by, now=w.now)
    ),
    "restore": lambda w, by: handle_bad_review.counted(
        w.order, lambda: actions.restore(w.order, by=by, now=w.now)
    ),
}
# What usually happens next.
_LIKELY: dict[OrderState, list[str]] = {
    OrderState.CREATED: ["dispatch"],
    OrderState.DISPATCHED: ["sign", "sign", "sign", "ask_return", "send"],
    OrderState.RETURN_ASKED: ["grant_return", "refuse_return"],
    OrderState.SIGNED: ["verify", "verify", "join", "ask_time", "pause"],
    OrderState.VERIFIED: [
        "rectify",
        "rectify",
        "ledger",
        "grant_time",
        "refuse_time",
        "contribute",
        "resume",
    ],
    OrderState.LEDGERED: ["milestone", "rectify", "ask_time", "grant_time", "resume"],
    OrderState.RECTIFIED: ["reply", "reply", "resume"],
    OrderState.REPLIED: ["pass", "redo", "say", "say", "settle"],
    OrderState.CHECKED: ["say", "settle"],
    OrderState.ESCALATED: ["end", "send"],
    OrderState.EXCLUDED: ["restore"],
}


# A merger needs a second order, a cancellation the reviewer, an escalation two rounds.
_RARE = {OrderState.MERGED, OrderState.CANCELLED, OrderState.ESCALATED}


def _walk(seed: int, now: datetime) -> Walk:
    worlds.take_case(f"W-{seed}", now)
    given = worlds.give(f"W-{seed}", 1, now, reviewer={"phone": f"139{seed:08}"})
    assert given.id is not None
    order = queries.order_of_review(given.id)
    assert order is not None
    return Walk(given.id, order.id, now, random.Random(seed))  # noqa: S311 - the same walk again


def test_whatever_is_done_and_wherever_it_is_cut_off_every_order_stays_whole(now: datetime):
    reached: set[OrderState] = set()
    for seed in range(WALKS):
        walk = _walk(seed, now)
        for _ in range(STEPS):
            walk.step()
            try:
                walk.check()
            except AssertionError as error:
                raise AssertionError(f"walk {seed}: {' '.join(walk.done)}") from error
            reached.add(walk.state)
        assert_counters_exact()

    assert WALKS < 40 or reached >= set(OrderState) - _RARE
