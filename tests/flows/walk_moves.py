"""What anybody may do next on a random walk (test_order_walks.py), what usually comes next, and how long it takes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory.models import Agency, ServiceItem
from haochaping.flows import (
    call_back,
    change_review,
    class_fault,
    close_order,
    decide_appeal,
    hand_on,
    handle_bad_review,
    merge_orders,
    supervise,
)
from haochaping.kernel.actor import EVERYWHERE, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.rectification import actions, queries
from haochaping.rectification.terms import (
    AGENCY_OUTCOMES,
    AppealState,
    CallResult,
    ClockKind,
    OrderState,
    Responsibility,
    Solved,
)
from haochaping.reviews.terms import Level
from haochaping.rulebook import actions as rulebook
from tests import worlds
from tests.flows.appeal_house import ANNE, BEA, CITY_ONE, CITY_TWO, LEAD, PROVINCE_ONE, PROVINCE_TWO
from tests.rulebook.test_actions import NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.flows.test_order_walks import Walk

_POWERS = frozenset({"order.view", "order.handle", "order.dispatch", "order.supervise"})
STAFF = [Actor(ActorKind.STAFF, name, powers=_POWERS, scope=EVERYWHERE) for name in ("1", "2")]
AGENCIES = (worlds.AGENCY, worlds.OTHER_AGENCY)
# One person, who now and then changes from the one agency to the other.
CLERKS = [
    Actor(ActorKind.STAFF, "clerk", powers=_POWERS, scope=Scope(agency_path=f"{code}.")) for code in AGENCIES
]
ADMINISTRATOR = Actor(ActorKind.STAFF, "root", powers=frozenset({"rulebook.edit"}), scope=EVERYWHERE)
JUDGES = (ANNE, BEA, CITY_ONE, CITY_TWO, PROVINCE_ONE, PROVINCE_TWO)
# Where every deadline lies beyond the calendar.
YEARS_END = datetime(2026, 12, 30, 10, 0, tzinfo=BEIJING)
_RECORD = "公安立案 1"
# How often a line of a plan is not done but ended.
_DROPPED = 0.3


def _verify(walk: Walk, by: Actor) -> None:
    worlds.rang(walk.order, walk.now, by=by)
    call_back.record(
        walk.order,
        result=walk.dice.choice(list(CallResult)),
        is_true=walk.dice.choice([True, False, None]),
        is_reasonable=None,
        note="核实",
        recording="",
        by=by,
        now=walk.now,
    )


def _milestone(walk: Walk, by: Actor) -> None:
    lines = queries.beside(walk.order).milestones
    line = walk.dice.choice(lines).id if lines else walk.order
    if walk.dice.random() < _DROPPED:
        actions.drop_milestone(walk.order, milestone_id=line, reason="不再办", by=by, now=walk.now)
    else:
        actions.reach_milestone(walk.order, milestone_id=line, note="", by=by, now=walk.now)


def _agency_ends(walk: Walk, _: Actor) -> None:
    """The agency is merged away; what it did and has open goes on elsewhere, or nobody knows where."""
    walk.agency_gone = walk.dice.random() < 0.5
    if not walk.agency_gone:
        agency = Agency.objects.get(code=worlds.OTHER_AGENCY)
        ServiceItem.objects.filter(code=worlds.ITEM).update(agency=agency)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=local_day(walk.now) - timedelta(days=1))
    hand_on.hand_on_ended(walk.now)


def _change_agency(walk: Walk, _: Actor) -> None:
    walk.clerk = next(clerk for clerk in CLERKS if clerk != walk.clerk)


def _tell_year(walk: Walk, _: Actor) -> None:
    """The next year's calendar comes; what was promised stays, and what was not known is."""
    rulebook.import_year(year=2027, rows=NOTICE, by=ADMINISTRATOR, now=walk.now)
    walk.year_told = True
    actions.promise_late(by=SYSTEM, now=walk.now)
    if local_day(walk.now) < date(2027, 6, 1):
        assert walk.order not in queries.without_deadline()


def _file(walk: Walk, _: Actor) -> None:
    mistaken = walk.dice.random() < 0.5
    decide_appeal.file_appeal(
        walk.order,
        ground="mis_tap" if mistaken else "malicious",
        fact="" if mistaken else "threats",
        text="点错" if mistaken else "有威胁",
        reference="" if mistaken else _RECORD,
        by=LEAD,
        now=walk.now,
    )


def _propose(walk: Walk, _: Actor) -> None:
    proven = walk.stood.appeal is not None and walk.stood.appeal["reference"]
    verdict = walk.dice.choice(
        ["malicious" if proven else "mistaken", "mistaken", "mistaken", "rejected", "partly"]
    )
    decide_appeal.propose(
        walk.appeal,
        verdict=verdict,
        fact="threats" if verdict == "malicious" else "",
        evidence=[_RECORD] if proven else (),
        text="经核对",
        by=walk.dice.choice(JUDGES),
        now=walk.now,
    )


