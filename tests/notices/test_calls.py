"""Calls: the same way as messages, at most once, under a grant, with a line instead of words."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.notices import actions, gateway, queries, rules
from haochaping.notices.models import Delivery
from haochaping.notices.terms import Channel, DeliveryState, GatewayFailed

from .conftest import CLERK, NOW
from .test_actions import Recorder, deliver

pytestmark = pytest.mark.django_db
PERSON, GRANT = UUID(int=3), UUID(int=5)


def call(line: str = "8001") -> UUID:
    return actions.queue_call(PERSON, grant=GRANT, line=line, by=CLERK, now=NOW)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("8001", "8001"),
        ("0990-8812 3456", "099088123456"),
        ("＋86 (990) 123", "+86990123"),
        ("12", None),
        ("x" * 5, None),
        ("1" * 21, None),
        ("", None),
    ],
)
def test_a_line_is_what_the_relay_can_ring(typed, line):
    assert rules.normal_line(typed) == line


def test_a_call_is_connected_once_and_its_line_forgotten():
    made, relay = call("80-01"), Recorder()

    assert [deliver(made, relay) for _ in range(2)] == [DeliveryState.SENT] * 2

    assert [(phone, words) for phone, words, _ in relay.sent] == [("13900000001", "call from 8001")]
    assert Delivery.objects.get().params == {}
    [row] = Delivery.objects.all()
    assert (row.channel, row.state, row.grant) == (Channel.CALL, DeliveryState.SENT, GRANT)


def test_a_call_has_a_job_of_its_own():
    call()

    assert ProcrastinateJob.objects.values_list("task_name", flat=True).get() == "notices.connect"


def test_a_second_call_waits_for_the_first():
    made = call()
    with pytest.raises(Refused, match="call_waits"):
        call()

    assert deliver(made, Recorder(GatewayFailed("busy"))) == DeliveryState.FAILED
    assert call() != made


def test_what_is_no_line_is_refused():
    with pytest.raises(Refused, match="bad_line") as refused:
        call("my desk")

    assert refused.value.complaint.field == "line"
    assert not Delivery.objects.exists()


def test_the_demo_shows_that_a_call_was_connected_and_masks_the_number():
    deliver(call(), gateway.named("demo"))

    [shown] = queries.demo_messages()
    assert shown.masked_to == "139****0001"
    assert "8001" not in shown.text


def test_without_a_gateway_no_call_is_connected():
    assert deliver(call(), gateway.named("")) == DeliveryState.FAILED


def test_a_call_queued_again_by_a_person_is_a_call():
    made = call()
    deliver(made, Recorder(GatewayFailed("busy")))

    actions.requeue(made, by=SYSTEM, now=NOW)

    assert set(ProcrastinateJob.objects.values_list("task_name", flat=True)) == {"notices.connect"}


@pytest.mark.parametrize("written", [{"grant": None}, {"channel": "sms"}, {"template": "receipt"}])
def test_the_database_wants_a_grant_for_each_call(written):
    call()

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(**written)
