"""What a reviewer reads of rounds that are over, of calls that did not reach them, of the plan and of a decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone, translation

from haochaping.directory.models import Agency
from haochaping.doors.portal.told import told_of
from haochaping.flows import close_order, handle_bad_review, hotline_in, hotline_out
from haochaping.hotline import queries as hotline
from haochaping.hotline.actions import set_link
from haochaping.hotline.terms import Master, ProposedLink
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.rectification import actions
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import HelpedBy, SupplementRow
from haochaping.ui.moments import day, moment
from tests import worlds
from tests.doors.portal.pages import Citizen, text_of
from tests.flows.appeal_house import REASON, Matter
from tests.rectification.test_loop import SUPERVISOR
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]
WHY, REPLY = "还是要跑两趟", "已并窗办理，谢谢您。"


@pytest.fixture
def order_id(citizen: Citizen) -> UUID:
    citizen.tap(1)
    citizen.send("reasons", indicator_codes=["113"], comment_text="跑了三次")
    order = orders.order_of_review(Review.objects.get().pk)
    assert order
    return order.id


@pytest.fixture
def at(order_id: UUID) -> datetime:
    """After the order has gone out, which the door did by the real clock."""
    return timezone.now()


def look(citizen: Citizen) -> str:
    return text_of(citizen.look(**{"accept-language": "en"}))


def call(order_id, at: datetime, result: str) -> None:
    worlds.hear(
        order_id, result=result, is_true=None, is_reasonable=None, note="回访", by=worlds.CLERK, now=at
    )


def replied(order_id, at: datetime) -> datetime:
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    call(order_id, at, "answered")
    actions.rectify(order_id, outcome="explained", text="已并窗", by=worlds.CLERK, now=at)
    at += timedelta(minutes=1)
    handle_bad_review.reply(order_id, REPLY, by=worlds.CLERK, now=at)
    return at


def test_an_earlier_reply_and_what_was_said_to_it_stay_readable(citizen, order_id, at):
    at = replied(order_id, at)
    review_id = Review.objects.get().pk
    handle_bad_review.answer_solution(
        review_id, solved="no", text=WHY, by=REVIEWER, now=at + timedelta(minutes=1)
    )
    page = look(citizen)
    assert page.count(REPLY) == 1
    assert page.count(f"<p>{WHY}</p>") == 1

    actions.take_up_again(order_id, by=SYSTEM, now=at + timedelta(days=1))

    page = look(citizen)
    assert page.count(REPLY) == 1
    assert page.count(WHY) == 1
    assert "You answered whether it is solved: No, it is not solved" in page


def test_a_reply_that_was_sent_back_stays_readable(citizen, order_id, at):
    at = replied(order_id, at)

    close_order.redo(order_id, "未答所问", by=DISPATCHER, now=at + timedelta(minutes=1))

    assert look(citizen).count(REPLY) == 1


def test_whoever_was_not_reached_was_not_called_back(citizen, order_id, at):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    call(order_id, at, "not_reached")

    page = look(citizen)
    assert "Somebody tried to reach you, without success" in page
    assert "Called back and verified" not in page

    call(order_id, at + timedelta(hours=1), "answered")
    assert look(citizen).count("Called back and verified") == 1


@pytest.mark.parametrize(("result", "dated"), [("not_reached", 0), ("declined", 0), ("answered", 2)])
def test_a_call_that_came_to_nothing_is_dated_by_the_call(citizen, order_id, at, result, dated):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    rang = at + timedelta(minutes=5)
    worlds.rang(order_id, rang, by=worlds.CLERK)
    written = rang + timedelta(hours=2)
    actions.verify_by_callback(
        order_id,
        result=result,
        is_true=None,
        is_reasonable=None,
        note="回访",
        by=worlds.CLERK,
        now=written,
    )

    [order] = orders.rows([order_id])
    told = told_of(order, orders.history(order_id).events, [])
    assert told[-1].at == rang + timedelta(hours=dated)


@pytest.mark.parametrize("how", ["sent back", "opened again"])
def test_more_time_is_told_of_its_own_round_only(citizen, order_id, at, how):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    call(order_id, at, "answered")
    actions.ask_extension(order_id, days=5, reason="需调取档案", by=worlds.CLERK, now=at)
    actions.grant_extension(order_id, note="", by=DISPATCHER, now=at)
    due = orders.rows([order_id])[0].rectify_due_at
    assert due is not None
    with translation.override("en"):
        assert f"More time was needed, until {moment(due)}." in look(citizen)
    assert "需调取档案" in look(citizen)
    actions.rectify(order_id, outcome="explained", text="已并窗", by=worlds.CLERK, now=at)
    handle_bad_review.reply(order_id, REPLY, by=worlds.CLERK, now=at)

    at += timedelta(minutes=1)
    if how == "sent back":
        close_order.redo(order_id, "未答所问", by=DISPATCHER, now=at)
    else:
        actions.take_up_again(order_id, by=SYSTEM, now=at)

    assert "需调取档案" not in look(citizen)


def test_what_is_planned_stands_on_the_page_that_the_message_leads_to(citizen, order_id, at):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    call(order_id, at, "answered")
    due = (at + timedelta(days=3)).date()
    plan = f"{due} 改系统，联系13912345678"
    actions.enter_in_ledger(order_id, reason="需改系统", plan=plan, by=worlds.CLERK, now=at)

    page = look(citizen)
    assert f"By {day(due)}:" in page
    assert "改系统" in page
    assert "13912345678" not in page
    assert "not done yet" in page

    (line,) = orders.plan_of_order(order_id)
    actions.reach_milestone(order_id, milestone_id=line.id, note="已改", by=worlds.CLERK, now=at)
    page = look(citizen)
    assert f"done on {day(at)}" in page
    assert "not done yet" not in page


def test_what_was_planned_before_it_was_sent_back_stands_apart(citizen, order_id, at):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    call(order_id, at, "answered")
    due = (at + timedelta(days=3)).date()
    actions.enter_in_ledger(order_id, reason="需改系统", plan=f"{due} 改系统", by=worlds.CLERK, now=at)
    (line,) = orders.plan_of_order(order_id)
    why = "改为人工核对，问13912345678"
    actions.drop_milestone(order_id, milestone_id=line.id, reason=why, by=worlds.CLERK, now=at)
    page = look(citizen)
    assert "not to be done any more: 改为人工核对" in page
    assert "13912345678" not in page
    assert "not done yet" not in page
    actions.rectify(order_id, outcome="explained", text="已并窗", by=worlds.CLERK, now=at)
    handle_bad_review.reply(order_id, REPLY, by=worlds.CLERK, now=at)
    close_order.redo(order_id, "未答所问", by=DISPATCHER, now=at + timedelta(minutes=1))
    page = look(citizen)
    assert "What is planned, and by when" not in page
    assert "What was planned before it was taken up again" in page
    at += timedelta(minutes=2)

    actions.enter_in_ledger(order_id, reason="需增人", plan=f"{due} 增派人员", by=worlds.CLERK, now=at)

    plan, earlier = look(citizen).split("What was planned before it was taken up again")
    assert "增派人员" in plan
    assert "改系统" not in plan
    assert "改系统" in earlier
    assert "not to be done any more: 改为人工核对" in earlier


def test_why_the_supervisor_ended_it_is_read(citizen, order_id, at):
    at = replied(order_id, at)
    WorkOrder.objects.update(round=2)
    handle_bad_review.answer_solution(
        Review.objects.get().pk, solved="no", text=WHY, by=REVIEWER, now=at + timedelta(minutes=1)
    )
    actions.take_up_again(order_id, by=SYSTEM, now=at + timedelta(days=1))
    why = "依法不能减免，问13912345678"

    due = orders.rows([order_id])[0].due_at
    assert due
    with translation.override("en"):
        assert f"The supervisory office decides about it by {moment(due)}." in look(citizen)

    close_order.end(order_id, why, by=SUPERVISOR, now=at + timedelta(days=2))

    page = look(citizen)
    assert "依法不能减免" in page
    assert "13912345678" not in page


def test_who_decides_against_a_review_says_why(citizen, order_id, at):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    matter = Matter(Review.objects.get().pk, order_id, at).file().heard()

    assert REASON not in look(citizen)
    matter.decided("mistaken")

    page = look(citizen)
    assert "another level was meant than the one that was chosen" in page
    assert REASON in page
    assert "is not counted for now; you may object" in page


def test_whoever_has_objected_is_not_told_that_they_may(citizen, order_id, at):
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    Matter(Review.objects.get().pk, order_id, at).file().heard().decided("mistaken")

    assert citizen.send("objection", text="我没有点错。").status_code == 303

    page = look(citizen)
    assert "you may object" not in page
    assert "You have objected: the level above is looking at it again." in page


@pytest.mark.parametrize("rules", ["theirs", "ours"])
def test_why_the_hotline_gave_more_time_is_read_whoever_s_clock_rules(citizen, order_id, at, rules):
    worlds.follow(worlds.COUNTY, at, hotline_clock=rules)
    origin = "https://hotline.example"
    before = at - timedelta(days=1)
    proposed = ProposedLink(worlds.CITY, origin, Master.THEIRS, local_day(before))
    link = hotline.link(set_link(proposed, allowed={origin}, by=OPERATOR, now=before))
    hotline_out.queue_steps(now=at + timedelta(seconds=1))
    actions.sign_for(order_id, by=worlds.CLERK, now=at)
    until, reason = at + timedelta(days=40), "须与省厅会商，问13912345678"
    facts = {"until": until.isoformat(), "reason": reason}
    body = {"message": "m1", "seq": 1, "kind": "extended", "order": str(order_id), "facts": facts}

    taken = hotline_in.receive(link, body | {"at": at.isoformat()}, now=at + timedelta(minutes=1))

    assert taken.state == "applied"
    page = look(citizen)
    assert page.count("须与省厅会商") == 1
    assert "13912345678" not in page
    assert ("What is promised here stays" in page) is (rules == "ours")


@pytest.mark.parametrize("agrees", [True, False])
def test_the_office_that_calls_is_named_where_the_case_is_hidden(citizen, order_id, at, agrees):
    said = SupplementRow(agrees, HelpedBy.FAMILY, concealed=True)
    reviews.supplement(Review.objects.get().pk, said, by=REVIEWER, now=at)
    actions.sign_for(order_id, by=worlds.CLERK, now=at)

    page = look(citizen)

    assert ("Whoever supervises" in page) is agrees
    assert ("will contact you by" in page) is agrees
    assert ("it does not contact you" in page) is not agrees


def test_whose_agency_has_ended_without_a_successor_reads_that_it_is_being_decided_who_goes_on(
    citizen, order_id
):
    due = WorkOrder.objects.get(id=order_id).due_at
    assert due
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=local_day(timezone.now()) - timedelta(days=1))

    page = look(citizen)

    assert "is no more. It is being decided who goes on" in page
    assert moment(due) in page
    assert "will take up your review" not in page
