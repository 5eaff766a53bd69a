from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.identity import actions as identity
from haochaping.identity import keys, relay
from haochaping.identity.terms import PlainPerson, RelayPurpose
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.refused import Reason, Refused
from haochaping.ledger import queries as ledger
from haochaping.notices import actions, gateway, queries
from haochaping.notices.models import Delivery, DemoMessage, Message, Thread
from haochaping.notices.terms import (
    DeliveryState,
    GatewayAway,
    GatewayFailed,
    NumberDead,
    Side,
    Template,
)
from tests.notices.conftest import CLERK, NOW, PERSON, REVIEWER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from haochaping.notices.gateway import Gateway
    from haochaping.notices.terms import Script

pytestmark = pytest.mark.django_db
LINK = {"link": "https://x.test/r/token"}


class Recorder:
    """A gateway for tests: notes what it sends, and raises what it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[tuple[str, str, str]] = []

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((phone, text, reference))
        return f"ref-{len(self.sent)}"

    def connect(self, line: str, phone: str, *, reference: str, now: datetime) -> str:
        return self.send(phone, f"call from {line}", reference=reference, now=now)

    def ask(self, phone: str, script: Script, *, answers_to: str, reference: str, now: datetime) -> str:
        said = [script.greeting, *(one.text for one in script.questions), script.farewell, answers_to]
        return self.send(phone, "\n".join(said), reference=reference, now=now)


def queue() -> UUID:
    return actions.queue_sms(PERSON, Template.INVITATION, LINK, by=SYSTEM, now=NOW)


def deliver(
    delivery_id: UUID, through: Gateway, phone_of: Callable[[UUID], str] = lambda _: "13900000001"
) -> DeliveryState:
    return actions.deliver(delivery_id, gateway=through, phone_of=phone_of, translate=str, by=SYSTEM, now=NOW)


def test_a_subject_has_one_thread(thread_id):
    again = actions.open_thread("work_order", "42", person=None, by=CLERK, now=NOW)
    other = actions.open_thread("work_order", "43", person=None, by=CLERK, now=NOW)

    assert again == thread_id != other
    assert Thread.objects.get(id=thread_id).person == PERSON


@pytest.mark.parametrize(
    ("side", "by"), [(Side.AGENCY, CLERK), (Side.REVIEWER, REVIEWER), (Side.SYSTEM, SYSTEM)]
)
def test_a_message_is_kept_cleaned(thread_id, side, by):
    message_id = actions.write(thread_id, side, "  您好\r\n请回复\u202e ", by=by, now=NOW)

    message = Message.objects.get(id=message_id)
    assert (message.text, message.side, message.author, message.sent_at) == (
        "您好\n请回复",
        side,
        str(by),
        NOW,
    )


@pytest.mark.parametrize("by", [CLERK, SYSTEM])
def test_nobody_writes_in_the_name_of_the_reviewer(thread_id, by):
    with pytest.raises(Refused, match="wrong_side"):
        actions.write(thread_id, Side.REVIEWER, "很满意", by=by, now=NOW)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [(" \n ", "empty_message"), ("字" * 2001, "long_message"), ("a\x00", "control_characters")],
)
def test_a_message_that_says_nothing_or_too_much_is_refused(thread_id, text, code):
    with pytest.raises(Refused, match=code) as refused:
        actions.write(thread_id, Side.AGENCY, text, by=CLERK, now=NOW)
    assert refused.value.complaint.field == "text"


def test_a_message_needs_a_thread(db):
    with pytest.raises(Refused, match="no_thread"):
        actions.write(uuid4(), Side.AGENCY, "您好", by=CLERK, now=NOW)


def test_reading_marks_what_the_others_wrote(thread_id):
    actions.write(thread_id, Side.AGENCY, "您好", by=CLERK, now=NOW)
    actions.write(thread_id, Side.REVIEWER, "你好", by=REVIEWER, now=NOW)

    assert actions.mark_read(thread_id, Side.REVIEWER, by=REVIEWER, now=NOW) == 1
    assert actions.mark_read(thread_id, Side.REVIEWER, by=REVIEWER, now=NOW) == 0
    assert list(Message.objects.filter(read_at=NOW).values_list("side", flat=True)) == [Side.AGENCY]


def test_nobody_reads_in_the_name_of_the_reviewer(thread_id):
    with pytest.raises(Refused, match="wrong_side"):
        actions.mark_read(thread_id, Side.REVIEWER, by=CLERK, now=NOW)


def test_a_queued_notice_has_a_job_with_its_id_only(db):
    delivery_id = queue()

    row = queries.delivery(delivery_id)
    assert row is not None
    assert (row.state, row.attempts, row.person) == (DeliveryState.QUEUED, 0, PERSON)
    job = ProcrastinateJob.objects.get(task_name="notices.deliver")
    assert job.args == {"delivery_id": str(delivery_id)}


@pytest.mark.parametrize("params", [{}, {"link": "/r/a", "name": "王"}, {"url": "/r/a"}])
def test_a_template_takes_its_own_values_only(db, params):
    with pytest.raises(Refused, match="wrong_template_params"):
        actions.queue_sms(PERSON, Template.INVITATION, params, by=SYSTEM, now=NOW)
    assert not Delivery.objects.exists()


def test_a_notice_goes_out_once(db):
    delivery_id, through = queue(), Recorder()

    states = [deliver(delivery_id, through) for _ in range(3)]

    assert states == [DeliveryState.SENT] * 3
    [(phone, text, reference)] = through.sent
    assert (phone, reference) == ("13900000001", str(delivery_id))
    assert text.endswith(LINK["link"])
    row = Delivery.objects.get(id=delivery_id)
    # The link has done its work and is not kept.
    assert (row.attempts, row.gateway_ref, row.params, row.last_error) == (1, "ref-1", {}, "")
    assert row.moved_by == str(SYSTEM)


def test_a_notice_that_failed_is_tried_again(db):
    delivery_id, through = queue(), Recorder(GatewayFailed("busy"), GatewayFailed("busy"))

    states = [deliver(delivery_id, through) for _ in range(3)]

    assert states == [DeliveryState.FAILED, DeliveryState.FAILED, DeliveryState.SENT]
    assert Delivery.objects.get(id=delivery_id).attempts == 3
    assert len(through.sent) == 1


@pytest.mark.parametrize(
    ("errors", "states"),
    [
        ([GatewayFailed("busy")] * 3, ["failed", "failed", "given_up", "given_up"]),
        ([NumberDead("no such number")], ["given_up", "given_up"]),
        ([GatewayAway("down")] * 4, ["failed"] * 4 + ["sent"]),
        ([GatewayAway("down")] * 3 + [GatewayFailed("busy")], ["failed"] * 3 + ["given_up"]),
    ],
)
def test_an_invitation_is_tried_twice_more_and_then_given_up(db, errors, states):
    """What the gateway itself says counts; that it is away says nothing of the number."""
    delivery_id, through = queue(), Recorder(*errors)

    assert [deliver(delivery_id, through) for _ in states] == states

    assert len(through.sent) == states.count("sent")
    assert Delivery.objects.get().params == {}


def test_other_notices_are_tried_as_long_as_the_queue_does(db):
    delivery_id = actions.queue_sms(PERSON, Template.RECEIPT, LINK, by=SYSTEM, now=NOW)
    through = Recorder(*[GatewayFailed("busy")] * 5)

    assert [deliver(delivery_id, through) for _ in range(6)] == ["failed"] * 5 + ["sent"]


@pytest.mark.parametrize(
    ("template", "kept"),
    [(Template.INVITATION, timedelta(days=1)), (Template.RECEIPT, timedelta(days=7))],
)
def test_what_failed_long_ago_is_given_up_with_its_link(db, template, kept):
    delivery_id = actions.queue_sms(PERSON, template, LINK, by=SYSTEM, now=NOW)
    waiting = actions.queue_sms(PERSON, template, LINK, by=SYSTEM, now=NOW)
    deliver(delivery_id, Recorder(GatewayAway("down")))

    assert actions.give_up_failed(by=SYSTEM, now=NOW + kept) == 0
    assert actions.give_up_failed(by=SYSTEM, now=NOW + kept + timedelta(seconds=1)) == 1

    row = Delivery.objects.get(id=delivery_id)
    assert (row.state, row.params, row.last_error) == ("given_up", {}, "down")
    assert Delivery.objects.get(id=waiting).state == "queued"
    assert deliver(delivery_id, Recorder()) == "given_up"


def test_what_the_gateway_said_is_kept(db):
    delivery_id = queue()

    deliver(delivery_id, Recorder(GatewayFailed("busy" * 100)))

    row = Delivery.objects.get(id=delivery_id)
    assert (row.last_error, row.params) == (("busy" * 100)[:200], LINK)


def test_a_notice_interrupted_while_sending_is_not_sent_again(db):
    delivery_id, through = queue(), Recorder(TimeoutError())
    with pytest.raises(TimeoutError):
        deliver(delivery_id, through)

    assert deliver(delivery_id, through) == DeliveryState.UNCLEAR
    assert deliver(delivery_id, through) == DeliveryState.UNCLEAR
    assert through.sent == []


def test_a_second_worker_does_not_disturb_the_first(db):
    delivery_id, second = queue(), Recorder()

    class Slow(Recorder):
        def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:
            assert deliver(delivery_id, second) == DeliveryState.UNCLEAR
            return super().send(phone, text, reference=reference, now=now)

    assert deliver(delivery_id, Slow()) == DeliveryState.SENT
    assert second.sent == []
    assert Delivery.objects.get(id=delivery_id).state == DeliveryState.SENT


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("no_phone", DeliveryState.NO_PHONE),
        ("unknown_person", DeliveryState.NO_PHONE),
        ("other_relay_key", DeliveryState.FAILED),
    ],
)
def test_a_number_that_cannot_be_opened(db, code, state):
    delivery_id, through = queue(), Recorder()

    def phone_of(_: UUID) -> str:
        raise Refused(Reason(code, "", ""))

    assert deliver(delivery_id, through, phone_of) == state
    assert Delivery.objects.get(id=delivery_id).last_error == code
    assert through.sent == []


def test_a_fault_before_sending_leaves_the_notice_open(db):
    delivery_id, through = queue(), Recorder()

    def phone_of(_: UUID) -> str:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        deliver(delivery_id, through, phone_of)
    assert Delivery.objects.get(id=delivery_id).last_error == "OSError"
    assert deliver(delivery_id, through) == DeliveryState.SENT


def test_an_unknown_notice_is_refused(db):
    with pytest.raises(Refused, match="no_delivery"):
        deliver(uuid4(), Recorder())
    with pytest.raises(Refused, match="no_delivery"):
        actions.requeue(uuid4(), by=CLERK, now=NOW)


@pytest.mark.parametrize("error", [GatewayFailed("busy"), TimeoutError()])
def test_a_person_may_queue_a_failed_notice_again(db, error):
    delivery_id, through = queue(), Recorder(error)
    if isinstance(error, TimeoutError):
        with pytest.raises(TimeoutError):
            deliver(delivery_id, through)
    deliver(delivery_id, through)

    actions.requeue(delivery_id, by=CLERK, now=NOW)

    assert ProcrastinateJob.objects.filter(task_name="notices.deliver").count() == 2
    assert deliver(delivery_id, through) == DeliveryState.SENT


def test_a_sent_notice_is_not_queued_again(db):
    delivery_id = queue()
    deliver(delivery_id, Recorder())

    with pytest.raises(Refused, match="delivery_not_failed"):
        actions.requeue(delivery_id, by=CLERK, now=NOW)


def test_from_the_seal_to_the_demo_page_no_number_is_kept(tmp_path, settings):
    settings.KEYS_DIR, settings.SUITE = tmp_path, "intl"
    keys.ensure(tmp_path)
    [person] = identity.seal([PlainPerson("欧阳试例", "139 0000 0001")], now=NOW)
    relay_keys = relay.load_keys(tmp_path)
    delivery_id = actions.queue_sms(person, Template.INVITATION, LINK, by=SYSTEM, now=NOW)

    def phone_of(person_id: UUID) -> str:
        return identity.open_phone(
            person_id,
            relay_keys=relay_keys,
            purpose=RelayPurpose.NOTICE,
            basis="delivery:7",
            by=SYSTEM,
            now=NOW,
        )

    state = deliver(delivery_id, gateway.named("demo"), phone_of)

    assert state == DeliveryState.SENT
    assert [(m.masked_to, LINK["link"] in m.text) for m in queries.demo_messages()] == [("139****0001", True)]
    assert len(ledger.entries_of("person", str(person))) == 1


def test_the_demo_keeps_the_same_message_once(db):
    demo = gateway.named("demo")

    refs = {demo.send("13900000001", "text", reference="a", now=NOW) for _ in range(2)}

    assert len(refs) == DemoMessage.objects.count() == 1


def test_without_a_gateway_notices_wait(db):
    delivery_id = queue()

    assert deliver(delivery_id, gateway.named("")) == DeliveryState.FAILED
    assert "SMS_GATEWAY" in Delivery.objects.get(id=delivery_id).last_error


def test_a_gateway_is_found_by_its_path():
    assert isinstance(gateway.named("haochaping.notices.gateway.DemoGateway"), gateway.DemoGateway)


def test_an_automatic_call_says_its_script_and_where_the_keys_go():
    [call] = actions.queue_many([(PERSON, LINK)], Template.SAMPLE_CALL, by=SYSTEM, now=NOW)
    through = Recorder()

    assert Delivery.objects.get().channel == "ivr"
    assert deliver(call, through) == DeliveryState.SENT
    [(phone, said, _)] = through.sent
    assert phone == "13900000001"
    assert "press 0" in said
    assert said.endswith(LINK["link"])
    assert Delivery.objects.get().params == {}
