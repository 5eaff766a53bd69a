"""What stands behind an outcome of a call-back: one call of the relay, one message, or the own reference of an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from haochaping.accounts.terms import Power
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices import actions as notices
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState, Side
from haochaping.rectification import actions, queries
from haochaping.rectification.models import Callback, WorkOrder
from haochaping.rectification.terms import CallResult, Move
from tests import worlds
from tests.rectification.conftest import DONE, FOUND
from tests.rectification.test_loop import SUPERVISOR, code_of
from tests.rectification.test_named import named_one

if TYPE_CHECKING:
    from tests.rectification.conftest import Desk

pytestmark = pytest.mark.django_db

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
MISSED: dict[str, Any] = {"result": "not_reached", "is_true": None, "is_reasonable": None, "note": "无人接听"}
CLAIMS = [one.value for one in CallResult if one != CallResult.NOT_POSSIBLE]


@pytest.fixture
def signed(desk: Desk) -> Desk:
    return desk.upto(Move.SIGN_FOR)


def record(desk: Desk, by=worlds.CLERK, **said: Any) -> None:
    actions.verify_by_callback(desk.order_id, **FOUND | said, by=by, now=desk.later())


def refusal(desk: Desk, **said: Any) -> tuple[str, str]:
    """The code and field of what is refused; nothing is left of it."""
    before = Callback.objects.count(), recorded(desk), desk.moves
    with pytest.raises(Refused) as refused, transaction.atomic():
        record(desk, **said)
    assert (Callback.objects.count(), recorded(desk), desk.moves) == before
    return refused.value.code, refused.value.complaint.field


def recorded(desk: Desk) -> list[dict[str, str]]:
    """What the ledger says of each recorded attempt."""
    entries = ledger.entries_of("order", str(desk.order_id))
    return [dict(entry.facts) for entry in entries if entry.kind == EntryKind.CALLBACK_RECORDED]


def wrote(desk: Desk, text: str = "周二下午去的。") -> str:
    """The reviewer writes in the thread of the order; how a form names the message."""
    now = desk.later()
    thread = notices.open_thread("order", str(desk.order_id), person=None, by=worlds.CLERK, now=now)
    actions.link_thread(desk.order_id, thread)
    notices.write(thread, Side.AGENCY, "请告知经过。", by=worlds.CLERK, now=now)
    return f"message:{notices.write(thread, Side.REVIEWER, text, by=worlds.REVIEWER, now=now)}"


@pytest.mark.parametrize("result", CLAIMS)
def test_an_outcome_without_a_call_is_refused(signed, result):
    assert refusal(signed, result=result) == ("no_call_behind", "")


@pytest.mark.parametrize("result", CLAIMS)
def test_an_outcome_names_the_call_it_is_of(signed, result):
    called_at = signed.later()
    call = worlds.rang(signed.order_id, called_at)
    signed.now += 3 * HOUR

    record(signed, result=result, recording="R-17")

    [row] = Callback.objects.all()
    assert (row.means, row.contact, row.called_at) == ("relay", str(call), called_at)
    assert (row.recording, row.at) == ("R-17", signed.now)
    assert recorded(signed) == [
        {"state": "verified", "result": result, "means": "relay", "contact": str(call)}
    ]
    told = [event.callback for event in queries.history(signed.order_id).events if event.callback]
    assert [(one.means, one.contact, one.called_at) for one in told] == [("relay", str(call), called_at)]
    assert queries.own_timeline(signed.order_id)[0][-1].callback == told[0]


def test_a_call_has_one_outcome(signed):
    call = worlds.rang(signed.order_id, signed.later())
    record(signed)

    assert refusal(signed) == ("no_call_behind", "")
    assert refusal(signed, contact=f"relay:{call}") == ("no_call_behind", "")


def test_the_database_holds_that_a_call_has_one_outcome(signed):
    worlds.rang(signed.order_id, signed.later())
    record(signed)
    row = Callback.objects.get()
    row.pk = uuid7(signed.now)

    with pytest.raises(IntegrityError, match="callback_contact_once"), transaction.atomic():
        row.save(force_insert=True)


def test_of_several_calls_the_oldest_is_meant_or_the_one_that_is_named(signed):
    first, second, third = (worlds.rang(signed.order_id, signed.later()) for _ in range(3))

    record(signed, contact=f"relay:{second}")
    record(signed)

    assert [row.contact for row in Callback.objects.order_by("at")] == [str(second), str(first)]
    assert [one.ref for one in queries.contacts_waiting(signed.order_id)] == [str(third)]
    assert queries.history(signed.order_id).contacts == queries.contacts_waiting(signed.order_id)


@pytest.mark.parametrize("named", ["relay:", "relay:0", "message:1", "nonsense", f"relay:{UUID(int=0)}"])
def test_a_call_that_does_not_wait_is_refused_where_another_does(signed, named):
    worlds.rang(signed.order_id, signed.later())

    assert refusal(signed, contact=named) == ("no_call_behind", "contact")


def test_a_call_about_another_order_is_none_of_this_one(signed):
    worlds.take_case("YC-2", signed.now)
    other = queries.order_of_review(worlds.give("YC-2", 1, signed.now).id or uuid7(signed.now))
    assert other is not None
    call = worlds.rang(other.id, signed.later())

    assert refusal(signed) == ("no_call_behind", "")
    assert refusal(signed, contact=f"relay:{call}") == ("no_call_behind", "")


def test_a_call_of_a_sample_is_none_of_the_order(signed):
    worlds.rang(signed.order_id, signed.later(), purpose="sample")

    assert refusal(signed) == ("no_call_behind", "")


def test_a_call_of_the_agency_before_is_none_of_this_one(signed):
    worlds.rang(signed.order_id, signed.later())
    WorkOrder.objects.filter(id=signed.order_id).update(dispatched_at=signed.later())

    assert refusal(signed) == ("no_call_behind", "")


@pytest.mark.parametrize("state", sorted(set(DeliveryState) - {DeliveryState.SENT, DeliveryState.UNCLEAR}))
def test_a_call_that_has_not_rung_counts_for_nothing(signed, state):
    worlds.rang(signed.order_id, signed.later())
    Delivery.objects.update(state=state)

    assert refusal(signed) == ("no_call_behind", "")


def test_a_call_that_was_interrupted_may_have_rung(signed):
    worlds.rang(signed.order_id, signed.later())
    Delivery.objects.update(state=DeliveryState.UNCLEAR)

    record(signed, **MISSED)

    assert Callback.objects.get().means == "relay"


def test_the_hours_that_count_are_those_of_the_calls(signed):
    for _ in range(3):
        worlds.rang(signed.order_id, signed.later())
        signed.now += HOUR
    for _ in range(3):
        record(signed, **MISSED)

    actions.rectify(signed.order_id, **DONE, by=worlds.CLERK, now=signed.later())

    assert signed.row.state == "rectified"


def test_three_calls_of_one_hour_are_one_attempt_whenever_they_are_written_down(signed):
    for _ in range(3):
        worlds.rang(signed.order_id, signed.later())
    for _ in range(3):
        signed.now += HOUR
        record(signed, **MISSED)

    assert (
        code_of(actions.rectify, signed.order_id, **DONE, by=worlds.CLERK, now=signed.later()) == "not_heard"
    )


@pytest.mark.parametrize("result", ["answered", "declined"])
def test_what_the_reviewer_wrote_is_an_answer_too(signed, result):
    message = wrote(signed)

    record(signed, result=result, contact=message)

    [row] = Callback.objects.all()
    assert f"{row.means}:{row.contact}" == message
    assert recorded(signed)[-1]["means"] == "message"
    assert refusal(signed, result=result, contact=message) == ("no_call_behind", "")


def test_who_has_written_was_not_unreached(signed):
    message = wrote(signed)

    assert refusal(signed, **MISSED, contact=message) == ("written_not_called", "result")


def test_a_message_is_never_taken_for_a_call(signed):
    wrote(signed)

    assert refusal(signed) == ("no_call_behind", "contact")


def test_an_agency_has_no_switchboard_of_its_own(signed):
    assert refusal(signed, contact="own", recording="R-1") == ("no_own_switchboard", "contact")


def test_an_office_gives_the_reference_of_its_own_call(signed):
    office = {"by": SUPERVISOR, "power": Power.ORDER_SUPERVISE, "contact": "own"}

    assert refusal(signed, **office) == ("own_reference_missing", "recording")
    record(signed, **office, recording="DB-7")

    [row] = Callback.objects.all()
    assert (row.means, row.contact, row.recording, row.called_at) == ("own", "DB-7", "", signed.now)
    assert recorded(signed)[-1] | {"state": ""} == {
        "state": "",
        "result": "answered",
        "means": "own",
        "contact": "DB-7",
    }
    assert refusal(signed, **office, recording="DB-7") == ("own_reference_used", "recording")


def test_the_program_of_a_hotline_gives_its_reference(signed):
    record(signed, by=SYSTEM, contact="own", recording="RX-7")

    assert Callback.objects.get().contact == "RX-7"


def test_that_no_call_was_possible_needs_none_and_uses_none(signed):
    worlds.rang(signed.order_id, signed.later())

    record(signed, result="not_possible")

    [row] = Callback.objects.all()
    assert (row.means, row.contact, row.called_at) == ("", "", None)
    assert recorded(signed) == [{"state": "verified", "result": "not_possible"}]
    assert len(queries.contacts_waiting(signed.order_id)) == 1


def test_an_attempt_from_before_stays_valid_and_counts_by_when_it_was_written_down(signed):
    for _ in range(3):
        Callback.objects.create(
            id=uuid7(signed.now),
            order_id=signed.order_id,
            result="not_reached",
            note="无人接听",
            by=str(worlds.CLERK),
            at=signed.later(),
        )
        signed.now += HOUR
    WorkOrder.objects.filter(id=signed.order_id).update(state="verified", verified_at=signed.now)

    actions.rectify(signed.order_id, **DONE, by=worlds.CLERK, now=signed.later())

    assert signed.row.state == "rectified"


@pytest.mark.parametrize(
    ("result", "means", "contact"),
    [
        ("not_possible", "relay", "x"),
        ("answered", "relay", ""),
        ("answered", "", "x"),
        ("answered", "radio", "x"),
    ],
)
def test_the_database_keeps_no_half_contact(signed, result, means, contact):
    row = Callback(
        id=uuid7(signed.now),
        order_id=signed.order_id,
        result=result,
        means=means,
        contact=contact,
        called_at=signed.now,
        by="staff:clerk",
        at=signed.now,
    )
    with pytest.raises(IntegrityError, match="callback_has_contact"), transaction.atomic():
        row.save(force_insert=True)


def test_whom_the_review_names_records_nothing_of_it(signed):
    worlds.rang(signed.order_id, signed.later())
    member = named_one()
    WorkOrder.objects.filter(id=signed.order_id).update(staff_id=member)

    assert refusal(signed, by=replace(worlds.CLERK, staff_ids=frozenset({member})))[0] == "no_such_order"


class TestFirstContactInTime:
    """What figures say of the promise of first contact: by when the reviewer was called."""

    @pytest.mark.parametrize("swept", [False, True])
    def test_is_one_whose_outcome_is_written_down_late(self, signed, swept):
        due = signed.row.contact_due_at
        worlds.rang(signed.order_id, due)
        signed.now = due + HOUR
        if swept:
            assert actions.mark_late([signed.review_id], now=signed.now) == 1
            assert (signed.row.contact_kept, signed.row.contact_missed_at) == (False, signed.now)

        record(signed)

        assert signed.row.contact_kept is True

    @pytest.mark.parametrize("swept", [False, True])
    def test_is_none_that_was_made_after_the_time(self, signed, swept):
        signed.now = signed.row.contact_due_at + SECOND
        worlds.rang(signed.order_id, signed.now)
        if swept:
            actions.mark_late([signed.review_id], now=signed.now)

        record(signed)

        assert signed.row.contact_kept is False

    def test_does_not_mend_a_promise_that_was_broken_in_an_earlier_round(self, signed):
        signed.now = signed.row.contact_due_at + SECOND
        actions.mark_late([signed.review_id], now=signed.now)
        for move in (Move.VERIFY, Move.RECTIFY, Move.REPLY):
            signed.step(move)
        actions.take_up_again(signed.order_id, by=SYSTEM, now=signed.later())
        signed.step(Move.SIGN_FOR)

        worlds.rang(signed.order_id, signed.later())
        record(signed)

        assert (signed.row.round, signed.row.contact_kept) == (2, False)

    def test_is_none_of_a_call_that_came_too_late_though_the_clock_stands_when_it_is_written_down(
        self, signed
    ):
        signed.now = signed.row.contact_due_at + SECOND
        worlds.rang(signed.order_id, signed.now)
        actions.pause(signed.order_id, cause="appeal", by=SYSTEM, now=signed.later())

        record(signed)

        assert signed.row.contact_kept is False
