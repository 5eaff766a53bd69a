"""The closed loop beside the straight path: one test for each exit of each step."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils.translation import override

from haochaping.directory import queries as directory
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import CoHandler, Extension, Milestone, WorkOrder
from haochaping.rectification.terms import Alarm, ClockKind, Move, Tick
from haochaping.rulebook.models import CalendarDay
from haochaping.ui.sentences import say
from tests import worlds
from tests.rectification.conftest import DONE, FOUND

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CITY = Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")
PROVINCE = Scope(division_path=f"{worlds.PROVINCE}.")
DISPATCHER = Actor(
    ActorKind.STAFF, "dispatcher", powers=frozenset({"order.view", "order.dispatch"}), scope=PROVINCE
)
SUPERVISOR = Actor(
    ActorKind.STAFF, "supervisor", powers=frozenset({"order.view", "order.supervise"}), scope=CITY
)
HELPER = Actor(
    ActorKind.STAFF,
    "helper",
    powers=worlds.CLERK.powers,
    scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."),
)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.code


def last_entry(order_id: UUID) -> tuple[EntryKind, dict[str, object]]:
    entry = ledger.entries_of("order", str(order_id))[-1]
    return entry.kind, dict(entry.facts)


def promised(order_id: UUID) -> list[tuple[ClockKind, Tick]]:
    return [(tick.clock, tick.tick) for tick in queries.ticks_of(order_id).answer]


class TestReturn:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.DISPATCH)

    def test_is_asked_for_and_granted_to_another_agency(self, order):
        begun = order.row.dispatched_at
        actions.ask_return(order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())
        assert order.row.state == "return_asked"
        assert last_entry(order.order_id)[0] == EntryKind.ORDER_MOVED

        now = order.later()
        review = actions.grant_return(
            order.order_id, agency_code=worlds.OTHER_AGENCY, reason="转交", by=DISPATCHER, now=now
        )

        row = order.row
        assert review == order.review_id
        assert (row.state, row.agency_id) == (
            "dispatched",
            directory.agencies([worlds.OTHER_AGENCY])[worlds.OTHER_AGENCY].id,
        )
        assert row.dispatched_at == now > begun
        assert promised(order.order_id)[-3:] == [
            (ClockKind.SIGN, Tick.START),
            (ClockKind.CONTACT, Tick.START),
            (ClockKind.RECTIFY, Tick.START),
        ]
        assert last_entry(order.order_id)[0] == EntryKind.ORDER_DISPATCHED

    def test_is_refused_and_the_clock_has_run_on(self, order):
        due = order.row.due_at
        actions.ask_return(order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())

        actions.refuse_return(order.order_id, reason="归你局", by=DISPATCHER, now=order.later())

        assert (order.row.state, order.row.due_at) == ("dispatched", due)
        again = code_of(actions.ask_return, order.order_id, reason="真的", by=worlds.CLERK, now=order.later())
        assert again == "returns_used_up"

    def test_is_off_where_the_rules_say_so(self, order):
        worlds.follow(worlds.CITY, order.now, returns_at_most="0")

        assert (
            code_of(actions.ask_return, order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())
            == "returns_off"
        )

    def test_is_too_late_after_the_limit_for_signing(self, order):
        late = order.row.sign_due_at + timedelta(seconds=1)

        assert code_of(actions.ask_return, order.order_id, reason="不归我局", by=worlds.CLERK, now=late) == (
            "return_too_late"
        )

    def test_that_needs_no_approval_cannot_be_refused(self, order):
        worlds.follow(worlds.CITY, order.now, return_needs_approval="no")
        actions.ask_return(order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())

        assert (
            code_of(actions.refuse_return, order.order_id, reason="归你局", by=DISPATCHER, now=order.later())
            == "return_is_free"
        )

    @pytest.mark.parametrize(
        ("agency", "code"), [("NOWHERE", "no_such_agency"), (worlds.AGENCY, "same_agency")]
    )
    def test_goes_to_a_real_other_agency_only(self, order, agency, code):
        actions.ask_return(order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())

        found = code_of(
            actions.grant_return,
            order.order_id,
            agency_code=agency,
            reason="转",
            by=DISPATCHER,
            now=order.later(),
        )

        assert found == code
        assert order.row.state == "return_asked"

    def test_stays_within_what_one_dispatches_for(self, order):
        actions.ask_return(order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())
        here = Actor(ActorKind.STAFF, "here", powers=DISPATCHER.powers, scope=CITY)

        found = code_of(
            actions.grant_return,
            order.order_id,
            agency_code=worlds.OTHER_AGENCY,
            reason="转",
            by=here,
            now=order.later(),
        )

        assert found == "agency_elsewhere"

    def test_is_not_granted_by_the_agency_itself(self, order):
        actions.ask_return(order.order_id, reason="不归我局", by=worlds.CLERK, now=order.later())

        found = code_of(
            actions.grant_return,
            order.order_id,
            agency_code=worlds.OTHER_AGENCY,
            reason="转",
            by=worlds.CLERK,
            now=order.later(),
        )

        assert found == "not_allowed"


class TestHearing:
    def test_nothing_is_put_right_before_the_reviewer_was_tried_at_different_hours(self, desk):
        desk.upto(Move.SIGN_FOR)
        missed = FOUND | {"result": "not_reached", "is_true": None, "is_reasonable": None}
        for attempt in range(1, 4):
            worlds.hear(desk.order_id, **missed, by=worlds.CLERK, now=desk.later())
            desk.now += HOUR
            if attempt < 3:
                found = code_of(actions.rectify, desk.order_id, **DONE, by=worlds.CLERK, now=desk.now)
                assert found == "not_heard"

        actions.rectify(desk.order_id, **DONE, by=worlds.CLERK, now=desk.now)

        assert desk.row.state == "rectified"

    def test_nobody_is_called_unreachable_before_every_attempt_failed(self, desk):
        desk.upto(Move.SIGN_FOR)
        missed = FOUND | {"result": "not_reached", "is_true": None, "is_reasonable": None}
        unreachable = {"outcome": "unreachable_closed", "text": "三次均未接通，无法核实。"}
        for attempt in range(1, 4):
            worlds.hear(desk.order_id, **missed, by=worlds.CLERK, now=desk.later())
            desk.now += HOUR
            if attempt < 3:
                found = code_of(actions.rectify, desk.order_id, **unreachable, by=worlds.CLERK, now=desk.now)
                assert found == "not_heard"

        actions.rectify(desk.order_id, **unreachable, by=worlds.CLERK, now=desk.now)

        assert last_entry(desk.order_id)[1]["outcome"] == desk.row.outcome == "unreachable_closed"
        actions.reply(desk.order_id, text="谢谢您", by=worlds.CLERK, now=desk.later())
        assert queries.facts_of([desk.review_id])[desk.review_id].unreached

    def test_who_answered_in_the_end_was_reached(self, desk):
        desk.upto(Move.VERIFY)
        unreachable = {"outcome": "unreachable_closed", "text": "未接通"}

        found = code_of(actions.rectify, desk.order_id, **unreachable, by=worlds.CLERK, now=desk.later())

        assert found == "not_unreached"
        assert not queries.facts_of([desk.review_id])[desk.review_id].unreached

    def test_what_is_not_true_needs_a_finding(self, desk):
        desk.upto(Move.VERIFY)
        not_upheld = DONE | {"outcome": "not_upheld"}
        assert code_of(actions.rectify, desk.order_id, **not_upheld, by=worlds.CLERK, now=desk.later()) == (
            "finding_missing"
        )
        worlds.hear(desk.order_id, **FOUND | {"is_true": False}, by=worlds.CLERK, now=desk.later())

        actions.rectify(desk.order_id, **not_upheld, by=worlds.CLERK, now=desk.later())

        assert last_entry(desk.order_id)[1]["outcome"] == "not_upheld"

    def test_a_demand_found_reasonable_is_not_explained_away(self, desk):
        desk.upto(Move.VERIFY)
        explained = DONE | {"outcome": "explained"}
        for is_reasonable, expected in ((True, "finding_differs"), (False, "")):
            found = FOUND | {"is_reasonable": is_reasonable}
            worlds.hear(desk.order_id, **found, by=worlds.CLERK, now=desk.later())
            if expected:
                refused = code_of(
                    actions.rectify, desk.order_id, **explained, by=worlds.CLERK, now=desk.later()
                )
                assert refused == expected

        actions.rectify(desk.order_id, **explained, by=worlds.CLERK, now=desk.later())

        assert last_entry(desk.order_id)[1]["outcome"] == "explained"

    @pytest.mark.parametrize("outcome", ["mistaken_excluded", "malicious_excluded", "duplicate_merged"])
    def test_an_agency_cannot_choose_what_an_appeal_or_merger_decides(self, desk, outcome):
        desk.upto(Move.VERIFY)

        found = code_of(
            actions.rectify, desk.order_id, **DONE | {"outcome": outcome}, by=worlds.CLERK, now=desk.later()
        )

        assert found == "unknown_choice"


class TestLedger:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.VERIFY)

    def enter(self, order, plan: str) -> None:
        actions.enter_in_ledger(
            order.order_id, reason="须改造系统", plan=plan, by=worlds.CLERK, now=order.later()
        )

    def test_gives_the_longer_limit_and_a_plan(self, order):
        before = order.row.rectify_due_at
        day = (order.now + DAY).date()

        self.enter(order, f"{day} 换指示牌\n{day} 培训")

        row = order.row
        assert (row.state, row.clock) == ("ledgered", "rectify")
        assert row.due_at == row.rectify_due_at > before
        assert [line.text for line in queries.beside(order.order_id).milestones] == ["换指示牌", "培训"]
        assert last_entry(order.order_id) == (
            EntryKind.ORDER_MOVED,
            {"state": "ledgered", "move": "ledger"},
        )

    def test_ticks_its_lines_and_ends_within_the_deadline(self, order):
        self.enter(order, f"{(order.now + DAY).date()} 换指示牌")
        (line,) = queries.beside(order.order_id).milestones

        actions.reach_milestone(
            order.order_id, milestone_id=line.id, note="已换", by=worlds.CLERK, now=order.later()
        )
        twice = code_of(
            actions.reach_milestone,
            order.order_id,
            milestone_id=line.id,
            note="",
            by=worlds.CLERK,
            now=order.later(),
        )
        actions.rectify(
            order.order_id,
            outcome="time_limited_rectified",
            text="已改造",
            by=worlds.CLERK,
            now=order.later(),
        )

        assert twice == "no_such_milestone"
        assert Milestone.objects.get().done_by == str(worlds.CLERK)
        assert order.row.outcome == "time_limited_rectified"

    @pytest.mark.parametrize("how", ["opened again", "sent back"])
    def test_lines_of_an_earlier_plan_stand_apart_and_are_nobodys_to_do(self, order, how):
        day = (order.now + DAY).date()
        self.enter(order, f"{day} 换指示牌\n{day} 培训")
        [first, left] = queries.beside(order.order_id).milestones
        actions.reach_milestone(
            order.order_id, milestone_id=first.id, note="已换", by=worlds.CLERK, now=order.later()
        )
        actions.drop_milestone(
            order.order_id, milestone_id=left.id, reason="改由系统提示", by=worlds.CLERK, now=order.later()
        )
        order.step(Move.RECTIFY)
        order.step(Move.REPLY)
        if how == "opened again":
            actions.take_up_again(order.order_id, by=SYSTEM, now=order.later())
        else:
            actions.redo(order.order_id, reason="未答所问", by=DISPATCHER, now=order.later())
        ended = order.now
        if how == "opened again":
            order.step(Move.SIGN_FOR)
            order.step(Move.VERIFY)
        self.enter(order, f"{day} 改系统")

        beside = queries.beside(order.order_id)

        assert [line.text for line in beside.milestones] == ["改系统"]
        assert [(line.text, line.ended_at) for line in beside.earlier_lines] == [
            ("换指示牌", ended),
            ("培训", ended),
        ]
        late = code_of(
            actions.reach_milestone,
            order.order_id,
            milestone_id=left.id,
            note="",
            by=worlds.CLERK,
            now=order.later(),
        )
        assert late == "no_such_milestone"
        assert actions.mark_missed(now=order.now + 2 * DAY, limit=10) == [order.order_id]
        assert [line.text for line in Milestone.objects.filter(missed_at__isnull=False)] == ["改系统"]

    @pytest.mark.parametrize("outcome", ["time_limited_rectified", "immediate_rectified", "explained"])
    def test_is_not_put_right_while_a_line_is_left(self, order, outcome):
        day = (order.now + DAY).date()
        self.enter(order, f"{day} 换指示牌\n{day} 培训")
        [first, second] = queries.beside(order.order_id).milestones
        done = {"order_id": order.order_id, "outcome": outcome, "text": "已改造", "by": worlds.CLERK}
        before = order.row

        with pytest.raises(Refused) as refused:
            actions.rectify(**done, now=order.later())

        assert (refused.value.code, refused.value.complaint.params) == (
            "plan_left",
            {"lines": ("换指示牌", "培训")},
        )
        assert order.row == before
        actions.reach_milestone(
            order.order_id, milestone_id=first.id, note="", by=worlds.CLERK, now=order.later()
        )
        assert code_of(actions.rectify, **done, now=order.later()) == "plan_left"
        actions.drop_milestone(
            order.order_id, milestone_id=second.id, reason="系统已提示", by=worlds.CLERK, now=order.later()
        )
        actions.rectify(**done, now=order.later())
        assert order.row.state == "rectified"

    def test_ends_a_line_with_its_reason_once(self, order):
        day = (order.now + DAY).date()
        self.enter(order, f"{day} 换指示牌\n{day} 培训")
        [first, second] = queries.beside(order.order_id).milestones
        end = {"order_id": order.order_id, "by": worlds.CLERK}

        nothing = code_of(actions.drop_milestone, **end, milestone_id=first.id, reason=" ", now=order.later())
        actions.drop_milestone(**end, milestone_id=first.id, reason="系统已提示", now=order.later())
        again = code_of(actions.drop_milestone, **end, milestone_id=first.id, reason="x", now=order.later())
        ticked = code_of(actions.reach_milestone, **end, milestone_id=first.id, note="", now=order.later())

        assert (nothing, again, ticked) == ("text_missing", "no_such_milestone", "no_such_milestone")
        [first, second] = queries.plan_of_order(order.order_id)
        assert (first.dropped, first.note, first.is_left, second.is_left) == (True, "系统已提示", False, True)
        assert last_entry(order.order_id) == (
            EntryKind.ORDER_MOVED,
            {"state": "ledgered", "move": "milestone", "dropped": "yes"},
        )
        assert actions.mark_missed(now=order.now + 2 * DAY, limit=10) == [order.order_id]
        assert [line.text for line in Milestone.objects.filter(missed_at__isnull=False)] == ["培训"]

    @pytest.mark.parametrize("days", [-1, 60])
    def test_plans_within_its_time_only(self, order, days):
        found = code_of(self.enter, order, f"{(order.now + days * DAY).date()} 换指示牌")

        assert found == "plan_passed"
        assert (order.row.state, Milestone.objects.count()) == ("verified", 0)

    def test_of_an_earlier_round_is_none_of_this_one(self, order):
        self.enter(order, f"{(order.now + DAY).date()} 换指示牌")
        (line,) = queries.beside(order.order_id).milestones
        actions.reach_milestone(
            order.order_id, milestone_id=line.id, note="", by=worlds.CLERK, now=order.later()
        )
        order.step(Move.RECTIFY)
        order.step(Move.REPLY)
        actions.take_up_again(order.order_id, by=SYSTEM, now=order.later())
        order.step(Move.SIGN_FOR)
        order.step(Move.VERIFY)

        found = code_of(
            actions.rectify,
            order.order_id,
            outcome="time_limited_rectified",
            text="已改",
            by=worlds.CLERK,
            now=order.later(),
        )

        assert found == "not_ledgered"

    def test_is_where_that_outcome_comes_from(self, order):
        found = code_of(
            actions.rectify,
            order.order_id,
            outcome="time_limited_rectified",
            text="已改",
            by=worlds.CLERK,
            now=order.later(),
        )

        assert found == "not_ledgered"


class TestMoreTime:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.VERIFY)

    def ask(self, order, days: int = 5) -> None:
        actions.ask_extension(
            order.order_id, days=days, reason="等待配件", by=worlds.CLERK, now=order.later()
        )

    def test_is_granted_once_and_moves_the_end(self, order):
        before = order.row.due_at
        self.ask(order)

        actions.grant_extension(order.order_id, note="同意", by=DISPATCHER, now=order.later())

        assert order.row.due_at == order.row.rectify_due_at > before
        assert [one.granted for one in queries.beside(order.order_id).extensions] == [True]
        assert code_of(self.ask, order) == "extensions_used_up"

    def test_is_refused_and_the_end_stays(self, order):
        before = order.row.due_at
        self.ask(order)

        actions.refuse_extension(order.order_id, note="按期", by=DISPATCHER, now=order.later())

        assert order.row.due_at == before
        assert Extension.objects.get().granted is False

    def test_is_asked_for_once_at_a_time(self, order):
        self.ask(order)

        assert code_of(self.ask, order) == "extension_waits"

    @pytest.mark.parametrize("days", [0, 11])
    def test_is_as_long_as_the_rules_allow(self, order, days):
        with pytest.raises(Refused) as refused:
            self.ask(order, days)

        assert refused.value.code == "extension_too_long"
        with override("en"):
            said = say(refused.value.complaint).message
        assert (
            said == f"{days} working days were asked for; the rules of this place give 1 to 10 working days."
        )

    def test_that_nobody_asked_for_is_not_granted(self, order):
        found = code_of(actions.grant_extension, order.order_id, note="", by=DISPATCHER, now=order.later())

        assert found == "no_extension_asked"


class TestHelp:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.SIGN_FOR)

    def join(self, order, agency: str = worlds.OTHER_AGENCY) -> None:
        actions.join(order.order_id, agency_code=agency, task="核对材料", by=DISPATCHER, now=order.later())

    def test_is_asked_for_and_given_by_a_clock_of_its_own(self, order):
        due = order.row.due_at
        self.join(order)
        (helper,) = queries.beside(order.order_id).co_handlers
        assert helper.due_at is not None

        actions.contribute(order.order_id, text="已核对", by=HELPER, now=order.later())

        assert CoHandler.objects.get().done_by == str(HELPER)
        assert (order.row.state, order.row.due_at) == ("signed", due)
        assert queries.order(order.order_id, by=HELPER).id == order.order_id

    def test_is_nobody_elses_to_give(self, order):
        self.join(order)

        found = code_of(actions.contribute, order.order_id, text="已核对", by=worlds.CLERK, now=order.later())

        assert found == "no_co_handler"

    def test_lets_the_helper_see_the_order_and_nobody_else(self, order):
        assert code_of(queries.order, order.order_id, by=HELPER) == "out_of_scope"
        self.join(order)

        assert queries.order(order.order_id, by=HELPER).id == order.order_id

    def test_is_asked_for_once(self, order):
        self.join(order)

        assert code_of(self.join, order) == "helps_already"
        assert code_of(self.join, order, worlds.AGENCY) == "same_agency"


class TestCheck:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.REPLY)

    def test_runs_by_a_clock_and_is_passed(self, order):
        assert (order.row.clock, order.row.due_at is not None) == ("check", True)

        actions.pass_check(order.order_id, by=DISPATCHER, now=order.later())

        assert (order.row.state, order.row.clock, order.row.due_at) == ("checked", "", None)
        assert last_entry(order.order_id)[1]["move"] == "pass_check"

    def test_is_not_ones_own(self, order):
        both = Actor(
            ActorKind.STAFF, worlds.CLERK.id, powers=worlds.CLERK.powers | DISPATCHER.powers, scope=CITY
        )

        assert code_of(actions.pass_check, order.order_id, by=both, now=order.later()) == "own_reply"
        assert code_of(actions.redo, order.order_id, reason="不实", by=both, now=order.later()) == "own_reply"

    def test_sends_back_to_work_that_starts_anew(self, order):
        now = order.later()
        actions.redo(order.order_id, reason="没有说明改了什么", by=DISPATCHER, now=now)

        row = order.row
        assert (row.state, row.clock, row.reply_text, row.replied_at, row.outcome) == (
            "verified",
            "rectify",
            "",
            None,
            "",
        )
        assert row.due_at is not None
        assert "谢谢您" in [event.note for event in queries.timeline(order.order_id)]
        actions.rectify(order.order_id, **DONE, by=worlds.CLERK, now=order.later())
        actions.reply(order.order_id, text="已改", by=worlds.CLERK, now=order.later())
        assert order.row.state == "replied"


class TestEnd:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.REPLY)

    def test_unsolved_is_opened_again_once_then_the_supervisors(self, order):
        assert actions.take_up_again(order.order_id, by=SYSTEM, now=order.later()) == Move.DO_AGAIN
        row = order.row
        assert (row.state, row.round, row.signed_at, row.reply_text) == ("dispatched", 2, None, "")
        assert row.clock == "sign"

        actions.sign_for(order.order_id, by=worlds.CLERK, now=order.later())
        assert (
            code_of(actions.rectify, order.order_id, **DONE, by=worlds.CLERK, now=order.now) == "wrong_state"
        )
        worlds.hear(order.order_id, **FOUND, by=worlds.CLERK, now=order.later())
        actions.rectify(order.order_id, **DONE, by=worlds.CLERK, now=order.later())
        actions.reply(order.order_id, text="再次答复", by=worlds.CLERK, now=order.later())

        assert actions.take_up_again(order.order_id, by=SYSTEM, now=order.later()) == Move.ESCALATE
        assert (order.row.state, order.row.clock) == ("escalated", "decide")
        assert code_of(actions.end, order.order_id, reason="已尽", by=DISPATCHER, now=order.later()) == (
            "not_allowed"
        )
        actions.end(order.order_id, reason="依法不能", by=SUPERVISOR, now=order.later())
        assert (order.row.state, order.row.clock, order.row.due_at) == ("closed", "", None)
        assert promised(order.order_id)[-1] == (ClockKind.DECIDE, Tick.STOP)
        assert last_entry(order.order_id)[0] == EntryKind.ORDER_CLOSED

    def test_the_supervisor_has_the_time_that_the_office_gives_to_others(self, order):
        WorkOrder.objects.update(round=2)
        worlds.follow(worlds.COUNTY, order.now, supervision_answer_limit="3")
        begun = order.later()

        actions.take_up_again(order.order_id, by=SYSTEM, now=begun)

        row = order.row
        assert begun < row.amber_at < row.due_at
        told = queries.clock_retold(order.order_id) or []
        assert told[-1][0] == told[-1][1]
        [start] = [tick for tick, _ in told if tick.clock == ClockKind.DECIDE]
        assert (start.number, start.rule) == (3, "supervision_answer_limit")
        (alarm,) = actions.mark_alarms(now=row.due_at + timedelta(seconds=1))
        assert (alarm.alarm, alarm.clock) == (Alarm.RED, ClockKind.DECIDE)

    def test_sent_to_another_agency_the_office_owes_nothing_any_more(self, order):
        WorkOrder.objects.update(round=2)
        actions.take_up_again(order.order_id, by=SYSTEM, now=order.later())

        actions.redispatch(
            order.order_id,
            agency_code=worlds.OTHER_AGENCY,
            reason="另派",
            by=DISPATCHER,
            now=order.later(),
        )

        assert order.row.clock == "sign"
        assert (ClockKind.DECIDE, Tick.STOP) in promised(order.order_id)

    def test_a_checked_order_closes(self, order):
        assert code_of(actions.close, order.order_id, rated="", by=SYSTEM, now=order.later()) == "wrong_state"
        actions.pass_check(order.order_id, by=DISPATCHER, now=order.later())

        actions.close(order.order_id, rated="yes", by=SYSTEM, now=order.later())

        assert order.row.closed_at == order.now
        assert last_entry(order.order_id) == (EntryKind.ORDER_CLOSED, {"state": "closed", "rated": "yes"})

    def test_a_word_after_the_end_is_too_late(self, order):
        actions.pass_check(order.order_id, by=DISPATCHER, now=order.later())
        actions.close(order.order_id, rated="", by=SYSTEM, now=order.later())

        found = code_of(
            actions.answer_solution, order.review_id, solved="no", text="", by=REVIEWER, now=order.later()
        )

        assert found == "solution_window_over"

    def test_of_no_order_is_refused(self, desk):
        nowhere = uuid7(desk.now)

        assert code_of(actions.close, nowhere, rated="", by=SYSTEM, now=desk.now) == "no_such_order"
        assert code_of(actions.pause, nowhere, cause="appeal", by=SYSTEM, now=desk.now) == "no_such_order"


class TestMerger:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.SIGN_FOR)

    def test_a_merged_order_is_answered_with_the_other(self, order):
        worlds.take_case("YC-9", order.now)
        outcome = worlds.give("YC-9", 1, order.now)
        assert outcome.id is not None
        other = queries.order_of_review(outcome.id)
        assert other is not None
        actions.dispatch([other.id], by=SYSTEM, now=order.later())

        actions.merge(other.id, into=order.order_id, by=DISPATCHER, now=order.later())

        merged = queries.rows([other.id])[0]
        assert (merged.state, merged.merged_into_id, merged.outcome) == (
            "merged",
            order.order_id,
            "duplicate_merged",
        )
        assert merged.due_at is None
        itself = code_of(actions.merge, order.order_id, into=order.order_id, by=DISPATCHER, now=order.later())
        assert itself == "merged_into_ended"


class TestAppealed:
    @pytest.fixture
    def order(self, desk):
        return desk.upto(Move.VERIFY)

    def test_the_clock_pauses_and_runs_on_later(self, order):
        before = order.row.due_at
        actions.pause(order.order_id, cause="appeal", by=SYSTEM, now=order.later())
        assert (order.row.due_at, order.row.paused_at) == (None, order.now)
        blocked = code_of(actions.rectify, order.order_id, **DONE, by=worlds.CLERK, now=order.later())
        order.now += 7 * DAY

        actions.resume(order.order_id, by=SYSTEM, now=order.later())

        assert blocked == "clock_paused"
        assert order.row.paused_at is None
        assert order.row.due_at == order.row.rectify_due_at > before

    def test_twice_is_once(self, order):
        for _ in range(2):
            actions.pause(order.order_id, cause="appeal", by=SYSTEM, now=order.later())
        for _ in range(2):
            actions.resume(order.order_id, by=SYSTEM, now=order.later())

        assert order.moves.count("pause") == order.moves.count("resume") == 1

    @pytest.mark.parametrize("outcome", ["mistaken_excluded", "malicious_excluded"])
    def test_an_exclusion_ends_it_and_can_be_turned(self, order, outcome):
        actions.pause(order.order_id, cause="appeal", by=SYSTEM, now=order.later())

        review = actions.exclude(order.order_id, outcome=outcome, by=SYSTEM, now=order.later())

        assert review == order.review_id
        assert (order.row.state, order.row.outcome, order.row.due_at) == ("excluded", outcome, None)
        actions.restore(order.order_id, by=SYSTEM, now=order.later())
        row = order.row
        assert (row.state, row.outcome, row.clock, row.due_at) == ("dispatched", "", "sign", row.sign_due_at)
        assert (row.signed_at, row.verified_at, row.closed_at) == (None, None, None)
        assert last_entry(order.order_id) == (
            EntryKind.ORDER_MOVED,
            {"state": "dispatched", "move": "restore"},
        )

    def test_an_exclusion_finds_it_before_it_is_dispatched_again(self, desk):
        actions.exclude(desk.order_id, outcome="mistaken_excluded", by=SYSTEM, now=desk.later())

        assert (desk.row.state, desk.row.clock) == ("excluded", "")
        assert last_entry(desk.order_id)[1]["move"] == "exclude"
        assert actions.dispatch([desk.order_id], by=SYSTEM, now=desk.now + DAY) == []

    def test_the_clock_of_signing_pauses_too_and_nobody_sends_it_elsewhere(self, desk):
        desk.upto(Move.DISPATCH)
        actions.pause(desk.order_id, cause="appeal", by=SYSTEM, now=desk.later())
        assert (desk.row.due_at, desk.row.paused_at) == (None, desk.now)
        to = {"agency_code": worlds.OTHER_AGENCY, "reason": "转交"}
        blocked = code_of(actions.redispatch, desk.order_id, **to, by=DISPATCHER, now=desk.later())
        assert blocked == "clock_paused"
        actions.ask_return(desk.order_id, reason="不归我局", by=worlds.CLERK, now=desk.later())
        blocked = code_of(actions.grant_return, desk.order_id, **to, by=DISPATCHER, now=desk.later())
        assert blocked == "clock_paused"

        actions.resume(desk.order_id, by=SYSTEM, now=desk.later())

        assert (desk.row.state, desk.row.paused_at, desk.row.due_at) == (
            "return_asked",
            None,
            desk.row.sign_due_at,
        )

    def test_an_order_that_ends_is_not_paused_any_more(self, desk):
        desk.upto(Move.DISPATCH)
        actions.pause(desk.order_id, cause="appeal", by=SYSTEM, now=desk.later())

        actions.cancel(desk.review_id, by=SYSTEM, now=desk.later())

        assert (desk.row.state, desk.row.paused_at) == ("cancelled", None)

    def test_only_an_exclusion_is_an_exclusion(self, order):
        found = code_of(actions.exclude, order.order_id, outcome="explained", by=SYSTEM, now=order.later())

        assert found == "unknown_choice"


class TestAlarms:
    def test_turn_amber_then_red_once_each(self, desk):
        desk.upto(Move.DISPATCH)
        row = desk.row
        assert actions.mark_alarms(now=row.amber_at) == []

        (amber,) = actions.mark_alarms(now=row.amber_at + timedelta(seconds=1))
        assert (amber.id, amber.alarm, amber.clock, amber.due_at) == (
            desk.order_id,
            Alarm.AMBER,
            ClockKind.SIGN,
            row.due_at,
        )
        assert actions.mark_alarms(now=row.due_at) == []
        (red,) = actions.mark_alarms(now=row.due_at + timedelta(seconds=1))
        assert red.alarm == Alarm.RED
        assert actions.mark_alarms(now=row.due_at + DAY) == []

    def test_start_anew_with_the_next_clock(self, desk):
        desk.upto(Move.DISPATCH)
        (first,) = actions.mark_alarms(now=desk.row.due_at + timedelta(seconds=1))

        desk.step(Move.SIGN_FOR)
        (second,) = actions.mark_alarms(now=desk.row.due_at + timedelta(seconds=1))

        assert (first.alarm, first.clock) == (Alarm.RED, ClockKind.SIGN)
        assert (second.alarm, second.clock) == (Alarm.RED, ClockKind.CONTACT)

    def test_are_silent_about_what_is_over(self, desk):
        desk.upto(Move.REPLY)
        actions.pass_check(desk.order_id, by=DISPATCHER, now=desk.later())

        assert actions.mark_alarms(now=desk.now + 60 * DAY) == []


class TestClock:
    def test_can_be_computed_again_at_every_point(self, desk):
        desk.upto(Move.VERIFY)
        actions.ask_extension(desk.order_id, days=3, reason="等", by=worlds.CLERK, now=desk.later())
        actions.grant_extension(desk.order_id, note="", by=DISPATCHER, now=desk.later())
        actions.pause(desk.order_id, cause="appeal", by=SYSTEM, now=desk.later())
        desk.now += 2 * DAY
        actions.resume(desk.order_id, by=SYSTEM, now=desk.later())
        actions.rectify(desk.order_id, **DONE, by=worlds.CLERK, now=desk.later())
        actions.reply(desk.order_id, text="好", by=worlds.CLERK, now=desk.later())
        actions.redo(desk.order_id, reason="再办", by=DISPATCHER, now=desk.later())

        told = queries.clock_retold(desk.order_id)

        assert told
        assert [promise for promise, _ in told] == [anew for _, anew in told]
        assert told[-1][1].due_at is None or desk.row.due_at in {anew.due_at for _, anew in told}

    def test_a_promise_stays_when_the_calendar_changes(self, desk):
        desk.upto(Move.DISPATCH)
        promise = desk.row.rectify_due_at
        CalendarDay.objects.filter(day=(desk.now + DAY).date()).update(is_working=False)

        told = queries.clock_retold(desk.order_id)

        assert desk.row.rectify_due_at == promise
        assert told
        assert [p.due_at for p, _ in told] != [anew.due_at for _, anew in told]

    def test_is_computed_again_with_two_questions(self, desk, django_assert_num_queries):
        desk.upto(Move.RECTIFY)

        with django_assert_num_queries(2):
            queries.clock_retold(desk.order_id)

    def test_of_no_order_there_is_none(self, desk):
        assert queries.clock_retold(uuid7(desk.now)) is None
        assert queries.clock_retold(desk.order_id) == []

    def test_the_operator_may_do_everything(self, desk):
        desk.upto(Move.REPLY)

        actions.pass_check(desk.order_id, by=OPERATOR, now=desk.later())

        assert desk.row.state == "checked"
