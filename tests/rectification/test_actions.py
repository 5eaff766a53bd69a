from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import Callback, OrderEvent, WorkOrder
from haochaping.rectification.terms import TEXT_LIMIT, Move
from haochaping.rulebook.models import CalendarDay
from tests import worlds
from tests.cut_off import cut_off
from tests.rectification.conftest import DONE, FOUND, MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

pytestmark = pytest.mark.django_db

ELSEWHERE = Actor(
    ActorKind.STAFF,
    "elsewhere",
    powers=worlds.CLERK.powers,
    scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."),
)
ONLOOKER = Actor(ActorKind.STAFF, "onlooker", powers=frozenset({"order.view"}), scope=worlds.CLERK.scope)


def entries(order_id) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("order", str(order_id))]


def test_the_straight_path_leaves_a_moment_an_event_and_an_entry_per_step(desk):
    desk.upto(Move.REPLY)

    row = desk.row
    assert row.state == "replied"
    moments = [row.dispatched_at, row.signed_at, row.verified_at, row.rectified_at, row.replied_at]
    assert moments == [row.created_at + n * MINUTE for n in range(1, 6)]
    assert desk.moves == ["open", "dispatch", "sign_for", "verify", "rectify", "reply"]
    assert entries(desk.order_id) == [
        EntryKind.ORDER_OPENED,
        EntryKind.ORDER_DISPATCHED,
        EntryKind.ORDER_SIGNED_FOR,
        EntryKind.CALLBACK_RECORDED,
        EntryKind.RECTIFICATION_RECORDED,
        EntryKind.ORDER_REPLIED,
    ]
    assert [event.by for event in queries.timeline(desk.order_id)][2:] == [str(worlds.CLERK)] * 4
    assert [event.note for event in queries.timeline(desk.order_id)][3:] == ["属实", "已并窗办理", "谢谢您"]


def test_reply_names_the_review(desk):
    desk.upto(Move.RECTIFY)

    assert (
        actions.reply(desk.order_id, text=" 谢谢您\r\n ", by=worlds.CLERK, now=desk.later()) == desk.review_id
    )
    assert desk.row.reply_text == "谢谢您"


@pytest.mark.parametrize("move", [Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY, Move.REPLY])
class TestEveryStepOfStaff:
    """What each step of the clerk's path refuses in the same way."""

    @pytest.fixture
    def before(self, desk, move):
        path = [Move.DISPATCH, Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY]
        order = [Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY, Move.REPLY]
        desk.upto(path[order.index(move)])
        return desk

    @pytest.mark.parametrize(
        ("by", "code"),
        [
            (worlds.NOBODY, "not_allowed"),
            (worlds.PUBLISHER, "not_allowed"),
            (worlds.CLIENT, "not_allowed"),
            (REVIEWER, "not_allowed"),
            (ONLOOKER, "not_allowed"),
            (ELSEWHERE, "out_of_scope"),
        ],
        ids=lambda value: getattr(value, "id", value),
    )
    def test_by_somebody_else_is_refused(self, before, move, by, code):
        row, moves = before.row, before.moves

        with pytest.raises(Refused) as refused:
            before.step(move, by)

        assert refused.value.code == code
        assert before.row.state == row.state
        assert before.moves == moves

    def test_before_its_turn_is_refused(self, desk, move):
        with pytest.raises(Refused) as refused:
            desk.step(move)

        assert refused.value.code == "wrong_state"
        assert refused.value.complaint.params == {"state": "created"}
        assert desk.moves == ["open"]

    def test_of_no_order_is_refused(self, desk, move):
        desk.order_id = uuid7(desk.now)

        with pytest.raises(Refused) as refused:
            desk.step(move)

        assert refused.value.code == "no_such_order"

    def test_that_fails_leaves_nothing(self, before, move):
        row, moves, told = before.row, before.moves, entries(before.order_id)

        with pytest.raises(RuntimeError), cut_off():
            before.step(move)

        assert before.row.state == row.state
        assert (before.moves, entries(before.order_id)) == (moves, told)

    def test_by_the_operator_is_possible(self, before, move):
        before.step(move, OPERATOR)

        assert before.moves[-1] == move


