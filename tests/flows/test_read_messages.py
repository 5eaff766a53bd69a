from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import EVERYWHERE, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import CallResult
from haochaping.reviews.terms import Entrance
from tests import worlds

pytestmark = pytest.mark.django_db
_OTHER = Actor(ActorKind.STAFF, "other", worlds.CLERK.powers, Scope(agency_path=f"{worlds.OTHER_AGENCY}."))
_WATCHING = Actor(ActorKind.STAFF, "eye", frozenset({"order.view"}), EVERYWHERE)


@pytest.fixture
def order(now):
    worlds.build(now)
    worlds.take_case("YC-1", now)
    raw = Raw(worlds.review("YC-1", 1, now, channel="mobile"))
    outcome = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=now)[0]
    assert outcome.id is not None
    change_review.finish_review(outcome.id, ["113"], "", by=worlds.REVIEWER, now=now + timedelta(minutes=1))
    found = orders.order_of_review(outcome.id)
    assert found is not None
    return found


def test_what_the_reviewer_wrote_is_read_once(order, now):
    later = now + timedelta(minutes=5)
    handle_bad_review.write_to_reviewer(order.id, "哪一天？", by=worlds.CLERK, now=later)
    handle_bad_review.answer_agency(order.review_id, "周三", by=worlds.REVIEWER, now=later)

    assert handle_bad_review.read_messages(order.id, by=worlds.CLERK, now=later) == 1
    assert handle_bad_review.read_messages(order.id, by=worlds.CLERK, now=later) == 0


def test_without_a_thread_there_is_nothing_to_read(order, now):
    assert handle_bad_review.read_messages(order.id, by=worlds.CLERK, now=now) == 0


@pytest.mark.parametrize(("by", "reason"), [(_OTHER, OUT_OF_SCOPE), (_WATCHING, NOT_ALLOWED)])
def test_only_the_orders_own_clerk_marks_as_read(order, now, by, reason):
    with pytest.raises(Refused) as refused:
        handle_bad_review.read_messages(order.id, by=by, now=now)

    assert refused.value.code == reason.code


def test_call_backs_are_kept_with_what_was_found(order, now):
    later = now + timedelta(minutes=5)
    rectification.sign_for(order.id, by=worlds.CLERK, now=later)
    for minutes, result in enumerate(("not_reached", "answered"), start=1):
        worlds.hear(
            order.id,
            result=result,
            is_true=None if result == "not_reached" else False,
            is_reasonable=None,
            note="记录",
            by=worlds.CLERK,
            now=later + timedelta(minutes=minutes),
        )

    assert [
        (event.callback.result, event.callback.is_true)
        for event in orders.history(order.id).events
        if event.callback
    ] == [
        (CallResult.NOT_REACHED, None),
        (CallResult.ANSWERED, False),
    ]
