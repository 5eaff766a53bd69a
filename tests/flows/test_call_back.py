"""A call to the reviewer: asked for from an order, connected by the worker, read by nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.cases.models import Case
from haochaping.flows import call_back, handle_bad_review
from haochaping.identity import keys, relay
from haochaping.identity.models import RelayGrant, SealedPerson
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices import queries as notices
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import was_unreached
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as reviews_queries
from haochaping.reviews.models import Review
from haochaping.reviews.terms import SupplementRow
from tests import worlds
from tests.flows.conftest import order_of
from tests.flows.test_receive_reviews import find_everywhere
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
OFFICE = Actor(
    ActorKind.STAFF,
    "supervisor",
    powers=frozenset({"order.view", "order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)


@pytest.fixture
def folder(tmp_path, settings):
    settings.KEYS_DIR, settings.SMS_GATEWAY = tmp_path, "demo"
    keys.ensure(tmp_path)
    return tmp_path


@pytest.fixture
def signed(folder, world, now) -> UUID:
    """The order of a bad review whose reviewer may be called, signed for by the agency; its review."""
    outcome = worlds.give("YC-1", 1, now, reviewer={"name": "李样本", "phone": "13912345678"})
    assert outcome.id is not None
    consent(outcome.id, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    rectification.sign_for(order_of(outcome.id).id, by=worlds.CLERK, now=now)
    return outcome.id


def consent(review_id: UUID, now, *, agreed: bool = True) -> None:
    reviews.supplement(review_id, SupplementRow(may_call_back=agreed), by=REVIEWER, now=now)


def ask(review_id: UUID, now, *, by=worlds.CLERK, purpose: str = "verify", line: str = "8001") -> UUID:
    order = order_of(review_id)
    return call_back.request_call(order.id, purpose=purpose, line=line, by=by, now=now)


def connect(call: UUID, folder, now) -> DeliveryState:
    call_back.connect_call(call, relay_keys=relay.load_keys(folder), by=SYSTEM, now=now)
    return DeliveryState(Delivery.objects.get(id=call).state)


def refused(run, code: str) -> None:
    with pytest.raises(Refused) as no:
        run()
    assert no.value.code == code


def test_the_relay_connects_and_nobody_reads_the_number(signed, folder, now):
    assert connect(ask(signed, now), folder, now) == DeliveryState.SENT

    [shown] = notices.demo_messages()
    assert shown.masked_to == "139****5678"
    assert "中间号" in shown.text
    [call] = orders.history(order_of(signed).id).calls
    assert (call.purpose, call.state) == ("verify", DeliveryState.SENT)
    assert find_everywhere("13912345678") == []


def test_each_use_is_recorded_with_purpose_and_grant(signed, folder, now):
    connect(ask(signed, now), folder, now)

    order = order_of(signed)
    granted = [e for e in ledger.entries_of("order", str(order.id)) if e.kind == EntryKind.RELAY_GRANTED]
    used = Entry.objects.get(kind=EntryKind.RELAY_USED)
    assert [entry.actor for entry in granted] == [str(worlds.CLERK)]
    assert used.facts == {"purpose": "verify", "basis": f"grant:{granted[0].facts['grant']}"}


def test_without_consent_no_call_is_asked_for(signed, now):
    consent(signed, now, agreed=False)

    refused(lambda: ask(signed, now), "no_callback_consent")
    assert not Delivery.objects.filter(channel="call").exists()


def test_consent_taken_back_while_the_call_waits_is_respected(signed, folder, now):
    call = ask(signed, now)
    consent(signed, now, agreed=False)

    assert connect(call, folder, now) == DeliveryState.FAILED

    assert Delivery.objects.get(id=call).last_error == "no_callback_consent"
    assert notices.demo_messages() == []
    assert not Entry.objects.filter(kind=EntryKind.RELAY_USED).exists()


@pytest.mark.parametrize(
    ("by", "code"),
    [(worlds.NOBODY, "not_allowed"), (worlds.PUBLISHER, "not_allowed")],
)
def test_only_whoever_handles_the_order_asks(signed, now, by, code):
    refused(lambda: ask(signed, now, by=by), code)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"purpose": "chat"}, "unknown_relay_purpose"), ({"line": "desk"}, "bad_line")],
)
def test_purpose_and_line_are_asked(signed, now, said, code):
    refused(lambda: ask(signed, now, **said), code)


def test_the_rulebook_says_how_often_and_how_long(signed, folder, now):
    for n in range(3):
        assert connect(ask(signed, now + n * HOUR), folder, now + n * HOUR) == DeliveryState.SENT

    refused(lambda: ask(signed, now + 4 * HOUR), "calls_used_up")
    ask(signed, now + 48 * HOUR)
    assert Delivery.objects.filter(channel="call").count() == 4


def test_a_second_call_in_one_hour_is_refused_and_uses_up_none(signed, folder, now):
    on_the_hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
    connect(ask(signed, on_the_hour), folder, on_the_hour)

    for minutes in (1, 59):
        with pytest.raises(Refused) as no:
            ask(signed, on_the_hour + minutes * MINUTE)
        assert no.value.code == "order_called_this_hour"
        assert no.value.complaint.params == {"at": on_the_hour + HOUR}
    record(signed, on_the_hour + MINUTE, result="not_reached", is_true=None, is_reasonable=None)
    refused(lambda: ask(signed, on_the_hour + 2 * MINUTE), "order_called_this_hour")

    for n in (1, 2):
        at = on_the_hour + n * HOUR
        assert connect(ask(signed, at), folder, at) == DeliveryState.SENT
        record(signed, at, result="not_reached", is_true=None, is_reasonable=None)
    order = order_of(signed)
    assert was_unreached(orders.calls_of(order.id, order.round).answer, 3)


def test_whoever_was_heard_may_be_called_again_at_once(signed, folder, now):
    connect(ask(signed, now), folder, now)
    record(signed, now)

    assert connect(ask(signed, now + MINUTE), folder, now + MINUTE) == DeliveryState.SENT


def test_a_call_that_waited_too_long_is_not_made(signed, folder, now):
    call = ask(signed, now)

    assert connect(call, folder, now + 48 * HOUR) == DeliveryState.FAILED
    assert Delivery.objects.get(id=call).last_error == "relay_grant_over"


def test_a_call_belongs_to_the_time_of_the_work(folder, world, now):
    outcome = worlds.give("YC-1", 1, now, reviewer={"phone": "13912345678"})
    assert outcome.id is not None
    consent(outcome.id, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)

    refused(lambda: ask(outcome.id, now), "wrong_state")


def test_somebody_without_any_number_is_not_called(folder, world, now):
    worlds.take_case("YC-9", now, applicant={})
    outcome = worlds.give("YC-9", 1, now)
    assert outcome.id is not None
    consent(outcome.id, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    rectification.sign_for(order_of(outcome.id).id, by=worlds.CLERK, now=now)

    refused(lambda: ask(outcome.id, now), "no_phone")


def test_a_call_that_failed_is_not_tried_again_by_itself(signed, folder, settings, now):
    settings.SMS_GATEWAY = ""
    call = ask(signed, now)

    assert connect(call, folder, now) == DeliveryState.FAILED
    assert [call.state for call in orders.history(order_of(signed).id).calls] == [DeliveryState.FAILED]


def test_calls_that_a_broken_relay_did_not_make_use_up_none(signed, folder, settings, now):
    settings.SMS_GATEWAY = ""
    for n in range(4):
        assert connect(ask(signed, now + n * MINUTE), folder, now + n * MINUTE) == DeliveryState.FAILED
    [grant] = RelayGrant.objects.all()
    assert grant.calls_made == 0
    used = [entry for entry in ledger.entries_of("person", str(grant.person)) if "basis" in entry.facts]
    kinds = Counter(entry.kind for entry in used if entry.facts["basis"] == f"grant:{grant.id}")
    assert kinds == {EntryKind.RELAY_USED: 4, EntryKind.CALL_NOT_MADE: 4}

    settings.SMS_GATEWAY = "demo"
    for n in range(3):
        assert connect(ask(signed, now + n * HOUR), folder, now + n * HOUR) == DeliveryState.SENT
    refused(lambda: ask(signed, now + 4 * HOUR), "calls_used_up")


def test_a_call_that_is_refused_before_its_number_is_opened_takes_none_back(signed, folder, now):
    assert connect(ask(signed, now), folder, now) == DeliveryState.SENT
    waited = ask(signed, now + HOUR)
    consent(signed, now, agreed=False)

    assert connect(waited, folder, now + HOUR) == DeliveryState.FAILED

    assert RelayGrant.objects.get().calls_made == 1


def test_an_order_without_calls_lists_none(signed):
    assert orders.history(order_of(signed).id).calls == []


FOUND: dict[str, Any] = {"is_true": True, "is_reasonable": True, "note": "核实过"}


def record(review_id: UUID, now, *, by=worlds.CLERK, result: str = "answered", **said: Any) -> None:
    call_back.record(order_of(review_id).id, result=result, **FOUND | said, by=by, now=now)


def recordable(review_id: UUID, *, by=worlds.CLERK) -> call_back.Recordable:
    order = order_of(review_id)
    review, said = reviews_queries.review_with_supplement(review_id)
    concealed = said.concealed
    calls = by != worlds.CLERK if concealed else by == worlds.CLERK
    handles = by == worlds.CLERK
    return call_back.recordable(
        orders.history(order.id), review, said, calls=calls, handles=handles, concealed=concealed
    )


def test_a_call_is_made_then_its_outcome_is_recorded_and_counted(signed, folder, now):
    refused(lambda: record(signed, now), "no_call_behind")
    call = ask(signed, now)
    refused(lambda: record(signed, now), "no_call_behind")
    connect(call, folder, now)

    record(signed, now + HOUR)

    [said] = [event.callback for event in orders.history(order_of(signed).id).events if event.callback]
    assert (said.means, said.contact, said.called_at) == ("relay", str(call), now)
    refused(lambda: record(signed, now + HOUR), "no_call_behind")
    assert_counters_exact()


def test_a_call_that_was_not_connected_has_no_outcome(signed, folder, settings, now):
    settings.SMS_GATEWAY = ""
    connect(ask(signed, now), folder, now)

    refused(lambda: record(signed, now, result="not_reached"), "no_call_behind")


def test_that_no_call_is_possible_is_not_said_of_somebody_who_can_be_called(signed, now):
    refused(lambda: record(signed, now, result="not_possible"), "call_possible")
    assert recordable(signed) == call_back.Recordable((), own=False, impossible=False)
    assert not recordable(signed)


@pytest.mark.parametrize("why", ["no consent", "no relay", "no number", "nobody"])
def test_that_no_call_is_possible_is_said_where_none_is(signed, folder, settings, now, why):
    if why == "no consent":
        consent(signed, now, agreed=False)
    elif why == "no relay":
        settings.SMS_GATEWAY = ""
    elif why == "no number":
        SealedPerson.objects.update(relay_sealed=None)
        assert connect(ask(signed, now), folder, now) == DeliveryState.NO_PHONE
    else:
        Review.objects.update(person_id=None)
        Case.objects.update(person_id=None)

    assert recordable(signed).impossible
    refused(lambda: record(signed, now), "no_call_behind")
    record(signed, now, result="not_possible")

    assert order_of(signed).state == "verified"
    assert_counters_exact()


def test_an_agency_that_only_helps_does_not_call(signed, now):
    order = order_of(signed).id
    rectification.join(order, agency_code=worlds.OTHER_AGENCY, task="请提供数据", by=DISPATCHER, now=now)
    helper = replace(worlds.CLERK, id="helper", scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))
    assert orders.order(order, by=helper).id == order

    refused(lambda: ask(signed, now, by=helper), "out_of_scope")
    assert not Delivery.objects.filter(channel="call").exists()


def conceal(review_id: UUID, now, *, agreed: bool = True) -> None:
    reviews.supplement(review_id, SupplementRow(may_call_back=agreed, concealed=True), by=REVIEWER, now=now)


def test_an_office_calls_through_the_relay_or_by_its_own_switchboard(signed, folder, now):
    conceal(signed, now)
    assert not recordable(signed)
    assert recordable(signed, by=OFFICE) == call_back.Recordable((), own=True, impossible=False)
    connect(ask(signed, now, by=OFFICE), folder, now)

    record(signed, now, by=OFFICE, result="not_reached")
    refused(lambda: record(signed, now, by=OFFICE, contact="own"), "own_reference_missing")
    record(signed, now + HOUR, by=OFFICE, contact="own", recording="DB-9")

    said = [event.callback for event in orders.history(order_of(signed).id).events if event.callback]
    assert [(one.means, one.result) for one in said] == [("relay", "not_reached"), ("own", "answered")]
    assert said[1].contact == "DB-9"


def test_an_office_calls_nobody_by_its_own_switchboard_who_has_not_agreed(signed, now):
    conceal(signed, now, agreed=False)

    assert recordable(signed, by=OFFICE) == call_back.Recordable((), own=False, impossible=True)
    refused(lambda: record(signed, now, by=OFFICE, contact="own", recording="DB-9"), "no_callback_consent")


def test_what_a_concealed_reviewer_wrote_the_agency_records(signed, now):
    handle_bad_review.write_to_reviewer(order_of(signed).id, "请问是哪一份？", by=worlds.CLERK, now=now)
    conceal(signed, now)
    handle_bad_review.answer_agency(signed, "居住证明。", by=REVIEWER, now=now)
    [message] = recordable(signed).contacts

    refused(lambda: record(signed, now), "concealed")
    record(signed, now, contact=message.key)

    assert order_of(signed).state == "verified"
