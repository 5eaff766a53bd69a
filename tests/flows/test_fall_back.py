"""换渠道邀评: who got no text message was not asked, and goes where the rules of the place send them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows.deliver_notice import deliver_notices
from haochaping.flows.fall_back import read_outcomes
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.identity import actions as identity
from haochaping.identity import keys, relay
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices.gateway import DemoGateway
from haochaping.notices.models import Delivery
from haochaping.notices.terms import GatewayFailed, NumberDead
from haochaping.reviews.models import AskingCall, Invitation
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOTH = {"invitation_channel": "sms,phone"}


class Deaf(DemoGateway):
    """A gateway that says that no message reaches this number."""

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:
        raise NumberDead("no such number")


class Busy(DemoGateway):
    """A gateway that takes no message."""

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:
        raise GatewayFailed("busy")


DEAF, BUSY = (f"{one.__module__}.{one.__name__}" for one in (Deaf, Busy))


@pytest.fixture(autouse=True)
def _world(db: None, now: datetime, settings, tmp_path) -> None:
    settings.SMS_GATEWAY, settings.KEYS_DIR = DEAF, tmp_path
    keys.ensure(tmp_path)
    worlds.build(now)


def ask(now: datetime) -> int:
    return send_due_invitations(by=SYSTEM, now=now)


def send(now: datetime, settings) -> None:
    waiting = Delivery.objects.filter(state__in=["queued", "failed"]).order_by("id")
    with suppress(GatewayFailed):
        deliver_notices(
            [row.id for row in waiting], relay_keys=relay.load_keys(settings.KEYS_DIR), by=SYSTEM, now=now
        )


def read(now: datetime) -> int:
    return read_outcomes(by=SYSTEM, now=now)


def invitation() -> tuple[int, int, str, bool]:
    row = Invitation.objects.get()
    return row.asked, row.failed, row.asking_ended, row.message is not None


def fell_back() -> list[dict[str, str]]:
    """The last first."""
    return [entry.facts for entry in ledger.entries_by(kind=EntryKind.INVITATION_FELL_BACK)]


def test_a_dead_number_is_called_where_the_rules_know_a_call(now, settings):
    worlds.follow(worlds.CITY, now, **BOTH)
    worlds.take_case("YC-1", now)
    ask(now)
    assert invitation() == (1, 0, "", True)
    assert read(now) == 0

    send(now, settings)

    assert read(now + HOUR) == 1
    assert invitation() == (0, 1, "by_phone", False)
    call = AskingCall.objects.get()
    assert (call.why, call.state, call.since, call.until) == (
        "not_sent",
        "to_call",
        now + HOUR,
        now + HOUR + 7 * DAY,
    )
    assert fell_back() == [{"channel": "sms", "then": "by_phone"}]
    assert [read(now + HOUR), ask(now + 3 * DAY)] == [0, 0]


def test_a_message_is_tried_twice_more_before_it_has_failed(now, settings):
    settings.SMS_GATEWAY = BUSY
    worlds.follow(worlds.CITY, now, **BOTH)
    worlds.take_case("YC-1", now)
    ask(now)

    found = []
    for _ in range(3):
        send(now, settings)
        found.append(read(now))

    assert found == [0, 0, 1]
    assert AskingCall.objects.count() == 1


def test_where_the_rules_know_no_call_the_second_message_is_still_sent_and_then_it_ends(now, settings):
    worlds.take_case("YC-1", now)
    for moment in (now, now + 3 * DAY):
        assert ask(moment) == 1
        send(moment, settings)
        assert read(moment) == 1

    assert invitation() == (0, 2, "not_sent", False)
    assert not AskingCall.objects.exists()
    assert fell_back() == [{"channel": "sms", "then": "not_sent"}, {"channel": "sms", "then": "again"}]
    assert ask(now + 6 * DAY) == 0


def test_what_went_out_stays_asked(now, settings):
    settings.SMS_GATEWAY = "demo"
    worlds.take_case("YC-1", now)
    ask(now)
    send(now, settings)

    assert read(now) == 0
    assert invitation() == (1, 0, "", False)
    assert fell_back() == []


def test_what_may_have_gone_out_has_no_outcome(now):
    worlds.take_case("YC-1", now)
    ask(now)
    Delivery.objects.update(state="unclear")

    assert read(now) == 0
    assert invitation() == (1, 0, "", True)


def test_who_turns_out_to_have_no_number_is_called_by_nobody(now):
    worlds.follow(worlds.CITY, now, **BOTH)
    worlds.take_case("YC-1", now)
    ask(now)
    Delivery.objects.update(state="no_phone")

    assert read(now) == 1
    assert invitation() == (0, 1, "no_phone", False)
    assert not AskingCall.objects.exists()


@pytest.mark.parametrize("meanwhile", ["reviewed", "opted_out"])
def test_who_has_reviewed_or_refused_meanwhile_is_not_called(now, settings, meanwhile):
    worlds.follow(worlds.CITY, now, **BOTH)
    worlds.take_case("YC-1", now)
    ask(now)
    send(now, settings)
    if meanwhile == "reviewed":
        worlds.give("YC-1", 4, now, entrance=Entrance.TOKEN)
    else:
        identity.set_asking(Delivery.objects.get().person, wanted=False, by=SYSTEM, now=now)

    assert read(now) == 1
    assert invitation() == (0, 1, meanwhile, False)
    assert not AskingCall.objects.exists()


def test_a_number_that_got_nothing_may_be_written_to_the_same_day(now, settings):
    """What was given up is none of the messages a person may have in a day."""
    worlds.take_case("YC-1", now)
    ask(now)
    send(now, settings)
    worlds.take_case("YC-2", now)

    assert ask(now + HOUR) == 1


def test_where_the_rules_ask_by_phone_nobody_is_written_to(now):
    worlds.follow(worlds.CITY, now, invitation_channel="phone", invitation_after_days="1")
    worlds.take_case("YC-1", now)
    assert [ask(now), AskingCall.objects.count()] == [0, 0]

    assert ask(now + DAY) == 0

    assert (invitation(), Delivery.objects.count()) == ((0, 0, "by_phone", False), 0)
    call = AskingCall.objects.get()
    assert (call.why, call.state) == ("rules", "to_call")
    assert {"to_call": "1"} in [entry.facts for entry in ledger.entries_by(kind=EntryKind.INVITATION_ISSUED)]