def _class_fault(walk: Walk, by: Actor) -> None:
    class_fault.class_fault(
        walk.order,
        responsibilities=walk.dice.sample(list(Responsibility), walk.dice.choice([1, 2])),
        note="材料要了两次",
        agency=walk.dice.choice(AGENCIES),
        proposal="少收一次",
        by=by,
        now=walk.now,
    )


def _adopt(walk: Walk, _: Actor) -> None:
    end = walk.now + timedelta(days=walk.dice.randrange(1, 20))
    ends = {walk.dice.choice([ClockKind.SIGN, ClockKind.CONTACT, ClockKind.RECTIFY]): end}
    actions.adopt_deadlines(walk.order, ends=ends, reason="热线延期", by=SYSTEM, now=walk.now)


def _finish(walk: Walk, review: UUID) -> None:
    """The reviewer says why; what they have said goes out at once, while it can still be changed."""
    change_review.finish_review(review, ["113"], "跑了两次", by=REVIEWER, now=walk.now)


def _sign_other(walk: Walk, by: Actor) -> None:
    if queries.rows([walk.other])[0].state == OrderState.DISPATCHED:
        actions.sign_for(walk.other, by=by, now=walk.now)


@transaction.atomic
def _answer_other(walk: Walk, by: Actor) -> None:
    """The order beside this one is worked on until it is answered."""
    _sign_other(walk, by)
    call_back.record(
        walk.other,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="核实",
        recording="",
        by=by,
        now=walk.now,
    )
    actions.rectify(walk.other, outcome="immediate_rectified", text="改", by=by, now=walk.now)
    handle_bad_review.reply(walk.other, "答", by=by, now=walk.now)


@transaction.atomic
def _exclude_other(walk: Walk, by: Actor) -> None:
    """The review beside this one is found to be a mistake."""
    _sign_other(walk, by)
    appeal = decide_appeal.file_appeal(
        walk.other, ground="mis_tap", fact="", text="点错", reference="", by=LEAD, now=walk.now
    )
    decide_appeal.accept(appeal, by=ANNE, now=walk.now)
    decide_appeal.answer(walk.other_review, "点错了", agrees=True, by=REVIEWER, now=walk.now)
    decide_appeal.propose(appeal, verdict="mistaken", text="经核对", by=ANNE, now=walk.now)
    decide_appeal.confirm(appeal, by=BEA, now=walk.now)


