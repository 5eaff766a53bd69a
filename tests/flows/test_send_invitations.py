"""短信邀评: who is asked, when, how often, and what stops it; all the way to the message."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from haochaping.exchange.terms import Raw
from haochaping.flows.deliver_notice import deliver_notices
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.flows.set_asking import set_asking
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity import actions as identity
from haochaping.identity import keys, relay
from haochaping.identity.models import BlindIndex, RefusedAsking
from haochaping.identity.terms import ErasureCause
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices import queries as notices
from haochaping.notices.models import Delivery
from haochaping.notices.terms import GatewayFailed
from haochaping.reviews.models import Invitation
from haochaping.reviews.rules import sign_token
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _world(db: None, now: datetime, settings, tmp_path) -> None:
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)
    worlds.build(now)


def person(phone: str = "13900000001") -> dict[str, str]:
    return {"name": "张小满", "phone": phone}


def ask(now: datetime) -> int:
    return send_due_invitations(by=SYSTEM, now=now)


def ended(case_no: str) -> str:
    return Invitation.objects.get(occurrence__case__case_no=case_no).asking_ended


def test_somebody_served_is_asked_at_once_and_once_more_after_three_days(now):
    worlds.take_case("YC-1", now)

    asked = [ask(now + after) for after in (0 * DAY, HOUR, 3 * DAY - HOUR, 3 * DAY, 30 * DAY)]

    assert asked == [1, 0, 0, 1, 0]
    assert (ended("YC-1"), Delivery.objects.count()) == ("asked_out", 2)


def test_the_message_holds_a_link_that_says_how_it_was_sent_and_nothing_else(now, settings, tmp_path):
    worlds.take_case("YC-1", now)
    ask(now)
    relay_keys = relay.load_keys(tmp_path)

    deliver_notices([row.id for row in Delivery.objects.all()], relay_keys=relay_keys, by=SYSTEM, now=now)

    [message] = notices.demo_messages()
    assert f"{settings.SITE_URL}/r/" in message.text
    assert message.text.endswith("?via=sms")
    assert "张" not in message.text
    assert "许可" not in message.text
    assert Delivery.objects.get().params == {}


def test_many_share_one_job_and_the_fault_of_one_stops_no_other(now, tmp_path):
    for n in range(3):
        worlds.take_case(f"YC-{n}", now, applicant=person(f"1390000000{n}"))
    assert ask(now) == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'notices.%%'")
        assert cursor.fetchone() == (1,)
    ids = list(Delivery.objects.order_by("id").values_list("id", flat=True))
    Delivery.objects.filter(id=ids[0]).update(params={})

    for _ in range(2):
        with pytest.raises(GatewayFailed, match="1 of 3"):
            deliver_notices(ids, relay_keys=relay.load_keys(tmp_path), by=SYSTEM, now=now)

    assert len(notices.demo_messages()) == 2


def test_one_number_gets_one_message_a_day_whoever_it_belongs_to(now):
    """Two cases of one number, sealed apart, under two names."""
    worlds.take_case("YC-1", now)
    worlds.take_case("YC-2", now, applicant={"name": "李大明", "phone": "139 0000 0001"})

    assert [ask(now), ask(now + HOUR), ask(now + DAY - 3 * HOUR), ask(now + DAY)] == [1, 0, 0, 1]
    assert Invitation.objects.filter(asked=1).count() == 2


@pytest.mark.parametrize(("hour", "asked"), [(7, 0), (8, 1), (20, 1), (21, 0), (23, 0)])
def test_nobody_is_disturbed_at_night(now, hour, asked):
    worlds.take_case("YC-1", now)
    moment = (now + DAY).replace(hour=hour)

    assert ask(moment) == asked
    morning = (moment + DAY).replace(hour=8) if hour > 12 else moment.replace(hour=8)
    assert ask(morning) == 1 - asked


def test_whoever_has_reviewed_is_not_asked(now):
    worlds.take_case("YC-1", now)
    ask(now)
    worlds.give("YC-1", 4, now + HOUR, entrance=Entrance.TOKEN)

    assert ask(now + 3 * DAY) == 0
    assert ended("YC-1") == "reviewed"


def test_what_nobody_is_known_to_have_said_is_no_review(now):
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 5, now, entrance=Entrance.UNSIGNED)

    assert ask(now) == 1


def token(case_no: str) -> str:
    [invitation] = Invitation.objects.filter(occurrence__case__case_no=case_no)
    return sign_token(invitation.id, settings.INVITATION_KEY)


def refuse(now: datetime, *, wanted: bool = False) -> None:
    set_asking(token("YC-1"), wanted=wanted, by=REVIEWER, now=now)


def test_whoever_asks_not_to_be_asked_is_not_and_the_number_is_known_by_its_fingerprint_only(now):
    """Whatever case comes later, sealed anew under another name; somebody else is asked as before."""
    worlds.take_case("YC-1", now)
    assert ask(now) == 1
    refuse(now)

    assert ask(now + 3 * DAY) == 0
    assert ended("YC-1") == "opted_out"
    later = now + 5 * DAY
    worlds.take_case("YC-2", later, applicant={"name": "李大明", "phone": "139 0000 0001"})
    worlds.take_case("YC-3", later, applicant=person("13900000002"))
    assert ask(later) == 1
    assert (ended("YC-2"), ended("YC-3")) == ("opted_out", "")
    [kept] = RefusedAsking.objects.all()
    assert b"139" not in bytes(kept.value)
    assert len(bytes(kept.value)) == 33


def test_the_wish_outlives_the_sealed_person(now):
    worlds.take_case("YC-1", now)
    refuse(now)
    identity.erase(
        list(BlindIndex.objects.values_list("person_id", flat=True)),
        ErasureCause.RETENTION,
        by=SYSTEM,
        now=now,
    )

    worlds.take_case("YC-2", now + DAY)

    assert ask(now + DAY) == 0
    assert ended("YC-2") == "opted_out"


def test_whoever_agrees_again_is_asked_again_and_each_change_is_recorded_once(now):
    worlds.take_case("YC-1", now)
    for minute, wanted in enumerate((False, False, True, True)):
        refuse(now + timedelta(minutes=minute), wanted=wanted)

    assert ask(now) == 1
    entries = Entry.objects.filter(kind=EntryKind.ASKING_SET).order_by("recorded_at", "id")
    assert [(entry.actor, entry.facts) for entry in entries] == [
        ("reviewer:reviewer", {"asking": "no"}),
        ("reviewer:reviewer", {"asking": "yes"}),
    ]


def test_without_a_number_there_is_nothing_to_refuse(now):
    worlds.take_case("YC-1", now, applicant=person(""))
    with pytest.raises(Refused) as refused:
        refuse(now)
    assert refused.value.code == "no_phone"
    worlds.take_case("YC-2", now, applicant={})
    with pytest.raises(Refused) as refused:
        set_asking(token("YC-2"), wanted=False, by=REVIEWER, now=now)
    assert refused.value.code == "no_phone"
    assert not RefusedAsking.objects.exists()


@pytest.mark.parametrize("phone", ["", "none"])
def test_without_a_number_nobody_is_asked(now, phone):
    worlds.take_case("YC-1", now, applicant=person(phone))

    assert ask(now) == 0
    assert Invitation.objects.get().ask_at is None
    assert ended("YC-1") == "no_phone"


def test_nobody_is_asked_about_cases_of_long_ago_or_by_the_word_of_an_unsigned_address(now):
    old = worlds.occurrence(1, now - 30 * DAY)
    worlds.take_case("YC-1", now, occurrences=[old])
    unsigned = Raw(worlds.case("YC-2", now))
    take_in_cases([unsigned], verified=False, entrance="unsigned", by=OPERATOR, now=now)

    assert ask(now) == 0
    assert list(Invitation.objects.values_list("ask_at", flat=True)) == [None, None]


def test_a_gateway_that_was_away_for_weeks_does_not_ask_for_them(now, settings):
    worlds.take_case("YC-1", now)
    settings.SMS_GATEWAY = ""
    assert ask(now) == 0
    settings.SMS_GATEWAY = "demo"

    assert ask(now + 8 * DAY) == 0
    assert ended("YC-1") == "missed"


@pytest.mark.parametrize(
    ("rules", "asked"),
    [
        ({"invitation_after_days": "3"}, [0, 1, 0]),
        ({"invitations_at_most": "0"}, [0, 0, 0]),
        ({"invitations_at_most": "1"}, [1, 0, 0]),
        ({"second_invitation_after_days": "5"}, [1, 0, 1]),
        ({"invitation_channel": "phone"}, [0, 0, 0]),
        ({"invitation_channel": "sms,phone"}, [1, 1, 0]),
        ({"messages_a_day": "0"}, [0, 0, 0]),
        ({"quiet_from": "00:00", "quiet_until": "23:59"}, [0, 0, 0]),
    ],
)
def test_the_rules_of_the_place_decide(now, rules, asked):
    worlds.follow(worlds.CITY, now, **rules)
    worlds.take_case("YC-1", now)

    assert [ask(now + days * DAY) for days in (0, 3, 5)] == asked


def test_a_service_that_is_corrected_is_not_asked_about_anew(now):
    worlds.take_case("YC-1", now)
    ask(now)
    corrected = Raw(worlds.case("YC-1", now, trips=2))
    take_in_cases([corrected], entrance=Entrance.CLIENT, by=OPERATOR, now=now)

    assert ask(now + HOUR) == 0
    assert Invitation.objects.count() == 1


def test_the_ledger_says_how_many_and_never_whom(now):
    worlds.take_case("YC-1", now)
    before = ledger.count(EntryKind.INVITATION_ISSUED)
    ask(now)

    assert ledger.count(EntryKind.INVITATION_ISSUED) == before + 1
