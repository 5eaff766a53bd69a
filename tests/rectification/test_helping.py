"""协办: the part of an agency that helps, its clock among those of the order, its place on the list of its desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.models import Agency
from haochaping.directory.terms import Kind
from haochaping.flows import ask_help, call_back, hand_on, handle_bad_review, supervise
from haochaping.kernel.actor import OPERATOR, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions, queries
from haochaping.rectification.models import CoHandler, WorkOrder
from haochaping.rectification.queries import help as help_queries
from haochaping.rectification.queries import worklist
from haochaping.rectification.rules import helping, list_asked, place_from, place_text
from haochaping.rectification.terms import Alarm, ClockKind, ListAsked, Move, SavedFilterRow, Tick, TimeLeft
from haochaping.rulebook.models import CalendarDay
from haochaping.rulebook.terms import Key
from haochaping.supervision import queries as supervision
from haochaping.supervision.models import Signal, SupervisionOrder
from tests import worlds
from tests.rectification.conftest import DONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.terms import ClockTick
    from tests.rectification.conftest import Desk

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
THIRD = "990200000000_CCC"
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
HELPER = replace(worlds.CLERK, id="helper", scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))
STRANGER = replace(worlds.CLERK, id="stranger", scope=Scope(agency_path=f"{THIRD}."))
SUPERVISOR = Actor(
    ActorKind.STAFF,
    "supervisor",
    powers=frozenset({"order.view", "order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)


@pytest.fixture
def order(desk: Desk) -> Desk:
    """An order that is signed for, and a third agency beside."""
    row = {"code": THIRD, "name": "石港市数据局", "division": worlds.OTHER_CITY, "parent": "", "uscc": ""}
    assert directory.put(Kind.AGENCIES, [row], by=OPERATOR, now=desk.now) == []
    return desk.upto(Move.SIGN_FOR)


def join(desk: Desk, agency: str = worlds.OTHER_AGENCY) -> Any:
    part = actions.join(desk.order_id, agency_code=agency, task="核对材料", by=DISPATCHER, now=desk.later())
    return CoHandler.objects.get(id=part)


def ticks(desk: Desk, part: CoHandler) -> list[ClockTick]:
    return [tick for tick in queries.ticks_of(desk.order_id).answer if tick.helper == part.id]


def again(part: CoHandler) -> Any:
    return CoHandler.objects.get(id=part.id)


def code_of(do: Callable[..., object], *given: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        do(*given, **named)
    return refused.value.complaint.code


def end(code: str, now: datetime) -> None:
    Agency.objects.filter(code=code).update(valid_to=local_day(now) - DAY)


def give_items(now: datetime, to: str, *codes: str) -> None:
    """The items of the helping agency are another one's from now on, as the directory writes it down."""
    rows = [{"code": code, "name": "甲", "item_type": "01", "agency": to} for code in codes]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=now) == []


def as_promised(desk: Desk) -> bool:
    told = queries.clock_retold(desk.order_id)
    return bool(told) and all(promise == anew for promise, anew in told or [])


# its clock


def test_who_is_asked_has_a_clock_among_those_of_the_order(order):
    due = order.row.due_at
    part = join(order)

    (start,) = ticks(order, part)
    assert (start.clock, start.tick, start.at, start.rule) == (
        ClockKind.HELP,
        Tick.START,
        order.now,
        Key.SIMPLE_RECTIFY_LIMIT,
    )
    assert (part.due_at, part.amber_at) == (start.due_at, start.amber_at)
    assert None not in {part.due_at, part.amber_at}
    assert (order.row.state, order.row.clock, order.row.due_at) == ("signed", "contact", due)
    entry = ledger.entries_of("order", str(order.order_id))[-1]
    assert (entry.kind, entry.facts["move"], entry.facts["agency"]) == (
        EntryKind.ORDER_MOVED,
        "join",
        worlds.OTHER_AGENCY,
    )
    assert as_promised(order)


