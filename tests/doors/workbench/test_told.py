"""What the order's page says of rounds that are over, of calls that reached nobody, and beside the forms before they are sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.flows import close_order, handle_bad_review
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.rectification import actions
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import HelpedBy, SupplementRow
from haochaping.ui.moments import day
from tests import worlds
from tests.doors.workbench.test_order import bring_to
from tests.voices.conftest import DISPATCHER

WHY = "还是要跑两趟"


def look(browser, bad) -> str:
    return str(browser.get(bad.address(), headers={"accept-language": "en"}).content.decode())


def call(bad, at: datetime, result: str = "not_reached") -> None:
    worlds.hear(
        bad.order_id,
        result=result,
        is_true=None,
        is_reasonable=None,
        note="无人接听",
        by=worlds.CLERK,
        now=at,
    )


def reopened(bad, at: datetime) -> datetime:
    """The order answered, found not solved, and with the agency once more; returns the moment."""
    bring_to(bad, OrderState.REPLIED, at)
    at += timedelta(hours=1)
    handle_bad_review.answer_solution(bad.review_id, solved="no", text=WHY, by=REVIEWER, now=at)
    at += timedelta(days=3)
    actions.take_up_again(bad.order_id, by=SYSTEM, now=at)
    return at


@pytest.mark.parametrize("who", ["clerk", "lead", "supervisor"])
def test_what_the_reviewer_answered_stays_after_the_order_is_opened_again(bad, world, browser_of, who):
    reopened(bad, world)

    page = look(browser_of(who), bad)

    assert WHY in page
    assert "The reviewer answered whether it is solved: No, it is not solved" in page


def test_what_a_withdrawn_review_was_answered_with_is_not_shown(bad, world, browser_of):
    reopened(bad, world)
    supervisor = browser_of("supervisor")

    Review.objects.update(status="withdrawn")

    page = look(supervisor, bad)
    assert WHY not in page
    assert "The reviewer answered" in page


def test_an_order_whose_reviewer_was_not_reached_is_not_called_back(bad, world, clerk):
    bring_to(bad, OrderState.SIGNED, world)
    call(bad, world + timedelta(hours=1))

    page = look(clerk, bad)

    assert "Tried to reach the reviewer, not reached so far" in page
    assert "Tried to reach the reviewer, without success" in page
    assert "Called back and verified" not in page

    call(bad, world + timedelta(hours=2), "answered")
    page = look(clerk, bad)
    assert "not reached so far" not in page
    assert "Called back and verified" in page


def test_an_order_without_consent_asks_for_no_more_attempts(bad, world, clerk):
    bring_to(bad, OrderState.SIGNED, world)

    page = look(clerk, bad)

    assert "more attempts" not in page
    assert "The reviewer cannot be called." in page


def test_how_many_attempts_are_missing_is_said_beforehand(bad, world, clerk, settings):
    settings.SMS_GATEWAY = "demo"
    reviews.supplement(bad.review_id, SupplementRow(may_call_back=True), by=REVIEWER, now=world)
    bring_to(bad, OrderState.SIGNED, world)
    call(bad, world + timedelta(hours=1))
    assert look(clerk, bad).count("needs 2 more attempts") == 2

    call(bad, world + timedelta(hours=1, seconds=1))
    assert "needs 2 more attempts" in look(clerk, bad)

    call(bad, world + timedelta(hours=3))
    assert "needs 1 more attempt," in look(clerk, bad)

    call(bad, world + timedelta(hours=5))
    assert "more attempt" not in look(clerk, bad)


def test_an_extension_belongs_to_its_round_and_is_in_working_days(bad, world, clerk):
    bring_to(bad, OrderState.VERIFIED, world)
    assert "At most 10 working days" in look(clerk, bad)
    at = world + timedelta(minutes=20)
    actions.ask_extension(bad.order_id, days=5, reason="需调取档案", by=worlds.CLERK, now=at)
    actions.grant_extension(bad.order_id, note="", by=DISPATCHER, now=at)

    assert "Asked for: 5 working days · granted</p>" in look(clerk, bad)

    actions.rectify(bad.order_id, outcome="explained", text="已说明", by=worlds.CLERK, now=at)
    handle_bad_review.reply(bad.order_id, "已说明理由", by=worlds.CLERK, now=at)
    close_order.redo(bad.order_id, "未答所问", by=DISPATCHER, now=at + timedelta(hours=1))
    assert "granted earlier; the time has begun anew since" in look(clerk, bad)


def test_lines_of_an_earlier_plan_stand_under_a_head_of_their_own(bad, world, clerk):
    bring_to(bad, OrderState.VERIFIED, world)
    at = world + timedelta(minutes=20)
    due = (at + timedelta(days=3)).date()
    actions.enter_in_ledger(bad.order_id, reason="需改系统", plan=f"{due} 改系统", by=worlds.CLERK, now=at)
    assert "Earlier plans" not in look(clerk, bad)
    line = orders.beside(bad.order_id).milestones[0]
    actions.drop_milestone(bad.order_id, milestone_id=line.id, reason="改为人工核对", by=worlds.CLERK, now=at)
    actions.rectify(bad.order_id, outcome="explained", text="已说明", by=worlds.CLERK, now=at)
    handle_bad_review.reply(bad.order_id, "已说明理由", by=worlds.CLERK, now=at)
    close_order.redo(bad.order_id, "未答所问", by=DISPATCHER, now=at + timedelta(minutes=1))
    again = at + timedelta(minutes=2)
    actions.enter_in_ledger(bad.order_id, reason="需增人", plan=f"{due} 增派人员", by=worlds.CLERK, now=again)

    page = look(clerk, bad)

    plan = page.split('id="plan"')[1].split("</section>")[0]
    earlier = page.split('id="planned-before"')[1].split("</section>")[0]
    assert "增派人员" in plan
    assert "改系统" not in plan
    assert "改系统" in earlier
    assert "<form" not in earlier
    assert "1 line of the plan is not done." in page


def test_what_is_left_open_is_said_beside_the_forms_that_end_it(bad, world, clerk):
    bring_to(bad, OrderState.VERIFIED, world)
    at = world + timedelta(minutes=20)
    due = (at + timedelta(days=3)).date()
    actions.enter_in_ledger(bad.order_id, reason="需改系统", plan=f"{due} 改系统", by=worlds.CLERK, now=at)
    actions.join(bad.order_id, agency_code=worlds.OTHER_AGENCY, task="提供数据", by=DISPATCHER, now=at)

    page = look(clerk, bad)
    assert "1 line of the plan is not done." in page
    assert "Asked to help and not answered yet: " in page

    line = orders.beside(bad.order_id).milestones[0]
    actions.reach_milestone(bad.order_id, milestone_id=line.id, note="已改", by=worlds.CLERK, now=at)
    page = look(clerk, bad)
    assert "of the plan is not done" not in page
    assert f"done on {day(at)}" in page


def test_a_line_is_ended_with_a_reason_that_is_looked_at_before_it_is_read(bad, world, clerk):
    bring_to(bad, OrderState.VERIFIED, world)
    at = world + timedelta(minutes=20)
    due = (at + timedelta(days=3)).date()
    actions.enter_in_ledger(
        bad.order_id, reason="需改系统", plan=f"{due} 改系统\n{due} 培训", by=worlds.CLERK, now=at
    )
    [line, other] = orders.beside(bad.order_id).milestones
    typed = {"milestone": str(line.id), "reason": "改为人工核对，问13912345678"}

    left = clerk.post(bad.address("rectification"), {"outcome": "time_limited_rectified", "text": "已改"})
    asked = clerk.post(bad.address("drop"), typed)
    done = clerk.post(bad.address("drop"), typed | {"confirm": "on"})

    assert left.status_code == asked.status_code == 422
    assert "改系统" in left.content.decode().split('role="alert"')[1].split("</ul>")[0]
    page = asked.content.decode()
    assert page.count("<details open>") == 1
    assert page.count('id="drop_confirm"') == 1
    assert f'id="drop_{other.id}_reason"' in page
    assert done.status_code == 303
    assert "not to be done any more" in look(clerk, bad)


def test_whoever_ends_an_order_is_told_who_reads_the_reason(bad, world, browser_of):
    bring_to(bad, OrderState.REPLIED, world)
    WorkOrder.objects.update(round=2)
    at = world + timedelta(hours=1)
    handle_bad_review.answer_solution(bad.review_id, solved="no", text=WHY, by=REVIEWER, now=at)
    actions.take_up_again(bad.order_id, by=SYSTEM, now=at + timedelta(days=3))
    office = browser_of("supervisor")
    reason = {"reason": "依法不能减免，问13912345678"}

    assert "The reviewer reads it" in look(office, bad)
    asked = office.post(bad.address("end"), reason)
    done = office.post(bad.address("end"), reason | {"confirm": "on"})

    assert "13912345678" in asked.content.decode()
    assert (asked.status_code, done.status_code) == (422, 303)


@pytest.mark.parametrize("agrees", [True, False])
def test_an_agency_cannot_record_a_call_to_whom_it_does_not_know(bad, world, clerk, settings, agrees):
    settings.SMS_GATEWAY = "demo"
    reviews.supplement(
        bad.review_id, SupplementRow(agrees, HelpedBy.FAMILY, concealed=True), by=REVIEWER, now=world
    )
    bring_to(bad, OrderState.SIGNED, world)

    page = look(clerk, bad)

    assert 'value="answered"' not in page
    assert ('value="not_possible"' in page) is not agrees


def test_no_deadline_is_not_laid_on_the_calendar_but_where_it_is(bad, world, browser_of):
    bring_to(bad, OrderState.REPLIED, world)
    WorkOrder.objects.update(state=OrderState.ESCALATED, due_at=None, clock="")
    supervisor = browser_of("supervisor")
    asked = {"accept-language": "en"}

    page = supervisor.get("/desk/", headers=asked).content.decode()
    assert "Without a deadline" in page
    assert "calendar" not in page

    WorkOrder.objects.update(deadline_known=False)
    assert (
        "The working calendar does not reach so far."
        in supervisor.get("/desk/", headers=asked).content.decode()
    )


def test_who_signs_from_the_list_tells_the_reviewer_too(bad, world, clerk, settings):
    settings.SMS_GATEWAY = "demo"

    clerk.post("/desk/list/sign", {"order": str(bad.order_id)})

    jobs = ProcrastinateJob.objects.filter(task_name="notices.tell_reviewers")
    assert [job.args["template"] for job in jobs] == ["order_signed"]
