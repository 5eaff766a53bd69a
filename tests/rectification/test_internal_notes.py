"""内部备注: left by whoever deals with an order for the others; its reviewer and whom it names never read it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.kernel.actor import Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import OrderEvent, WorkOrder
from haochaping.rectification.terms import TEXT_LIMIT, Move
from tests import worlds
from tests.voices.conftest import DISPATCHER

pytestmark = pytest.mark.django_db

SUPERVISOR = replace(DISPATCHER, id="supervisor", powers=frozenset({"order.view", "order.supervise"}))
READER = replace(worlds.CLERK, id="reader", powers=frozenset({"order.view"}))
ELSEWHERE = replace(worlds.CLERK, id="elsewhere", scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))
NAMED = replace(worlds.CLERK, id="named", staff_ids=frozenset({7}))


@pytest.mark.parametrize("by", [worlds.CLERK, DISPATCHER, SUPERVISOR])
def test_a_note_stands_on_the_timeline_of_the_desk_alone(desk, by):
    desk.upto(Move.SIGN_FOR)

    actions.write_note(desk.order_id, text=" 档案已调出 ", by=by, now=desk.later())

    told = queries.history(desk.order_id).events[-1]
    assert (told.move, told.note, told.by) == (Move.NOTE, "档案已调出", str(by))
    assert desk.row.state == "signed"
    assert Move.NOTE not in [event.move for event in queries.own_timeline(desk.order_id)[0]]
    entry = ledger.entries_of("order", str(desk.order_id))[-1]
    assert (entry.kind, entry.facts) == (EntryKind.ORDER_MOVED, {"state": "signed", "move": "note"})


@pytest.mark.parametrize(
    ("by", "text", "code"),
    [
        (worlds.CLERK, " ", "text_missing"),
        (worlds.CLERK, "长" * (TEXT_LIMIT + 1), "text_too_long"),
        (worlds.CLERK, "a\0b", "forbidden_characters"),
        (READER, "好", "not_allowed"),
        (ELSEWHERE, "好", "out_of_scope"),
        (NAMED, "好", "no_such_order"),
    ],
)
def test_who_leaves_no_note_is_told_why(desk, by, text, code):
    desk.upto(Move.SIGN_FOR)
    WorkOrder.objects.update(staff_id=7)

    with pytest.raises(Refused) as refused:
        actions.write_note(desk.order_id, text=text, by=by, now=desk.later())

    assert refused.value.code == code
    assert not OrderEvent.objects.filter(move=Move.NOTE).exists()


def test_no_note_is_left_before_it_goes_out(desk):
    with pytest.raises(Refused) as refused:
        actions.write_note(desk.order_id, text="好", by=worlds.CLERK, now=desk.later())

    assert refused.value.code == "wrong_state"
