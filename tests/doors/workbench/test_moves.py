"""What a move of the desk asks of the database: a dozen statements at most, whatever it does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.directory.models import Agency
from haochaping.flows import close_order, handle_bad_review, supervise
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import CallResult, OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import SupplementRow
from tests import worlds
from tests.doors.workbench.conftest import PLACES
from tests.doors.workbench.test_order import CALL, DONE, bring_to
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.test import Client
    from pytest_django.fixtures import Settings

    from tests.doors.workbench.conftest import Bad

    type Form = Mapping[str, str]
    type Before = Callable[[Bad, datetime], Form | None]

MOST = 12
# The beginning and end of a part of a transaction go with the statements.
_NONE = re.compile(r"""(QUERY = ')?(RELEASE )?SAVEPOINT "\w+"(' - PARAMS = \(\))?""")
ELSEWHERE = {"agency": worlds.OTHER_AGENCY, "reason": "应由其办理"}
REASON = {"reason": "此事另有规定"}
TEXT = {"text": "已并窗，一次办结，欢迎监督。"}
HOUR = timedelta(hours=1)


def at(state: OrderState) -> Before:
    """An order that has come to a state by the straight road."""

    def bring(bad: Bad, now: datetime) -> None:
        bring_to(bad, state, now)

    return bring


def in_time_to_return(bad: Bad, _now: datetime) -> None:
    """Whatever hours have been worked since it went out yesterday."""
    WorkOrder.objects.filter(id=bad.order_id).update(sign_due_at=timezone.now() + HOUR)


def rung(bad: Bad, now: datetime) -> None:
    bring_to(bad, OrderState.SIGNED, now)
    worlds.rang(bad.order_id, timezone.now())


def called_twice(bad: Bad, now: datetime) -> None:
    """Two calls came to nothing, and a third has rung."""
    rung(bad, now)
    for n in (1, 2):
        said = {"result": CallResult.NOT_REACHED, "is_true": None, "is_reasonable": None, "note": "无人接听"}
        worlds.hear(bad.order_id, **said, by=worlds.CLERK, now=now + n * HOUR)


def agreed(bad: Bad, now: datetime, *, concealed: bool = False) -> None:
    said = SupplementRow(may_call_back=True, concealed=concealed)
    reviews.supplement(bad.review_id, said, by=REVIEWER, now=now)
    bring_to(bad, OrderState.SIGNED, now)


def hidden(bad: Bad, now: datetime) -> None:
    agreed(bad, now, concealed=True)


def hidden_and_rung(bad: Bad, now: datetime) -> None:
    hidden(bad, now)
    worlds.rang(bad.order_id, timezone.now())


def returned(bad: Bad, now: datetime) -> None:
    rectification.ask_return(bad.order_id, reason="不归我局", by=worlds.CLERK, now=now + timedelta(minutes=2))


def waiting(bad: Bad, now: datetime) -> None:
    bring_to(bad, OrderState.SIGNED, now)
    rectification.ask_extension(bad.order_id, days=1, reason="等配件", by=worlds.CLERK, now=now + HOUR)


def planned(bad: Bad, now: datetime) -> Form:
    bring_to(bad, OrderState.VERIFIED, now)
    plan = f"{DAY} 并窗"
    rectification.enter_in_ledger(
        bad.order_id, reason="要跨部门协调", plan=plan, by=worlds.CLERK, now=now + HOUR
    )
    [line] = orders.plan_of_order(bad.order_id)
    return {"milestone": str(line.id)}


def helped(bad: Bad, now: datetime) -> None:
    bring_to(bad, OrderState.SIGNED, now)
    rectification.join(
        bad.order_id, agency_code=worlds.OTHER_AGENCY, task="请核对", by=DISPATCHER, now=now + HOUR
    )


def ended_agency(bad: Bad, now: datetime) -> None:
    helped(bad, now)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=local_day(timezone.now()) - timedelta(days=1))


def warned_agency(bad: Bad, now: datetime) -> None:
    """One whose order was overdue when it ended."""
    ended_agency(bad, now)
    assert supervise.watch(now + timedelta(days=30)) > 0


def escalated(bad: Bad, now: datetime) -> None:
    bring_to(bad, OrderState.REPLIED, now)
    WorkOrder.objects.filter(id=bad.order_id).update(round=2)
    handle_bad_review.answer_solution(bad.review_id, solved="no", text="", by=REVIEWER, now=now + HOUR)
    close_order.settle(by=SYSTEM, now=now + 2 * HOUR)


DAY = local_day(timezone.now()) + timedelta(days=2)
MOVES: dict[str, tuple[str, Before, str, Form]] = {
    "sign": ("clerk", at(OrderState.DISPATCHED), "sign-for", {}),
    "return": ("clerk", in_time_to_return, "return", REASON),
    "grant the return": ("dispatcher", returned, "grant-return", ELSEWHERE),
    "refuse the return": ("dispatcher", returned, "refuse-return", REASON),
    "call": ("clerk", agreed, "call", {"purpose": "verify", "line": "8001"}),
    "call for the agency": ("dispatcher", hidden, "call", {"purpose": "verify", "line": "8001"}),
    "hear": ("clerk", rung, "call-back", CALL),
    "hear nobody": ("clerk", called_twice, "call-back", CALL | {"result": "not_reached"}),
    "hear for the agency": ("dispatcher", hidden_and_rung, "call-back", CALL),
    "write": ("clerk", at(OrderState.SIGNED), "message", TEXT),
    "note": ("clerk", at(OrderState.SIGNED), "note", TEXT),
    "ask for time": ("clerk", at(OrderState.SIGNED), "more-time", REASON | {"days": "1"}),
    "grant time": ("dispatcher", waiting, "grant-time", {"note": ""}),
    "refuse time": ("dispatcher", waiting, "refuse-time", {"note": "材料已齐"}),
    "ledger": ("clerk", at(OrderState.VERIFIED), "ledger", REASON | {"plan": f"{DAY} 并窗办理"}),
    "milestone": ("clerk", planned, "milestone", {"note": "已完成"}),
    "put right": ("clerk", at(OrderState.VERIFIED), "rectification", DONE),
    "reply": ("clerk", at(OrderState.RECTIFIED), "reply", TEXT),
    "pass": ("dispatcher", at(OrderState.REPLIED), "pass-check", {}),
    "send back": ("dispatcher", at(OrderState.REPLIED), "redo", REASON),
    "end": ("supervisor", escalated, "end", REASON),
    "send": ("dispatcher", at(OrderState.DISPATCHED), "send", ELSEWHERE),
    "ask for help": (
        "dispatcher",
        at(OrderState.SIGNED),
        "join",
        {"agency": worlds.OTHER_AGENCY, "task": "请核对"},
    ),
    "help": ("other_clerk", helped, "contribution", TEXT),
    "hand on": ("dispatcher", ended_agency, "hand-on", ELSEWHERE),
    "hand on what was warned of": ("dispatcher", warned_agency, "hand-on", ELSEWHERE),
}


@pytest.fixture(autouse=True)
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reviewers are told of each step, and somebody dispatches for the province."""
    settings.SMS_GATEWAY = "demo"
    monkeypatch.setitem(PLACES, "dispatcher", (Role.DISPATCHER, {"division_code": worlds.PROVINCE}))


