"""退单 on the page: asked for, and refused, only as the rules of the place and the time let it pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.flows import handle_bad_review
from haochaping.kernel.actor import SYSTEM
from haochaping.rectification.models import WorkOrder
from tests import worlds
from tests.doors.workbench.conftest import PLACES

REASON = {"reason": "不归我局管，请转派。"}


@pytest.fixture(autouse=True)
def _in_time(bad, monkeypatch) -> None:
    """The order is with the agency, which can still sign for it."""
    monkeypatch.setitem(PLACES, "dispatcher", (Role.DISPATCHER, {"division_code": worlds.CITY}))
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())
    WorkOrder.objects.update(sign_due_at=timezone.now() + timedelta(hours=1))


def offered(browser, bad) -> set[str]:
    page = browser.get(bad.address()).content.decode()
    return {step for step in ("return", "grant-return", "refuse-return") if f'/{step}"' in page}


def test_a_return_is_offered_until_the_one_of_the_rules_is_used_up(bad, clerk, browser_of):
    dispatcher = browser_of("dispatcher")
    assert offered(clerk, bad) == {"return"}

    assert clerk.post(bad.address("return"), REASON).status_code == 303
    assert offered(dispatcher, bad) == {"grant-return", "refuse-return"}
    assert dispatcher.post(bad.address("refuse-return"), REASON).status_code == 303

    assert offered(clerk, bad) == set()
    assert "最多可退 1 次，次数已用完" in clerk.post(bad.address("return"), REASON).content.decode()


def test_where_the_rules_know_no_return_none_is_offered(bad, clerk, world):
    worlds.follow(worlds.CITY, world, returns_at_most="0")

    assert offered(clerk, bad) == set()
    assert "工单不得退回" in clerk.post(bad.address("return"), REASON).content.decode()


def test_after_the_time_for_signing_none_is_offered(bad, clerk):
    WorkOrder.objects.update(sign_due_at=timezone.now() - timedelta(minutes=1))

    assert offered(clerk, bad) == set()


def test_a_return_that_needs_no_approval_is_not_refused(bad, clerk, browser_of, world):
    worlds.follow(worlds.CITY, world, return_needs_approval="no")
    clerk.post(bad.address("return"), REASON)

    assert offered(browser_of("dispatcher"), bad) == {"grant-return"}
