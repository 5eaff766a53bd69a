"""Whom a review names never sees its order, its appeal or its supervision, whatever role they hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.directory import queries as directory
from haochaping.kernel.actor import EVERYWHERE, SYSTEM, Actor, ActorKind
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions, queries
from haochaping.rectification.queries import appeals as appeal_queries
from haochaping.rectification.terms import NO_SUCH_APPEAL, NO_SUCH_ORDER, Move
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries as supervisions
from haochaping.supervision.terms import NO_SUCH_SUPERVISION, NewSignal, SignalKind
from tests import worlds
from tests.rectification.conftest import DONE, FOUND, Desk, open_count

pytestmark = pytest.mark.django_db
_POWERS = {
    "order.view", "order.handle", "order.dispatch", "order.supervise", "review.view_text", "appeal.file",
    "appeal.decide", "supervision.decide",
}  # fmt: skip


def named_one() -> int:
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    return directory.staff([(agency.id, "S1")])[agency.id, "S1"].id


@pytest.fixture
def named(now) -> Desk:
    """A bad review that names staff number S1."""
    worlds.build(now)
    worlds.take_case("YC-1", now)
    outcome = worlds.give("YC-1", 1, now, staff="S1")
    assert outcome.id is not None
    order = queries.order_of_review(outcome.id)
    assert order is not None
    return Desk(order.id, outcome.id, now)


@pytest.fixture
def powerful() -> Actor:
    """Somebody with every power everywhere, so that only what follows can keep them out."""
    return Actor(ActorKind.STAFF, "root", powers=frozenset(_POWERS), scope=EVERYWHERE)


@pytest.fixture
def oneself(named: Desk, powerful: Actor) -> Actor:
    return replace(powerful, staff_ids=frozenset({named_one()}))


def code_of(action, *args, **facts) -> str:
    with pytest.raises(Refused) as refused:
        action(*args, **facts)
    return refused.value.complaint.code


def test_an_order_knows_whom_its_review_names(named):
    assert named.row.staff_id == named_one()


def test_the_order_is_not_there_for_whom_it_names(named, oneself, powerful):
    named.upto(Move.DISPATCH)

    for by, seen in ((powerful, 1), (oneself, 0), (replace(oneself, staff_ids=frozenset({0})), 1)):
        assert len(queries.inbox(by)) == open_count(by) == seen
    for asked in (queries.order, queries.order_with_solution, queries.order_to_handle):
        assert code_of(asked, named.order_id, by=oneself) == NO_SUCH_ORDER.code
        assert asked(named.order_id, by=powerful)


def test_an_order_that_names_nobody_is_there_for_everybody(desk, powerful):
    desk.upto(Move.DISPATCH)
    by = replace(powerful, staff_ids=frozenset({named_one()}))

    assert desk.row.staff_id is None
    assert len(queries.inbox(by)) == 1
    assert queries.order(desk.order_id, by=by).id == desk.order_id


def test_a_handler_who_turns_out_to_be_meant_loses_the_order_at_once(named):
    named.upto(Move.VERIFY)
    meant = replace(worlds.CLERK, staff_ids=frozenset({named_one()}))
    assert queries.inbox(worlds.CLERK)

    with pytest.raises(Refused) as refused:
        named.step(Move.RECTIFY, by=meant)

    assert refused.value.complaint.code == NO_SUCH_ORDER.code
    assert queries.inbox(meant) == []


STEPS = {
    "sign_for": {},
    "verify_by_callback": FOUND,
    "rectify": DONE,
    "reply": {"text": "x"},
    "ask_extension": {"days": 1, "reason": "x"},
    "refuse_return": {"reason": "x"},
    "contribute": {"text": "x"},
    "end": {"reason": "x"},
    "file_appeal": {"ground": "mis_tap", "fact": "", "text": "x", "reference": ""},
    "open_project": {"title": "x", "root_cause": "x", "tasks": "x"},
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_by_whom_it_names(named, oneself, step):
    named.upto(Move.DISPATCH)

    told = code_of(getattr(actions, step), named.order_id, **STEPS[step], by=oneself, now=named.later())

    assert told == NO_SUCH_ORDER.code


def test_nothing_is_merged_into_an_order_about_oneself(named, oneself):
    worlds.take_case("YC-2", named.now)
    given = worlds.give("YC-2", 1, named.now).id
    assert given is not None
    other = queries.order_of_review(given)
    assert other is not None
    actions.dispatch([named.order_id, other.id], by=SYSTEM, now=named.later())

    told = code_of(actions.merge, other.id, into=named.order_id, by=oneself, now=named.later())

    assert told == NO_SUCH_ORDER.code


def test_the_appeal_is_not_there_either(named, oneself, powerful):
    named.upto(Move.SIGN_FOR)
    lead = replace(worlds.CLERK, id="lead", powers=worlds.CLERK.powers | {"appeal.file"})
    appeal_id = actions.file_appeal(named.order_id, **STEPS["file_appeal"], by=lead, now=named.later())

    assert [row.id for row in appeal_queries.appeals(powerful)] == [appeal_id]
    assert appeal_queries.appeals(oneself) == []
    asked = {"by": oneself, "power": "appeal.decide"}
    assert code_of(appeal_queries.appeal, appeal_id, **asked) == NO_SUCH_APPEAL.code
    told = code_of(actions.accept_appeal, appeal_id, by=oneself, now=named.later())
    assert told == NO_SUCH_APPEAL.code


def test_its_supervision_is_not_there_either(named, oneself, powerful):
    named.upto(Move.DISPATCH)
    row = named.row
    signal = NewSignal(
        SignalKind.REOPENED, row.division_id, row.agency_id, str(row.id), named.now.date(), row.id
    )
    (signal_id,) = supervision.raise_signals([signal], by=SYSTEM, now=named.now)
    opened = {"agency_code": "", "work_order_id": None, "text": "请说明。", "by": SYSTEM, "now": named.now}
    letter = supervision.open_letter(signal_id=signal_id, key=uuid7(named.now), **opened)
    told = code_of(supervision.notify, letter, by=oneself, now=named.later())
    assert told == NO_SUCH_SUPERVISION.code
    supervision.notify(letter, by=powerful, now=named.later())
    supervision.respond(letter, text="x", by=powerful, now=named.later())
    supervision.check(letter, text="x", by=powerful, now=named.later())
    supervision.propose(letter, rung="circular", reason="x", by=SYSTEM, now=named.now)
    supervision.urge(to="", work_order_id=row.id, text="x", key=uuid7(named.now), by=SYSTEM, now=named.now)

    for by, there in ((powerful, 1), (oneself, 0)):
        assert len(supervisions.signals(by, taken=True)) == there
        assert len(supervisions.supervisions(by)) == there
        assert len(supervisions.proposals(by)) == there
        assert len(supervisions.urgings(by)) == there
        waiting = supervisions.waiting(by)
        assert (waiting.supervisions, waiting.urgings, waiting.proposals) == (there,) * 3
    assert code_of(supervisions.supervision, letter, by=oneself) == NO_SUCH_SUPERVISION.code