TEXTS: dict[str, tuple[Move, Callable[[UUID, str], Callable[..., object]]]] = {
    "note": (
        Move.SIGN_FOR,
        lambda pk, text: partial(worlds.hear, pk, **FOUND | {"note": text}),
    ),
    "text": (Move.VERIFY, lambda pk, text: partial(actions.rectify, pk, **DONE | {"text": text})),
    "reply": (Move.RECTIFY, lambda pk, text: partial(actions.reply, pk, text=text)),
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_missing"),
        (" \n\u200b", "text_missing"),
        ("字" * (TEXT_LIMIT + 1), "text_too_long"),
        ("已\0改", "forbidden_characters"),
    ],
    ids=["empty", "nothing to see", "too long", "U+0000"],
)
@pytest.mark.parametrize("which", TEXTS)
def test_a_text_that_cannot_be_kept_is_refused(desk, which, text, code):
    upto, step = TEXTS[which]
    desk.upto(upto)
    moves = desk.moves

    with pytest.raises(Refused) as refused:
        step(desk.order_id, text)(by=worlds.CLERK, now=desk.later())

    assert refused.value.code == code
    assert refused.value.complaint.field == ("text" if which == "reply" else which)
    assert desk.moves == moves


@pytest.mark.parametrize("which", TEXTS)
def test_a_text_of_just_the_limit_is_kept(desk, which):
    upto, step = TEXTS[which]
    desk.upto(upto)

    step(desk.order_id, "字" * TEXT_LIMIT)(by=worlds.CLERK, now=desk.later())

    assert queries.timeline(desk.order_id)[-1].note == "字" * TEXT_LIMIT


def test_an_unknown_call_result_is_refused(desk):
    desk.upto(Move.SIGN_FOR)
    call = FOUND | {"result": "voicemail"}

    with pytest.raises(Refused) as refused:
        worlds.hear(desk.order_id, **call, by=worlds.CLERK, now=desk.later())

    assert (refused.value.code, refused.value.complaint.field) == ("unknown_choice", "result")
    assert not Callback.objects.exists()


def test_an_unknown_outcome_is_refused(desk):
    desk.upto(Move.VERIFY)

    with pytest.raises(Refused) as refused:
        actions.rectify(desk.order_id, outcome="ignored", text="x", by=worlds.CLERK, now=desk.later())

    assert (refused.value.code, refused.value.complaint.field) == ("unknown_choice", "outcome")


def test_several_calls_are_all_kept_and_the_first_counts(desk):
    desk.upto(Move.VERIFY)
    first = desk.row.verified_at
    missed = FOUND | {"result": "not_reached", "is_true": None, "is_reasonable": None, "note": "无人接听"}

    worlds.hear(desk.order_id, **missed, by=worlds.CLERK, now=desk.later())

    assert desk.row.verified_at == first
    assert [
        (event.callback.result, event.callback.is_true, event.note)
        for event in queries.history(desk.order_id).events
        if event.callback
    ] == [
        ("answered", True, "属实"),
        ("not_reached", None, "无人接听"),
    ]


def test_dispatch_gives_the_deadlines_of_the_rulebook(desk):
    assert actions.dispatch([desk.order_id], by=SYSTEM, now=desk.now) == [desk.review_id]

    row = desk.row
    assert row.dispatched_at == desk.now
    assert row.deadline_known
    assert desk.now < row.sign_due_at <= row.contact_due_at <= row.rectify_due_at


def test_dispatch_beyond_the_calendar_names_no_deadline_and_is_listed(desk):
    CalendarDay.objects.filter(day__gt=desk.now.date()).delete()

    actions.dispatch([desk.order_id], by=SYSTEM, now=desk.now)

    row = desk.row
    assert (row.state, row.rectify_due_at, row.deadline_known) == ("dispatched", None, False)
    assert queries.without_deadline() == [desk.order_id]


def test_a_deadline_that_was_not_known_is_filled_once_the_year_is_there_and_counts_from_dispatch(desk):
    missing = list(CalendarDay.objects.filter(day__gt=desk.now.date()))
    CalendarDay.objects.filter(day__gt=desk.now.date()).delete()
    actions.dispatch([desk.order_id], by=SYSTEM, now=desk.now)
    signed_by = desk.row.sign_due_at
    assert actions.promise_late(by=SYSTEM, now=desk.now) == 0
    CalendarDay.objects.bulk_create(missing)

    assert actions.promise_late(by=SYSTEM, now=desk.now + timedelta(days=3)) == 1

    row = desk.row
    assert (row.deadline_known, row.sign_due_at) == (True, signed_by)
    assert row.rectify_due_at.isoformat() == "2026-06-08T09:30:00+00:00"
    assert queries.without_deadline() == []
    assert ledger.entries_of("order", str(desk.order_id))[-1].kind == EntryKind.DEADLINE_SET


def test_dispatch_of_what_is_dispatched_or_not_there_does_nothing(desk):
    desk.upto(Move.DISPATCH)
    moves = desk.moves

    assert actions.dispatch([desk.order_id, uuid7(desk.now)], by=SYSTEM, now=desk.later()) == []
    assert actions.dispatch([], by=SYSTEM, now=desk.later()) == []
    assert desk.moves == moves


