"""The list of what is overdue names the helping agency that is late."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from haochaping.rectification import actions
from haochaping.rectification.models import CoHandler, WorkOrder
from haochaping.rectification.terms import OrderState
from tests import worlds
from tests.doors.workbench.test_order import bring_to
from tests.voices.conftest import DISPATCHER

LIST = "/oversight/orders"


def test_a_helping_agency_that_is_late_stands_there_by_its_name(bad, one, world, supervisor_of):
    bring_to(bad, OrderState.SIGNED, world)
    actions.join(bad.order_id, agency_code=worlds.OTHER_AGENCY, task="核对", by=DISPATCHER, now=world)
    WorkOrder.objects.update(due_at=timezone.now() + timedelta(days=1))
    asked = {"accept-language": "en"}
    assert "Helping agencies that are overdue" not in one.get(LIST, headers=asked).content.decode()

    CoHandler.objects.update(due_at=timezone.now() - timedelta(hours=1))

    page = one.get(LIST, headers=asked).content.decode()
    assert "Helping agencies that are overdue" in page
    assert "石港市行政审批局" in page
    agency = CoHandler.objects.get().agency_id
    assert "石港市行政审批局" in one.get(f"{LIST}?agency={agency}&list=overdue").content.decode()
    elsewhere = supervisor_of("elsewhere", worlds.OTHER_CITY)
    assert "Helping agencies" not in elsewhere.get(LIST, headers=asked).content.decode()
