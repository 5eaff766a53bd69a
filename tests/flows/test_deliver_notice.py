from __future__ import annotations

import pytest

from haochaping.flows.deliver_notice import deliver_notice
from haochaping.identity import actions as identity
from haochaping.identity import keys, relay
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import queries as ledger
from haochaping.notices import actions as notices
from haochaping.notices import queries
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState, GatewayFailed, Template
from tests.flows.test_receive_reviews import find_everywhere

pytestmark = pytest.mark.django_db
LINK = "https://haochaping.invalid/r/abc"


@pytest.fixture
def queued(tmp_path, settings, now):
    """A notice to a sealed person, and the worker's key."""
    settings.KEYS_DIR = tmp_path
    keys.ensure(tmp_path)
    [person] = identity.seal([PlainPerson("张小满", "13911112222")], now=now)
    delivery_id = notices.queue_sms(person, Template.ORDER_REPLIED, {"link": LINK}, by=SYSTEM, now=now)
    return delivery_id, person, relay.load_keys(tmp_path)


def test_a_notice_goes_out_in_chinese_and_the_opening_is_recorded(queued, settings, now):
    settings.SMS_GATEWAY = "demo"
    delivery_id, person, relay_keys = queued

    deliver_notice(delivery_id, relay_keys=relay_keys, by=SYSTEM, now=now)

    [message] = queries.demo_messages()
    assert LINK in message.text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in message.text)
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert len(ledger.entries_of("person", str(person))) == 1
    assert find_everywhere("13911112222") == []


def test_a_notice_that_has_not_gone_out_is_tried_again(queued, settings, now):
    settings.SMS_GATEWAY = ""
    delivery_id, _, relay_keys = queued

    with pytest.raises(GatewayFailed):
        deliver_notice(delivery_id, relay_keys=relay_keys, by=SYSTEM, now=now)
    settings.SMS_GATEWAY = "demo"
    deliver_notice(delivery_id, relay_keys=relay_keys, by=SYSTEM, now=now)

    assert len(queries.demo_messages()) == 1


def test_a_notice_that_went_out_is_not_sent_twice(queued, settings, now):
    settings.SMS_GATEWAY = "demo"
    delivery_id, _, relay_keys = queued
    for _ in range(2):
        deliver_notice(delivery_id, relay_keys=relay_keys, by=SYSTEM, now=now)

    assert len(queries.demo_messages()) == 1
