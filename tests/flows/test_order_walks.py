"""Random walks through an order's life, with the power going out between any two statements.

`HAOCHAPING_WALKS` says how many (40 by default; 100000 for a night), `HAOCHAPING_FIRST_WALK` where to begin. A walk that
fails names its seed.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from haochaping.flows import (
    call_back,
    change_review,
    close_order,
    decide_appeal,
    handle_bad_review,
    supervise,
)
from haochaping.kernel.actor import EVERYWHERE, REVIEWER, SYSTEM, Actor, ActorKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import Appeal, OrderEvent, WorkOrder
from haochaping.rectification.rules import standing
from haochaping.rectification.states import APPEAL_FINAL, CLOCK_OF
from haochaping.rectification.terms import AGENCY_OUTCOMES, AppealState, CallResult, OrderState, Solved
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance, Level, ReviewStatus
from tests import worlds
from tests.flows.appeal_house import ANNE, BEA, CITY_ONE, CITY_TWO, LEAD
from tests.flows.truth import assert_counters_exact, findings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")

FIRST = int(os.environ.get("HAOCHAPING_FIRST_WALK", "0"))
WALKS = int(os.environ.get("HAOCHAPING_WALKS", "40"))
STEPS = 30
_POWERS = frozenset({"order.view", "order.handle", "order.dispatch", "order.supervise"})
STAFF = [Actor(ActorKind.STAFF, name, powers=_POWERS, scope=EVERYWHERE) for name in ("1", "2")]
AGENCIES = (worlds.AGENCY, worlds.OTHER_AGENCY)
JUDGES = (ANNE, BEA, CITY_ONE, CITY_TWO)


class PowerOut(Exception):  # noqa: N818 - what it is
    """The power went out."""


# Everything that is said of one review, its order and its appeal, in one statement.
_OF_ORDER = (
    "order_event",
    "clock_event",
    "extension",
    "co_handler",
    "milestone",
    "callback",
    "solution_answer",
    "appeal",
)
_OF_APPEAL = ("appeal_decision", "appeal_event")
_EVERYTHING = " UNION ALL ".join(
    [
        "SELECT to_jsonb(t)::text FROM rectification_work_order t WHERE id = %(order)s",
        "SELECT to_jsonb(t)::text FROM reviews_review t WHERE id = %(review)s",
        "SELECT to_jsonb(t)::text FROM reviews_exclusion t WHERE review_id = %(review)s",
        *(
            f"SELECT to_jsonb(t)::text FROM rectification_{of} t WHERE order_id = %(order)s"
            for of in _OF_ORDER
        ),
        *(
            f"SELECT to_jsonb(t)::text FROM rectification_{of} t JOIN rectification_appeal a ON a.id = t.appeal_id"
            " WHERE a.order_id = %(order)s"
            for of in _OF_APPEAL
        ),
        """SELECT to_jsonb(t)::text FROM ledger_entry t WHERE (subject_kind, subject_id) IN (
               SELECT 'order', %(order)s::text UNION SELECT 'review', %(review)s::text UNION
               SELECT 'appeal', id::text FROM rectification_appeal WHERE order_id = %(order)s)""",
    ]
)


@dataclass
class Walk:
    """One bad review, its order, another order about the same case, and what somebody does next."""

    review: UUID
    order: UUID
    other: UUID
    now: datetime
    dice: random.Random
    done: list[str] = field(default_factory=list)
    stood: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Try one thing; mostly one that the state allows, sometimes the power goes out in the middle."""
        appeal = Appeal.objects.filter(order_id=self.order).values_list("state", flat=True).first()
        likely = _LIKELY.get(self.state, [])
        if appeal is not None and self.dice.random() < 0.6:
            likely = _OF_APPEAL_LIKELY.get(AppealState(appeal), likely)
        name = self.dice.choice(likely if likely and self.dice.random() < 0.8 else sorted(MOVES))
        self.now += timedelta(minutes=_MINUTES.get(name) or self.dice.choice([1, 7, 90, 60 * 26]))
        self.done.append(name)
        before = self.stood or self.everything()
        try:
            with transaction.atomic(), _power_out(self.dice):
                MOVES[name](self, self.dice.choice(STAFF))
        except (Refused, PowerOut):
            assert self.everything() == before
        self.stood = self.everything()

    @property
    def state(self) -> OrderState:
        return OrderState(WorkOrder.objects.values_list("state", flat=True).get(id=self.order))

    @property
    def appeal(self) -> UUID:
        """The appeal about the review, or an id that is none."""
        return Appeal.objects.filter(order_id=self.order).values_list("id", flat=True).first() or self.order

    def everything(self) -> list[str]:
        """All rows of the review, its order and its appeal, and their entries in the ledger."""
        with connection.cursor() as cursor:
            cursor.execute(_EVERYTHING, {"order": self.order, "review": self.review})
            return sorted(row for (row,) in cursor.fetchall())

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
        review = Review.objects.get(id=self.review)
        assert (review.status == ReviewStatus.WITHDRAWN) <= (OrderState(row.state) in _ENDED)
        assert (OrderState(row.state) == OrderState.EXCLUDED) <= (review.status == ReviewStatus.EXCLUDED)
        assert (row.paused_at is not None) <= self._is_appealed()

    def _is_appealed(self) -> bool:
        appeal = Appeal.objects.filter(order_id=self.order).first()
        return appeal is not None and AppealState(appeal.state) not in APPEAL_FINAL


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
    "late": lambda w, _: supervise.count_late(w.now),
    "end": lambda w, by: close_order.end(w.order, "止", by=by, now=w.now),
    "merge": lambda w, by: close_order.merge(w.order, w.other, by=by, now=w.now),
    "change": lambda w, _: change_review.change_level(
        w.review, Level(w.dice.randrange(1, 6)), by=REVIEWER, now=w.now
    ),
    "withdraw": lambda w, _: change_review.withdraw_review(w.review, by=REVIEWER, now=w.now),
    "appeal": lambda w, _: decide_appeal.file_appeal(
        w.order, ground="mis_tap", fact="", text="点错", reference="", by=LEAD, now=w.now
    ),
    "take_back": lambda w, _: decide_appeal.withdraw(w.appeal, by=LEAD, now=w.now),
    "accept": lambda w, _: decide_appeal.accept(w.appeal, by=w.dice.choice(JUDGES), now=w.now),
    "hear": lambda w, _: decide_appeal.answer(w.review, "没有点错", by=REVIEWER, now=w.now),
    "propose": lambda w, _: decide_appeal.propose(
        w.appeal,
        verdict=w.dice.choice(["mistaken", "mistaken", "rejected", "partly"]),
        text="经核对",
        by=w.dice.choice(JUDGES),
        now=w.now,
    ),
    "confirm": lambda w, _: decide_appeal.confirm(w.appeal, by=w.dice.choice(JUDGES), now=w.now),
    "object": lambda w, _: decide_appeal.object_to(w.review, "不服", by=REVIEWER, now=w.now),
    "contest": lambda w, _: decide_appeal.contest(w.appeal, "不服", by=LEAD, now=w.now),
    "lapse": lambda w, _: decide_appeal.lapse_due(by=SYSTEM, now=w.now),
}
# The reviewer's second thought comes at once; silence lasts long enough.
_MINUTES = {"change": 1, "withdraw": 1, "settle": 60 * 24 * 8, "lapse": 60 * 24 * 8}
# What usually happens next.
_LIKELY: dict[OrderState, list[str]] = {
    OrderState.CREATED: ["dispatch", "change", "withdraw"],
    OrderState.DISPATCHED: ["sign", "sign", "sign", "sign", "ask_return", "send", "merge"],
    OrderState.RETURN_ASKED: ["grant_return", "refuse_return"],
    OrderState.SIGNED: ["verify", "verify", "verify", "join", "ask_time", "appeal"],
    OrderState.VERIFIED: ["rectify", "rectify", "ledger", "grant_time", "refuse_time", "contribute"],
    OrderState.LEDGERED: ["milestone", "rectify", "ask_time", "grant_time"],
    OrderState.RECTIFIED: ["reply", "reply"],
    OrderState.REPLIED: ["pass", "redo", "say", "say", "settle"],
    OrderState.CHECKED: ["say", "settle"],
    OrderState.ESCALATED: ["end", "send"],
}
_OF_APPEAL_LIKELY: dict[AppealState, list[str]] = {
    AppealState.FILED: ["accept"],
    AppealState.ACCEPTED: ["hear", "hear", "lapse"],
    AppealState.HEARD: ["propose"],
    AppealState.PROPOSED: ["confirm"],
    AppealState.DECIDED: ["object", "contest", "lapse"],
    AppealState.CONTESTED: ["propose"],
    AppealState.REPROPOSED: ["confirm"],
}
# Three times unsolved is too rare for the walks of an ordinary run.
_RARE = {OrderState.ESCALATED}
_ENDED = {OrderState.CANCELLED, OrderState.MERGED, OrderState.EXCLUDED, OrderState.CLOSED}