def test_whoever_has_ended_is_not_asked(order):
    end(worlds.OTHER_AGENCY, order.now)

    assert code_of(join, order) == "agency_ended"
    assert not CoHandler.objects.exists()


def test_the_clock_stops_with_the_part_done_and_what_was_promised_stays(order):
    part = join(order)

    actions.contribute(order.order_id, text="已核对", by=HELPER, now=order.later())

    assert [tick.tick for tick in ticks(order, part)] == [Tick.START, Tick.STOP]
    done = again(part)
    assert (done.done_at, done.due_at, done.ended_at) == (order.now, part.due_at, None)
    assert as_promised(order)
    entry = ledger.entries_of("order", str(order.order_id))[-1]
    assert (entry.kind, entry.facts["move"]) == (EntryKind.ORDER_MOVED, "contribute")
    assert actions.mark_help_alarms(now=part.due_at + DAY) == []


def test_a_pause_of_the_order_is_one_of_its_helpers(order):
    part = join(order)
    contact = order.row.contact_due_at

    actions.pause(order.order_id, cause="appeal", by=SYSTEM, now=order.later())
    assert again(part).due_at is None
    order.now += 2 * DAY
    actions.resume(order.order_id, by=SYSTEM, now=order.later())

    assert [tick.tick for tick in ticks(order, part)] == [Tick.START, Tick.PAUSE, Tick.RESUME]
    moved = again(part).due_at
    assert moved is not None
    assert order.row.contact_due_at is not None
    assert contact is not None
    assert moved - part.due_at == order.row.contact_due_at - contact
    assert as_promised(order)


def test_who_is_asked_while_the_clock_stands_waits_with_it(order):
    actions.pause(order.order_id, cause="appeal", by=SYSTEM, now=order.later())

    part = join(order)
    assert (part.due_at, [tick.tick for tick in ticks(order, part)]) == (None, [Tick.START, Tick.PAUSE])

    actions.resume(order.order_id, by=SYSTEM, now=order.later())
    assert again(part).due_at is not None
    assert as_promised(order)


def test_more_time_for_the_order_is_more_time_for_who_helps_and_not_for_who_is_done(order):
    done, part = join(order), join(order, THIRD)
    actions.contribute(order.order_id, text="已核对", by=HELPER, now=order.later())

    actions.ask_extension(order.order_id, days=3, reason="等", by=worlds.CLERK, now=order.later())
    actions.grant_extension(order.order_id, note="", by=DISPATCHER, now=order.later())

    last = ticks(order, part)[-1]
    assert (last.tick, last.number, last.rule) == (Tick.EXTEND, 3, Key.EXTENSION_LIMIT)
    assert again(part).due_at == last.due_at
    assert last.due_at is not None
    assert last.due_at > part.due_at
    assert again(done).due_at == done.due_at
    assert as_promised(order)


def test_an_end_that_the_calendar_does_not_know_is_promised_once_it_does(order):
    days = list(CalendarDay.objects.filter(day__gt=local_day(order.now)))
    CalendarDay.objects.filter(day__gt=local_day(order.now)).delete()
    part = join(order)
    assert (part.due_at, order.row.deadline_known) == (None, False)
    assert queries.without_deadline() == [order.order_id]
    assert actions.promise_late(by=SYSTEM, now=order.later()) == 0

    CalendarDay.objects.bulk_create(days)
    assert actions.promise_late(by=SYSTEM, now=order.later()) == 1

    assert [tick.tick for tick in ticks(order, part)] == [Tick.START, Tick.LIMIT]
    assert again(part).due_at is not None
    assert (order.row.deadline_known, queries.without_deadline()) == (True, [])
    assert ledger.entries_of("order", str(order.order_id))[-1].kind == EntryKind.DEADLINE_SET


