from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

import pytest

from haochaping.directory.models import Agency
from haochaping.flows import change_review, handle_bad_review
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.notices import queries as notices
from haochaping.notices.models import Delivery, Message
from haochaping.notices.terms import Side, Template
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import WorkOrder
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance, Level
from tests import worlds
from tests.flows.conftest import heard, order_of, services, stored
from tests.flows.truth import assert_counters_exact, findings, rows_of

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.rectification.terms import OrderRow

pytestmark = pytest.mark.usefixtures("world")
MINUTE = timedelta(minutes=1)


class Order:
    """The dispatched order of one bad review at the clerk's desk."""

    def __init__(self, now: datetime, *, phone: str = "") -> None:
        self.now = now
        outcome = worlds.give("YC-1", 1, now, reviewer={"phone": phone})
        assert outcome.id is not None
        self.review_id = outcome.id
        assert handle_bad_review.dispatch_due(by=SYSTEM, now=self.later()) == 1

    def later(self) -> datetime:
        self.now += MINUTE
        return self.now

    @property
    def row(self) -> OrderRow:
        return order_of(self.review_id)

    def up_to_reply(self) -> Self:
        rectification.sign_for(self.row.id, by=worlds.CLERK, now=self.later())
        found = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
        heard(self.row.id, **found, by=worlds.CLERK, now=self.later())
        rectification.rectify(
            self.row.id, outcome="immediate_rectified", text="已改正", by=worlds.CLERK, now=self.later()
        )
        return self


@pytest.fixture
def order(now):
    return Order(now)


def rate() -> tuple[int, int | None]:
    measure = next(m for m in insight.measures(Place()) if m.name == "rectification_rate")
    return measure.numerator, measure.denominator


def test_of_named_agencies_only_theirs_goes_out(now):
    """Lanes of the demo live their days apart: what is one's goes out on its own evening, not on another's."""
    worlds.give("YC-1", 1, now)
    agency = Agency.objects.get(code=worlds.AGENCY)

    elsewhere = handle_bad_review.dispatch_due(of=[agency.id + 1], by=SYSTEM, now=now + MINUTE)
    here = handle_bad_review.dispatch_due(of=[agency.id], by=SYSTEM, now=now + MINUTE)

    assert (elsewhere, here) == (0, 1)


def test_nothing_due_dispatches_nothing(now):
    before = rows_of("ledger_entry", "insight_fact_delta")

    assert handle_bad_review.dispatch_due(by=SYSTEM, now=now) == 0
    assert rows_of("ledger_entry", "insight_fact_delta") == before


def test_dispatch_counts_the_order_from_then_on(now):
    worlds.give("YC-1", 1, now)
    assert rate() == (0, 0)

    assert handle_bad_review.dispatch_due(by=SYSTEM, now=now) == 1

    assert rate() == (0, 1)
    assert_counters_exact()


def test_dispatch_takes_a_batch_and_the_rest_the_next_time(now, monkeypatch, django_assert_max_num_queries):
    for n in range(5):
        worlds.take_case(f"YC-1{n}", now)
        worlds.give(f"YC-1{n}", 2, now)
    monkeypatch.setattr(handle_bad_review, "_BATCH", 3)

    with django_assert_max_num_queries(34):
        assert handle_bad_review.dispatch_due(by=SYSTEM, now=now) == 3
    assert handle_bad_review.dispatch_due(by=SYSTEM, now=now) == 2
    assert_counters_exact()


def test_the_clerk_writes_and_the_reviewer_hears_of_it_without_showing_a_number(order):
    handle_bad_review.write_to_reviewer(order.row.id, "请问是哪一天？", by=worlds.CLERK, now=order.later())

    [message] = notices.messages(order.row.thread_id, for_side=Side.REVIEWER)
    assert message.text == "请问是哪一天？"
    delivery = Delivery.objects.get()
    assert delivery.template == Template.AGENCY_WROTE
    review = stored(order.review_id)
    [token] = reviews.tokens_of([review.occurrence_id]).values()
    assert delivery.params["link"].endswith(f"/r/{token}")
    assert "13900000001" not in str(list(Message.objects.values())) + str(list(Delivery.objects.values()))


def test_the_second_message_goes_into_the_same_thread(order):
    for text in ("一", "二"):
        handle_bad_review.write_to_reviewer(order.row.id, text, by=worlds.CLERK, now=order.later())

    assert [m.text for m in notices.messages(order.row.thread_id, for_side=Side.REVIEWER)] == ["一", "二"]


def test_the_reviewer_answers_in_the_thread_and_the_clerk_reads_it(order):
    handle_bad_review.write_to_reviewer(order.row.id, "请问是哪一天？", by=worlds.CLERK, now=order.later())

    handle_bad_review.answer_agency(order.review_id, "上周三", by=REVIEWER, now=order.later())

    assert handle_bad_review.read_messages(order.row.id, by=worlds.CLERK, now=order.later()) == 1
    assert handle_bad_review.read_messages(order.row.id, by=worlds.CLERK, now=order.later()) == 0


