from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions, queries
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import Move, OrderState
from tests import worlds
from tests.rectification.conftest import MINUTE, open_count

pytestmark = pytest.mark.django_db


def seer(**scope: str) -> Actor:
    return Actor(ActorKind.STAFF, "seer", powers=frozenset({"order.view"}), scope=Scope(**scope))


SEES = {
    "the clerk of the agency": (worlds.CLERK, True),
    "the county": (seer(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."), True),
    "the province": (seer(division_path=f"{worlds.PROVINCE}."), True),
    "everywhere": (Actor(ActorKind.STAFF, "root", scope=EVERYWHERE), True),
    "another city": (seer(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."), False),
    "another agency": (seer(agency_path=f"{worlds.OTHER_AGENCY}."), False),
    "an agency whose code begins alike": (seer(agency_path=f"{worlds.AGENCY[:-1]}."), False),
    "no scope": (worlds.NOBODY, False),
}


@pytest.mark.parametrize(("by", "sees"), SEES.values(), ids=SEES)
def test_the_inbox_shows_what_lies_in_ones_scope(desk, by, sees):
    desk.upto(Move.DISPATCH)

    assert [row.id for row in queries.inbox(by)] == [desk.order_id] * sees
    assert open_count(by) == sees


@pytest.mark.parametrize(
    ("upto", "open_", "done"),
    [
        (None, False, False),
        (Move.DISPATCH, True, False),
        (Move.SIGN_FOR, True, False),
        (Move.RECTIFY, True, False),
        (Move.REPLY, False, True),
    ],
)
def test_the_inbox_shows_open_orders_from_dispatch_to_reply(desk, upto, open_, done):
    if upto:
        desk.upto(upto)

    assert len(queries.inbox(worlds.CLERK)) == open_count(worlds.CLERK) == open_
    assert len(queries.inbox(worlds.CLERK, done=True)) == done


def test_what_was_cancelled_before_its_dispatch_is_never_shown(desk):
    actions.cancel(desk.review_id, by=REVIEWER, now=desk.later())

    assert queries.inbox(worlds.CLERK) == queries.inbox(worlds.CLERK, done=True) == []


def test_what_was_cancelled_after_its_dispatch_stays_in_sight(desk):
    desk.upto(Move.DISPATCH)
    actions.cancel(desk.review_id, by=REVIEWER, now=desk.later())

    assert open_count(worlds.CLERK) == 0
    [row] = queries.inbox(worlds.CLERK, done=True)
    assert (row.id, row.state) == (desk.order_id, OrderState.CANCELLED)


def test_the_inbox_begins_with_the_least_time_left(desk, django_assert_num_queries):
    for n in range(4):
        worlds.take_case(f"YC-1{n}", desk.now)
        worlds.give(f"YC-1{n}", 2, desk.now)
    waiting = queries.due_for_dispatch(desk.now, limit=10)
    for n, order_id in enumerate(waiting):
        actions.dispatch([order_id], by=OPERATOR, now=desk.now + timedelta(hours=n))
    actions.sign_for(waiting[0], by=worlds.CLERK, now=desk.now + timedelta(hours=5))

    with django_assert_num_queries(1):
        rows = queries.inbox(worlds.CLERK)

    assert [row.due_at for row in rows] == sorted(due for row in rows if (due := row.due_at))
    assert [row.id for row in rows][-1] == waiting[0]
    assert queries.inbox(worlds.CLERK, limit=2, offset=1) == rows[1:3]
    assert open_count(worlds.CLERK) == 5


def test_one_order_is_shown_to_whom_it_concerns(desk, django_assert_num_queries):
    with django_assert_num_queries(1):
        row = queries.order(desk.order_id, by=worlds.CLERK)

    assert (row.id, row.review_id, row.state) == (desk.order_id, desk.review_id, "created")
    assert (row.agency_name, row.item_name) == ("河湾区行政审批局", "食品经营许可")
    assert queries.order_to_handle(desk.order_id, by=worlds.CLERK) == row
    assert queries.rows([desk.order_id]) == [row]


def test_one_order_is_refused_to_others(desk):
    with pytest.raises(Refused, match="no_such_order"):
        queries.order(uuid7(desk.now), by=worlds.CLERK)
    with pytest.raises(Refused, match="not_allowed"):
        queries.order(desk.order_id, by=worlds.PUBLISHER)
    with pytest.raises(Refused, match="out_of_scope"):
        queries.order(desk.order_id, by=seer(agency_path=f"{worlds.OTHER_AGENCY}."))
    with pytest.raises(Refused, match="not_allowed"):
        queries.order_to_handle(desk.order_id, by=seer(agency_path=f"{worlds.AGENCY}."))


def test_orders_are_found_by_their_reviews(desk):
    row = queries.order_of_review(desk.review_id)

    assert row is not None
    assert row.id == desk.order_id
    assert queries.order_of_review(uuid7(desk.now)) is None
    assert queries.orders_of_reviews([desk.review_id, uuid7(desk.now)]) == {desk.review_id: row}


def test_the_timeline_is_told_in_order(desk):
    desk.upto(Move.SIGN_FOR)

    told = queries.timeline(desk.order_id)

    assert [(event.move, event.by) for event in told] == [
        (Move.OPEN, "operator:shell"),
        (Move.DISPATCH, "system:haochaping"),
        (Move.SIGN_FOR, "staff:clerk"),
    ]
    assert [event.at for event in told] == sorted(event.at for event in told)


def test_facts_say_what_is_counted(desk, django_assert_num_queries):
    with django_assert_num_queries(1):
        facts = queries.facts_of([desk.review_id, uuid7(desk.now)])

    [fact] = facts.values()
    row = desk.row
    assert (fact.review_id, fact.state, fact.created_at) == (desk.review_id, "created", row.created_at)
    assert (fact.division_id, fact.agency_id, fact.item_id) == (row.division_id, row.agency_id, row.item_id)


def test_due_is_what_has_waited_long_enough_oldest_first(desk):
    worlds.take_case("YC-2", desk.now)
    worlds.give("YC-2", 1, desk.now)
    other = WorkOrder.objects.exclude(id=desk.order_id).get().id
    actions.hold_until(desk.review_id, desk.now + MINUTE)

    assert queries.due_for_dispatch(desk.now, limit=10) == [other]
    assert queries.due_for_dispatch(desk.now + MINUTE, limit=10) == [other, desk.order_id]
    assert queries.due_for_dispatch(desk.now + MINUTE, limit=1) == [other]
    actions.dispatch([other], by=OPERATOR, now=desk.now)
    assert queries.due_for_dispatch(desk.now + MINUTE, limit=10) == [desk.order_id]


def test_orders_with_known_deadlines_are_not_listed_as_without(desk):
    desk.upto(Move.DISPATCH)

    assert queries.without_deadline() == []


def test_hold_takes_one_statement(desk, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.hold([desk.review_id])


def test_the_last_replies_of_an_agency_are_read_from_an_index(desk):
    """However many an agency has given: a sort of all of them took half a second beside five million orders."""
    asked: list[str] = []

    def noted(execute, statement, *rest):
        asked.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(noted):
        queries.earlier_replies(desk.order_id, by=worlds.CLERK)
    [newest] = [part for whole in asked for part in whole.split("; ") if "reply_text" in part]

    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
        cursor.execute(f"EXPLAIN {newest}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "order_replies_of_agency" in plan
    assert "Sort" not in plan
