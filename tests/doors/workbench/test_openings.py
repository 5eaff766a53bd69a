"""Asking for an opening and deciding about it, at the desk: by two people of two offices, without a name anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import rules
from haochaping.accounts.terms import Role
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.identity.models import OpeningRequest
from haochaping.kernel.actor import OPERATOR
from tests import worlds
from tests.doors.conftest import PASSWORD
from tests.identity.conftest import OFFICES

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED = {"purpose": "retaliation", "legal_basis": "《优化营商环境条例》第四十九条", "document": ""}
NEW = "/desk/openings/new"


@pytest.fixture
def keeper(world) -> Callable[[int], Client]:
    """The signed-in browser of the keeper of one office: `keeper(0)`."""
    rows = [
        {"code": code, "name": f"示例机构{n}", "division": worlds.CITY, "parent": "", "uscc": ""}
        for n, code in enumerate(OFFICES)
    ]
    assert directory.put(Kind.AGENCIES, rows, by=OPERATOR, now=world) == []

    def make(office: int) -> Client:
        browser = Client()
        username = f"keeper-{office}"
        user_id = accounts.create_staff(
            username=username,
            display_name=f"保管员{office}",
            role=Role.IDENTITY_KEEPER,
            agency_code=OFFICES[office],
            password=PASSWORD,
            by=OPERATOR,
            now=world,
        )
        enrolment = accounts.enrol_totp(user_id=user_id, by=OPERATOR, now=world)
        browser.post(reverse("account_login"), {"login": username, "password": PASSWORD})
        code = rules.one_time_code(enrolment.secret, timezone.now())
        assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        return browser

    return make


@pytest.fixture
def supervisor(browser_of: Callable[[str], Client]) -> Client:
    return browser_of("supervisor")


@pytest.fixture
def asked(bad, supervisor) -> str:
    """The address of a request that was just made."""
    answer = supervisor.post(NEW, ASKED | {"about": str(bad.order_id)})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer.headers["Location"])


def state() -> str:
    return str(OpeningRequest.objects.get().state)


def test_two_keepers_of_two_offices_approve(asked, keeper):
    for office, reached in ((0, "seconded"), (1, "approved")):
        browser = keeper(office)
        assert f'action="{asked}/approve"' in browser.get(asked).content.decode()
        assert browser.post(f"{asked}/approve").status_code == 303
        assert state() == reached
        assert f'action="{asked}/approve"' not in browser.get(asked).content.decode()


def test_the_page_says_which_offices_approved_and_names_no_reviewer(asked, keeper, supervisor):
    keeper(0).post(f"{asked}/approve")

    page = supervisor.get(asked).content.decode()

    assert "示例机构0" in page
    assert "保管员0" in page
    assert ASKED["legal_basis"] in page
    assert not any(word in page for word in ("张小满", "13900000001"))


def test_the_same_office_twice_is_told_no(asked, keeper):
    browser = keeper(0)
    browser.post(f"{asked}/approve")

    assert browser.post(f"{asked}/approve").status_code == 403
    assert state() == "seconded"


def test_a_keeper_refuses_with_a_reason(asked, keeper):
    browser = keeper(2)

    assert browser.post(f"{asked}/refuse", {"note": "理由不足"}).status_code == 303

    assert state() == "refused"
    assert "理由不足" in browser.get(asked).content.decode()
    assert browser.post(f"{asked}/approve").status_code == 409


def test_whoever_asked_withdraws_and_does_not_approve(asked, supervisor):
    assert supervisor.post(f"{asked}/approve").status_code == 403

    assert supervisor.post(f"{asked}/withdraw").status_code == 303
    assert state() == "withdrawn"
    assert "/withdraw" not in supervisor.get(asked).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"about": "NO-SUCH"}, "about"),
        ({"about": ""}, "about"),
        ({"purpose": ""}, "purpose"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"purpose": "lawful_request"}, "document"),
    ],
)
def test_what_is_lacking_is_said_at_its_field(bad, supervisor, changes, field):
    answer = supervisor.post(NEW, ASKED | {"about": str(bad.order_id)} | changes)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not OpeningRequest.objects.exists()


def test_the_order_leads_supervisors_to_the_form(bad, supervisor, clerk):
    address = f"{NEW}?about={bad.order_id}"

    assert address in supervisor.get(bad.address()).content.decode()
    assert address not in clerk.get(bad.address()).content.decode()
    assert str(bad.order_id) in supervisor.get(address).content.decode()


def test_a_list_shows_the_requests_of_ones_division(asked, supervisor, keeper):
    for browser in (supervisor, keeper(0)):
        assert asked in browser.get("/desk/openings/").content.decode()


def test_a_step_that_is_none_is_not_there(asked, supervisor):
    assert supervisor.post(f"{asked}/open").status_code == 404


def test_the_public_reads_how_many_were_opened(asked, keeper):
    page = Client().get("/about").content.decode()
    assert "尚无" in page

    moment = timezone.now()
    for office in (0, 1):
        keeper(office).post(f"{asked}/approve")
    OpeningRequest.objects.update(state="opened", opens_from=moment, opened_at=moment)

    assert f"{moment.year} 年" in Client().get("/about").content.decode()