def test_without_a_thread_there_is_nothing_to_read_or_answer(order):
    assert handle_bad_review.read_messages(order.row.id, by=worlds.CLERK, now=order.later()) == 0
    for review_id in (order.review_id, uuid7(order.now)):
        with pytest.raises(Refused) as refused:
            handle_bad_review.answer_agency(review_id, "上周三", by=REVIEWER, now=order.later())
        assert refused.value.code == "no_thread"


def test_a_message_that_is_refused_leaves_no_thread_and_no_notice(order):
    with pytest.raises(Refused):
        handle_bad_review.write_to_reviewer(order.row.id, " ", by=worlds.CLERK, now=order.later())

    assert order.row.thread_id is None
    assert not Delivery.objects.exists()
    assert rows_of("notices_thread") == {"notices_thread": 0}


@pytest.mark.parametrize("by", [worlds.NOBODY, worlds.PUBLISHER, REVIEWER], ids=lambda by: by.id)
@pytest.mark.parametrize("step", [handle_bad_review.write_to_reviewer, handle_bad_review.reply])
def test_only_the_agency_writes_and_replies(order, step, by):
    order.up_to_reply()

    with pytest.raises(Refused) as refused:
        step(order.row.id, "您好", by=by, now=order.later())

    assert refused.value.code == "not_allowed"
    assert not Delivery.objects.exclude(template=Template.CALL).exists()


def test_nobody_to_reach_is_no_obstacle(now):
    worlds.take_case("YC-5", now, applicant={})
    outcome = worlds.give("YC-5", 1, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    order_id = order_of(outcome.id).id

    handle_bad_review.write_to_reviewer(order_id, "您好", by=worlds.CLERK, now=now + MINUTE)

    assert not Delivery.objects.exists()
    assert Message.objects.count() == 1


def test_the_reviewers_own_number_comes_before_the_applicants(now):
    order = Order(now, phone="13911112222")

    handle_bad_review.write_to_reviewer(order.row.id, "您好", by=worlds.CLERK, now=order.later())

    assert Delivery.objects.get().person == stored(order.review_id).person_id


def test_a_service_without_invitation_is_reached_by_the_page_of_ones_own(now):
    worlds.take_case("YC-6", now, occurrences=services(now, 2))
    outcome = worlds.give("YC-6", 1, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    order_id = order_of(outcome.id).id

    handle_bad_review.write_to_reviewer(order_id, "您好", by=worlds.CLERK, now=now + MINUTE)

    assert Delivery.objects.get().params["link"].endswith("/my/")


def test_the_reply_is_counted_and_announced(order):
    order.up_to_reply()

    handle_bad_review.reply(order.row.id, "已改为一次办结", by=worlds.CLERK, now=order.later())

    assert (order.row.state, order.row.reply_text) == ("replied", "已改为一次办结")
    assert rate() == (1, 1)
    assert Delivery.objects.exclude(template=Template.CALL).get().template == Template.ORDER_REPLIED
    assert_counters_exact()
    assert findings(order.now) == []


@pytest.mark.parametrize(("text", "code"), [(" ", "text_missing"), ("好", "wrong_state")])
def test_a_reply_that_is_refused_counts_and_announces_nothing(order, text, code):
    if code == "text_missing":
        order.up_to_reply()

    with pytest.raises(Refused) as refused:
        handle_bad_review.reply(order.row.id, text, by=worlds.CLERK, now=order.later())

    assert refused.value.code == code
    assert rate() == (0, 1)
    assert not Delivery.objects.exclude(template=Template.CALL).exists()


def test_the_reply_to_a_review_changed_meanwhile_is_counted_once(now):
    outcome = worlds.give("YC-1", 1, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    change_review.finish_review(outcome.id, ["101"], "", by=REVIEWER, now=now)
    order_id = WorkOrder.objects.get().id
    rectification.sign_for(order_id, by=worlds.CLERK, now=now + MINUTE)
    change_review.change_level(outcome.id, Level.SATISFIED, by=REVIEWER, now=now + 2 * MINUTE)
    declined = {"result": "declined", "is_true": None, "is_reasonable": None, "note": "已改评"}
    heard(order_id, **declined, by=worlds.CLERK, now=now + 3 * MINUTE)
    rectification.rectify(
        order_id, outcome="immediate_rectified", text="已改正", by=worlds.CLERK, now=now + 4 * MINUTE
    )

    handle_bad_review.reply(order_id, "谢谢", by=worlds.CLERK, now=now + 5 * MINUTE)

    assert rate() == (1, 1)
    assert_counters_exact()
