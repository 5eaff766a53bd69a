"""Random walks through an order's life, with the power going out between any two statements.

`HAOCHAPING_WALKS` says how many (40 by default; 100000 for a night, with `-n 2` on both cores),
`HAOCHAPING_FIRST_WALK` where to begin. A walk that fails names its seed.
"""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import connection

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Place, Role
from haochaping.directory import queries as directory
from haochaping.directory.models import Agency, ServiceItem
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR, Actor
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries
from haochaping.rectification.terms import AppealState, Move, OrderState
from haochaping.reviews.terms import Entrance
from haochaping.rulebook.models import CalendarDay
from tests import worlds
from tests.flows.truth import assert_counters_exact, findings
from tests.flows.walk_moves import (
    CLERKS,
    IN_PARTS,
    LIKELY,
    MINUTES,
    MOVES,
    OF_APPEAL_LIKELY,
    STAFF,
    STATEMENTS,
    YEARS_END,
)
from tests.flows.whole_order import ENDED, Whole, check_promises

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIRST = int(os.environ.get("HAOCHAPING_FIRST_WALK", "0"))
WALKS = int(os.environ.get("HAOCHAPING_WALKS", "40"))
# Many walks are short, for most of what can go wrong goes wrong soon; some go the whole road.
STEPS, TRIES_AFTER_END = (6, 10, 15, 30), 5
# So many walks go on side by side in one database: what is asked of all orders stays cheap.
BLOCK = 200


class PowerOut(Exception):  # noqa: N818 - what it is
    """The power went out."""


@dataclass
class Walk:
    """One bad review, its order, another one about the same case, who works at the agencies, and what is done next."""

    review: UUID
    order: UUID
    other_review: UUID
    other: UUID
    handlers: tuple[int, ...]
    now: datetime
    dice: random.Random
    stood: Whole
    clerk: Actor = CLERKS[0]
    year_told: bool = False
    agency_gone: bool = False
    done: list[str] = field(default_factory=list)
    reached: set[OrderState] = field(default_factory=set)
    moved: set[Move] = field(default_factory=set)

    def go(self) -> None:
        """Try one thing after the other, until the order has been over for a while."""
        over = 0
        for _ in range(self.dice.choice(STEPS)):
            self._step()
            self.reached.add(self.stood.state)
            over = over + 1 if self.stood.state in ENDED else 0
            if over == TRIES_AFTER_END:
                break
        self.moved = {Move(event["move"]) for event in self.stood.read("order_event")}
        told = queries.clock_retold(self.order)
        check_promises(told or [], calendar_grew=self.year_told)

    def _step(self) -> None:
        """Try one thing; mostly one that the state allows, sometimes the power goes out in the middle."""
        likely = LIKELY.get(self.stood.state, [])
        if self.stood.appeal is not None and self.dice.random() < 0.6:
            likely = OF_APPEAL_LIKELY.get(AppealState(self.stood.appeal["state"]), likely)
        if not self.stood.order["deadline_known"]:
            likely = [*likely, "tell_year"]
        if self.agency_gone:
            likely = [*likely, "hand_on"]
        name = self.dice.choice(likely if likely and self.dice.random() < 0.8 else sorted(MOVES))
        self.now += timedelta(minutes=MINUTES.get(name) or self.dice.choice([1, 7, 90, 60 * 26]))
        self.done.append(name)
        before = self.stood
        try:
            with _power_out(self.dice, STATEMENTS.get(name, 60)):
                MOVES[name](self, self.dice.choice([*STAFF, self.clerk]))
        except (Refused, PowerOut) as error:
            self.done[-1] += f" ({getattr(error, 'code', 'power out')})"
            if name not in IN_PARTS:
                assert self.look().rows == before.rows
                return
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


def _power_out(dice: random.Random, statements: int) -> Any:
    """Let the power go out after so many statements, but not between two transactions: what is committed stays."""
    left = dice.randrange(statements)

    def counted(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        nonlocal left
        answer = execute(sql, *args)
        left -= not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
        if left == 0:
            raise PowerOut
        return answer

    return connection.execute_wrapper(counted)


# Three times unsolved is too rare for the walks of an ordinary run.
_RARE = {OrderState.ESCALATED}


def _take_cases(seeds: Iterable[int], now: datetime) -> None:
    """One case for each walk, with two services."""
    services = [worlds.occurrence(no, now) for no in (1, 2)]
    cases = [Raw(worlds.case(f"W-{seed}", now, occurrences=services)) for seed in seeds]
    outcomes = take_in_cases(cases, entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    assert all(outcome.id for outcome in outcomes), outcomes


def _hire(now: datetime) -> tuple[int, ...]:
    """Somebody handles orders at each agency."""
    users = []
    for n, code in enumerate((worlds.AGENCY, worlds.OTHER_AGENCY)):
        user = accounts.open_account(username=f"walk{n}", display_name=f"示例{n}", by=OPERATOR, now=now)
        place = Place(agency_code=code)
        accounts.grant_role(user_id=user, role=Role.CLERK, place=place, by=OPERATOR, now=now)
        users.append(user)
    return tuple(users)


def _begin(seed: int, handlers: tuple[int, ...], now: datetime) -> Walk:
    """Both services of the walk's case are rated badly."""
    raws = [Raw(worlds.review(f"W-{seed}", 1, now, occurrence_no=no)) for no in (1, 2)]
    given = receive_reviews(raws, entrance=Entrance.TOKEN, by=OPERATOR, now=now)
    reviews = [outcome.id for outcome in given if outcome.id]
    orders = queries.orders_of_reviews(reviews)
    review, other = reviews
    order = orders[review].id
    dice = random.Random(seed)  # noqa: S311 - the same walk again
    return Walk(review, order, other, orders[other].id, handlers, now, dice, Whole(order, review))


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
    moved: set[Move] = set()
    latest, handlers = now, _hire(now)
    CalendarDay.objects.filter(day__year__gt=YEARS_END.year).delete()
    _take_cases(seeds, now)
    for seed in seeds:
        # Every fourth walk begins where the calendar ends.
        walk = _begin(seed, handlers, YEARS_END if seed % 4 == 3 else now)
        try:
            walk.go()
        except Exception as error:
            error.add_note(f"walk {seed}: {', '.join(walk.done)}")
            raise
        reached |= walk.reached
        moved |= walk.moved
        latest = max(latest, walk.now)
        _set_back(walk)
    assert_counters_exact()
    assert findings(latest) == []

    # The first forty walks, which are those of an ordinary run, come everywhere.
    assert first > 0 or WALKS < 40 or reached >= set(OrderState) - _RARE
    assert first > 0 or WALKS < 40 or moved >= {Move.MERGE, Move.SEPARATE, Move.ASSIGN, Move.CLASS_FAULT}
