"""按规则派单, whole: an order goes where the rule says, is counted, told, seen and worked on there."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from haochaping.accounts.terms import Place, Role
from haochaping.doors.reach import within
from haochaping.flows import change_review, handle_bad_review
from haochaping.insight import queries as insight
from haochaping.insight import terms as facts
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.notices.terms import NoticeKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import DispatchRule
from haochaping.rectification.terms import Move, OrderState, ProposedRule
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import Entrance, Level
from tests import worlds
from tests.flows.conftest import order_of, until_waiting
from tests.flows.test_tell_staff import account, address, told
from tests.flows.truth import assert_counters_exact, findings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

MINUTE = timedelta(minutes=1)
WINDOW = timedelta(minutes=11)
PROVINCE = Scope(division_path=f"{worlds.PROVINCE}.")
DISPATCHER = Actor(ActorKind.STAFF, "7", powers=frozenset({"order.view", "order.dispatch"}), scope=PROVINCE)
TARGET = Scope(agency_path=f"{worlds.OTHER_AGENCY}.")
CLERK_THERE = replace(worlds.CLERK, id="there", scope=TARGET)


def rule(now: datetime, **conditions: str) -> int:
    asked = ProposedRule(worlds.COUNTY, 10, worlds.OTHER_AGENCY, local_day(now), **conditions)
    return rectification.set_dispatch_rule(asked, source="会议纪要", by=DISPATCHER, now=now)


def bad(now: datetime, case_no: str = "YC-1", *codes: str) -> UUID:
    outcome = worlds.give(case_no, 1, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    reviews.give_reasons(outcome.id, codes, "窗口让我跑了三次。", by=REVIEWER, now=now)
    return outcome.id


def counted(code: str) -> int:
    (measure,) = (
        m for m in insight.measures(facts.Place(agency_path=f"{code}.")) if m.name == "rectification_rate"
    )
    return measure.denominator or 0


def seen(scope: Scope, statement: str, subject: UUID) -> int:
    """How many rows of a statement somebody of this reach sees."""
    with within(scope), connection.cursor() as cursor:
        cursor.execute(statement, [subject])
        return len(cursor.fetchall())


ORDER = "SELECT FROM rectification_work_order WHERE review_id = %s"
REVIEW = "SELECT FROM reviews_review WHERE id = %s"
CASE = """SELECT FROM cases_case AS c JOIN cases_service_occurrence AS s ON s.case_id = c.id
           WHERE s.id = (SELECT occurrence_id FROM reviews_review WHERE id = %s)"""


@pytest.mark.usefixtures("world")
def test_an_order_goes_where_the_rule_says_and_is_seen_counted_and_handled_there(now):
    there = account("there", Role.CLERK, Place(agency_code=worlds.OTHER_AGENCY), now)
    here = account("here", Role.CLERK, Place(agency_code=worlds.AGENCY), now)
    rule(now, item=worlds.ITEM, served_by=worlds.AGENCY, stage="delivery", indicator="113")
    review_id = bad(now, "YC-1", "108", "113")
    assert [seen(TARGET, each, review_id) for each in (ORDER, REVIEW, CASE)] == [0, 0, 0]

    assert handle_bad_review.dispatch_due(by=SYSTEM, now=now + WINDOW) == 1

    order = order_of(review_id)
    assert order.agency_name == "石港市行政审批局"
    assert [seen(TARGET, each, review_id) for each in (ORDER, REVIEW, CASE)] == [1, 1, 1]
    assert seen(worlds.CLERK.scope, ORDER, review_id) == 0
    assert [row.id for row in orders.inbox(CLERK_THERE)] == [order.id]
    assert orders.inbox(worlds.CLERK) == []
    assert (counted(worlds.OTHER_AGENCY), counted(worlds.AGENCY)) == (1, 0)
    assert_counters_exact()
    address(now)
    assert (told(there), told(here)) == ([NoticeKind.ORDER_DISPATCHED], [])
    with within(TARGET):
        rectification.sign_for(order.id, by=CLERK_THERE, now=now + 2 * WINDOW)
    assert order_of(review_id).state == OrderState.SIGNED
    (event,) = (event for event in orders.timeline(order.id) if event.move == Move.DISPATCH)
    assert event.note == "石港市行政审批局"
    (entry,) = (entry for entry in ledger.entries_of("order", str(order.id)) if "agency" in entry.facts)
    assert entry.facts["agency"] == worlds.OTHER_AGENCY
    assert findings(now + 2 * WINDOW) == []


@pytest.mark.usefixtures("world")
def test_an_order_that_no_rule_fits_goes_to_who_served_in_the_same_batch(now, django_assert_max_num_queries):
    rule(now, indicator="113")
    for n in range(4):
        worlds.take_case(f"YC-1{n}", now)
    ours, theirs = (
        [bad(now, f"YC-1{n}", "108") for n in (0, 1)],
        [bad(now, f"YC-1{n}", "113") for n in (2, 3)],
    )

    with django_assert_max_num_queries(40):
        assert handle_bad_review.dispatch_due(by=SYSTEM, now=now + WINDOW) == 4

    agencies = [order_of(review_id).agency_name for review_id in (*ours, *theirs)]
    assert agencies == ["河湾区行政审批局"] * 2 + ["石港市行政审批局"] * 2
    assert (counted(worlds.AGENCY), counted(worlds.OTHER_AGENCY)) == (2, 2)
    assert_counters_exact()


@pytest.mark.usefixtures("world")
def test_what_went_out_stays_when_the_rule_is_withdrawn(now):
    rule_id = rule(now)
    review_id = bad(now, "YC-1", "113")
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + WINDOW)

    rectification.withdraw_dispatch_rule(rule_id, source="试行结束", by=DISPATCHER, now=now + WINDOW)

    assert order_of(review_id).agency_name == "石港市行政审批局"
    assert_counters_exact()


@pytest.mark.usefixtures("world")
def test_a_review_changed_for_the_better_and_back_goes_by_the_rules_of_then(now):
    outcome = worlds.give("YC-1", 1, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    rule_id = rule(now)
    change_review.finish_review(outcome.id, ["113"], "", by=REVIEWER, now=now)
    # Whoever finishes has the order sent out at once, by the same rules.
    assert order_of(outcome.id).agency_name == "石港市行政审批局"
    assert_counters_exact()
    change_review.change_level(outcome.id, Level.SATISFIED, by=REVIEWER, now=now + 2 * MINUTE)
    rectification.withdraw_dispatch_rule(rule_id, source="试行结束", by=DISPATCHER, now=now + 2 * MINUTE)

    change_review.change_level(outcome.id, Level.VERY_DISSATISFIED, by=REVIEWER, now=now + 3 * MINUTE)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + 30 * MINUTE)

    assert order_of(outcome.id).agency_name == "河湾区行政审批局"
    assert (counted(worlds.AGENCY), counted(worlds.OTHER_AGENCY)) == (1, 0)
    assert_counters_exact()


@pytest.mark.usefixtures("committed_world")
def test_who_sets_a_rank_while_somebody_else_sets_it_is_told(now, owner: Callable[..., None]):
    rule(now)
    answers: list[str] = []

    def second() -> None:
        try:
            rule(now)
        except Refused as refused:
            answers.append(refused.code)
        finally:
            connection.close()

    with transaction.atomic():
        rule(now)
        thread = threading.Thread(target=second)
        thread.start()
        until_waiting(1)
    thread.join(timeout=30)

    assert answers == ["rule_replaced"]
    assert sorted(DispatchRule.objects.values_list("version", flat=True)) == [1, 2]
