"""An appeal is decided wherever its order has got meanwhile: upheld it ends there, turned it goes out again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.flows import close_order, decide_appeal, handle_bad_review
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.ledger import queries as ledger
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import CoHandler
from haochaping.rectification.rules import helping, standing
from haochaping.rectification.terms import Tick
from tests import worlds
from tests.flows import truth
from tests.flows.appeal_house import LEAD, PROVINCE_ONE, PROVINCE_TWO, Matter, matter
from tests.flows.conftest import heard, order_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

pytestmark = pytest.mark.usefixtures("world")

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
FOUND: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}


@pytest.fixture
def bad(world: None, now: datetime) -> Matter:
    """An order that is signed for, and an appeal that nobody has taken up yet: the order goes on."""
    return matter(now).file()


def _nothing(bad: Matter) -> None:
    assert order_of(bad.review_id).state == "signed"


def _hear(bad: Matter) -> None:
    heard(bad.order_id, **FOUND, by=worlds.CLERK, now=bad.later())


def _rectify(bad: Matter) -> None:
    _hear(bad)
    done = {"outcome": "immediate_rectified", "text": "已改"}
    rectification.rectify(bad.order_id, **done, by=worlds.CLERK, now=bad.later())


def _reply(bad: Matter) -> None:
    _rectify(bad)
    handle_bad_review.reply(bad.order_id, "已经改了", by=worlds.CLERK, now=bad.later())


def _check(bad: Matter) -> None:
    _reply(bad)
    close_order.pass_check(bad.order_id, by=DISPATCHER, now=bad.later())


def _close(bad: Matter) -> None:
    _check(bad)
    assert close_order.settle(by=SYSTEM, now=bad.later(days=8)) == 1


def _open_again(bad: Matter) -> None:
    _reply(bad)
    handle_bad_review.answer_solution(bad.review_id, solved="no", text="", by=REVIEWER, now=bad.later())
    assert close_order.settle(by=SYSTEM, now=bad.later(minutes=11)) == 1


def _return(bad: Matter) -> None:
    _open_again(bad)
    rectification.ask_return(bad.order_id, reason="不归我局", by=worlds.CLERK, now=bad.later())


def _escalate(bad: Matter) -> None:
    _open_again(bad)
    rectification.sign_for(bad.order_id, by=worlds.CLERK, now=bad.later())
    _open_again(bad)


_GOT_TO: dict[str, Callable[[Matter], None]] = {
    "signed": _nothing,
    "verified": _hear,
    "rectified": _rectify,
    "replied": _reply,
    "checked": _check,
    "dispatched": _open_again,
    "return_asked": _return,
    "escalated": _escalate,
    "closed": _close,
}
_NOBODYS = {"checked", "closed"}


def told(bad: Matter, kind: str) -> list[str]:
    rows = StaffNotice.objects.filter(kind=kind, subject_id=str(bad.order_id)).order_by("at", "id")
    return list(rows.values_list("agency__code", flat=True))


def orders_counted() -> int | None:
    return next(
        value for value in insight.measures(Place()) if value.name == "rectification_rate"
    ).denominator


def runs_anew(bad: Matter) -> bool:
    """Whether the agency has time left to sign for the order, and the clock runs."""
    order = order_of(bad.review_id)
    return order.due_at is not None and order.due_at == order.sign_due_at and order.due_at > bad.now


@pytest.mark.parametrize("state", _GOT_TO)
def test_upheld_it_ends_the_order_from_there(bad: Matter, state: str):
    _GOT_TO[state](bad)
    assert order_of(bad.review_id).state == state

    bad.heard().decided("mistaken")

    order = order_of(bad.review_id)
    assert (order.state, order.outcome, order.paused_at) == ("excluded", "mistaken_excluded", None)
    assert (order.due_at, order.closed_at) == (None, bad.now)
    assert {tick.tick for tick in standing(orders.ticks_of(order.id).answer).values()} == {Tick.STOP}
    assert told(bad, "order_excluded") == ([] if state in _NOBODYS else [worlds.AGENCY])
    assert ledger.entries_of("order", str(order.id))[-1].facts == {
        "state": "excluded",
        "move": "exclude",
        "outcome": "mistaken_excluded",
    }
    assert orders_counted() == 0
    truth.assert_counters_exact()


@pytest.mark.parametrize("state", _GOT_TO)
def test_turned_it_brings_the_order_back_to_its_agency_which_goes_on_to_the_reply(bad: Matter, state: str):
    _GOT_TO[state](bad)
    bad.heard().decided("mistaken")
    decide_appeal.object_to(bad.review_id, "我确实不满意。", by=REVIEWER, now=bad.later())
    StaffNotice.objects.all().delete()

    bad.propose("rejected", by=PROVINCE_ONE).confirm(by=PROVINCE_TWO)

    order = order_of(bad.review_id)
    assert (order.state, order.outcome, order.reply_text, order.closed_at) == ("dispatched", "", "", None)
    assert order.dispatched_at == bad.now
    assert runs_anew(bad)
    assert told(bad, "order_dispatched") == [worlds.AGENCY]
    assert orders_counted() == 1
    truth.assert_counters_exact()
    rectification.sign_for(order.id, by=worlds.CLERK, now=bad.later())
    _reply(bad)
    assert order_of(bad.review_id).reply_text == "已经改了"
    truth.assert_counters_exact()


@pytest.mark.parametrize("state", ["dispatched", "return_asked"])
def test_taken_up_while_the_order_is_out_again_it_stops_the_clock_until_it_is_decided(
    bad: Matter, state: str
):
    _GOT_TO[state](bad)

    bad.heard()
    order = order_of(bad.review_id)
    assert (order.state, order.due_at, order.paused_at is None) == (state, None, False)
    bad.decided("rejected")

    order = order_of(bad.review_id)
    assert (order.state, order.paused_at) == (state, None)
    assert runs_anew(bad)


def test_withdrawn_while_the_order_is_out_again_it_lets_the_clock_run(bad: Matter):
    _open_again(bad)
    bad.heard()

    decide_appeal.withdraw(bad.row.id, by=LEAD, now=bad.later())

    order = order_of(bad.review_id)
    assert (order.state, order.paused_at, order.due_at) == ("dispatched", None, order.sign_due_at)


def test_upheld_it_ends_the_part_of_who_helps_and_tells_them(bad: Matter):
    rectification.join(
        bad.order_id, agency_code=worlds.OTHER_AGENCY, task="核对", by=DISPATCHER, now=bad.later()
    )
    StaffNotice.objects.all().delete()

    bad.heard().decided("mistaken")

    part = CoHandler.objects.get(order_id=bad.order_id)
    assert (part.done_at, part.ended_at) == (None, bad.now)
    assert [tick.tick for tick in helping(orders.ticks_of(bad.order_id).answer).values()] == [Tick.STOP]
    assert sorted(told(bad, "order_excluded")) == [worlds.AGENCY, worlds.OTHER_AGENCY]