MOVES: dict[str, Callable[[Walk, Actor], object]] = {
    "dispatch": lambda w, _: handle_bad_review.dispatch_due(by=SYSTEM, now=w.now),
    "settle": lambda w, _: close_order.settle(by=SYSTEM, now=w.now),
    "alarms": lambda w, _: supervise.tell_alarms(w.now),
    "sign": lambda w, by: actions.sign_for(w.order, by=by, now=w.now),
    "ask_return": lambda w, by: close_order.ask_return(w.order, "不归我局", by=by, now=w.now),
    "refuse_return": lambda w, by: actions.refuse_return(w.order, reason="归", by=by, now=w.now),
    "grant_return": lambda w, by: close_order.grant_return(
        w.order, w.dice.choice(AGENCIES), "转", by=by, now=w.now
    ),
    "send": lambda w, by: close_order.send_to_another(
        w.order, w.dice.choice(AGENCIES), "转", by=by, now=w.now
    ),
    "verify": _verify,
    "ledger": lambda w, by: actions.enter_in_ledger(
        w.order, reason="难", plan=f"{local_day(w.now)} 换", by=by, now=w.now
    ),
    "milestone": _milestone,
    "ask_time": lambda w, by: actions.ask_extension(
        w.order, days=w.dice.randrange(12), reason="等", by=by, now=w.now
    ),
    "grant_time": lambda w, by: handle_bad_review.grant_extension(w.order, "", by=by, now=w.now),
    "refuse_time": lambda w, by: actions.refuse_extension(w.order, note="否", by=by, now=w.now),
    "join": lambda w, by: actions.join(
        w.order, agency_code=w.dice.choice(AGENCIES), task="助", by=by, now=w.now
    ),
    "contribute": lambda w, by: actions.contribute(w.order, text="毕", by=by, now=w.now),
    "rectify": lambda w, by: actions.rectify(
        w.order, outcome=w.dice.choice(AGENCY_OUTCOMES), text="改", by=by, now=w.now
    ),
    "reply": lambda w, by: handle_bad_review.reply(w.order, "答", by=by, now=w.now),
    "pass": lambda w, by: close_order.pass_check(w.order, by=by, now=w.now),
    "redo": lambda w, by: close_order.redo(w.order, "再办", by=by, now=w.now),
    "say": lambda w, _: merge_orders.answer_solution(
        w.review, solved=w.dice.choice(list(Solved)), text="", by=REVIEWER, now=w.now
    ),
    "late": lambda w, _: supervise.count_late(w.now),
    "end": lambda w, by: close_order.end(w.order, "止", by=by, now=w.now),
    "merge": lambda w, by: merge_orders.merge(w.order, w.other, by=by, now=w.now),
    "take_in": lambda w, by: merge_orders.merge(w.other, w.order, by=by, now=w.now),
    "finish": lambda w, _: _finish(w, w.review),
    "change": lambda w, _: change_review.change_level(
        w.review, Level(w.dice.randrange(1, 6)), by=REVIEWER, now=w.now
    ),
    "withdraw": lambda w, _: change_review.withdraw_review(w.review, by=REVIEWER, now=w.now),
    "appeal": _file,
    "take_back": lambda w, _: decide_appeal.withdraw(w.appeal, by=LEAD, now=w.now),
    "accept": lambda w, _: decide_appeal.accept(w.appeal, by=w.dice.choice(JUDGES), now=w.now),
    "hear": lambda w, _: decide_appeal.answer(
        w.review, "说明", agrees=w.dice.random() < 0.5, by=REVIEWER, now=w.now
    ),
    "propose": _propose,
    "confirm": lambda w, _: decide_appeal.confirm(w.appeal, by=w.dice.choice(JUDGES), now=w.now),
    "object": lambda w, _: decide_appeal.object_to(w.review, "不服", by=REVIEWER, now=w.now),
    "contest": lambda w, _: decide_appeal.contest(w.appeal, "不服", by=LEAD, now=w.now),
    "lapse": lambda w, _: decide_appeal.lapse_due(by=SYSTEM, now=w.now),
    "assign": lambda w, by: actions.assign(w.order, assignee=w.dice.choice(w.handlers), by=by, now=w.now),
    "evidence": lambda w, by: actions.add_evidence(
        w.order, caption="改后", shown=w.dice.choice([True, False]), by=by, now=w.now
    ),
    "class_fault": _class_fault,
    "note": lambda w, by: actions.write_note(w.order, text="记", by=by, now=w.now),
    "adopt": _adopt,
    "hand_on": lambda w, by: hand_on.hand_on(w.order, w.dice.choice(AGENCIES), "并入", by=by, now=w.now),
    "finish_other": lambda w, _: _finish(w, w.other_review),
    "change_other": lambda w, _: change_review.change_level(
        w.other_review, Level(w.dice.randrange(1, 6)), by=REVIEWER, now=w.now
    ),
    "withdraw_other": lambda w, _: change_review.withdraw_review(w.other_review, by=REVIEWER, now=w.now),
    "answer_other": _answer_other,
    "exclude_other": _exclude_other,
    "agency_ends": _agency_ends,
    "change_agency": _change_agency,
    "tell_year": _tell_year,
}
# The reviewer's second thought comes at once; silence lasts long enough.
_AT_ONCE = (
    "finish",
    "change",
    "withdraw",
    "finish_other",
    "change_other",
    "withdraw_other",
    "merge",
    "take_in",
)
MINUTES = {**dict.fromkeys(_AT_ONCE, 1), "settle": 60 * 24 * 8, "lapse": 60 * 24 * 8}
# How many statements a move may take, where it takes more than the most do: the power goes out before the last of them.
STATEMENTS = {"merge": 120, "take_in": 120, "finish_other": 120, "answer_other": 200, "exclude_other": 400}
# What is committed in several transactions: cut off, its first parts stay.
IN_PARTS = {"tell_year"}
# What usually happens next.
LIKELY: dict[OrderState, list[str]] = {
    OrderState.CREATED: [*["dispatch"] * 4, "finish", "finish", *["finish_other"] * 2, "change", "withdraw"],
    OrderState.CANCELLED: ["change", "change", "withdraw", "late"],
    OrderState.DISPATCHED: [*["sign"] * 4, "ask_return", "send", *["merge"] * 3, "take_in"],
    OrderState.RETURN_ASKED: ["grant_return", "refuse_return"],
    OrderState.SIGNED: [*["verify"] * 4, "join", "ask_time", "appeal", "appeal", "assign", "take_in", "note"],
    OrderState.VERIFIED: [
        *["rectify"] * 3,
        *("ledger", "grant_time", "refuse_time", "contribute", "evidence", "class_fault"),
    ],
    OrderState.LEDGERED: ["milestone", "rectify", "ask_time", "grant_time", "adopt"],
    OrderState.RECTIFIED: ["reply", "reply"],
    OrderState.REPLIED: ["pass", "redo", "say", "say", "settle"],
    OrderState.CHECKED: ["say", "settle"],
    OrderState.ESCALATED: ["end", "send"],
    OrderState.MERGED: ["answer_other", *["exclude_other"] * 3, "withdraw_other", "change_other", "say"],
    OrderState.CLOSED: ["appeal", "change", "withdraw", "late"],
}
OF_APPEAL_LIKELY: dict[AppealState, list[str]] = {
    AppealState.FILED: ["accept"],
    AppealState.ACCEPTED: ["hear", "hear", "lapse"],
    AppealState.HEARD: ["propose"],
    AppealState.PROPOSED: ["confirm"],
    AppealState.DECIDED: ["object", "contest", "lapse"],
    AppealState.CONTESTED: ["propose"],
    AppealState.REPROPOSED: ["confirm"],
}
