"""Random walks through an order's life, with the power going out between any two statements.

`HAOCHAPING_WALKS` says how many (40 by default; 100000 for a night, with `-n 2` on both cores),
`HAOCHAPING_FIRST_WALK` where to begin. A walk that fails names its seed.
"""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import connection

from haochaping.directory import queries as directory
from haochaping.directory.models import Agency, ServiceItem
from haochaping.exchange.terms import Raw
from haochaping.flows import (
    call_back,
    change_review,
    close_order,
    decide_appeal,
    hand_on,
    handle_bad_review,
    supervise,
)
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions, queries
from haochaping.rectification.terms import AGENCY_OUTCOMES, AppealState, CallResult, Move, OrderState, Solved
from haochaping.reviews.terms import Entrance, Level
from haochaping.rulebook import actions as rulebook
from haochaping.rulebook.models import CalendarDay
from tests import worlds
from tests.flows.appeal_house import ANNE, BEA, CITY_ONE, CITY_TWO, LEAD, PROVINCE_ONE, PROVINCE_TWO
from tests.flows.truth import assert_counters_exact, findings
from tests.flows.whole_order import ENDED, Whole, check_promises
from tests.rulebook.test_actions import NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIRST = int(os.environ.get("HAOCHAPING_FIRST_WALK", "0"))
WALKS = int(os.environ.get("HAOCHAPING_WALKS", "40"))
STEPS, TRIES_AFTER_END = 30, 5
# So many walks go on side by side in one database: what is asked of all orders stays cheap.
BLOCK = 200
_POWERS = frozenset({"order.view", "order.handle", "order.dispatch", "order.supervise"})
STAFF = [Actor(ActorKind.STAFF, name, powers=_POWERS, scope=EVERYWHERE) for name in ("1", "2")]
AGENCIES = (worlds.AGENCY, worlds.OTHER_AGENCY)
# One person, who now and then changes from the one agency to the other.
CLERKS = [
    Actor(ActorKind.STAFF, "clerk", powers=_POWERS, scope=Scope(agency_path=f"{code}.")) for code in AGENCIES
]
ADMINISTRATOR = Actor(ActorKind.STAFF, "root", powers=frozenset({"rulebook.edit"}), scope=EVERYWHERE)
JUDGES = (ANNE, BEA, CITY_ONE, CITY_TWO, PROVINCE_ONE, PROVINCE_TWO)
# Where every deadline lies beyond the calendar.
YEARS_END = datetime(2026, 12, 30, 10, 0, tzinfo=BEIJING)


class PowerOut(Exception):  # noqa: N818 - what it is
    """The power went out."""


@dataclass
class Walk:
    """One bad review, its order, another order about the same case, and what somebody does next."""

    review: UUID
    order: UUID
    other: UUID
    now: datetime
    dice: random.Random
    stood: Whole
    clerk: Actor = CLERKS[0]
    year_told: bool = False
    done: list[str] = field(default_factory=list)
    reached: set[OrderState] = field(default_factory=set)

    def go(self) -> None:
        """Try one thing after the other, until the order has been over for a while."""
        over = 0
        for _ in range(STEPS):
            self._step()
            self.reached.add(self.stood.state)
            over = over + 1 if self.stood.state in ENDED else 0
            if over == TRIES_AFTER_END:
                break
        told = queries.clock_retold(self.order)
        check_promises(told or [], calendar_grew=self.year_told)

    def _step(self) -> None:
        """Try one thing; mostly one that the state allows, sometimes the power goes out in the middle."""
        likely = _LIKELY.get(self.stood.state, [])
        if self.stood.appeal is not None and self.dice.random() < 0.6:
            likely = _OF_APPEAL_LIKELY.get(AppealState(self.stood.appeal["state"]), likely)
        if not (self.year_told or self.stood.order["deadline_known"]):
            likely = [*likely, "tell_year"]
        name = self.dice.choice(likely if likely and self.dice.random() < 0.8 else sorted(MOVES))
        self.now += timedelta(minutes=_MINUTES.get(name) or self.dice.choice([1, 7, 90, 60 * 26]))
        self.done.append(name)
        before = self.stood
        try:
            with _power_out(self.dice):
                MOVES[name](self, self.dice.choice([*STAFF, self.clerk]))
        except (Refused, PowerOut) as error:
            self.done[-1] += f" ({getattr(error, 'code', 'power out')})"
            assert self.look().rows == before.rows
        else:
            self.stood = self.look()
            if self.stood.rows != before.rows:
                self.stood.check(before, calendar_grew=self.year_told)
                self._check_reach(before)

    def look(self) -> Whole:
        return Whole(self.order, self.review)

    @property
    def appeal(self) -> UUID:
        """The appeal about the review, or an id that is none."""
        return UUID(self.stood.appeal["id"]) if self.stood.appeal else self.order

    def _check_reach(self, before: Whole) -> None:
        """Whoever belongs to one agency has done nothing with the order of another, unless asked to help."""
        new = set(self.stood.rows["order_event"]) - set(before.rows["order_event"])
        for event in map(json.loads, new):
            if event["by"] == str(self.clerk) and event["move"] != Move.CONTRIBUTE:
                agency = directory.agency_by_id(before.order["agency_id"])
                assert self.clerk.scope.covers(division_path="", agency_path=agency.path)


