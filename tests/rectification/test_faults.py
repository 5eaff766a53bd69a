"""责任划分 and 改革建议: said once of what was found true; the proposal goes its way to the deciding agency and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from haochaping.directory import actions as directory
from haochaping.directory.models import ServiceItem
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR, SYSTEM, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions
from haochaping.rectification.models import Fault, Reform
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.states import (
    BY_ADDRESSEE,
    REFORM_FINAL,
    REFORM_FIRED_BY,
    REFORM_TRANSITIONS,
    reform_after,
    reform_moves_from,
)
from haochaping.rectification.terms import Move, ReformMove, ReformState
from haochaping.rectification.terms import ReformMove as M
from haochaping.rectification.terms import ReformState as R
from haochaping.rulebook.models import CalendarDay
from tests import worlds
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db

PARENT = "990100000000_PARENT"
BOTH: dict[str, Any] = {
    "responsibilities": ["business", "service"],
    "note": "材料要了两次，窗口也没有讲清楚。",
    "agency_code": PARENT,
    "proposal": "取消第二次提交身份证复印件。",
}
SERVICE: dict[str, Any] = {"responsibilities": ["service"], "note": "窗口没有讲清楚。"}
SUPERVISOR = replace(DISPATCHER, id="supervisor", powers=frozenset({"order.view", "order.supervise"}))
DECIDING = replace(worlds.CLERK, id="deciding", scope=Scope(agency_path=f"{PARENT}."))
ELSEWHERE = replace(worlds.CLERK, id="elsewhere", scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))


def code_of(action, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        action(*args, **kwargs)
    return refused.value.code


@pytest.fixture
def verified(desk):
    """An order that a call-back found true; an agency of the city stands beside, which decides about the 主项."""
    desk.upto(Move.VERIFY)
    now = desk.later()
    directory.put(
        Kind.AGENCIES,
        [{"code": PARENT, "name": "云城市市场监管局", "division": worlds.CITY}],
        by=OPERATOR,
        now=now,
    )
    code = "9901000000000000000000000000001"
    main = {"code": code, "name": "食品经营许可（市级）", "item_type": "01", "agency": PARENT}
    directory.put(Kind.ITEMS, [main], by=OPERATOR, now=now)
    ServiceItem.objects.filter(code=worlds.ITEM).update(parent=ServiceItem.objects.get(code=code))
    return desk


@pytest.fixture
def reform(verified) -> UUID:
    made = actions.class_fault(verified.order_id, **BOTH, by=worlds.CLERK, now=verified.later())
    assert made is not None
    return made


@pytest.fixture
def sent(verified, reform: UUID) -> UUID:
    actions.send_reform(reform, by=DISPATCHER, now=verified.later())
    return reform


@pytest.fixture
def done(verified, sent: UUID) -> UUID:
    actions.answer_reform(sent, accept=True, reason="下月改", by=DECIDING, now=verified.later())
    actions.carry_out_reform(sent, parts=["material"], text="不再收", by=DECIDING, now=verified.later())
    return sent


def state(reform: UUID) -> str:
    return str(Reform.objects.get(id=reform).state)


@pytest.mark.parametrize(("state", "move"), list(product(ReformState, ReformMove)))
def test_every_pair_of_state_and_move(state: ReformState, move: ReformMove):
    written = {
        (R.DRAFTED, M.SEND): R.SENT,
        (R.DRAFTED, M.DROP): R.DROPPED,
        (R.SENT, M.ACCEPT): R.ACCEPTED,
        (R.SENT, M.DECLINE): R.DECLINED,
        (R.ACCEPTED, M.CARRY_OUT): R.DONE,
        (R.DONE, M.CHECK): R.CHECKED,
        (R.DONE, M.SEND_BACK): R.ACCEPTED,
        **{(one, M.HAND_ON): one for one in (R.DRAFTED, R.SENT, R.ACCEPTED, R.DONE)},
    }

    assert reform_after(state, move) == written.get((state, move))
    assert written == REFORM_TRANSITIONS
    assert (reform_moves_from(state) == []) is (state in REFORM_FINAL)
    assert REFORM_FIRED_BY.keys() == set(M) - {M.DRAFT, M.HAND_ON}
    assert {M.ACCEPT, M.DECLINE, M.CARRY_OUT} == BY_ADDRESSEE


@pytest.mark.parametrize("by", [worlds.CLERK, DISPATCHER, SUPERVISOR])
def test_whoever_handles_checks_or_supervises_says_what_a_fault_lies_in(verified, by):
    made = actions.class_fault(verified.order_id, **BOTH, by=by, now=verified.later())

    assert [one.responsibility for one in fault_queries.faults_of(verified.order_id).answer] == [
        "business",
        "service",
    ]
    assert verified.moves[-1] == "class_fault"
    assert verified.row.state == "verified"
    entry = ledger.entries_of("order", str(verified.order_id))[-1]
    assert (entry.kind, entry.facts["lies_in"]) == (EntryKind.FAULT_CLASSED, "business,service")
    row = fault_queries.reform_of(verified.order_id).answer
    assert row is not None
    assert (row.id, row.agency_name, row.state) == (made, "云城市市场监管局", "drafted")


def test_a_fault_of_the_service_alone_proposes_no_reform(verified):
    assert actions.class_fault(verified.order_id, **SERVICE, by=worlds.CLERK, now=verified.later()) is None
    assert not Reform.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"responsibilities": []}, "no_responsibility"),
        ({"responsibilities": ["weather"]}, "no_responsibility"),
        ({"note": " "}, "text_missing"),
        ({"proposal": ""}, "text_missing"),
        ({"agency_code": worlds.OTHER_AGENCY}, "not_deciding"),
        ({"agency_code": " "}, "no_addressee"),
        ({"by": ELSEWHERE}, "out_of_scope"),
        ({"by": worlds.PUBLISHER}, "not_allowed"),
    ],
)
def test_what_is_refused_leaves_nothing(verified, changes, code):
    said = BOTH | {"by": worlds.CLERK} | changes

    assert code_of(actions.class_fault, verified.order_id, **said, now=verified.later()) == code
    assert not Fault.objects.exists()


def test_nothing_is_said_before_it_was_found_true(desk):
    desk.upto(Move.SIGN_FOR)
    assert code_of(actions.class_fault, desk.order_id, **SERVICE, by=worlds.CLERK, now=desk.later()) == (
        "wrong_state"
    )
    untrue: dict[str, Any] = {"result": "answered", "is_true": False, "is_reasonable": None, "note": "不属实"}
    worlds.hear(desk.order_id, **untrue, by=worlds.CLERK, now=desk.later())

    assert code_of(actions.class_fault, desk.order_id, **SERVICE, by=worlds.CLERK, now=desk.later()) == (
        "not_found_true"
    )


def test_each_is_said_once_and_the_other_may_still_be_said(verified):
    actions.class_fault(verified.order_id, **SERVICE, by=worlds.CLERK, now=verified.later())

    for again in (SERVICE, BOTH):
        assert code_of(
            actions.class_fault, verified.order_id, **again, by=DISPATCHER, now=verified.later()
        ) == ("already_classed")
    business = BOTH | {"responsibilities": ["business"]}
    assert actions.class_fault(verified.order_id, **business, by=DISPATCHER, now=verified.later())


def test_the_whole_way_of_a_reform(verified, sent):
    row = fault_queries.reform(sent, by=DECIDING)
    assert row.due_at is not None
    actions.answer_reform(sent, accept=True, reason="下月改", by=DECIDING, now=verified.later())
    change: dict[str, Any] = {"parts": ["material", "guide"], "text": "不再收，指南已改。"}
    actions.carry_out_reform(sent, **change, by=DECIDING, now=verified.later())
    assert fault_queries.reform(sent, by=DECIDING).due_at is None
    actions.check_reform(sent, there=False, text="指南未改", by=DISPATCHER, now=verified.later())
    assert fault_queries.reform(sent, by=DECIDING).due_at is not None
    actions.carry_out_reform(sent, **change, by=DECIDING, now=verified.later())
    actions.check_reform(sent, there=True, text="已看过", by=SUPERVISOR, now=verified.later())

    row = fault_queries.reform(sent, by=DISPATCHER)
    assert (row.state, row.parts, row.change_text) == ("checked", ("guide", "material"), "不再收，指南已改。")
    moves = ["draft", "send", "accept", "carry_out", "send_back", "carry_out", "check"]
    assert [event.move for event in fault_queries.reform_events(sent)] == moves
    entries = ledger.entries_of("reform", str(sent))
    assert [entry.facts["move"] for entry in entries] == moves
    assert {entry.kind for entry in entries} == {EntryKind.REFORM_MOVED}


def test_both_limits_are_the_rulebooks(verified, reform):
    worlds.follow(worlds.CITY, verified.now, reform_answer_limit="2", reform_change_limit="3")
    asked = datetime(2026, 6, 10, 10, tzinfo=BEIJING)
    actions.send_reform(reform, by=DISPATCHER, now=asked)
    assert Reform.objects.get().due_at == datetime(2026, 6, 12, 17, 30, tzinfo=BEIJING)

    actions.answer_reform(reform, accept=True, reason="改", by=DECIDING, now=asked)
    # Over a weekend: three working days after a Wednesday.
    due = datetime(2026, 6, 15, 17, 30, tzinfo=BEIJING)
    assert Reform.objects.get().due_at == due
    assert fault_queries.late_reforms(due, limit=9) == []
    assert [one.id for one in fault_queries.late_reforms(due + timedelta(seconds=1), limit=9)] == [reform]


def test_sixty_working_days_reach_over_the_spring_festival(verified, reform):
    """From 9 January 2026 to 10 April: further than any other deadline."""
    asked = datetime(2026, 1, 9, 10, tzinfo=BEIJING)
    actions.send_reform(reform, by=DISPATCHER, now=asked)

    actions.answer_reform(reform, accept=True, reason="改", by=DECIDING, now=asked)

    assert Reform.objects.get().due_at == datetime(2026, 4, 10, 17, 30, tzinfo=BEIJING)


@pytest.mark.parametrize("accepted", [False, True], ids=["answer", "change"])
def test_a_limit_beyond_the_calendar_is_promised_once_the_year_is_there(verified, reform, accepted):
    worlds.follow(worlds.CITY, verified.now, reform_answer_limit="2", reform_change_limit="3")
    asked = datetime(2026, 6, 10, 10, tzinfo=BEIJING)
    missing = list(CalendarDay.objects.filter(day__gt=asked.date()))
    CalendarDay.objects.filter(day__gt=asked.date()).delete()
    actions.send_reform(reform, by=DISPATCHER, now=asked)
    if accepted:
        actions.answer_reform(reform, accept=True, reason="改", by=DECIDING, now=asked)
    assert actions.promise_late(by=SYSTEM, now=asked) == 0
    assert fault_queries.reforms_without_deadline() == {reform: asked}
    CalendarDay.objects.bulk_create(missing)

    later = asked + timedelta(days=1)
    assert (actions.promise_late(by=SYSTEM, now=later), actions.promise_late(by=SYSTEM, now=later)) == (1, 0)

    # Counted from when it was owed, not from when the calendar came.
    due = datetime(2026, 6, 15 if accepted else 12, 17, 30, tzinfo=BEIJING)
    assert (Reform.objects.get().due_at, fault_queries.reforms_without_deadline()) == (due, {})
    assert ledger.entries_of("reform", str(reform))[-1].kind == EntryKind.DEADLINE_SET


def test_what_is_declined_or_dropped_is_over(verified, reform):
    actions.send_reform(reform, by=DISPATCHER, now=verified.later())
    actions.answer_reform(reform, accept=False, reason="法律要求", by=DECIDING, now=verified.later())

    assert (state(reform), Reform.objects.get().due_at) == ("declined", None)
    assert code_of(
        actions.answer_reform, reform, accept=True, reason="改", by=DECIDING, now=verified.later()
    ) == ("wrong_reform_state")
    assert fault_queries.reforms(DECIDING) == []
    assert [row.id for row in fault_queries.reforms(DECIDING, done=True)] == [reform]


def test_a_draft_is_dropped_with_a_reason(verified, reform):
    assert code_of(actions.drop_reform, reform, reason="", by=DISPATCHER, now=verified.later()) == (
        "text_missing"
    )
    actions.drop_reform(reform, reason="已在改", by=SUPERVISOR, now=verified.later())

    assert state(reform) == "dropped"


@pytest.mark.parametrize(
    ("act", "given", "by", "code"),
    [
        ("send_reform", {}, worlds.CLERK, "not_allowed"),
        ("send_reform", {}, DECIDING, "not_allowed"),
        ("answer_reform", {"accept": True, "reason": "改"}, worlds.CLERK, "out_of_scope"),
        ("answer_reform", {"accept": True, "reason": "改"}, DISPATCHER, "not_allowed"),
        ("answer_reform", {"accept": True, "reason": " "}, DECIDING, "text_missing"),
        ("carry_out_reform", {"parts": ["guide"], "text": "改了"}, worlds.CLERK, "out_of_scope"),
        ("carry_out_reform", {"parts": [], "text": "改了"}, DECIDING, "no_part"),
        ("carry_out_reform", {"parts": ["weather"], "text": "改了"}, DECIDING, "no_part"),
        ("check_reform", {"there": True, "text": "看过"}, DECIDING, "not_allowed"),
    ],
)
def test_each_step_is_its_sides_own(verified, sent, act, given, by, code):
    assert code_of(getattr(actions, act), sent, **given, by=by, now=verified.later()) == code
    assert state(sent) == "sent"


def test_nobody_checks_the_change_they_recorded(verified, sent):
    one = replace(
        DISPATCHER,
        id="both",
        powers=DISPATCHER.powers | {"order.handle"},
        scope=Scope(division_path=worlds.PROVINCE + "."),
    )
    actions.answer_reform(sent, accept=True, reason="改", by=one, now=verified.later())
    actions.carry_out_reform(sent, parts=["step"], text="少一步", by=one, now=verified.later())

    for there in (True, False):
        assert code_of(
            actions.check_reform, sent, there=there, text="看过", by=one, now=verified.later()
        ) == ("own_change")
    actions.check_reform(sent, there=True, text="看过", by=DISPATCHER, now=verified.later())


def test_who_knows_of_a_reform(verified, sent):
    for by in (worlds.CLERK, DECIDING, DISPATCHER):
        assert [row.id for row in fault_queries.reforms(by)] == [sent]
    assert fault_queries.reforms(ELSEWHERE) == []
    assert code_of(fault_queries.reform, sent, by=ELSEWHERE) == "no_such_reform"
    assert code_of(fault_queries.reform, uuid7(verified.now), by=DISPATCHER) == "no_such_reform"


def test_the_table_itself_wants_to_know_what_was_changed(done):
    wrong: list[dict[str, Any]] = [{"parts": []}, {"change_text": ""}, {"parts": ["weather"]}]
    for broken in wrong:
        with pytest.raises(IntegrityError, match="reform_"), transaction.atomic():
            Reform.objects.update(**broken)
