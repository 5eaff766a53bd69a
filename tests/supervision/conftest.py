"""A bad review with its dispatched order, an agency that handles it and supervisors who look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.kernel.actor import SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.supervision import actions
from haochaping.supervision.models import SupervisionOrder
from haochaping.supervision.terms import SupervisionState
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.terms import OrderRow

CITY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}."
COUNTY_PATH = f"{CITY_PATH}{worlds.COUNTY}."
_POWERS = frozenset(
    {"order.view", "order.supervise", "supervision.decide", "review.view_text", "measure.read"}
)


def supervisor(name: str, division_path: str = CITY_PATH) -> Actor:
    return Actor(ActorKind.STAFF, name, powers=_POWERS, scope=Scope(division_path=division_path))


ONE, OTHER = supervisor("one"), supervisor("other")
COUNTY_OFFICE = supervisor("county", COUNTY_PATH)
ELSEWHERE = supervisor("elsewhere", f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.")


@dataclass
class Watched:
    """One work order that is supervised."""

    order_id: UUID
    start: datetime
    steps: int = 0

    @property
    def now(self) -> datetime:
        """A clock that goes on with every step."""
        self.steps += 1
        return self.start + timedelta(seconds=self.steps)

    @property
    def order(self) -> OrderRow:
        return orders.rows([self.order_id])[0]

    def letter(self, *, by: Actor = ONE) -> UUID:
        """A drafted letter about the order."""
        return actions.open_letter(
            agency_code="",
            work_order_id=self.order_id,
            signal_id=None,
            text="请说明为何三次未能办成。",
            key=uuid7(self.now),
            by=by,
            now=self.now,
        )

    def upto(self, state: SupervisionState) -> UUID:
        """A letter led until a state."""
        pk = self.letter()
        if state == SupervisionState.OPENED:
            return pk
        actions.notify(pk, by=ONE, now=self.now)
        if state == SupervisionState.NOTIFIED:
            return pk
        actions.respond(pk, text="已整改。", by=worlds.CLERK, now=self.now)
        if state == SupervisionState.RESPONDED:
            return pk
        actions.check(pk, text="与答复相符。", by=ONE, now=self.now)
        return pk


def state_of(supervision_id: UUID) -> str:
    return str(SupervisionOrder.objects.get(id=supervision_id).state)


def dispatched(case_no: str, now: datetime) -> UUID:
    """The dispatched order of a bad review about a new case."""
    worlds.take_case(case_no, now)
    outcome = worlds.give(case_no, 1, now)
    assert outcome.id is not None
    order = orders.order_of_review(outcome.id)
    assert order is not None
    rectification.dispatch([order.id], by=SYSTEM, now=now)
    return order.id


@pytest.fixture
def watched(db: None, now: datetime) -> Watched:
    worlds.build(now)
    return Watched(dispatched("YC-1", now), now)