def asked(browser: Client, address: str, form: Form) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        answer = browser.post(address, {**form, "mark": str(uuid4())})
    assert answer.status_code == 303, answer.content.decode()
    return [str(one["sql"]) for one in found if not _NONE.fullmatch(str(one["sql"]))]


@pytest.mark.parametrize("name", MOVES)
def test_a_move_asks_a_dozen_times_at_most(bad, browser_of, world, name):
    who, before, step, form = MOVES[name]
    browser = browser_of(who)
    more = before(bad, world) or {}
    browser.get(bad.address())

    found = asked(browser, bad.address(step), {**form, **more})

    assert len(found) <= MOST, "\n".join(one[:150] for one in found)


def test_a_merger_asks_as_little(bad, bad_review, browser_of):
    other = bad_review("YC-9")
    browser = browser_of("dispatcher")
    browser.get(bad.address())

    found = asked(browser, bad.address("merge"), {"into": str(other.order_id)})

    assert len(found) <= MOST, "\n".join(one[:150] for one in found)


def test_an_appeal_asks_as_little(bad, browser_of, world):
    agreed(bad, world)
    browser = browser_of("lead")
    said = {"ground": "wrong_service", "fact": "", "text": "所评事项并非我局受理", "reference": ""}

    found = asked(browser, reverse("desk_appeal_new", args=[bad.order_id]), said)

    assert len(found) <= MOST, "\n".join(one[:150] for one in found)