def _power_out(dice: random.Random) -> Any:
    """Let the power go out after so many statements, but not between two transactions: what is committed stays."""
    left = dice.randrange(60)

    def counted(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        nonlocal left
        answer = execute(sql, *args)
        left -= not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
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


def _agency_ends(walk: Walk, _: Actor) -> None:
    """The agency is merged away; what it did and what it has open go on elsewhere."""
    agency = Agency.objects.get(code=worlds.OTHER_AGENCY)
    ServiceItem.objects.filter(code=worlds.ITEM).update(agency=agency)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=local_day(walk.now) - timedelta(days=1))
    hand_on.hand_on_ended(walk.now)


def _change_agency(walk: Walk, _: Actor) -> None:
    walk.clerk = next(clerk for clerk in CLERKS if clerk != walk.clerk)


def _tell_year(walk: Walk, _: Actor) -> None:
    """The next year's calendar comes; what was promised stays, and what was not known is."""
    rulebook.import_year(year=2027, rows=NOTICE, by=ADMINISTRATOR, now=walk.now)
    walk.year_told = True
    actions.promise_late(by=SYSTEM, now=walk.now)
    if local_day(walk.now) < date(2027, 6, 1):
        assert walk.order not in queries.without_deadline()


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
    "agency_ends": _agency_ends,
    "change_agency": _change_agency,
    "tell_year": _tell_year,
}
# The reviewer's second thought comes at once; silence lasts long enough.
_MINUTES = {"change": 1, "withdraw": 1, "settle": 60 * 24 * 8, "lapse": 60 * 24 * 8}
# What usually happens next.
_LIKELY: dict[OrderState, list[str]] = {
    OrderState.CREATED: ["dispatch", "dispatch", "dispatch", "dispatch", "change", "withdraw"],
    OrderState.CANCELLED: ["change", "change", "withdraw", "late"],
    OrderState.DISPATCHED: ["sign", "sign", "sign", "sign", "ask_return", "send", "merge"],
    OrderState.RETURN_ASKED: ["grant_return", "refuse_return"],
    OrderState.SIGNED: ["verify", "verify", "verify", "join", "ask_time", "appeal"],
    OrderState.VERIFIED: ["rectify", "rectify", "ledger", "grant_time", "refuse_time", "contribute"],
    OrderState.LEDGERED: ["milestone", "rectify", "ask_time", "grant_time"],
    OrderState.RECTIFIED: ["reply", "reply"],
    OrderState.REPLIED: ["pass", "redo", "say", "say", "settle"],
    OrderState.CHECKED: ["say", "settle"],
    OrderState.ESCALATED: ["end", "send"],
    OrderState.CLOSED: ["appeal", "change", "withdraw", "late"],
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


def _take_cases(seeds: Iterable[int], now: datetime) -> None:
    """One case for each walk, with two services."""
    services = [worlds.occurrence(no, now) for no in (1, 2)]
    cases = [Raw(worlds.case(f"W-{seed}", now, occurrences=services)) for seed in seeds]
    outcomes = take_in_cases(cases, entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    assert all(outcome.id for outcome in outcomes), outcomes


def _begin(seed: int, now: datetime) -> Walk:
    """Both services of the walk's case are rated badly."""
    raws = [Raw(worlds.review(f"W-{seed}", 1, now, occurrence_no=no)) for no in (1, 2)]
    given = receive_reviews(raws, entrance=Entrance.TOKEN, by=OPERATOR, now=now)
    reviews = [outcome.id for outcome in given if outcome.id]
    orders = queries.orders_of_reviews(reviews)
    review, other = reviews
    order = orders[review].id
    dice = random.Random(seed)  # noqa: S311 - the same walk again
    return Walk(review, order, orders[other].id, now, dice, Whole(order, review))


def _set_back(walk: Walk) -> None:
    """The next walk finds the agency and the calendar as this one has found them."""
    if any(step.startswith("agency_ends") for step in walk.done):
        agency = Agency.objects.get(code=worlds.AGENCY)
        Agency.objects.filter(id=agency.id).update(valid_to=None)
        ServiceItem.objects.filter(code=worlds.ITEM).update(agency=agency)
    if walk.year_told:
        CalendarDay.objects.filter(day__year=YEARS_END.year + 1).delete()


@pytest.mark.usefixtures("committed_world")
@pytest.mark.parametrize("first", range(FIRST, FIRST + WALKS, BLOCK))
def test_whatever_is_done_and_wherever_it_is_cut_off_every_order_stays_whole(now: datetime, first: int):
    seeds = range(first, min(first + BLOCK, FIRST + WALKS))
    reached: set[OrderState] = set()
    latest = now
    CalendarDay.objects.filter(day__year__gt=YEARS_END.year).delete()
    _take_cases(seeds, now)
    for seed in seeds:
        # Every fourth walk begins where the calendar ends.
        walk = _begin(seed, YEARS_END if seed % 4 == 3 else now)
        try:
            walk.go()
        except Exception as error:
            error.add_note(f"walk {seed}: {', '.join(walk.done)}")
            raise
        reached |= walk.reached
        latest = max(latest, walk.now)
        _set_back(walk)
    assert_counters_exact()
    assert findings(latest) == []

    # The first forty walks, which are those of an ordinary run, come everywhere.
    assert first > 0 or WALKS < 40 or reached >= set(OrderState) - _RARE
