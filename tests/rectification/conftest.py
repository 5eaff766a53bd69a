"""A bad review and the order it opened, to be led along the straight path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.kernel.actor import SYSTEM
from haochaping.rectification import actions, queries
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.queries import worklist as worklist_queries
from haochaping.rectification.terms import BadReview, ListAsked, Move
from tests import worlds

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.actor import Actor

MINUTE = timedelta(minutes=1)
FOUND: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": False, "note": "属实"}
DONE: dict[str, Any] = {"outcome": "immediate_rectified", "text": "已并窗办理"}


@dataclass
class Desk:
    """The order of one bad review, and a clock that goes on with every step."""

    order_id: UUID
    review_id: UUID
    now: datetime

    def later(self) -> datetime:
        self.now += MINUTE
        return self.now

    def step(self, move: Move, by=worlds.CLERK) -> object:
        """Make one step of the straight path."""
        now = self.later()
        if move == Move.DISPATCH:
            return actions.dispatch([self.order_id], by=SYSTEM, now=now)
        if move == Move.SIGN_FOR:
            return actions.sign_for(self.order_id, by=by, now=now)
        if move == Move.VERIFY:
            worlds.hear(self.order_id, **FOUND, by=by, now=now)
            return None
        if move == Move.RECTIFY:
            return actions.rectify(self.order_id, **DONE, by=by, now=now)
        return actions.reply(self.order_id, text="谢谢您", by=by, now=now)

    def upto(self, move: Move) -> Desk:
        """Make every step until this one."""
        path = [Move.DISPATCH, Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY, Move.REPLY]
        for each in path[: path.index(move) + 1]:
            self.step(each)
        return self

    @property
    def row(self) -> WorkOrder:
        return WorkOrder.objects.get(id=self.order_id)

    @property
    def bad(self) -> BadReview:
        row = self.row
        return BadReview(
            self.review_id,
            row.division_id,
            row.agency_id,
            row.item_id,
            row.created_at,
            self.now + 10 * MINUTE,
        )

    @property
    def moves(self) -> list[str]:
        return [event.move.value for event in queries.timeline(self.order_id)]


def open_count(by: Actor) -> int:
    """How many open orders somebody's list has."""
    return worklist_queries.counts(by, ListAsked(), now=datetime.now(UTC)).all


@pytest.fixture
def desk(db: None, now: datetime) -> Desk:
    """The order of a bad review about case YC-1, not yet dispatched."""
    worlds.build(now)
    worlds.take_case("YC-1", now)
    outcome = worlds.give("YC-1", 1, now)
    assert outcome.id is not None
    order = queries.order_of_review(outcome.id)
    assert order is not None
    return Desk(order.id, outcome.id, now)
