"""The list of a desk: its groups, conditions, pages and counts; who is named; what one person keeps and takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from haochaping.accounts import actions as accounts
from haochaping.accounts.models import StaffBinding
from haochaping.accounts.terms import Place, Role
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import ListExport, WorkOrder
from haochaping.rectification.queries import worklist
from haochaping.rectification.rules import list_asked, list_query, place_from, place_text, time_left
from haochaping.rectification.terms import (
    BULK_AT_MOST,
    FILTERS_AT_MOST,
    ListAsked,
    Move,
    OrderState,
    TimeLeft,
)
from tests import worlds
from tests.rectification.conftest import MINUTE, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
POWERS = frozenset({"order.view", "order.handle", "order.export"})


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (MONDAY - timedelta(minutes=1), TimeLeft.OVERDUE),
        (MONDAY, TimeLeft.TODAY),
        (datetime(2026, 6, 1, 23, 59, tzinfo=BEIJING), TimeLeft.TODAY),
        (datetime(2026, 6, 2, 0, 0, tzinfo=BEIJING), TimeLeft.THIS_WEEK),
        (datetime(2026, 6, 7, 23, 59, tzinfo=BEIJING), TimeLeft.THIS_WEEK),
        (datetime(2026, 6, 8, 0, 0, tzinfo=BEIJING), TimeLeft.LATER),
        (None, TimeLeft.UNKNOWN),
    ],
)
def test_time_left_is_told_in_beijing_days(due, group):
    assert time_left(due, MONDAY) == group


def test_sunday_belongs_to_the_week_before_it():
    sunday = datetime(2026, 6, 7, 9, 0, tzinfo=BEIJING)

    assert time_left(sunday + timedelta(days=1), sunday) == TimeLeft.LATER


def test_a_clock_that_stands_is_a_group_of_its_own():
    assert time_left(None, MONDAY, paused=True) == TimeLeft.PAUSED


def test_what_an_address_does_not_know_is_no_condition():
    given = {"left": "today", "state": "nonsense", "item": " 登记 ", "agency": "a\x00b", "list": "done"}

    asked = list_asked(given)

    assert asked == ListAsked(done=True, left="today", item="登记")
    assert list_asked(list_query(asked)) == asked


@pytest.mark.parametrize(
    "text", ["", "x", ".", "1.zz", "9" * 20 + "." + "0" * 32, "-5." + "0" * 32, "1." + "0" * 31]
)
def test_a_place_that_is_none_is_the_beginning(text):
    assert place_from(text, back=False) is None


@pytest.fixture
def several(desk: Desk) -> Desk:
    """Five dispatched orders of the agency, the first without a deadline, the others at two moments."""
    for n in range(2, 6):
        worlds.take_case(f"YC-{n}", desk.now)
        worlds.give(f"YC-{n}", 1, desk.now)
    orders = list(WorkOrder.objects.order_by("id").values_list("id", flat=True))
    actions.dispatch(orders, by=SYSTEM, now=desk.later())
    due = desk.now + timedelta(hours=2)
    WorkOrder.objects.update(due_at=due, amber_at=desk.now)
    late = [pk for pk in orders if pk != desk.order_id][:2]
    WorkOrder.objects.filter(id__in=late).update(due_at=due - timedelta(days=9))
    WorkOrder.objects.filter(id=desk.order_id).update(due_at=None, amber_at=None, deadline_known=False)
    return desk


@pytest.fixture
def hired(desk: Desk) -> Callable[[str], Actor]:
    """Make an account that handles orders of an agency, and return who that is: `hired("a", agency=…, role=…)`."""

    def hire(name: str, agency: str = worlds.AGENCY, role: Role = Role.CLERK) -> Actor:
        user = accounts.open_account(username=name, display_name=f"示例{name}", by=OPERATOR, now=desk.now)
        accounts.grant_role(
            user_id=user, role=role, place=Place(agency_code=agency), by=OPERATOR, now=desk.now
        )
        return Actor(ActorKind.STAFF, str(user), powers=POWERS, scope=Scope(agency_path=f"{agency}."))

    return hire


def bind(who: Actor, desk: Desk) -> int:
    """Let somebody be the staff member S1 of the agency, whom the order names; returns whose number that is."""
    accounts.bind_staff_member(
        user_id=int(who.id), agency_code=worlds.AGENCY, staff_number="S1", by=OPERATOR, now=desk.now
    )
    member = StaffBinding.objects.get(user_id=int(who.id)).staff_member_id
    WorkOrder.objects.filter(id=desk.order_id).update(staff_id=member)
    return member


def listed(by: Actor, desk: Desk, **asked: str) -> list[object]:
    rows = worklist.work_list(by, list_asked(asked), now=desk.now, limit=50)
    return [row.order.id for row in rows]


def code_of(do: Callable[..., object], *given: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        do(*given, **named)
    return refused.value.complaint.code


def test_pages_follow_one_another_there_and_back(several):
    ids = listed(worlds.CLERK, several)
    assert len(ids) == 5
    assert ids[-1] == several.order_id
    rows = worklist.work_list(worlds.CLERK, ListAsked(), now=several.now, limit=5)

    for n, row in enumerate(rows):
        for back in (False, True):
            place = place_from(place_text(row.order), back=back)
            page = worklist.work_list(worlds.CLERK, ListAsked(), now=several.now, limit=2, place=place)
            expected = ids[max(n - 2, 0) : n] if back else ids[n + 1 : n + 3]
            assert [found.order.id for found in page] == expected


def test_pages_of_finished_orders_begin_with_the_newest(several):
    for review_id in WorkOrder.objects.values_list("review_id", flat=True):
        actions.cancel(review_id, by=REVIEWER, now=several.later())
    newest = sorted(WorkOrder.objects.values_list("id", flat=True), reverse=True)
    asked = ListAsked(done=True)
    rows = worklist.work_list(worlds.CLERK, asked, now=several.now, limit=5)
    middle = place_text(rows[2].order)

    on = worklist.work_list(
        worlds.CLERK, asked, now=several.now, limit=9, place=place_from(middle, back=False)
    )
    back = worklist.work_list(
        worlds.CLERK, asked, now=several.now, limit=9, place=place_from(middle, back=True)
    )

    assert [row.order.id for row in rows] == newest
    assert [row.order.id for row in on] == newest[3:]
    assert [row.order.id for row in back] == newest[:2]


def test_counts_are_those_of_the_lists_and_one_statement(several, hired, django_assert_num_queries):
    who = hired("one")
    actions.keep_filter(int(who.id), "超期", ListAsked(colour="red"))
    saved = worklist.saved_filters(who).answer

    with django_assert_num_queries(1):
        counts = worklist.counts(who, ListAsked(), saved=saved, now=several.now)

    assert (counts.all, counts.asked, counts.mine) == (5, 5, 0)
    assert counts.saved == {saved[0].id: 2}
    for left, count in counts.left.items():
        assert len(listed(who, several, left=left.value)) == count
    assert counts.left[TimeLeft.OVERDUE] == 2
    assert counts.left[TimeLeft.UNKNOWN] == 1


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"state": "dispatched"}, 5),
        ({"state": "signed"}, 0),
        ({"colour": "red"}, 2),
        ({"colour": "amber"}, 2),
        ({"colour": "green"}, 0),
        ({"item": worlds.ITEM}, 5),
        ({"item": "食品经营"}, 5),
        ({"item": "%"}, 0),
        ({"agency": worlds.AGENCY}, 5),
        ({"agency": "河湾区"}, 5),
        ({"agency": "不存在"}, 0),
        ({"assigned": "nobody"}, 5),
        ({"assigned": "me"}, 0),
        ({"urgency": "urgent"}, 0),
        ({"urgency": "ordinary"}, 5),
        ({"category": "overtime"}, 0),
        ({"number": "zz"}, 0),
    ],
)
def test_a_condition_narrows_the_list(several, asked, count):
    assert len(listed(worlds.CLERK, several, **asked)) == count


def test_reasons_are_noted_when_an_order_goes_out_and_searched_by(several):
    WorkOrder.objects.filter(id=several.order_id).update(categories=["overtime"])

    assert listed(worlds.CLERK, several, category="overtime") == [several.order_id]
    assert listed(worlds.CLERK, several, urgency="urgent") == [several.order_id]
    assert several.order_id not in listed(worlds.CLERK, several, urgency="ordinary")


def test_an_order_is_found_by_how_its_number_begins(several):
    number = str(several.order_id)

    assert several.order_id in listed(worlds.CLERK, several, number=number[:10])
    assert listed(worlds.CLERK, several, number=number) == [several.order_id]


def test_what_somebody_else_did_is_new_until_one_has_looked(several, hired):
    who, other = hired("one"), hired("two")

    def new() -> bool:
        rows = worklist.work_list(who, ListAsked(), now=several.now, limit=50)
        return next(row.unread for row in rows if row.order.id == several.order_id)

    assert new()
    actions.mark_looked(several.order_id, user_id=int(who.id), now=several.later())
    assert not new()
    actions.sign_for(several.order_id, by=who, now=several.later())
    assert not new()
    actions.ask_extension(several.order_id, days=1, reason="等待配件", by=other, now=several.later())
    assert new()
    actions.mark_looked(several.order_id, user_id=int(who.id), now=several.later())
    assert not new()


def test_somebody_of_the_agency_is_named(several, hired):
    who, other = hired("one"), hired("two", role=Role.AGENCY_LEAD)

    assert actions.assign(several.order_id, assignee=int(other.id), by=who, now=several.later())
    assert not actions.assign(several.order_id, assignee=int(other.id), by=who, now=several.later())

    assert listed(other, several, assigned="me") == [several.order_id]
    assert several.order_id not in listed(who, several, assigned="nobody")
    row = next(r for r in worklist.work_list(who, ListAsked(), now=several.now, limit=9) if r.handler)
    assert (row.handler, row.mine) == ("示例two", False)
    event = queries.timeline(several.order_id)[-1]
    assert (event.move, event.note) == (Move.ASSIGN, "示例two")
    entry = ledger.entries_of("order", str(several.order_id))[-1]
    assert entry.kind == EntryKind.ORDER_MOVED
    assert entry.facts["assignee"] == f"staff:{other.id}"


def test_nobody_of_elsewhere_and_nobody_who_only_watches_is_named(several, hired):
    who = hired("one")
    for name, agency, role in (
        ("far", worlds.OTHER_AGENCY, Role.CLERK),
        ("manager", worlds.AGENCY, Role.HALL_MANAGER),
    ):
        stranger = hired(name, agency, role)
        said = code_of(
            actions.assign, several.order_id, assignee=int(stranger.id), by=who, now=several.later()
        )
        assert said == "no_handler_there"
    assert several.row.assignee_id is None


def test_whom_the_review_names_is_never_named_and_does_not_learn_of_it(several, hired):
    who, meant = hired("one"), hired("meant")
    member = bind(meant, several)
    meant = replace(meant, staff_ids=frozenset({member}))

    assert (
        code_of(actions.assign, several.order_id, assignee=int(meant.id), by=who, now=several.later())
        == "no_handler_there"
    )
    tried = [
        actions.assign_each([several.order_id], assignee=int(who.id), by=meant, now=several.later()),
        actions.sign_for_each([several.order_id], by=meant, now=several.later()),
    ]
    for (outcome,) in tried:
        assert outcome.complaint is not None
        assert (outcome.complaint.code, outcome.item) == ("no_such_order", "")
    assert several.order_id not in listed(meant, several)
    assert worklist.counts(meant, ListAsked(), now=several.now).all == 4


def test_who_was_named_before_turning_out_to_be_meant_deals_with_it_no_longer(several, hired):
    who, other = hired("one"), hired("two")
    actions.assign(several.order_id, assignee=int(other.id), by=who, now=several.later())

    bind(other, several)

    assert several.order_id in listed(who, several, assigned="nobody")
    rows = worklist.work_list(who, ListAsked(), now=several.now, limit=9)
    assert [row.handler for row in rows] == [""] * 5


def test_an_order_sent_elsewhere_is_nobody_s(several, hired):
    who = hired("one")
    actions.assign(several.order_id, assignee=int(who.id), by=who, now=several.later())
    dispatcher = Actor(
        ActorKind.STAFF, "0", powers=frozenset({"order.view", "order.dispatch"}), scope=EVERYWHERE
    )

    actions.redispatch(
        several.order_id,
        agency_code=worlds.OTHER_AGENCY,
        reason="不归它管",
        by=dispatcher,
        now=several.later(),
    )

    assert several.row.assignee_id is None


def test_a_row_says_how_often_its_order_was_sent_on(several, hired):
    dispatcher = Actor(
        ActorKind.STAFF, "0", powers=frozenset({"order.view", "order.dispatch"}), scope=EVERYWHERE
    )
    for place in (worlds.OTHER_AGENCY, worlds.AGENCY):
        actions.redispatch(
            several.order_id, agency_code=place, reason="不归它管", by=dispatcher, now=several.later()
        )

    rows = worklist.work_list(hired("one"), ListAsked(), now=several.now, limit=9)

    assert {row.order.id: row.sent_on for row in rows if row.sent_on} == {several.order_id: 2}


def test_several_are_signed_for_each_with_its_own_outcome(several, hired):
    who, other = hired("one"), hired("two")
    ids = list(WorkOrder.objects.order_by("id").values_list("id", flat=True))
    actions.sign_for(ids[1], by=other, now=several.later())
    actions.sign_for(ids[2], by=who, now=several.later())

    outcomes = actions.sign_for_each([*ids, ids[0]], by=who, now=several.later())

    assert [(o.order_id, o.already, o.complaint.code if o.complaint else "") for o in outcomes] == [
        (ids[0], False, ""),
        (ids[1], False, "wrong_state"),
        (ids[2], True, ""),
        (ids[3], False, ""),
        (ids[4], False, ""),
    ]
    assert set(WorkOrder.objects.values_list("state", flat=True)) == {OrderState.SIGNED}
    assert [o.already for o in actions.sign_for_each([ids[0]], by=who, now=several.later())] == [True]


def test_none_and_too_many_are_refused(several, hired):
    who = hired("one")

    assert code_of(actions.sign_for_each, [], by=who, now=several.now) == "nothing_chosen"
    many = [UUID(int=n) for n in range(BULK_AT_MOST + 1)]
    assert code_of(actions.sign_for_each, many, by=who, now=several.now) == "too_many_chosen"


def test_filters_are_one_s_own(several, hired):
    who, other = hired("one"), hired("two")
    asked = ListAsked(left="today", item="登记")
    kept = actions.keep_filter(int(who.id), " 今天 ", asked)

    assert [(row.id, row.name, row.asked) for row in worklist.saved_filters(who).answer] == [
        (kept, "今天", asked)
    ]
    assert worklist.saved_filters(other).answer == []
    assert code_of(actions.rename_filter, int(other.id), kept, "x") == "no_such_filter"
    actions.remove_filter(int(other.id), kept)
    actions.rename_filter(int(who.id), kept, "今日")
    assert worklist.saved_filters(who).answer[0].name == "今日"
    actions.remove_filter(int(who.id), kept)
    assert worklist.saved_filters(who).answer == []


def test_a_filter_has_a_condition_a_name_of_its_own_and_an_end(several, hired):
    who = int(hired("one").id)
    asked = ListAsked(left="today")

    assert code_of(actions.keep_filter, who, "x", ListAsked()) == "no_condition"
    assert code_of(actions.keep_filter, who, " ", asked) == "filter_name_bad"
    assert code_of(actions.keep_filter, who, "长" * 41, asked) == "filter_name_bad"
    for n in range(FILTERS_AT_MOST):
        actions.keep_filter(who, f"{n}", asked)
    assert code_of(actions.keep_filter, who, "0", asked) == "filter_name_taken"
    assert code_of(actions.keep_filter, who, "x", asked) == "filters_full"


def test_a_list_taken_away_is_recorded_without_what_was_typed(several, hired):
    who = hired("one")
    asked = ListAsked(left="today", item="张三")

    number = actions.record_export(file_format="csv", asked=asked, rows=2, by=who, now=several.now)

    row = ListExport.objects.get(id=number)
    assert (row.by, row.format, row.rows, row.asked) == (
        str(who),
        "csv",
        2,
        {"left": "today", "item": "张三"},
    )
    (entry,) = ledger.entries_of("order_list", str(number))
    assert entry.kind == EntryKind.EXPORTED
    assert entry.facts == {"format": "csv", "rows": "2", "filter": "left=today"}


def test_who_may_not_takes_nothing_away(several):
    given = {"file_format": "csv", "asked": ListAsked(), "rows": 0, "now": several.now + MINUTE}

    assert code_of(actions.record_export, by=worlds.CLERK, **given) == "not_allowed"
    powerful = replace(worlds.CLERK, powers=POWERS)
    assert code_of(actions.record_export, by=powerful, **given | {"file_format": "pdf"}) == "unknown_format"
    assert not ListExport.objects.exists()