def test_what_the_order_goes_on_without_ends_and_may_be_asked_anew(order):
    order.step(Move.VERIFY)
    part = join(order)

    actions.rectify(order.order_id, **DONE, by=worlds.CLERK, now=order.later())

    ended = again(part)
    assert (ended.ended_at, ended.done_at, ticks(order, part)[-1].tick) == (order.now, None, Tick.STOP)
    said: dict[str, Any] = {"text": "已核对", "by": HELPER}
    assert code_of(actions.contribute, order.order_id, **said, now=order.later()) == "wrong_state"
    actions.reply(order.order_id, text="好", by=worlds.CLERK, now=order.later())
    actions.redo(order.order_id, reason="再办", by=DISPATCHER, now=order.later())
    assert code_of(actions.contribute, order.order_id, **said, now=order.later()) == "no_co_handler"
    second = join(order)
    actions.contribute(order.order_id, **said, now=order.later())
    assert again(second).done_at == order.now
    assert as_promised(order)


def test_turns_amber_then_red_once_each_and_anew_with_more_time(order):
    part = join(order)
    assert actions.mark_help_alarms(now=part.amber_at) == []

    (amber,) = actions.mark_help_alarms(now=part.amber_at + SECOND)
    assert (amber.id, amber.alarm, amber.due_at) == (part.id, Alarm.AMBER, part.due_at)
    assert actions.mark_help_alarms(now=part.due_at) == []
    (red,) = actions.mark_help_alarms(now=part.due_at + SECOND)
    assert red.alarm == Alarm.RED
    assert actions.mark_help_alarms(now=part.due_at + DAY) == []

    actions.ask_extension(order.order_id, days=3, reason="等", by=worlds.CLERK, now=order.later())
    actions.grant_extension(order.order_id, note="", by=DISPATCHER, now=order.later())
    (anew,) = actions.mark_help_alarms(now=again(part).due_at + SECOND)
    assert anew.alarm == Alarm.RED


# what whoever helps may do


def test_whoever_helps_reaches_nobody_and_does_nothing_else(order):
    join(order)
    now = order.later()

    assert queries.order(order.order_id, by=HELPER).id == order.order_id
    for do, given in (
        (handle_bad_review.write_to_reviewer, {"text": "您好"}),
        (handle_bad_review.read_messages, {}),
        (call_back.request_call, {"purpose": "verify", "line": "8001"}),
        (actions.reply, {"text": "好"}),
        (actions.ask_extension, {"days": 1, "reason": "等"}),
        (actions.assign, {"assignee": 1}),
        (actions.add_evidence, {"caption": "甲", "shown": False}),
        (actions.sign_for, {}),
    ):
        assert code_of(do, order.order_id, **given, by=HELPER, now=now) == "out_of_scope"


# its list


def listed(by: Actor, desk: Desk, **asked: str) -> list[UUID]:
    rows = worklist.work_list(by, list_asked(asked), now=desk.now, limit=50)
    return [row.order.id for row in rows]


def test_what_one_helps_with_stands_on_the_list_with_the_time_of_the_part(order):
    assert listed(HELPER, order) == []
    part = join(order)

    (row,) = worklist.work_list(HELPER, ListAsked(), now=order.now, limit=9)

    assert (row.helps, row.order.id, row.order.clock) == (True, order.order_id, "help")
    assert (row.order.due_at, row.order.amber_at, row.unread) == (part.due_at, part.amber_at, True)
    (lead,) = worklist.work_list(worlds.CLERK, ListAsked(), now=order.now, limit=9)
    assert (lead.helps, lead.order.due_at) == (False, order.row.due_at)
    assert listed(STRANGER, order) == []
    assert listed(DISPATCHER, order) == [order.order_id]


