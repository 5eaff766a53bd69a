"""A clerk whom a review names, at every address of its order: there is no such thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries as people
from haochaping.kernel.actor import OPERATOR
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_THERE = 404


def bind(username: str) -> None:
    found = people.staff_by_username(username)
    assert found is not None
    accounts.bind_staff_member(
        user_id=found.id, agency_code=worlds.AGENCY, staff_number="S1", by=OPERATOR, now=timezone.now()
    )


@pytest.fixture
def named(bad_review, world):
    """A bad review of a service at which S1 served, dispatched."""
    service = worlds.occurrence(1, world) | {"staff": "S1"}
    found = bad_review("YC-7", occurrences=[service])
    assert WorkOrder.objects.get(id=found.order_id).staff_id is not None
    return found


@pytest.mark.parametrize("who", ["clerk", "supervisor"])
def test_whoever_turns_out_to_be_meant_loses_the_order_at_once(named, browser_of, who):
    browser = browser_of(who)
    pages: dict[str, Callable[[], Any]] = {
        "page": lambda: browser.get(named.address()),
        "step": lambda: browser.post(named.address("sign-for" if who == "clerk" else "end"), {"reason": "x"}),
    }
    if who == "clerk":
        pages["read"] = lambda: browser.post(named.address("read"))
    assert browser.get(named.address()).status_code == 200
    inbox = reverse("desk")
    assert str(named.order_id) in browser.get(inbox).content.decode()

    bind(_username(browser))

    assert {name: ask().status_code for name, ask in pages.items()} == dict.fromkeys(pages, NOT_THERE)
    assert str(named.order_id) not in browser.get(inbox).content.decode()
    assert orders.rows([named.order_id])[0].state == "dispatched"


def _username(browser) -> str:
    user_id = int(browser.session["_auth_user_id"])
    found = people.staff_by_id(user_id)
    assert found is not None
    return found.username
