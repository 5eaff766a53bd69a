"""The call at the desk: with a purpose, only with consent, and with nothing to read but the outcome."""

from __future__ import annotations

import pytest

from haochaping.flows import call_back
from haochaping.identity import relay
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.notices.models import Delivery
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import SupplementRow
from tests.doors.workbench.test_order import bring_to

CALL = {"purpose": "verify", "line": "8001"}


@pytest.fixture
def agreed(bad, world):
    reviews.supplement(bad.review_id, SupplementRow(may_call_back=True), by=REVIEWER, now=world)
    bring_to(bad, OrderState.SIGNED, world)
    return bad


def test_a_call_is_asked_for_and_its_outcome_shown(agreed, clerk, settings):
    settings.SMS_GATEWAY = "demo"
    answer = clerk.post(agreed.address("call"), CALL)
    assert answer.headers["Location"] == agreed.address() + "#calls"
    assert "正在请求中间号" in clerk.get(agreed.address()).content.decode()

    call = Delivery.objects.get(channel="call")
    call_back.connect_call(
        call.id, relay_keys=relay.load_keys(settings.KEYS_DIR), by=SYSTEM, now=call.queued_at
    )

    page = clerk.get(agreed.address()).content.decode()
    assert "已通过中间号接通" in page
    assert "13900000001" not in page
    assert "139****" not in page


def test_without_consent_no_call_is_offered_and_a_forced_one_is_refused(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)

    assert f'action="{bad.address("call")}"' not in clerk.get(bad.address()).content.decode()
    answer = clerk.post(bad.address("call"), CALL)

    assert answer.status_code == 422
    assert "评价人没有同意电话回访" in answer.content.decode()
    assert not Delivery.objects.filter(channel="call").exists()


@pytest.mark.parametrize(("changes", "field"), [({"line": "x"}, "line"), ({"purpose": ""}, "purpose")])
def test_what_is_lacking_is_said_at_its_field(agreed, clerk, changes, field):
    answer = clerk.post(agreed.address("call"), CALL | changes)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Delivery.objects.filter(channel="call").exists()


@pytest.mark.parametrize("reached", [OrderState.DISPATCHED, OrderState.REPLIED])
def test_a_call_is_offered_while_the_agency_works_on_it(bad, clerk, world, reached):
    reviews.supplement(bad.review_id, SupplementRow(may_call_back=True), by=REVIEWER, now=world)
    bring_to(bad, reached, world)

    assert f'action="{bad.address("call")}"' not in clerk.get(bad.address()).content.decode()


def test_whoever_only_looks_is_offered_no_call(agreed, browser_of):
    assert agreed.address("call") not in browser_of("supervisor").get(agreed.address()).content.decode()


def test_a_number_in_a_message_of_the_reviewer_stays_hidden(agreed, clerk, world):
    from haochaping.flows import handle_bad_review

    clerk.post(agreed.address("message"), {"text": "请问是哪一天？"})
    handle_bad_review.answer_agency(agreed.review_id, "周二下午，请打 13912345678。", by=REVIEWER, now=world)

    page = clerk.get(agreed.address()).content.decode()
    assert "13912345678" not in page
    assert "周二下午，请打" in page