def test_it_is_counted_as_the_lists_show_it_in_one_statement(order, django_assert_num_queries):
    join(order)
    saved = [SavedFilterRow(7, "协办", ListAsked(part="help"))]

    with django_assert_num_queries(1):
        counts = worklist.counts(HELPER, ListAsked(), saved=saved, now=order.now)

    assert (counts.all, counts.helped, counts.mine, counts.saved) == (1, 1, 0, {7: 1})
    for left, count in counts.left.items():
        assert len(listed(HELPER, order, left=left.value)) == count
    assert sum(counts.left.values()) == 1
    later = replace(order, now=again(CoHandler.objects.get()).due_at + SECOND)
    assert worklist.counts(HELPER, ListAsked(), now=later.now).left[TimeLeft.OVERDUE] == 1
    assert listed(HELPER, later, left="overdue", colour="red") == [order.order_id]
    assert worklist.counts(worlds.CLERK, ListAsked(), now=order.now).helped == 0


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"part": "help"}, 1),
        ({"part": "lead"}, 0),
        ({"state": "signed"}, 1),
        ({"state": "verified"}, 0),
        ({"colour": "green"}, 1),
        ({"colour": "red"}, 0),
        ({"item": worlds.ITEM}, 1),
        ({"item": "不存在"}, 0),
        ({"agency": worlds.AGENCY}, 1),
        ({"agency": worlds.OTHER_AGENCY}, 0),
        ({"urgency": "ordinary"}, 1),
        ({"urgency": "urgent"}, 0),
        ({"category": "overtime"}, 0),
        ({"assigned": "me"}, 0),
        ({"assigned": "nobody"}, 0),
        ({"number": "zz"}, 0),
    ],
)
def test_a_condition_narrows_it_too(order, asked, count):
    join(order)

    assert len(listed(HELPER, order, **asked)) == count


def test_the_own_list_may_leave_it_out_and_the_other_the_own(order):
    assert listed(worlds.CLERK, order, part="lead") == [order.order_id]
    assert listed(worlds.CLERK, order, part="help") == []


def test_while_the_clock_stands_it_is_among_those_that_do(order):
    join(order)
    actions.pause(order.order_id, cause="appeal", by=SYSTEM, now=order.later())

    assert listed(HELPER, order, left="paused") == [order.order_id]


def test_a_part_that_is_over_stands_with_what_is_done(order):
    join(order)
    actions.contribute(order.order_id, text="已核对", by=HELPER, now=order.later())

    assert listed(HELPER, order) == []
    assert listed(HELPER, order, list="done") == [order.order_id]
    join(order)
    assert listed(HELPER, order) == [order.order_id]
    assert listed(HELPER, order, list="done") == []


def test_what_is_about_oneself_is_not_there_for_who_helps_either(order):
    join(order)
    agency = places.agencies([worlds.AGENCY])[worlds.AGENCY]
    member = places.staff([(agency.id, "S1")])[agency.id, "S1"].id
    WorkOrder.objects.filter(id=order.order_id).update(staff_id=member)
    meant = replace(HELPER, staff_ids=frozenset({member}))

    assert listed(meant, order) == []
    assert worklist.counts(meant, ListAsked(), now=order.now).all == 0
    assert code_of(queries.order, order.order_id, by=meant) == "no_such_order"
    assert listed(HELPER, order) == [order.order_id]


def test_whoever_has_both_below_them_has_it_once_as_their_own(order):
    join(order)
    Agency.objects.filter(code=worlds.OTHER_AGENCY).update(path=f"{worlds.AGENCY}.{worlds.OTHER_AGENCY}.")

    (row,) = worklist.work_list(worlds.CLERK, ListAsked(), now=order.now, limit=9)

    assert (row.helps, row.order.due_at) == (False, order.row.due_at)
    assert worklist.counts(worlds.CLERK, ListAsked(), now=order.now).all == 1


