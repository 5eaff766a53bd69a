"""`/oversight/dispatch/`: rules are set, tried beforehand and withdrawn; the citizen's page names the agency they send to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import rules
from haochaping.accounts.terms import Role
from haochaping.directory.models import Agency
from haochaping.flows import handle_bad_review
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.rectification.models import DispatchRule, WorkOrder
from tests import worlds
from tests.doors.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE, TRY = "/oversight/dispatch/", "/oversight/dispatch/simulate"
HERE, THERE = "河湾区行政审批局", "石港市行政审批局"


@pytest.fixture
def dispatcher_of(world) -> Callable[..., Client]:
    """The signed-in browser of a dispatcher: `dispatcher_of("one")`, `dispatcher_of("a", agency_code=worlds.AGENCY)`."""

    def make(name: str, **place: Any) -> Client:
        browser = Client()
        user_id = accounts.create_staff(
            username=f"dispatcher-{name}",
            display_name=f"派单员{name}",
            role=Role.DISPATCHER,
            password=PASSWORD,
            by=OPERATOR,
            now=world,
            **(place or {"division_code": worlds.PROVINCE}),
        )
        enrolment = accounts.enrol_totp(user_id=user_id, by=OPERATOR, now=world)
        browser.post(reverse("account_login"), {"login": f"dispatcher-{name}", "password": PASSWORD})
        code = rules.one_time_code(enrolment.secret, timezone.now())
        assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        return browser

    return make


@pytest.fixture
def dispatcher(dispatcher_of: Callable[..., Client]) -> Client:
    return dispatcher_of("one")


def typed(**changes: str) -> dict[str, str]:
    said = {"division": worlds.COUNTY, "rank": "10", "agency": worlds.OTHER_AGENCY, "source": "会议纪要"}
    said |= {"item": "", "served_by": "", "stage": "", "indicator": ""}
    return said | {"effective_from": local_day(timezone.now()).isoformat()} | changes


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_rule_is_set_listed_and_sends_the_next_order_to_its_agency(
    dispatcher, bad_review, browser_of, clerk
):
    assert "每一张" not in words(dispatcher.get(PAGE))
    answer = dispatcher.post(PAGE, typed(item=worlds.ITEM, stage="delivery", indicator="113"))
    assert answer.status_code == 303, words(answer)
    listed = words(dispatcher.get(PAGE))
    for said in (THERE, "食品经营许可", "113", "会议纪要", "河湾区"):
        assert said in listed

    bad = bad_review(at=timezone.now())

    assert browser_of("other_clerk").get(bad.address()).status_code == 200
    assert clerk.get(bad.address()).status_code == 404
    status = words(Client().get(f"/status/{bad.receipt}"))
    assert THERE in status


def test_a_rule_is_tried_before_it_is_set_and_nothing_changes(dispatcher, bad):
    assert 'name="division" value="990000000000"' in words(dispatcher.get(TRY))
    answer = dispatcher.get(TRY, typed(indicator="113"))

    assert answer.status_code == 200
    found = answer.context["found"]
    assert [(one.agency_name, one.without, one.with_it) for one in found["shares"]] == [
        (THERE, 0, 1),
        (HERE, 1, 0),
    ]
    assert (found["moved"], found["all"]) == (1, 1)
    assert bad.address() in words(answer)
    assert dispatcher.get(TRY, typed(indicator="101")).context["found"]["moved"] == 0
    assert not DispatchRule.objects.exists()


def test_what_was_tried_is_set_from_there(dispatcher, bad):
    shown = dispatcher.get(TRY, typed(indicator="113")).context["found"]
    fields = {name: value for name, value in typed(indicator="113").items() if name != "source"}
    for kept in shown["kept"]:
        assert 'type="hidden"' in str(kept)
    assert all(any(value in str(kept) for kept in shown["kept"]) for value in fields.values())

    assert dispatcher.post(PAGE, fields | {"source": "试过"}).status_code == 303
    assert DispatchRule.objects.get().source == "试过"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"division": "nowhere"}, "division"),
        ({"rank": "0"}, "rank"),
        ({"rank": "x"}, "rank"),
        ({"agency": "nobody"}, "agency"),
        ({"served_by": "nobody"}, "served_by"),
        ({"item": "nothing"}, "item"),
        ({"stage": "never"}, "stage"),
        ({"indicator": "999"}, "indicator"),
        ({"effective_from": "2020-01-01"}, "effective_from"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"agency": "\x00"}, "agency"),
        ({"item": "\x00"}, "item"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(dispatcher, changes, field):
    for answer in (dispatcher.post(PAGE, typed(**changes)), dispatcher.get(TRY, typed(**changes))):
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
    assert not DispatchRule.objects.exists()


def test_a_rule_without_its_source_is_not_set(dispatcher):
    assert "source" in dispatcher.post(PAGE, typed(source=" ")).context["form"].errors
    assert not DispatchRule.objects.exists()


def test_a_rule_is_withdrawn_with_a_reason_and_only_once(dispatcher):
    dispatcher.post(PAGE, typed())
    address = f"{PAGE}{DispatchRule.objects.get().pk}/withdraw"
    assert THERE in words(dispatcher.get(address))
    assert address in words(dispatcher.get(PAGE))
    assert dispatcher.post(address, {"source": " "}).status_code == 422

    assert dispatcher.post(address, {"source": "试行结束"}).status_code == 303
    assert dispatcher.post(address, {"source": "试行结束"}).status_code == 409
    assert THERE not in words(dispatcher.get(PAGE))
    assert dispatcher.get(f"{PAGE}999/withdraw").status_code == 404
    assert dispatcher.get(f"{PAGE}{10**30}/withdraw").status_code == 404


def test_rules_of_above_are_seen_and_not_withdrawn(dispatcher, dispatcher_of):
    dispatcher.post(PAGE, typed(division=worlds.PROVINCE))
    address = f"{PAGE}{DispatchRule.objects.get().pk}/withdraw"
    county = dispatcher_of("county", division_code=worlds.COUNTY)

    assert THERE in words(county.get(PAGE))
    assert address not in words(county.get(PAGE))
    assert county.get(address).status_code == 403
    assert county.post(address, {"source": "x"}).status_code == 403
    assert county.post(PAGE, typed()).status_code == 422
    assert county.post(PAGE, typed(division=worlds.CITY)).status_code == 403


def test_an_agency_s_dispatcher_sets_no_rules_and_others_do_not_come_in(dispatcher_of, clerk):
    of_agency = dispatcher_of("agency", agency_code=worlds.AGENCY)

    assert of_agency.get(PAGE).status_code == 200
    assert of_agency.post(PAGE, typed()).status_code == 403
    assert of_agency.get(TRY, typed()).status_code == 403
    assert clerk.get(PAGE).status_code == 403
    assert not DispatchRule.objects.exists()


def test_the_operator_of_the_hotline_sends_what_waits(dispatcher, bad_review, browser_of):
    worlds.follow(worlds.COUNTY, timezone.now(), dispatch_via="hotline_12345", dispatch_minutes="600")
    bad = bad_review(at=timezone.now())
    WorkOrder.objects.update(dispatch_after=timezone.now())
    assert WorkOrder.objects.get().state == "created"
    address = f"/oversight/dispatch/orders/{bad.order_id}"
    assert f'value="{worlds.AGENCY}"' in dispatcher.get(PAGE).content.decode()
    refused = dispatcher.post(address, {"agency": "nowhere"})
    assert (refused.status_code, 'value="nowhere"' in refused.content.decode()) == (422, True)
    assert dispatcher.post(address, {"agency": ""}).status_code == 422

    assert dispatcher.post(address, {"agency": worlds.OTHER_AGENCY}).status_code == 303

    assert address not in dispatcher.get(PAGE).content.decode()
    assert browser_of("other_clerk").get(bad.address()).status_code == 200
    assert dispatcher.post(address, {"agency": worlds.AGENCY}).status_code == 409


def test_an_order_is_handed_on_from_its_page_once_its_agency_has_ended(dispatcher, bad, browser_of):
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())
    step = f"{bad.address()}/hand-on"
    assert step not in dispatcher.get(bad.address()).content.decode()
    yesterday = local_day(timezone.now()) - timedelta(days=1)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=yesterday)
    assert step in dispatcher.get(bad.address()).content.decode()

    given = {"agency": worlds.OTHER_AGENCY, "reason": "机构改革，职责划转。"}
    assert dispatcher.post(step, given).status_code == 303

    assert browser_of("other_clerk").get(bad.address()).status_code == 200
    assert step not in dispatcher.get(bad.address()).content.decode()
