"""A month of reviews in the small world, and the samples drawn of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import handle_bad_review, sample_reviews
from haochaping.identity import keys
from haochaping.kernel.actor import SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING
from haochaping.ledger import actions as ledger
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.supervision.models import SampledReview
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

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

    def give(level: int, at: datetime = SERVED, **changes: object) -> UUID:
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
        rectification.verify_by_callback(
            order.id,
            result="not_reached",
            is_true=None,
            is_reasonable=None,
            note="打了三次",
            by=worlds.CLERK,
            now=later,
        )
        rectification.rectify(
            order.id, outcome="immediate_rectified", text="已改", by=worlds.CLERK, now=later
        )
        handle_bad_review.reply(order.id, "已经改好。", by=worlds.CLERK, now=later)
        return review_id

    return give


def draw(now: datetime = DRAWN) -> int:
    return sample_reviews.draw_due(by=SYSTEM, now=now)


def ask(now: datetime = DRAWN) -> int:
    return sample_reviews.ask_due(by=SYSTEM, now=now)


def sampled(review_id: UUID) -> SampledReview:
    return SampledReview.objects.get(review_id=review_id)
