"""A bad review with its dispatched order, an agency that handles it and supervisors who look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.directory.models import Agency
from haochaping.flows import handle_bad_review, sample_reviews
from haochaping.identity import keys
from haochaping.kernel.actor import OPERATOR, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.ledger import actions as ledger
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.supervision import actions
from haochaping.supervision.models import SampledReview, SupervisionOrder
from haochaping.supervision.terms import SupervisionState
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable
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


def ended(watched: Watched) -> None:
    """The agency of the order has ended, and nobody goes on with its items."""
    last = local_day(watched.now) - timedelta(days=1)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=last)


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


def dispatched(case_no: str, now: datetime, **changes: object) -> UUID:
    """The dispatched order of a bad review about a new case."""
    worlds.take_case(case_no, now, **changes)
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


MAY = date(2026, 5, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SERVED = datetime(2026, 5, 11, 10, 0, tzinfo=BEIJING)
DRAWN = datetime(2026, 6, 2, 10, 0, tzinfo=BEIJING)
SUPERVISOR = Actor(
    ActorKind.STAFF,
    "supervisor",
    powers=frozenset({"order.supervise", "order.view"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)


@pytest.fixture
def world(db: None, settings, tmp_path) -> None:
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)
    worlds.build(SERVED)


@pytest.fixture
def review(world: None) -> Callable[..., UUID]:
    """Give a review of its own case: `review(4)`; who it is has a number of their own."""
    given = 0

    def give(level: int, at: datetime = SERVED, **changes: Any) -> UUID:
        nonlocal given
        given += 1
        number = f"YC-{given:04}"
        worlds.take_case(number, at, applicant={"name": "张小满", "phone": f"1390000{given:04}"})
        outcome = worlds.give(number, level, at, **changes)
        assert outcome.id is not None, outcome
        ledger.chain(now=at)
        return outcome.id

    return give


@pytest.fixture
def replied(review: Callable[..., UUID]) -> Callable[..., UUID]:
    """Give a bad review whose order is finished."""

    def give(at: datetime = SERVED) -> UUID:
        review_id = review(1, at)
        later = at + HOUR
        handle_bad_review.dispatch_due(by=SYSTEM, now=later)
        order = orders.order_of_review(review_id)
        assert order is not None
        rectification.sign_for(order.id, by=worlds.CLERK, now=later)
        worlds.hear(
            order.id,
            result="declined",
            is_true=None,
            is_reasonable=None,
            note="不愿再谈",
            by=worlds.CLERK,
            now=later,
        )
        rectification.rectify(
            order.id, outcome="immediate_rectified", text="已改", by=worlds.CLERK, now=later
        )
        handle_bad_review.reply(order.id, "已经改好。", by=worlds.CLERK, now=later)
        rectification.pass_check(order.id, by=OPERATOR, now=later)
        rectification.close(order.id, rated="", by=SYSTEM, now=later)
        return review_id

    return give


def draw(now: datetime = DRAWN) -> int:
    return sample_reviews.draw_due(by=SYSTEM, now=now)


def ask(now: datetime = DRAWN) -> int:
    return sample_reviews.ask_due(by=SYSTEM, now=now)


def sampled(review_id: UUID) -> SampledReview:
    return SampledReview.objects.get(review_id=review_id)
