"""On the pages of orders that are answered together: each leads to the other, for whoever may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.directory.models import Agency
from haochaping.flows import merge_orders
from haochaping.rectification.models import WorkOrder
from tests import worlds
from tests.doors.workbench.conftest import PLACES
from tests.doors.workbench.test_linked import look
from tests.doors.workbench.test_named import bind
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from tests.doors.workbench.conftest import Bad


@pytest.fixture
def dispatcher(browser_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    """Who dispatches in the city, and sees nothing beyond it."""
    monkeypatch.setitem(PLACES, "dispatcher", (Role.DISPATCHER, {"division_code": worlds.CITY}))
    return browser_of("dispatcher")


def merged_by(browser: Client, order: Bad, into: Bad) -> int:
    return browser.post(order.address("merge"), {"into": str(into.order_id)}).status_code


def test_two_cases_of_one_person_are_merged_at_the_desk(bad_review: Callable[..., Bad], dispatcher: Client):
    lead, other = bad_review("YC-8"), bad_review("YC-9")

    assert merged_by(dispatcher, other, lead) == 303

    assert WorkOrder.objects.get(id=other.order_id).merged_into_id == lead.order_id


def test_an_order_that_answers_for_one_out_of_reach_is_not_merged_on(
    bad_review: Callable[..., Bad], dispatcher: Client
):
    lead, middle, other = (bad_review(f"YC-{no}") for no in (7, 8, 9))
    merge_orders.merge(other.order_id, middle.order_id, by=DISPATCHER, now=timezone.now())
    there = Agency.objects.get(code=worlds.OTHER_AGENCY)
    WorkOrder.objects.filter(id=other.order_id).update(agency=there, division=there.division)

    assert merged_by(dispatcher, middle, lead) == 422

    assert WorkOrder.objects.get(id=middle.order_id).merged_into_id is None


def test_each_of_two_leads_to_the_other(bad_review: Callable[..., Bad], clerk: Client):
    lead, merged = bad_review("YC-8"), bad_review("YC-9")
    merge_orders.merge(merged.order_id, lead.order_id, by=DISPATCHER, now=timezone.now())

    assert f'href="{lead.address()}"' in look(clerk, merged)
    assert f'href="{merged.address()}"' in look(clerk, lead)


def test_of_an_order_that_is_answered_with_another_nothing_is_due_and_nobody_is_written_to(
    bad_review: Callable[..., Bad], clerk: Client
):
    lead, merged = bad_review("YC-8"), bad_review("YC-9")
    assert "write to them below" in look(clerk, merged)
    assert "Nothing is due any more." not in look(clerk, merged)

    merge_orders.merge(merged.order_id, lead.order_id, by=DISPATCHER, now=timezone.now())

    page = look(clerk, merged)
    assert "write to them below" not in page
    assert "The reviewer has not agreed to be called." in page
    assert "Nothing is due any more." in page


def test_whoever_the_merged_one_names_is_not_led_there(
    bad_review: Callable[..., Bad], clerk: Client, world: datetime
):
    service = worlds.occurrence(1, world) | {"staff": "S1"}
    lead, merged = bad_review("YC-8"), bad_review("YC-9", occurrences=[service])
    merge_orders.merge(merged.order_id, lead.order_id, by=DISPATCHER, now=timezone.now())
    bind("clerk")

    assert merged.address() not in look(clerk, lead)
