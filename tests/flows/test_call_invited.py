"""电话邀评: a call through the relay, what it may bring and what not, up to the review and the message that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.cases.models import Case
from haochaping.directory import queries as directory
from haochaping.flows import call_back, call_invited
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.identity import actions as identity
from haochaping.identity import keys, relay
from haochaping.identity import queries as identities
from haochaping.identity.models import RelayGrant
from haochaping.kernel.actor import SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices import queries as notices
from haochaping.notices.models import Delivery
from haochaping.rectification import queries as orders
from haochaping.reviews.asking import queries
from haochaping.reviews.models import AskingAttempt, AskingCall, Review
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
CITY = f"{worlds.PROVINCE}.{worlds.CITY}."
POWERS = frozenset({"invitation.call"})
OPERATOR = Actor(ActorKind.STAFF, "901", POWERS, Scope(division_path=CITY))
COLLEAGUE = replace(OPERATOR, id="902")


@pytest.fixture(autouse=True)
def _world(db: None, now: datetime, settings, tmp_path) -> None:
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)
    worlds.build(now)
    worlds.follow(worlds.CITY, now, invitation_channel="phone")


@pytest.fixture
def to_call(now) -> UUID:
    """Somebody who is on the list of callers."""
    worlds.take_case("YC-1", now)
    send_due_invitations(by=SYSTEM, now=now)
    return AskingCall.objects.get().id


def ring(call_id: UUID, at: datetime, *, by: Actor = OPERATOR) -> UUID:
    """Ask for a call and have the worker connect it; returns the delivery."""
    delivery = call_invited.request_call(call_id, line="8001", by=by, now=at)
    connect(delivery, at)
    return delivery


def connect(delivery: UUID, at: datetime) -> None:
    call_back.connect_call(delivery, relay_keys=relay.load_keys(settings.KEYS_DIR), by=SYSTEM, now=at)


def record(
    call_id: UUID, at: datetime, result: str, *, level: str = "", words: str = "", by: Actor = OPERATOR
) -> str:
    call_invited.record_call(call_id, result=result, level=level, words=words, by=by, now=at)
    return AskingCall.objects.get(id=call_id).state


def refusal(call) -> tuple[str, str]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    return refused.value.code, refused.value.complaint.field


def entries() -> list[tuple[str, dict[str, str]]]:
    rows = Entry.objects.filter(kind=EntryKind.INVITATION_CALLED).order_by("recorded_at", "id")
    return [(entry.actor, entry.facts) for entry in rows]


def test_what_was_said_by_phone_becomes_a_review_with_its_order_and_is_shown_to_who_said_it(
    to_call, now, settings
):
    delivery = ring(to_call, now)

    assert record(to_call, now + MINUTE, "rated", level="2", words="排队两小时，\r\n无人管。") == "heard"
    assert not Review.objects.exists()
    call_invited.take_heard(to_call, by=SYSTEM, now=now + 2 * MINUTE)

    review = Review.objects.get()
    assert (review.provenance, review.channel, review.level) == ("hotline_call_back", "phone", 2)
    assert review.comment_text == "排队两小时，\n无人管。"
    assert review.changeable_until > now + MINUTE
    assert orders.order_of_review(review.id) is not None
    row = AskingCall.objects.get()
    assert (row.state, row.level, row.words, row.refusal) == ("taken", None, "", "")
    attempt = AskingAttempt.objects.get()
    assert (attempt.call, attempt.called_at, attempt.result, attempt.by) == (
        delivery,
        now,
        "rated",
        "staff:901",
    )
    assert entries() == [
        ("staff:901", {"result": "rated", "call": str(delivery), "state": "heard"}),
        ("system:haochaping", {"state": "taken"}),
    ]
    told = Delivery.objects.get(template="receipt")
    assert told.params["link"].startswith(f"{settings.SITE_URL}/r/")
    assert_counters_exact()


def test_what_is_settled_is_not_made_a_review_a_second_time(to_call, now):
    ring(to_call, now)
    record(to_call, now, "rated", level="5")
    for _ in range(2):
        call_invited.take_heard(to_call, by=SYSTEM, now=now)

    assert (Review.objects.count(), Delivery.objects.filter(template="receipt").count()) == (1, 1)


def test_words_stand_in_the_ledger_as_a_commitment_only(to_call, now):
    ring(to_call, now)
    record(to_call, now, "rated", level="4", words="窗口很耐心。")

    entry = Entry.objects.get(kind=EntryKind.INVITATION_CALLED)
    assert entry.commitment
    assert "窗口" not in str(entry.facts)


@pytest.mark.parametrize("by", [OPERATOR, COLLEAGUE])
def test_nobody_writes_down_a_rating_that_no_call_of_theirs_has_brought(to_call, now, by):
    """Neither without a call, nor after a colleague's, nor before it was connected, nor twice, nor the next day."""

    def rate(at: datetime = now) -> str:
        return record(to_call, at, "rated", level="5", by=by)

    no = ("not_in_a_call", "result")
    assert refusal(rate) == no
    ring(to_call, now, by=COLLEAGUE if by == OPERATOR else OPERATOR)
    assert refusal(rate) == no
    later = now + HOUR
    waiting = call_invited.request_call(to_call, line="8001", by=by, now=later)
    assert refusal(lambda: rate(later)) == no
    connect(waiting, later)
    assert refusal(lambda: rate(later + HOUR + MINUTE)) == no
    assert not AskingAttempt.objects.exists()
    assert rate(later) == "heard"


