"""承继: an agency is merged away with open orders; a clerk moves to another agency in the middle of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from haochaping.directory.models import Agency, ServiceItem
from haochaping.flows import hand_on, handle_bad_review, supervise
from haochaping.kernel.actor import SYSTEM, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import Appeal, Reform
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.terms import Move
from haochaping.supervision import actions as supervision
from haochaping.supervision.models import Signal, SupervisionOrder
from tests import worlds
from tests.flows import truth
from tests.voices.conftest import DISPATCHER

pytestmark = pytest.mark.django_db

SUCCESSOR = replace(worlds.CLERK, id="successor", scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))


def code_of(action, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        action(*args, **kwargs)
    return refused.value.code


def end(desk, *, items_go_on: bool = True) -> date:
    """The agency ends yesterday; what it did is another agency's from then on, or nobody's."""
    last = local_day(desk.now) - timedelta(days=1)
    if items_go_on:
        ServiceItem.objects.filter(code=worlds.ITEM).update(
            agency=Agency.objects.get(code=worlds.OTHER_AGENCY)
        )
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=last)
    return last


@pytest.mark.parametrize("move", [Move.DISPATCH, Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY, Move.REPLY])
def test_the_successor_goes_on_where_the_agency_stood(desk, move):
    desk.upto(move)
    before, promised = desk.row, queries.ticks_of(desk.order_id).answer
    end(desk)

    assert hand_on.hand_on_ended(desk.later()) == 1
    assert hand_on.hand_on_ended(desk.later()) == 0

    row = desk.row
    assert (row.state, row.due_at, row.signed_at) == (before.state, before.due_at, before.signed_at)
    assert row.agency.code == worlds.OTHER_AGENCY
    assert queries.ticks_of(desk.order_id).answer == promised
    event = queries.timeline(desk.order_id)[-1]
    assert (event.move, event.by, event.note) == ("hand_on", "system:haochaping", row.agency.name)
    entry = ledger.entries_of("order", str(desk.order_id))[-1]
    assert (entry.kind, entry.facts["agency"]) == (EntryKind.ORDER_HANDED_ON, worlds.OTHER_AGENCY)


def test_it_counts_where_it_is_now(desk):
    handle_bad_review.dispatch_due(by=SYSTEM, now=desk.row.dispatch_after)
    end(desk)

    assert hand_on.hand_on_ended(desk.later()) == 1

    truth.assert_counters_exact()


def test_who_handled_it_no_longer_does_and_the_successor_does(desk):
    desk.upto(Move.SIGN_FOR)
    end(desk)
    hand_on.hand_on_ended(desk.later())

    assert code_of(desk.step, Move.VERIFY) == "out_of_scope"
    desk.step(Move.VERIFY, SUCCESSOR)
    assert desk.row.state == "verified"


def test_an_agency_that_goes_on_keeps_its_orders(desk):
    desk.upto(Move.SIGN_FOR)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=local_day(desk.now))

    assert hand_on.hand_on_ended(desk.later()) == 0
    given = {"agency_code": worlds.OTHER_AGENCY, "reason": "并入"}
    assert code_of(actions.hand_on, desk.order_id, **given, by=DISPATCHER, now=desk.later()) == (
        "agency_goes_on"
    )


def test_without_a_successor_supervisors_see_it_once_and_the_dispatcher_says_who(desk):
    desk.upto(Move.SIGN_FOR)
    last = end(desk, items_go_on=False)

    assert hand_on.hand_on_ended(desk.later()) == hand_on.hand_on_ended(desk.later() + timedelta(days=1)) == 0
    (signal,) = Signal.objects.all()
    assert (signal.kind, signal.work_order_id, signal.day) == ("agency_ended", desk.order_id, last)

    for agency, code in (
        (worlds.AGENCY, "agency_ended"),
        ("nowhere", "no_such_agency"),
    ):
        given = {"agency_code": agency, "reason": "并入"}
        assert code_of(actions.hand_on, desk.order_id, **given, by=DISPATCHER, now=desk.later()) == code
    given = {"agency_code": worlds.OTHER_AGENCY, "reason": "并入"}
    assert (
        code_of(actions.hand_on, desk.order_id, **given, by=worlds.CLERK, now=desk.later()) == "not_allowed"
    )
    hand_on.hand_on(desk.order_id, worlds.OTHER_AGENCY, "并入", by=DISPATCHER, now=desk.later())
    assert (desk.row.agency.code, desk.row.state) == (worlds.OTHER_AGENCY, "signed")
    assert queries.timeline(desk.order_id)[-1].note.endswith("并入")


def test_nothing_is_handed_to_an_agency_that_has_ended_too(desk):
    desk.upto(Move.SIGN_FOR)
    end(desk)
    Agency.objects.filter(code=worlds.OTHER_AGENCY).update(valid_to=local_day(desk.now) - timedelta(days=9))

    assert hand_on.hand_on_ended(desk.later()) == 0
    given = {"agency_code": worlds.OTHER_AGENCY, "reason": "并入"}
    assert code_of(actions.hand_on, desk.order_id, **given, by=DISPATCHER, now=desk.later()) == (
        "agency_ended"
    )
    assert desk.row.agency.code == worlds.AGENCY


def test_an_appeal_and_a_reform_go_with_it(desk):
    desk.upto(Move.VERIFY)
    lead = replace(worlds.CLERK, id="lead", powers=worlds.CLERK.powers | {"appeal.file"})
    actions.class_fault(
        desk.order_id,
        responsibilities=["business"],
        note="材料要了两次。",
        agency_code=worlds.AGENCY,
        proposal="不再收。",
        by=worlds.CLERK,
        now=desk.later(),
    )
    said = {"ground": "mis_tap", "fact": "", "text": "点错了。", "reference": ""}
    actions.file_appeal(desk.order_id, **said, by=lead, now=desk.later())
    end(desk)
    hand_on.hand_on_ended(desk.later())

    assert Appeal.objects.get().agency.code == worlds.OTHER_AGENCY
    reform = Reform.objects.get()
    assert (reform.agency.code, reform.state) == (worlds.OTHER_AGENCY, "drafted")


def test_what_it_was_warned_of_waits_for_the_successor_and_counts_there(desk):
    handle_bad_review.dispatch_due(by=SYSTEM, now=desk.row.dispatch_after)
    desk.now = desk.row.due_at + timedelta(minutes=1)
    supervise.watch(desk.now)
    answered = SupervisionOrder.objects.get(rung="warning")
    end(desk)

    assert hand_on.hand_on_ended(desk.later()) == 1

    answered.refresh_from_db()
    assert (answered.agency.code, answered.state) == (worlds.OTHER_AGENCY, "notified")
    truth.assert_counters_exact()


@pytest.mark.parametrize("answers", [False, True])
def test_what_the_former_agency_has_answered_stays_with_it(desk, answers):
    desk.upto(Move.DISPATCH)
    desk.now = desk.row.due_at + timedelta(minutes=1)
    supervise.watch(desk.now)
    warned = SupervisionOrder.objects.get(rung="warning")
    if answers:
        supervision.respond(warned.id, text="已整改。", by=worlds.CLERK, now=desk.later())
    end(desk, items_go_on=False)

    hand_on.hand_on(desk.order_id, worlds.OTHER_AGENCY, "并入", by=DISPATCHER, now=desk.later())

    warned.refresh_from_db()
    assert (warned.agency.code == worlds.AGENCY) is answers


def test_a_clerk_who_changes_agency_leaves_the_order_where_it_is(desk):
    desk.upto(Move.VERIFY)
    moved = replace(worlds.CLERK, scope=SUCCESSOR.scope)

    assert code_of(desk.step, Move.RECTIFY, moved) == "out_of_scope"
    assert code_of(queries.order, desk.order_id, by=moved) == "out_of_scope"
    assert desk.row.state == "verified"

    desk.step(Move.RECTIFY, replace(worlds.CLERK, id="colleague"))
    by = [event.by for event in queries.timeline(desk.order_id)]
    assert by[-2:] == [str(worlds.CLERK), "staff:colleague"]


@pytest.mark.parametrize("move", [Move.REDISPATCH, Move.GRANT_RETURN])
def test_nobody_sends_an_order_to_an_agency_that_has_ended(desk, move):
    desk.upto(Move.DISPATCH)
    if move == Move.GRANT_RETURN:
        actions.ask_return(desk.order_id, reason="不归我局管。", by=worlds.CLERK, now=desk.later())
    before = desk.row.state
    last = local_day(desk.now) - timedelta(days=1)
    Agency.objects.filter(code=worlds.OTHER_AGENCY).update(valid_to=last)
    send = {Move.REDISPATCH: actions.redispatch, Move.GRANT_RETURN: actions.grant_return}[move]

    given = {"agency_code": worlds.OTHER_AGENCY, "reason": "应由其办理"}
    assert code_of(send, desk.order_id, **given, by=DISPATCHER, now=desk.later()) == "agency_ended"
    assert (desk.row.agency.code, desk.row.state) == (worlds.AGENCY, before)


def test_a_new_order_about_an_agency_that_has_ended_goes_to_its_successor_at_once(desk):
    end(desk)

    assert handle_bad_review.dispatch_due(by=SYSTEM, now=desk.row.dispatch_after) == 1

    assert (desk.row.agency.code, desk.row.state) == (worlds.OTHER_AGENCY, "dispatched")
    (event,) = [one for one in queries.timeline(desk.order_id) if one.move == Move.DISPATCH]
    assert event.note == "石港市行政审批局"
    entries = ledger.entries_of("order", str(desk.order_id))
    assert worlds.OTHER_AGENCY in {entry.facts.get("agency") for entry in entries}
    assert dispatch_queries.route(desk.order_id, desk.now).agency_name == "石港市行政审批局"
    assert not Signal.objects.exists()
    truth.assert_counters_exact()


@pytest.mark.parametrize("also_ended", [False, True])
def test_a_new_order_without_a_successor_is_seen_by_supervisors_the_moment_it_goes_out(desk, also_ended):
    last = end(desk, items_go_on=also_ended)
    if also_ended:
        Agency.objects.filter(code=worlds.OTHER_AGENCY).update(valid_to=last)
    sent = desk.row.dispatch_after

    handle_bad_review.dispatch_due(by=SYSTEM, now=sent)

    (signal,) = Signal.objects.all()
    assert (signal.kind, signal.work_order_id, signal.day) == ("agency_ended", desk.order_id, last)
    assert desk.row.agency.code == worlds.AGENCY
    assert hand_on.hand_on_ended(sent + timedelta(hours=1)) == 0
    assert Signal.objects.count() == 1