def test_pages_of_both_follow_one_another_there_and_back(order):
    """Own orders and others that one helps with, by the time left of each; some without a deadline."""
    for n in range(2, 8):
        worlds.take_case(f"YC-{n}", order.now)
        worlds.give(f"YC-{n}", 1, order.now)
    ids = list(WorkOrder.objects.order_by("id").values_list("id", flat=True))
    actions.dispatch([pk for pk in ids if pk != order.order_id], by=SYSTEM, now=order.later())
    for pk in ids[1:4]:
        actions.sign_for(pk, by=worlds.CLERK, now=order.later())
    for pk in ids[:4]:
        actions.join(pk, agency_code=worlds.OTHER_AGENCY, task="助", by=DISPATCHER, now=order.later())
    WorkOrder.objects.filter(id__in=ids[4:]).update(agency=Agency.objects.get(code=worlds.OTHER_AGENCY))
    begin = order.now
    for n, pk in enumerate(ids[:4]):
        CoHandler.objects.filter(order=pk).update(due_at=begin + n * DAY if n else None)
    for n, pk in enumerate(ids[4:]):
        WorkOrder.objects.filter(id=pk).update(due_at=begin + (n + 1) * DAY if n else None)
    expected = [ids[1], *sorted([ids[2], ids[5]]), *sorted([ids[3], ids[6]]), ids[0], ids[4]]

    rows = worklist.work_list(HELPER, ListAsked(), now=order.now, limit=9)

    assert [row.order.id for row in rows] == expected
    for n, row in enumerate(rows):
        for back in (False, True):
            place = place_from(place_text(row.order), back=back)
            page = worklist.work_list(HELPER, ListAsked(), now=order.now, limit=2, place=place)
            wanted = expected[max(n - 2, 0) : n] if back else expected[n + 1 : n + 3]
            assert [found.order.id for found in page] == wanted


# an agency that ends


def test_the_successor_of_a_helping_agency_goes_on_with_its_part(order):
    part = join(order)
    give_items(order.later(), THIRD, worlds.OTHER_ITEM)
    end(worlds.OTHER_AGENCY, order.now)
    before = queries.ticks_of(order.order_id).answer

    for _ in range(2):
        hand_on.hand_on_ended(order.later())

    went = again(part)
    assert (went.agency.code, went.due_at, went.ended_at) == (THIRD, part.due_at, None)
    assert queries.ticks_of(order.order_id).answer == before
    assert order.row.agency.code == worlds.AGENCY
    assert order.moves.count("hand_on") == 1
    entry = ledger.entries_of("order", str(order.order_id))[-1]
    assert (entry.kind, entry.facts["agency"], entry.facts["helped"]) == (
        EntryKind.ORDER_HANDED_ON,
        THIRD,
        worlds.OTHER_AGENCY,
    )
    assert list(StaffNotice.objects.filter(kind="help_asked").values_list("agency__code", flat=True)) == [
        THIRD
    ]
    assert listed(HELPER, order) == []
    actions.contribute(order.order_id, text="已核对", by=STRANGER, now=order.later())


def test_what_a_helping_agency_was_warned_of_waits_for_whoever_has_its_part(order):
    part = join(order)
    order.now = part.due_at + SECOND
    supervise.watch(order.now)
    give_items(order.later(), THIRD, worlds.OTHER_ITEM)
    end(worlds.OTHER_AGENCY, order.now)

    for _ in range(2):
        hand_on.hand_on_ended(order.later())

    warned = SupervisionOrder.objects.get(part=part.id)
    assert (warned.agency.code, warned.state) == (THIRD, "notified")
    moves = [(event.move, event.note) for event in supervision.timeline(warned.id)]
    assert moves == [("notify", ""), ("hand_on", warned.agency.name)]
    entry = ledger.entries_of("supervision", str(warned.id))[-1]
    assert (entry.kind, entry.facts["move"], entry.facts["agency"]) == (
        EntryKind.SUPERVISION_MOVED,
        "hand_on",
        THIRD,
    )
    of_order = SupervisionOrder.objects.filter(part=None)
    assert set(of_order.values_list("agency__code", flat=True)) == {worlds.AGENCY}
    actions.contribute(order.order_id, text="已核对", by=STRANGER, now=order.later())


def test_what_it_was_warned_of_goes_where_the_dispatcher_says(order):
    part = join(order)
    order.now = part.due_at + SECOND
    supervise.watch(order.now)
    end(worlds.OTHER_AGENCY, order.now)

    hand_on.hand_on(order.order_id, THIRD, "并入", by=DISPATCHER, now=order.later())

    assert SupervisionOrder.objects.get(part=part.id).agency.code == THIRD


