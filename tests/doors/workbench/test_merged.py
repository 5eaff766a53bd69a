"""On the pages of orders that are answered together: each leads to the other, for whoever may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from haochaping.flows import merge_orders
from tests import worlds
from tests.doors.workbench.test_linked import look
from tests.doors.workbench.test_named import bind
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from tests.doors.workbench.conftest import Bad


def test_each_of_two_leads_to_the_other(bad_review: Callable[..., Bad], clerk: Client):
    lead, merged = bad_review("YC-8"), bad_review("YC-9")
    merge_orders.merge(merged.order_id, lead.order_id, by=DISPATCHER, now=timezone.now())

    assert f'href="{lead.address()}"' in look(clerk, merged)
    assert f'href="{merged.address()}"' in look(clerk, lead)


def test_whoever_the_merged_one_names_is_not_led_there(
    bad_review: Callable[..., Bad], clerk: Client, world: datetime
):
    service = worlds.occurrence(1, world) | {"staff": "S1"}
    lead, merged = bad_review("YC-8"), bad_review("YC-9", occurrences=[service])
    merge_orders.merge(merged.order_id, lead.order_id, by=DISPATCHER, now=timezone.now())
    bind("clerk")

    assert merged.address() not in look(clerk, lead)