def _walk(seed: int, now: datetime) -> Walk:
    case_no, orders = f"W-{seed}", []
    services = [worlds.occurrence(no, now) for no in (1, 2)]
    worlds.take_case(case_no, now, occurrences=services)
    for service in services:
        given = worlds.give(case_no, 1, now, entrance=Entrance.TOKEN, occurrence_no=service["no"])
        assert given.id is not None
        order = queries.order_of_review(given.id)
        assert order is not None
        orders.append((given.id, order.id))
    (review, order_id), (_, other) = orders
    return Walk(review, order_id, other, now, random.Random(seed))  # noqa: S311 - the same walk again


def test_whatever_is_done_and_wherever_it_is_cut_off_every_order_stays_whole(now: datetime):
    reached: set[OrderState] = set()
    for seed in range(FIRST, FIRST + WALKS):
        walk = _walk(seed, now)
        for _ in range(STEPS):
            walk.step()
            try:
                walk.check()
            except AssertionError as error:
                raise AssertionError(f"walk {seed}: {' '.join(walk.done)}") from error
            reached.add(walk.state)
        if seed % 20 == 0:  # all counters at once: dear, and no walk mends another's
            assert_counters_exact()
    assert_counters_exact()
    assert findings(walk.now) == []

    assert WALKS < 40 or reached >= set(OrderState) - _RARE
