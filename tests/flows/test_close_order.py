"""办结: the reviewer's word, or their silence, decides what becomes of an answered order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.flows import call_back, close_order, handle_bad_review, supervise
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.notices.models import Delivery, StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.supervision.models import Signal, SupervisionOrder
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.terms import OrderRow

pytestmark = pytest.mark.django_db

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)


def answered(case_no: str, now: datetime, **person: Any) -> UUID:
    """A bad review whose order has been replied to; returns the review."""
    worlds.take_case(case_no, now)
    given = worlds.give(case_no, 1, now, **person)
    assert given.id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    order = order_of(given.id).id
    rectification.sign_for(order, by=worlds.CLERK, now=now)
    worlds.hear(
        order, result="answered", is_true=True, is_reasonable=True, note="属实", by=worlds.CLERK, now=now
    )
    rectification.rectify(order, outcome="immediate_rectified", text="已并窗办理", by=worlds.CLERK, now=now)
    handle_bad_review.reply(order, "已改", by=worlds.CLERK, now=now)
    return given.id


def order_of(review_id: UUID) -> OrderRow:
    order = orders.order_of_review(review_id)
    assert order is not None
    return order


def rate(name: str = "rectification_rate") -> tuple[int, int | None]:
    value = next(value for value in insight.measures(Place()) if value.name == name)
    return value.numerator, value.denominator


def says(review_id: UUID, solved: str, now: datetime) -> None:
    rectification.answer_solution(review_id, solved=solved, text="", by=REVIEWER, now=now)


@pytest.fixture
def review(now: datetime) -> UUID:
    worlds.build(now)
    return answered("YC-1", now, reviewer={"phone": "13900000009"})


def test_a_reply_waits_for_its_check_unless_it_solves_nothing(review, now):
    says(review, "yes", now + MINUTE)

    assert close_order.settle(by=SYSTEM, now=now + 30 * DAY) == 0
    assert order_of(review).state == "replied"


@pytest.mark.parametrize("solved", ["yes", "partly"])
def test_solved_closes_once_it_can_no_more_be_changed(review, now, solved):
    rectification.pass_check(order_of(review).id, by=DISPATCHER, now=now + MINUTE)
    says(review, solved, now + MINUTE)

    assert close_order.settle(by=SYSTEM, now=now + 11 * MINUTE) == 0
    assert close_order.settle(by=SYSTEM, now=now + 11 * MINUTE + timedelta(seconds=1)) == 1
    assert order_of(review).state == "closed"
    assert rate() == (1, 1)


def test_silence_closes_after_the_days_of_the_rulebook(review, now):
    rectification.pass_check(order_of(review).id, by=DISPATCHER, now=now + MINUTE)

    assert close_order.settle(by=SYSTEM, now=now + 7 * DAY) == 0
    assert close_order.settle(by=SYSTEM, now=now + 7 * DAY + MINUTE) == 1
    assert order_of(review).state == "closed"
    assert [event.move for event in orders.timeline(order_of(review).id)][-1] == "close"


@pytest.mark.parametrize("checked", [True, False])
def test_not_solved_opens_it_again_and_takes_it_from_what_is_put_right(review, now, checked):
    assert rate() == (1, 1)
    if checked:
        rectification.pass_check(order_of(review).id, by=DISPATCHER, now=now + MINUTE)
    says(review, "no", now + MINUTE)

    assert close_order.settle(by=SYSTEM, now=now + 12 * MINUTE) == 1

    order = order_of(review)
    assert (order.state, order.round, order.reply_text) == ("dispatched", 2, "")
    assert rate() == (0, 1)
    assert "order_again" in set(Delivery.objects.values_list("template", flat=True))
    assert close_order.settle(by=SYSTEM, now=now + 13 * MINUTE) == 0


def test_a_word_changed_in_time_is_the_one_that_counts(review, now):
    rectification.pass_check(order_of(review).id, by=DISPATCHER, now=now + MINUTE)
    says(review, "no", now + MINUTE)
    says(review, "yes", now + 5 * MINUTE)

    close_order.settle(by=SYSTEM, now=now + 12 * MINUTE)

    assert order_of(review).state == "closed"


def test_the_word_about_the_first_reply_does_not_decide_about_the_second(review, now):
    says(review, "no", now + MINUTE)
    later = now + 12 * MINUTE
    close_order.settle(by=SYSTEM, now=later)
    order = order_of(review).id
    rectification.sign_for(order, by=worlds.CLERK, now=later)
    worlds.hear(
        order,
        result="declined",
        is_true=None,
        is_reasonable=None,
        note="不愿再谈",
        by=worlds.CLERK,
        now=later,
    )
    rectification.rectify(order, outcome="explained", text="已说明", by=worlds.CLERK, now=later)
    handle_bad_review.reply(order, "再次答复", by=worlds.CLERK, now=later + MINUTE)

    assert close_order.settle(by=SYSTEM, now=later + 20 * MINUTE) == 0
    says(review, "no", later + 21 * MINUTE)
    assert close_order.settle(by=SYSTEM, now=later + 40 * MINUTE) == 1
    assert order_of(review).state == "escalated"


def test_what_stays_unsolved_is_the_offices_alone_and_has_a_day(review, now):
    """Amber and red are told to the supervisory office: no agency is late with what lies there, and none is supervised."""
    WorkOrder.objects.update(round=2)
    says(review, "no", now + MINUTE)
    close_order.settle(by=SYSTEM, now=now + 12 * MINUTE)
    order = order_of(review)
    assert order.state == "escalated"
    assert order.due_at is not None
    assert order.amber_at is not None
    StaffNotice.objects.all().delete()

    for at in (order.amber_at + MINUTE, order.due_at + MINUTE, order.due_at + 2 * MINUTE):
        supervise.tell_alarms(at)
        supervise.watch(at)

    told = StaffNotice.objects.filter(subject_id=str(order.id)).order_by("at")
    assert [(one.kind, one.agency_id) for one in told] == [("office_order_due", None)] * 2
    assert not SupervisionOrder.objects.filter(work_order_id=order.id).exists()
    assert not Signal.objects.filter(kind="overdue").exists()


def test_while_an_appeal_is_pending_nothing_is_decided(review, now):
    says(review, "no", now + MINUTE)
    rectification.pause(order_of(review).id, cause="appeal", by=SYSTEM, now=now + 2 * MINUTE)

    assert close_order.settle(by=SYSTEM, now=now + 30 * DAY) == 0


def test_a_reply_sent_back_is_no_longer_put_right(review, now):
    close_order.redo(order_of(review).id, "没有说明改了什么", by=DISPATCHER, now=now + MINUTE)

    assert order_of(review).state == "verified"
    assert rate() == (0, 1)


def test_an_order_sent_elsewhere_counts_there(now):
    worlds.build(now)
    worlds.take_case("YC-1", now)
    given = worlds.give("YC-1", 1, now)
    assert given.id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    there = Place(agency_path=f"{worlds.OTHER_AGENCY}.")
    before = next(value for value in insight.measures(there) if value.name == "rectification_rate")

    close_order.send_to_another(
        order_of(given.id).id, worlds.OTHER_AGENCY, "不归原机构", by=DISPATCHER, now=now + MINUTE
    )

    after = next(value for value in insight.measures(there) if value.name == "rectification_rate")
    assert (before.denominator, after.denominator) == (0, 1)


def test_that_no_call_is_possible_is_said_only_where_none_is(review, now):
    says(review, "no", now + MINUTE)
    close_order.settle(by=SYSTEM, now=now + 12 * MINUTE)
    order = order_of(review).id
    rectification.sign_for(order, by=worlds.CLERK, now=now + 13 * MINUTE)
    told: dict[str, Any] = {
        "result": "not_possible",
        "is_true": True,
        "is_reasonable": True,
        "note": "自行核实",
        "recording": "",
    }

    call_back.record(order, **told, by=worlds.CLERK, now=now + 14 * MINUTE)

    assert order_of(review).state == "verified"