def test_a_call_is_recorded_once(to_call, now):
    ring(to_call, now)
    record(to_call, now, "later")

    assert refusal(lambda: record(to_call, now, "rated", level="5")) == ("not_in_a_call", "result")


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        ({"result": "x"}, "unknown_asking_result", "result"),
        ({"result": "rated"}, "level_out_of_range", "level"),
        ({"result": "rated", "level": "2"}, "bad_words_missing", "words"),
        ({"result": "rated", "level": "5", "words": "字" * 501}, "comment_too_long", "words"),
        ({"result": "rated", "level": "5", "words": "a\x07"}, "forbidden_characters", "words"),
    ],
)
def test_what_cannot_be_written_down_is_said_at_its_field(to_call, now, typed, code, field):
    ring(to_call, now)

    assert refusal(lambda: record(to_call, now, **typed)) == (code, field)
    assert not AskingAttempt.objects.exists()


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ("declined", "declined"),
        ("wrong_number", "wrong_number"),
        ("later", "to_call"),
        ("no_answer", "to_call"),
    ],
)
def test_each_result_and_what_follows(to_call, now, result, state):
    delivery = ring(to_call, now)

    assert record(to_call, now, result, level="5", words="不该留下") == state

    row = AskingCall.objects.get()
    assert (row.level, row.words, row.settled_at) == (None, "", None if state == "to_call" else now)
    assert entries() == [("staff:901", {"result": result, "call": str(delivery), "state": state})]
    call_invited.take_heard(to_call, by=SYSTEM, now=now)
    assert not Review.objects.exists()
    if state != "to_call":
        again = now + HOUR
        assert refusal(lambda: call_invited.request_call(to_call, line="8001", by=OPERATOR, now=again)) == (
            "asking_call_settled",
            "",
        )
        assert refusal(lambda: record(to_call, again, "no_answer")) == ("asking_call_settled", "")


def test_after_enough_hours_without_an_answer_nobody_calls_any_more(to_call, now):
    states = []
    for hours in range(3):
        ring(to_call, now + hours * HOUR)
        states.append(record(to_call, now + hours * HOUR, "no_answer"))

    assert states == ["to_call", "to_call", "not_reached"]


def test_who_does_not_want_to_be_asked_is_asked_by_nobody_any_more(to_call, now):
    ring(to_call, now)
    assert record(to_call, now, "opted_out") == "opted_out"
    person = Delivery.objects.get(channel="call").person
    assert ProcrastinateJob.objects.get(task_name="invitations.heard").args == {"call_id": str(to_call)}

    call_invited.take_heard(to_call, by=SYSTEM, now=now)

    assert identities.refusing([person]) == {person: True}
    worlds.take_case("YC-2", now + DAY)
    send_due_invitations(by=SYSTEM, now=now + DAY)
    assert AskingCall.objects.count() == 1


def test_a_rating_beside_one_given_by_another_way_is_not_taken(to_call, now):
    ring(to_call, now)
    record(to_call, now, "rated", level="1", words="很慢")
    worlds.give("YC-1", 4, now, entrance=Entrance.TOKEN)

    call_invited.take_heard(to_call, by=SYSTEM, now=now + MINUTE)

    row = AskingCall.objects.get()
    assert (row.state, row.refusal, row.words) == ("not_taken", "conflict", "")
    assert Review.objects.get().level == 4
    assert entries()[-1] == ("system:haochaping", {"state": "not_taken", "refusal": "conflict"})
    assert not Delivery.objects.filter(template="receipt").exists()


def test_a_rating_takes_the_place_of_one_that_nobody_is_known_to_have_given(to_call, now):
    worlds.give("YC-1", 5, now, entrance=Entrance.UNSIGNED)
    ring(to_call, now)
    record(to_call, now, "rated", level="1", words="很慢")

    call_invited.take_heard(to_call, by=SYSTEM, now=now + MINUTE)

    review = Review.objects.get()
    assert (review.level, review.provenance, review.channel, review.comment_text) == (
        1,
        "hotline_call_back",
        "phone",
        "很慢",
    )
    assert AskingCall.objects.get().state == "taken"
    assert_counters_exact()


