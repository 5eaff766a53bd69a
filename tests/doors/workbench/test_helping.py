"""协办 at the desk: the list and the page of an order that one's agency helps with."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.flows import supervise
from haochaping.kernel.actor import REVIEWER
from haochaping.notices.models import Delivery, Message
from haochaping.rectification import actions
from haochaping.rectification.models import CoHandler, WorkOrder
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import HelpedBy, SupplementRow
from haochaping.supervision.models import SupervisionOrder
from tests import worlds
from tests.doors.workbench.conftest import questions
from tests.doors.workbench.test_order import CALL, bring_to
from tests.voices.conftest import DISPATCHER

ENGLISH = {"accept-language": "en"}
TASK = "请核对材料清单"


@pytest.fixture
def helped(bad, world):
    """The order, signed for, with which the other agency was asked to help."""
    bring_to(bad, OrderState.SIGNED, world)
    at = world + timedelta(minutes=20)
    actions.join(bad.order_id, agency_code=worlds.OTHER_AGENCY, task=TASK, by=DISPATCHER, now=at)
    return bad


@pytest.fixture
def helper(browser_of):
    return browser_of("other_clerk")


def look(browser, address: str) -> str:
    return str(browser.get(address, headers=ENGLISH).content.decode())


def offered(page: str, bad) -> set[str]:
    """The steps whose forms stand on an order's page."""
    return set(re.findall(rf'action="{bad.address()}/([a-z-]+)', page))


def test_the_list_marks_what_one_helps_with_and_offers_no_more(helped, helper):
    CoHandler.objects.update(due_at=timezone.now() - timedelta(hours=1))

    page = look(helper, reverse("desk"))

    assert str(helped.order_id) in page
    assert "Your agency helps" in page
    assert '<a href="?part=help">We help <b>1</b></a>' in page
    assert 'Overdue <span class="as-of">1</span>' in page
    assert f'name="order" value="{helped.order_id}"' not in page
    assert "Your agency helps" in look(helper, reverse("desk") + "?part=help")
    assert "No order is like this" in look(helper, reverse("desk") + "?part=lead")


def test_the_list_of_the_lead_marks_nothing(helped, clerk):
    page = look(clerk, reverse("desk"))

    assert "Your agency helps" not in page
    assert "?part=help" not in page
    assert f'name="order" value="{helped.order_id}"' in page


def test_the_list_asks_as_little_as_before(helped, helper):
    asked = questions(helper, reverse("desk"))

    assert len(asked) <= 12 + 3, asked


def test_the_page_says_what_is_asked_and_offers_that_alone(helped, helper):
    page = look(helper, helped.address())

    assert "Your agency helps with this order" in page
    assert TASK in page
    assert offered(page, helped) == {"contribution"}
    assert reverse("desk_appeal_new", args=[helped.order_id]) not in page

    answer = helper.post(helped.address("contribution"), {"text": "材料清单已核对，无须补充。"})

    assert answer.status_code == 303
    assert CoHandler.objects.get().contribution == "材料清单已核对，无须补充。"
    page = look(helper, helped.address())
    assert offered(page, helped) == set()
    assert "nothing more is waited for from it" in page
    assert str(helped.order_id) not in look(helper, reverse("desk"))
    assert str(helped.order_id) in look(helper, reverse("desk") + "?list=done")


def test_what_the_lead_and_the_reviewer_write_each_other_is_not_shown(helped, helper, clerk):
    assert clerk.post(helped.address("message"), {"text": "您方便周二来取吗？"}).status_code == 303
    assert "您方便周二来取吗？" in look(clerk, helped.address())

    page = look(helper, helped.address())

    assert "您方便周二来取吗？" not in page
    assert "Messages with the reviewer" not in page
    assert "A message to the reviewer" not in page


def test_what_it_is_reminded_of_says_that_it_is_about_its_part(helped, helper, browser_of, clerk):
    CoHandler.objects.update(due_at=timezone.now() - timedelta(hours=1))
    supervise.watch(timezone.now())
    row = SupervisionOrder.objects.get(part__isnull=False)
    address = reverse("desk_supervision_one", args=[row.id])

    assert "your agency’s part of this work order" in look(helper, address)
    assert address in look(helper, reverse("desk_supervision"))
    assert clerk.get(address).status_code in {403, 404}
    office = browser_of("supervisor")
    assert "Part of a helping agency" in look(office, reverse("oversight_supervision", args=[row.id]))
    assert f"Warning · {row.agency.name}" in look(office, helped.address())


def test_the_page_counts_the_time_of_the_part(helped, helper, clerk):
    CoHandler.objects.update(due_at=timezone.now() - timedelta(hours=1))
    WorkOrder.objects.update(due_at=timezone.now() + timedelta(days=3))

    def head(browser) -> str:
        return look(browser, helped.address()).split('class="order-head"')[1][:600]

    assert "overdue" in head(helper)
    assert "overdue" not in head(clerk)


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("message", {"text": "您好"}),
        ("call", {"purpose": "verify", "line": "8001"}),
        ("reply", {"text": "已办结，谢谢您的意见。"}),
        ("more-time", {"days": "1", "reason": "等待材料"}),
        ("call-back", CALL),
        ("rectification", {"outcome": "immediate_rectified", "text": "已改正并公示。"}),
    ],
)
def test_what_is_not_its_own_is_refused_whoever_forges_the_form(helped, helper, world, step, form):
    reviews.supplement(helped.review_id, SupplementRow(may_call_back=True), by=REVIEWER, now=world)

    assert helper.post(helped.address(step), form).status_code == 403

    assert not Message.objects.exists()
    assert not Delivery.objects.filter(channel="call").exists()
    assert WorkOrder.objects.get().state == "signed"


def test_of_a_concealed_order_the_helper_learns_as_little_as_the_lead(helped, helper, world):
    said = SupplementRow(may_call_back=True, helped_by=HelpedBy.FAMILY, concealed=True)
    reviews.supplement(helped.review_id, said, by=REVIEWER, now=world)

    page = look(helper, helped.address())

    assert "Concealed" in page
    assert "综合窗口1" not in page
    assert "YC-" not in page


def test_the_lead_reads_how_it_stands_with_who_helps(helped, clerk):
    CoHandler.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "overdue" in look(clerk, helped.address()).split('id="helpers"')[1][:600]

    CoHandler.objects.update(ended_at=timezone.now())
    assert "The order went on without it." in look(clerk, helped.address())
