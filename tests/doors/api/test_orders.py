"""`orders` and `orders/{id}/progress`: for the client that a link names, and for nobody else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from haochaping.flows import handle_bad_review, hotline_out
from haochaping.hotline import actions
from haochaping.hotline.terms import ProposedLink
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.periods import local_day
from tests import worlds
from tests.doors.api.conftest import Caller
from tests.flows.conftest import order_of

ORIGIN = "https://hotline.example"


@pytest.fixture
def order(caller, moment):
    before = moment - timedelta(hours=1)
    proposed = ProposedLink(worlds.CITY, ORIGIN + "/12345", "ours", local_day(before), client="hall")
    actions.set_link(proposed, allowed={ORIGIN}, by=OPERATOR, now=before)
    worlds.take_case("YC-1", before)
    review_id = worlds.give("YC-1", 1, before).id
    handle_bad_review.dispatch_due(by=SYSTEM, now=before + timedelta(minutes=20))
    hotline_out.queue_steps(now=before + timedelta(minutes=20))
    return order_of(review_id)


def said(seq: int = 1, kind: str = "signed", **more: object) -> bytes:
    body = {"message": f"m{seq}", "seq": seq, "kind": kind, "at": "2026-06-01T10:00:00+08:00"}
    return json.dumps(body | more).encode()


def test_the_orders_of_the_link_are_read_and_nothing_twice_that_is_over(caller, order):
    told = caller.get("orders").json()

    assert [row["id"] for row in told["orders"]] == [str(order.id)]
    assert told["orders"][0]["facts"]["state"] == "dispatched"
    assert told["more"] is False
    assert caller.get(f"orders?cursor={told['cursor']}").json()["orders"] == []


def test_progress_becomes_a_step_once(caller, order):
    first = caller.post(f"orders/{order.id}/progress", said())
    again = caller.post(f"orders/{order.id}/progress", said())

    assert first.json() == {"state": "applied", "new": True, "reason": None}
    assert again.json() == {"state": "applied", "new": False, "reason": None}
    assert order_of(order.review_id).state == "signed"


def test_what_the_order_does_not_allow_is_answered_with_the_reason(caller, order):
    told = caller.post(
        f"orders/{order.id}/progress", said(kind="rectified", facts={"text": "x", "outcome": "explained"})
    )

    assert told.json()["state"] == "kept"
    assert told.json()["reason"]["code"] == "wrong_state"


def test_problems(caller, order, moment, problem):
    other = Caller("other", worlds.CITY, moment)
    nowhere = "orders/00000000-0000-0000-0000-000000000000/progress"

    problem(other.get("orders"), 404, "no_such_link")
    problem(other.post(f"orders/{order.id}/progress", said()), 404, "no_such_link")
    problem(caller.post(nowhere, said()), 404, "no_such_order")
    problem(caller.post(f"orders/{order.id}/progress", b"[]"), 400, "bad_message")
    told = problem(caller.post(f"orders/{order.id}/progress", said(seq=0)), 400, "bad_message")
    assert told["field"] == "seq"
    caller.post(f"orders/{order.id}/progress", said())
    problem(caller.post(f"orders/{order.id}/progress", said(facts={"a": 1})), 409, "message_reused")
    for cursor in ("x", "2026-06-01", "0001-01-01T00:00:00+14:00", "2026-06-01T00:00:00Z_x"):
        problem(caller.get("orders?cursor=" + cursor.replace("+", "%2B")), 400, "bad_cursor")