def test_what_the_rules_do_not_take_any_more_waits_in_quarantine(to_call, now):
    worlds.follow(worlds.COUNTY, now, review_window="1")
    late = now + 5 * DAY
    ring(to_call, late)
    record(to_call, late, "rated", level="5")

    call_invited.take_heard(to_call, by=SYSTEM, now=late)

    row = AskingCall.objects.get()
    assert (row.state, row.refusal) == ("not_taken", "review_window_over")


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (replace(OPERATOR, powers=frozenset({"order.dispatch"})), "not_allowed"),
        (
            replace(OPERATOR, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.")),
            "no_such_asking_call",
        ),
        (replace(OPERATOR, scope=Scope(agency_path=f"{worlds.AGENCY}.")), "no_such_asking_call"),
    ],
)
def test_nobody_calls_outside_their_remit_nor_for_the_agency_itself(to_call, now, by, code):
    assert refusal(lambda: call_invited.request_call(to_call, line="8001", by=by, now=now))[0] == code
    assert refusal(lambda: record(to_call, now, "no_answer", by=by))[0] == code
    if code != "not_allowed":
        assert queries.to_call(by, now=now, limit=5) == []


def test_nobody_calls_about_what_they_did_themselves(to_call, now):
    AskingCall.objects.update(staff_id=7)
    by = replace(OPERATOR, staff_ids=frozenset({7}))

    assert queries.to_call(by, now=now, limit=5) == []
    assert refusal(lambda: call_invited.request_call(to_call, line="8001", by=by, now=now))[0] == (
        "no_such_asking_call"
    )
    assert len(queries.to_call(OPERATOR, now=now, limit=5)) == 1


def test_nobody_is_called_at_night_or_twice_in_an_hour(to_call, now):
    night = now.replace(hour=22)
    assert refusal(lambda: ring(to_call, night))[0] == "asking_quiet_hours"
    ring(to_call, now)
    assert refusal(lambda: ring(to_call, now + 10 * MINUTE))[0] == "called_this_hour"
    assert Delivery.objects.count() == 1


def test_calls_are_as_many_as_the_rules_allow_recorded_or_not(to_call, now):
    for hours in range(3):
        ring(to_call, now + hours * HOUR)

    assert refusal(lambda: ring(to_call, now + 3 * HOUR))[0] == "person_calls_used_up"


def test_a_desk_line_that_is_none_is_refused(to_call, now):
    assert refusal(lambda: call_invited.request_call(to_call, line="x", by=OPERATOR, now=now)) == (
        "bad_line",
        "line",
    )
    assert not RelayGrant.objects.exists()


@pytest.mark.parametrize("meanwhile", ["refused", "reviewed", "night", "too late"])
def test_a_call_that_waits_is_not_connected_when_it_may_not_be_any_more(to_call, now, meanwhile):
    delivery = call_invited.request_call(to_call, line="8001", by=OPERATOR, now=now)
    at = {"night": now.replace(hour=23), "too late": now + 8 * DAY}.get(meanwhile, now)
    if meanwhile == "refused":
        identity.set_asking(Delivery.objects.get().person, wanted=False, by=SYSTEM, now=now)
    if meanwhile == "reviewed":
        worlds.give("YC-1", 4, now, entrance=Entrance.TOKEN)

    connect(delivery, at)

    row = Delivery.objects.get()
    codes = {"refused": "asking_refused", "night": "asking_quiet_hours"}
    assert (row.state, row.last_error) == ("failed", codes.get(meanwhile, "asking_call_settled"))
    assert notices.demo_messages() == []


@pytest.mark.parametrize("meanwhile", ["refused", "reviewed", "too late"])
def test_who_is_not_to_be_called_any_more_leaves_the_list(to_call, now, meanwhile):
    worlds.take_case("YC-2", now, applicant={"phone": "13900000002"})
    send_due_invitations(by=SYSTEM, now=now)
    if meanwhile == "refused":
        person = Case.objects.get(case_no="YC-1").person_id
        assert person is not None
        identity.set_asking(person, wanted=False, by=SYSTEM, now=now)
    if meanwhile == "reviewed":
        worlds.give("YC-1", 4, now, entrance=Entrance.TOKEN)
    at = now + 8 * DAY if meanwhile == "too late" else now + MINUTE

    lapsed = call_invited.lapse_calls(by=SYSTEM, now=at)

    assert lapsed == (2 if meanwhile == "too late" else 1)
    assert AskingCall.objects.get(id=to_call).state == "lapsed"
    assert entries() == [("system:haochaping", {"lapsed": str(lapsed)})]
    assert call_invited.lapse_calls(by=SYSTEM, now=at) == 0


def test_the_list_tells_the_service_and_nobody(to_call, now):
    [row] = queries.to_call(OPERATOR, now=now, limit=5)

    county = directory.division(worlds.COUNTY)
    assert county is not None
    assert (row.id, row.division_id, row.why, row.attempts, row.last_attempt) == (
        to_call,
        county.id,
        "rules",
        0,
        None,
    )
    ring(to_call, now)
    record(to_call, now, "no_answer")
    [row] = queries.to_call(OPERATOR, now=now, limit=5)
    assert (row.attempts, row.last_attempt) == (1, now)
