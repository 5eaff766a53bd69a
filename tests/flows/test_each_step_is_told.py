"""工单每一步: staff who have something to do, and the reviewer, hear of each step; each of them once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.flows import call_back, close_order, decide_appeal, handle_bad_review, merge_orders, supervise
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.notices.models import Delivery, StaffNotice
from haochaping.rectification import actions as rectification
from tests import worlds
from tests.flows.appeal_house import LEAD, Matter
from tests.flows.conftest import order_of, services

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
SUPERVISOR = replace(DISPATCHER, id="supervisor", powers=frozenset({"order.view", "order.supervise"}))
TEXT = "后来窗口不给我办，电话13912345678。"


@pytest.fixture(autouse=True)
def _gateway(settings):
    settings.SMS_GATEWAY = "demo"


def given(case_no: str, now: datetime, **changes: Any) -> UUID:
    review_id = worlds.give(case_no, 1, now, reviewer={"phone": "13900000002"}, **changes).id
    assert review_id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    return review_id


@pytest.fixture
def bad(now) -> UUID:
    """A bad review whose order has gone out; of what came before nothing is left to be told."""
    review_id = given("YC-1", now)
    StaffNotice.objects.all().delete()
    ProcrastinateJob.objects.all().delete()
    return review_id


def told() -> list[str]:
    """The steps of which reviewers are to be told, oldest first."""
    jobs = ProcrastinateJob.objects.filter(task_name="notices.tell_reviewers").order_by("id")
    return [job.args["template"] for job in jobs]


def noticed() -> list[str]:
    return sorted(StaffNotice.objects.values_list("kind", flat=True))


def signed(review_id: UUID, now: datetime) -> UUID:
    order = order_of(review_id).id
    handle_bad_review.sign_for(order, by=worlds.CLERK, now=now)
    return order


def test_signed_for_and_entered_in_the_ledger(bad, now):
    order = signed(bad, now)
    found: dict[str, Any] = {"is_true": True, "is_reasonable": True, "note": "属实", "recording": ""}
    worlds.rang(order, now)
    call_back.record(order, result="answered", **found, by=worlds.CLERK, now=now)

    handle_bad_review.enter_in_ledger(
        order, "两套系统要合并", "2026-06-05 合并窗口", by=worlds.CLERK, now=now
    )

    assert told() == ["order_signed", "order_ledgered"]


def test_signed_for_together_with_others_is_told_as_well(bad, now):
    order = order_of(bad).id

    (first,) = handle_bad_review.sign_for_each([order], by=worlds.CLERK, now=now)
    (again,) = handle_bad_review.sign_for_each([order], by=worlds.CLERK, now=now)

    assert not first.already
    assert again.already
    assert told() == ["order_signed"]


def test_more_time_is_asked_for_and_granted(bad, now):
    order = signed(bad, now)

    handle_bad_review.ask_extension(order, 2, "材料在省里", by=worlds.CLERK, now=now)
    assert noticed() == ["extension_asked"]
    handle_bad_review.grant_extension(order, "", by=DISPATCHER, now=now)

    assert noticed() == ["extension_asked", "extension_granted"]
    assert told() == ["order_signed", "order_extended"]


def test_more_time_that_is_refused_is_the_agencys_to_know(bad, now):
    order = signed(bad, now)

    handle_bad_review.ask_extension(order, 2, "材料在省里", by=worlds.CLERK, now=now)
    handle_bad_review.refuse_extension(order, "请按期办结", by=DISPATCHER, now=now)

    assert noticed() == ["extension_asked", "extension_refused"]
    assert told() == ["order_signed"]


def test_a_return_that_is_granted_is_told_to_the_agency_that_asked_with_the_reason(bad, now):
    order = order_of(bad)
    close_order.ask_return(order.id, "属城市管理", by=worlds.CLERK, now=now)

    close_order.grant_return(order.id, worlds.OTHER_AGENCY, "确属城管", by=DISPATCHER, now=now)

    assert noticed() == ["order_dispatched", "order_returned", "return_granted"]
    notice = StaffNotice.objects.get(kind="return_granted")
    assert (notice.agency_id, notice.division_id) == (order.agency_id, order.division_id)
    assert notice.facts == {"item": order.item_name, "agency": order.agency_name, "reason": "确属城管"}


def test_a_return_that_is_refused_is_told_with_the_reason(bad, now):
    order = order_of(bad)
    close_order.ask_return(order.id, "属城市管理", by=worlds.CLERK, now=now)

    close_order.refuse_return(order.id, "属你局职责", by=DISPATCHER, now=now)

    assert noticed() == ["order_returned", "return_refused"]
    notice = StaffNotice.objects.get(kind="return_refused")
    assert (notice.agency_id, notice.facts["reason"]) == (order.agency_id, "属你局职责")


def test_calls_that_come_to_nothing_are_told_once_when_they_are_enough(bad, now):
    order = signed(bad, now)
    heard: dict[str, Any] = {"is_true": None, "is_reasonable": None, "note": "无人接听", "recording": ""}

    counts = []
    for n in range(4):
        at = now + n * HOUR
        worlds.rang(order, at)
        call_back.record(order, result="not_reached", **heard, by=worlds.CLERK, now=at)
        counts.append(told().count("order_unreached"))

    # cn-base asks for three.
    assert counts == [0, 0, 1, 1]


def test_answered_together_with_another(now):
    worlds.take_case("YC-2", now, occurrences=services(now, 2))
    first, second = given("YC-2", now), given("YC-2", now, occurrence_no=2)

    merge_orders.merge(order_of(second).id, order_of(first).id, by=DISPATCHER, now=now)

    [job] = ProcrastinateJob.objects.filter(args__template="order_merged")
    assert job.args["review_ids"] == [str(second)]


def test_passed_to_the_office_when_it_stays_unsolved(bad, now):
    worlds.follow(worlds.CITY, now, reopenings_at_most="0")
    order = signed(bad, now)
    found: dict[str, Any] = {"is_true": True, "is_reasonable": True, "note": "属实", "recording": ""}
    worlds.rang(order, now)
    call_back.record(order, result="answered", **found, by=worlds.CLERK, now=now)
    rectification.rectify(order, outcome="immediate_rectified", text="已改", by=worlds.CLERK, now=now)
    handle_bad_review.reply(order, "已改", by=worlds.CLERK, now=now)
    handle_bad_review.answer_solution(bad, solved="no", text="", by=REVIEWER, now=now)

    assert close_order.settle(by=SYSTEM, now=now + DAY) == 1

    assert order_of(bad).state == "escalated"
    assert "order_escalated" in Delivery.objects.values_list("template", flat=True)
    close_order.end(order, "依法不能减免", by=SUPERVISOR, now=now + 2 * DAY)
    assert told()[-1] == "order_closed"


def test_the_level_above_looks_again(bad, now):
    order = signed(bad, now)
    matter = Matter(bad, order, now).file().heard().decided("rejected")

    decide_appeal.contest(matter.row.id, "另有叫号记录。", by=LEAD, now=matter.later())

    assert told()[-1] == "appeal_contested"


def test_a_report_of_a_disadvantage_is_told_to_the_office_and_repeats_nothing(bad, now):
    supervise.take_report(bad, text=TEXT, by=REVIEWER, now=now)

    notice = StaffNotice.objects.get()
    assert (notice.kind, notice.agency_id, notice.facts) == ("reprisal_report", None, {})
    assert notice.subject_kind == "report"
