"""全隐: an order whose case is hidden from the agency goes out with those of its day, so that no moment can be told."""

from __future__ import annotations

from datetime import datetime

import pytest

from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.periods import BEIJING
from haochaping.rectification import queries
from haochaping.rectification.models import WorkOrder
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import Entrance, SupplementRow
from tests import worlds
from tests.rectification.conftest import MINUTE

pytestmark = pytest.mark.django_db


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=BEIJING)


def ready(desk, moment: datetime) -> None:
    WorkOrder.objects.filter(id=desk.order_id).update(dispatch_after=moment)


def wish(desk) -> None:
    reviews.supplement(desk.review_id, SupplementRow(concealed=True), by=REVIEWER, now=desk.now)


def goes_out(desk, now: datetime) -> bool:
    return queries.due_for_dispatch(now, limit=9) == [desk.order_id]


@pytest.mark.parametrize("ready_at", [at(3, 0, 1), at(3, 10, 7), at(3, 16, 55), at(3, 23, 59)])
def test_whatever_its_moment_it_goes_out_when_offices_open_the_next_day(desk, ready_at):
    wish(desk)
    ready(desk, ready_at)

    assert not goes_out(desk, ready_at)
    assert not goes_out(desk, at(3, 23, 59))
    assert not goes_out(desk, at(4, 8, 59))
    assert goes_out(desk, at(4, 9))
    assert goes_out(desk, at(9, 3))


@pytest.mark.parametrize(("concealed", "state"), [(True, "created"), (False, "dispatched")])
def test_who_finishes_does_not_send_it_out_either(db, now, concealed, state):
    worlds.build(now)
    worlds.take_case("YC-1", now)
    raw = Raw(worlds.review("YC-1", 1, now, channel="mobile"))
    given = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=now)[0]
    assert given.id is not None
    said = SupplementRow(concealed=concealed)

    change_review.finish_review(given.id, ["113"], "三次。", said=said, by=worlds.REVIEWER, now=now + MINUTE)

    order = WorkOrder.objects.get()
    assert (order.state, order.dispatch_after) == (state, now + MINUTE)


def test_others_go_out_at_once(desk):
    ready(desk, at(3, 10, 7))

    assert not goes_out(desk, at(3, 10, 6))
    assert goes_out(desk, at(3, 10, 7))


def test_where_the_profile_hides_every_case_all_wait(desk):
    worlds.follow(worlds.CITY, desk.now, concealment="full")
    ready(desk, at(3, 10, 7))

    assert not goes_out(desk, at(3, 17))
    assert goes_out(desk, at(4, 9))


def test_the_deadlines_of_two_orders_of_a_day_are_the_same(desk):
    """What is promised begins when they go out, whenever they were given."""
    wish(desk)
    worlds.take_case("YC-2", desk.now)
    other = worlds.give("YC-2", 1, desk.now)
    assert other.id is not None
    reviews.supplement(other.id, SupplementRow(concealed=True), by=REVIEWER, now=desk.now)
    ready(desk, at(3, 10, 7))
    WorkOrder.objects.filter(review_id=other.id).update(dispatch_after=at(3, 15, 31))

    assert handle_bad_review.dispatch_due(by=SYSTEM, now=at(3, 16)) == 0
    assert handle_bad_review.dispatch_due(by=SYSTEM, now=at(4, 9)) == 2

    columns = ("dispatched_at", "sign_due_at", "contact_due_at", "rectify_due_at", "amber_at")
    assert len(set(WorkOrder.objects.values_list(*columns))) == 1
