"""The call at the desk: with a purpose, only with consent, and with nothing to read but the outcome."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.flows import call_back, handle_bad_review
from haochaping.identity import relay
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.notices.models import Delivery
from haochaping.rectification.models import Callback
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import SupplementRow
from tests import worlds
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
@pytest.mark.usefixtures("relay_of_ours")
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
    clerk.post(agreed.address("message"), {"text": "请问是哪一天？"})
    handle_bad_review.answer_agency(agreed.review_id, "周二下午，请打 13912345678。", by=REVIEWER, now=world)

    page = clerk.get(agreed.address()).content.decode()
    assert "13912345678" not in page
    assert "周二下午，请打" in page


FOUND = {"result": "answered", "is_true": "yes", "is_reasonable": "yes", "note": "已核实"}
ENGLISH = {"accept-language": "en"}


def page_of(browser, bad) -> str:
    return str(browser.get(bad.address(), headers=ENGLISH).content.decode())


def records(page: str, bad) -> bool:
    return f'action="{bad.address("call-back")}"' in page


@pytest.fixture
def relay_of_ours(settings):
    settings.SMS_GATEWAY = "demo"


@pytest.mark.parametrize("gateway", ["", "demo"])
def test_a_page_offers_the_relay_or_says_that_nobody_can_be_called(agreed, clerk, settings, gateway):
    settings.SMS_GATEWAY = gateway

    page = page_of(clerk, agreed)

    assert (f'action="{agreed.address("call")}"' in page) == bool(gateway)
    assert ("The reviewer cannot be called" in page) == (not gateway)
    assert ("No call: " in page) == (not gateway)


@pytest.mark.usefixtures("relay_of_ours")
def test_what_looks_personal_in_what_was_found_out_is_looked_at_once(agreed, clerk):
    worlds.rang(agreed.order_id, timezone.now())
    named = FOUND | {"note": "已核实，改打 13912345678。"}

    asked = clerk.post(agreed.address("call-back"), named, headers=ENGLISH)

    assert asked.status_code == 422
    assert "This may be personal data: 13912345678." in asked.content.decode()
    assert "已核实，改打 13912345678。" in asked.content.decode()
    assert not Callback.objects.exists()
    assert clerk.post(agreed.address("call-back"), named | {"confirm": "on"}).status_code == 303
    assert Callback.objects.get().note == named["note"]


@pytest.mark.usefixtures("relay_of_ours")
def test_before_a_call_the_page_says_to_call_first_and_offers_no_outcome(agreed, clerk):
    page = page_of(clerk, agreed)

    assert not records(page, agreed)
    assert "have the relay call first" in page

    forced = clerk.post(agreed.address("call-back"), FOUND, headers=ENGLISH)

    assert forced.status_code == 422
    assert "No call stands behind this outcome" in forced.content.decode()
    assert "with the button under “Calls through the relay”" in forced.content.decode()
    assert not Callback.objects.exists()


@pytest.mark.usefixtures("relay_of_ours")
def test_once_it_has_rung_its_outcome_is_recorded_and_stands_in_the_timeline(agreed, clerk):
    call = worlds.rang(agreed.order_id, timezone.now())

    page = page_of(clerk, agreed)
    assert records(page, agreed)
    assert f'value="relay:{call}"' in page
    assert "have the relay call first" not in page
    assert "No call: the reviewer gave no number" not in page
    answer = clerk.post(agreed.address("call-back"), FOUND | {"contact": f"relay:{call}", "recording": "R-5"})

    assert answer.status_code == 303
    assert Callback.objects.get().contact == str(call)
    after = page_of(clerk, agreed)
    assert "The call through the relay of" in after
    assert "Recording R-5" in after
    assert not records(after, agreed)
    assert "have the relay call first" not in after


@pytest.mark.usefixtures("relay_of_ours")
def test_of_two_calls_one_is_chosen_and_a_refusal_keeps_what_was_typed(agreed, clerk):
    first, second = (worlds.rang(agreed.order_id, timezone.now()) for _ in range(2))
    typed = FOUND | {"contact": f"relay:{second}", "note": ""}

    refused = clerk.post(agreed.address("call-back"), typed, headers=ENGLISH).content.decode()

    assert f'value="relay:{first}"' in refused
    assert re.search(rf'value="relay:{second}"[^>]*checked', refused)
    clerk.post(agreed.address("call-back"), typed | {"note": "已核实"})
    assert Callback.objects.get().contact == str(second)


@pytest.mark.usefixtures("relay_of_ours")
def test_what_the_reviewer_wrote_may_be_the_outcome(agreed, clerk, world):
    clerk.post(agreed.address("message"), {"text": "请问是哪一天？"})
    handle_bad_review.answer_agency(agreed.review_id, "周二下午。", by=REVIEWER, now=timezone.now())

    page = page_of(clerk, agreed)
    named = re.search(r'value="(message:[0-9]+)"', page)
    assert named
    assert "have the relay call first" in page
    assert clerk.post(agreed.address("call-back"), FOUND | {"contact": named[1]}).status_code == 303

    assert "What the reviewer wrote on" in page_of(clerk, agreed)


def test_without_a_relay_only_that_no_call_is_possible_is_offered(agreed, clerk, settings):
    settings.SMS_GATEWAY = ""

    page = page_of(clerk, agreed)

    assert records(page, agreed)
    assert re.findall(r'name="result" value="([a-z_]+)"', page) == ["not_possible"]
    assert 'name="contact"' not in page
    answer = clerk.post(agreed.address("call-back"), FOUND | {"result": "not_possible"})
    assert answer.status_code == 303


@pytest.mark.usefixtures("relay_of_ours")
def test_an_office_that_calls_by_its_own_switchboard_gives_the_reference(bad, browser_of, world):
    said = SupplementRow(may_call_back=True, concealed=True)
    reviews.supplement(bad.review_id, said, by=REVIEWER, now=world)
    bring_to(bad, OrderState.SIGNED, world)
    supervisor, own = browser_of("supervisor"), FOUND | {"contact": "own"}

    assert 'value="own"' in page_of(supervisor, bad)
    missing = supervisor.post(bad.address("call-back"), own, headers=ENGLISH)
    assert missing.status_code == 422
    assert 'id="call-back_recording_error"' in missing.content.decode()
    assert supervisor.post(bad.address("call-back"), own | {"recording": "DB-3"}).status_code == 303

    told = "from its own switchboard, reference DB-3"
    assert told in page_of(supervisor, bad)
    assert told in page_of(browser_of("clerk"), bad)


def test_after_a_call_the_page_says_from_when_the_next_one_counts(agreed, clerk, settings):
    settings.SMS_GATEWAY = "demo"
    now = timezone.now()
    worlds.rang(agreed.order_id, now)
    form = f'action="{agreed.address("call")}"'

    page = clerk.get(agreed.address(), headers={"accept-language": "en"}).content.decode()

    assert form not in page
    assert "was called in this hour already" in page
    answer = clerk.post(agreed.address("call"), CALL)
    assert answer.status_code == 422
    assert "本小时" in answer.content.decode()

    Delivery.objects.update(queued_at=now - timedelta(hours=1))
    assert form in clerk.get(agreed.address()).content.decode()


def test_when_no_call_is_left_the_page_says_until_when(agreed, clerk, settings):
    settings.SMS_GATEWAY = "demo"
    for hours in (3, 2, 1):
        worlds.rang(agreed.order_id, timezone.now() - timedelta(hours=hours))

    page = clerk.get(agreed.address(), headers={"accept-language": "en"}).content.decode()

    assert f'action="{agreed.address("call")}"' not in page
    assert "All 3 calls that are allowed for this order have been made." in page