def test_without_a_known_successor_supervisors_see_it_once_and_the_dispatcher_says_who(order):
    part = join(order)
    given = {"agency_code": THIRD, "reason": "并入"}
    assert code_of(actions.hand_on, order.order_id, **given, by=DISPATCHER, now=order.later()) == (
        "agency_goes_on"
    )
    end(worlds.OTHER_AGENCY, order.now)

    for _ in range(2):
        hand_on.hand_on_ended(order.later())

    (signal,) = Signal.objects.all()
    assert (signal.kind, signal.work_order_id, signal.agency.code) == (
        "agency_ended",
        order.order_id,
        worlds.OTHER_AGENCY,
    )
    hand_on.hand_on(order.order_id, THIRD, "并入", by=DISPATCHER, now=order.later())
    assert again(part).agency.code == THIRD
    assert order.row.agency.code == worlds.AGENCY
    assert queries.timeline(order.order_id)[-1].note.endswith("并入")
    kinds = StaffNotice.objects.filter(subject_id=str(order.order_id)).values_list("kind", flat=True)
    assert list(kinds) == ["help_asked"]


@pytest.mark.parametrize("helps", [False, True])
def test_a_part_that_comes_to_who_leads_or_helps_already_ends(order, helps):
    part = join(order)
    if helps:
        join(order, THIRD)
    give_items(order.later(), THIRD if helps else worlds.AGENCY, worlds.OTHER_ITEM)
    end(worlds.OTHER_AGENCY, order.now)

    hand_on.hand_on_ended(order.later())

    ended = again(part)
    assert (ended.ended_at, ended.agency.code) == (order.now, worlds.OTHER_AGENCY)
    assert ticks(order, part)[-1].tick == Tick.STOP
    assert order.moves[-1] == "hand_on"
    assert as_promised(order)


def test_the_part_of_who_takes_the_whole_order_ends(order):
    part = join(order)
    end(worlds.AGENCY, order.now)

    hand_on.hand_on(order.order_id, worlds.OTHER_AGENCY, "并入", by=DISPATCHER, now=order.later())

    assert order.row.agency.code == worlds.OTHER_AGENCY
    assert again(part).ended_at == order.now
    (row,) = worklist.work_list(HELPER, ListAsked(), now=order.now, limit=9)
    assert row.helps is False


# who hears of it


def test_who_is_asked_hears_of_it_and_the_lead_when_it_is_done(order):
    ask_help.ask(order.order_id, worlds.OTHER_AGENCY, "核对材料", by=DISPATCHER, now=order.later())
    asked = StaffNotice.objects.get(kind="help_asked")
    assert asked.agency is not None
    assert (asked.agency.code, asked.subject_id, asked.division_id) == (
        worlds.OTHER_AGENCY,
        str(order.order_id),
        order.row.division_id,
    )
    assert asked.facts == {"item": "食品经营许可", "agency": "石港市行政审批局"}

    ask_help.give(order.order_id, "已核对", by=HELPER, now=order.later())
    given = StaffNotice.objects.get(kind="help_given")
    assert given.agency is not None
    assert (given.agency.code, given.caused_by) == (worlds.AGENCY, str(HELPER))


def test_supervisors_see_who_is_late_with_a_part(order):
    part = join(order)
    late = part.due_at + DAY
    assert help_queries.late_parts(SUPERVISOR, part.due_at, limit=9) == []

    (row,) = help_queries.late_parts(SUPERVISOR, late, limit=9)

    assert (row.agency_name, row.lead_name, row.order_id) == (
        "石港市行政审批局",
        "河湾区行政审批局",
        order.order_id,
    )
    assert help_queries.late_parts(HELPER, late, limit=9) == []
    assert helping(queries.ticks_of(order.order_id).answer).keys() == {part.id}
