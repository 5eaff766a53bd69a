"""责任划分 at the desk: said on a page, a reform goes to the deciding agency and back, a measure is two persons' business."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.directory.models import StaffMember
from haochaping.flows import class_fault as faults
from haochaping.flows import handle_bad_review
from haochaping.kernel.actor import SYSTEM
from haochaping.rectification import actions
from haochaping.rectification.models import Reform, WorkOrder
from haochaping.supervision.models import Proposal
from tests import worlds
from tests.doors.conftest import PASSWORD, wait

if TYPE_CHECKING:
    from uuid import UUID

TYPED = {
    "responsibilities": ["business", "service"],
    "note": "材料要了两次，也没有讲清楚。",
    "agency": worlds.AGENCY,
    "proposal": "取消第二次提交。",
}
CLASSED: dict[str, Any] = {
    "responsibilities": ["service"],
    "note": "没有讲清楚。",
    "agency": "",
    "proposal": "",
}


@pytest.fixture
def order(bad) -> UUID:
    """The order of a bad review that was found true."""
    now = timezone.now()
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    actions.sign_for(bad.order_id, by=worlds.CLERK, now=now)
    worlds.hear(
        bad.order_id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="属实",
        by=worlds.CLERK,
        now=now,
    )
    order_id: UUID = bad.order_id
    return order_id


def text_of(browser, address: str) -> str:
    return str(browser.get(address).content.decode())


def english(client, bad) -> str:
    """What the reviewer reads on the status page."""
    return str(client.get(f"/status/{bad.receipt}", headers={"accept-language": "en"}).content.decode())


@pytest.fixture
def proposal(order, one) -> str:
    """The address of a measure about a member of staff that one supervisor proposed."""
    faults.class_fault(order, **CLASSED, by=worlds.CLERK, now=timezone.now())
    StaffMember.objects.create(code="0088", name="", agency_id=WorkOrder.objects.get(id=order).agency_id)
    typed = {"rung": "accountability", "staff_code": "0088", "reason": "两次。"}
    return str(one.post(f"/oversight/measures/new/{order}", typed).headers["Location"])


def test_all_that_the_person_says_stands_on_the_page_of_the_proposal(proposal, one, supervisor_of):
    other = supervisor_of("other")
    for who, words in ((one, "系统停了。"), (other, "另附记录。")):
        assert who.post(f"{proposal}/hearing", {"text": words}).status_code == 303

    said = re.findall(r"<dd>(系统停了。|另附记录。)<br><span class=\"soft\">(\w+)", text_of(one, proposal))

    assert said == [("系统停了。", "您"), ("另附记录。", "督办员other")]


WRITTEN = "本人说：<当日>停电。\r\n另附记录。"
ESCAPED = "本人说：&lt;当日&gt;停电。\r\n另附记录。</textarea>"


@pytest.mark.parametrize(("form", "field"), [("hearing", "text"), ("decision", "reason")])
def test_what_was_written_before_a_confirmation_stands_in_its_form_again_once(
    proposal, one, supervisor_of, form, field
):
    other = supervisor_of("other")
    wait(other)
    sent = {field: WRITTEN, "decision": "reject"}

    asked = other.post(f"{proposal}/{form}", sent, headers={"referer": f"http://testserver{proposal}"})

    assert "reauthenticate" in asked.headers["Location"]
    assert "%E5%BD%93" not in asked.headers["Location"]
    assert Proposal.objects.values_list("state", "heard").get() == ("waiting", "")
    assert ESCAPED not in text_of(other, proposal)
    assert other.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    page = text_of(other, proposal)
    (area,) = re.findall(rf'<textarea name="(\w+)"[^>]*>\n{re.escape(ESCAPED)}', page)
    assert area == field
    assert ESCAPED not in text_of(other, proposal)
    assert "当日" not in str(dict(other.session))


def test_what_was_written_before_a_confirmation_is_on_another_page_where_its_form_is_not(proposal, one):
    wait(one)
    one.post(f"{proposal}/hearing", {"text": WRITTEN})
    one.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert "本人说：&lt;当日&gt;停电。" in text_of(one, "/oversight/signals/")
    assert "本人说" not in text_of(one, proposal)


def test_the_whole_way_of_a_reform(order, clerk, one, client, bad):
    page = f"/desk/faults/new/{order}"
    assert page in text_of(clerk, f"/desk/orders/{order}")
    refused = clerk.post(page, TYPED | {"responsibilities": []})
    assert (refused.status_code, "取消第二次提交。" in refused.content.decode()) == (422, True)

    made = clerk.post(page, TYPED)

    address = made.headers["Location"]
    drafted = "It waits for a dispatcher or supervisor, who sends it to the deciding agency or drops it."
    assert drafted in clerk.get(address, headers={"accept-language": "en"}).content.decode()
    assert made.status_code == 303
    assert address.startswith("/desk/reforms/")
    assert page not in text_of(clerk, f"/desk/orders/{order}")
    assert clerk.post(f"{address}/send").status_code == 403
    for browser, step, typed in (
        (one, "send", {}),
        (clerk, "accept", {"text": "下月改。"}),
        (clerk, "change", {"parts": ["material"], "text": "不再收第二次。"}),
        (one, "check", {"text": "已看过。"}),
    ):
        assert f"{address}/{step}" in text_of(browser, address), step
        assert browser.post(f"{address}/{step}", typed).status_code == 303, step
    assert Reform.objects.get().state == "checked"
    assert address in text_of(clerk, "/desk/reforms/?list=done")
    assert clerk.post(f"{address}/accept", {"text": "再改。"}).status_code == 409
    assert "has changed this after a proposal: A material that is asked for" in english(client, bad)


def test_what_is_needed_is_not_called_optional(order, clerk):
    fault = text_of(clerk, f"/desk/faults/new/{order}").partition("<h1>")[2]
    photographs = (
        text_of(clerk, f"/desk/orders/{order}").partition('id="evidence"')[2].partition("</form>")[0]
    )

    assert 'name="responsibilities"' in fault
    assert 'name="photos"' in photographs
    assert 'class="optional"' not in fault + photographs


def test_a_measure_is_proposed_heard_decided_and_done(order, clerk, one, supervisor_of, client, bad):
    clerk.post(f"/desk/faults/new/{order}", TYPED | {"responsibilities": ["service"]})
    agency_id = WorkOrder.objects.get().agency_id
    StaffMember.objects.create(code="0088", name="", agency_id=agency_id)
    page = f"/oversight/measures/new/{order}"
    assert page in text_of(one, "/oversight/signals/")
    assert page not in text_of(clerk, f"/desk/orders/{order}")
    typed = {"rung": "accountability", "staff_code": "0099", "reason": "两次。"}
    assert one.post(page, typed).status_code == 422

    address = one.post(page, typed | {"staff_code": "0088"}).headers["Location"]

    other = supervisor_of("other")
    decision = {"decision": "adopt", "reason": "同意。"}
    unheard = text_of(other, address)
    assert 'value="reject"' in unheard
    assert 'value="adopt"' not in unheard
    assert other.post(f"{address}/decision", decision).status_code == 409
    assert one.post(f"{address}/hearing", {"text": "系统停了。"}).status_code == 303
    assert 'value="adopt"' in text_of(other, address)
    assert other.post(f"{address}/decision", decision).status_code == 303
    assert "was talked to" not in english(client, bad)
    assert one.post(f"{address}/end", {"text": "已谈话。"}).status_code == 303
    assert one.post(f"{address}/nonsense", {"text": "x"}).status_code == 404
    assert Proposal.objects.get().state == "done"
    assert "The member of staff was talked to." in english(client, bad)
    assert clerk.get(address).status_code == 403
    assert "0088" not in text_of(clerk, f"/desk/orders/{order}")