@pytest.mark.parametrize(("upto", "cancels"), [(None, True), (Move.DISPATCH, True), (Move.SIGN_FOR, False)])
def test_cancel_is_possible_until_the_agency_has_begun(desk, upto, cancels):
    if upto:
        desk.upto(upto)
    state, moves, told = desk.row.state, desk.moves, entries(desk.order_id)

    assert actions.cancel(desk.review_id, by=REVIEWER, now=desk.later()) is cancels

    if cancels:
        assert desk.row.state == "cancelled"
        assert desk.moves == [*moves, "cancel"]
        assert entries(desk.order_id) == [*told, EntryKind.ORDER_CANCELLED]
    else:
        assert (desk.row.state, desk.moves, entries(desk.order_id)) == (state, moves, told)


def test_cancel_of_no_order_says_so(desk):
    assert actions.cancel(uuid7(desk.now), by=REVIEWER, now=desk.now) is False


def test_cancel_twice_cancels_once(desk):
    actions.cancel(desk.review_id, by=REVIEWER, now=desk.later())

    assert actions.cancel(desk.review_id, by=REVIEWER, now=desk.later()) is False
    assert desk.moves == ["open", "cancel"]


@pytest.mark.parametrize("upto", [None, Move.DISPATCH, Move.SIGN_FOR, Move.REPLY])
def test_open_or_reopen_leaves_an_order_that_is_there(desk, upto):
    if upto:
        desk.upto(upto)
    state, moves = desk.row.state, desk.moves

    assert actions.open_or_reopen(desk.bad, by=REVIEWER, now=desk.later()) == desk.order_id
    assert (desk.row.state, desk.moves) == (state, moves)


def test_open_or_reopen_begins_a_cancelled_order_anew(desk):
    desk.upto(Move.DISPATCH)
    actions.cancel(desk.review_id, by=REVIEWER, now=desk.later())

    actions.open_or_reopen(desk.bad, by=REVIEWER, now=desk.later())

    row = desk.row
    assert (row.state, row.dispatched_at, row.rectify_due_at) == ("created", None, None)
    assert row.dispatch_after > desk.now
    assert desk.moves == ["open", "dispatch", "cancel", "reopen"]
    assert entries(desk.order_id)[-1] == EntryKind.ORDER_OPENED


def test_open_or_reopen_opens_where_there_is_none(desk):
    worlds.take_case("YC-2", desk.now)
    review_id = worlds.give("YC-2", 5, desk.now).id
    assert review_id is not None
    bad = desk.bad.__class__(
        review_id, desk.bad.division_id, desk.bad.agency_id, desk.bad.item_id, desk.now, desk.now
    )

    order_id = actions.open_or_reopen(bad, by=REVIEWER, now=desk.later())

    assert entries(order_id) == [EntryKind.ORDER_OPENED]
    assert WorkOrder.objects.count() == 2


def test_a_second_order_for_a_review_is_impossible(desk):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.open_orders([desk.bad], by=SYSTEM, now=desk.later())


def test_open_orders_of_nothing_writes_nothing(desk):
    before = OrderEvent.objects.count()

    assert actions.open_orders([], by=SYSTEM, now=desk.now) == []
    assert OrderEvent.objects.count() == before


def test_open_orders_takes_the_same_statements_for_many(desk, django_assert_max_num_queries):
    for n in range(20):
        worlds.take_case(f"Q-{n}", desk.now)
    ids = [worlds.give(f"Q-{n}", 5, desk.now).id for n in range(20)]
    one = desk.bad
    bad = [one.__class__(pk, one.division_id, one.agency_id, one.item_id, desk.now, desk.now) for pk in ids]

    with django_assert_max_num_queries(8):
        made = actions.open_orders(bad, by=SYSTEM, now=desk.now)
    with django_assert_max_num_queries(20):
        assert len(actions.dispatch(made, by=SYSTEM, now=desk.later())) == 20


@pytest.mark.parametrize(("upto", "moved"), [(None, True), (Move.DISPATCH, False)])
def test_hold_until_moves_what_is_not_dispatched(desk, upto, moved):
    if upto:
        desk.upto(upto)
    then = desk.now + timedelta(hours=1)

    actions.hold_until(desk.review_id, then)

    assert (desk.row.dispatch_after == then) is moved


def test_link_thread_is_remembered(desk):
    thread_id = uuid7(desk.now)

    actions.link_thread(desk.order_id, thread_id)

    assert desk.row.thread_id == thread_id


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"outcome": "ignored"},
        {"state": "dispatched"},
        {"signed_at": "2026-06-01T10:00Z"},
        {"replied_at": "2026-06-01T10:00Z"},
    ],
    ids=str,
)
def test_the_database_itself_takes_no_impossible_order(desk, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.filter(id=desk.order_id).update(**wrong)
