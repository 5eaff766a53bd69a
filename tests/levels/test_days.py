"""对账单 in batches: what is asked and answered across a gap finds the differing records, and both sides know them.

The installation reports to itself here, as “below” and as “above”: above it was not sent what people gave below.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.exchange.models import Reconciliation
from haochaping.exchange.reconciliation import rules
from haochaping.exchange.reconciliation.terms import ReconciliationState, RowDifference, StatedKind
from haochaping.exchange.terms import Raw
from haochaping.flows import report_upward, tell_days
from haochaping.flows.carry import carry_in
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.ledger.terms import Suite
from haochaping.levels import actions, keys, queries
from haochaping.levels.models import OutgoingBatch, ToldDay
from haochaping.levels.rules import read_head, unpack
from haochaping.levels.terms import Answer, BatchKind, OutState
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

DIFFERING = RowDifference("YC-3\t1\t1", "", "3")


@pytest.fixture(params=Suite)
def both(request, db, now) -> None:
    """Three cases of yesterday with reviews, one of which nobody has sent; and this installation as its own peer."""
    before = now - timedelta(days=1)
    worlds.build(before)
    for n in (1, 2, 3):
        worlds.take_case(f"YC-{n}", before)
    worlds.give("YC-1", 5, before)
    worlds.give("YC-2", 4, before)
    raw = Raw(worlds.review("YC-3", 3, before))
    receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=before)
    key = keys.key_text(queries.our_keys(request.param))
    for code, known_as, sends in (("above", "below", True), ("below", "above", False)):
        actions.add_peer(
            code,
            known_as=known_as,
            division=worlds.CITY,
            key=key,
            sends=sends,
            takes=not sends,
            from_now=True,
            by=OPERATOR,
            now=now,
        )


def carried(now: datetime) -> list[str]:
    """One journey there and back; what became of each file."""
    peer = queries.peer("above")
    assert peer
    said = []
    for _, content in list(report_upward.export(peer, now=now)):
        for one in carry_in(content, now=now):
            said.append(one.state)
            said += [back.state for back in carry_in(one.content, now=now)]
    return said


def told(now: datetime) -> None:
    tell_days.queue_days([local_day(now) - timedelta(days=1)], code="above", now=now)


def test_one_journey_finds_what_differs_on_a_small_day(both, now):
    told(now)

    assert carried(now) == ["merged", "acked"]
    states = dict(Reconciliation.objects.values_list("kind", "state"))
    assert states == {"cases": ReconciliationState.EQUAL, "reviews": ReconciliationState.DIFFERING}
    [day] = queries.told_days(OPERATOR, differing=True)
    assert (day.kind, day.count, day.differing) == (StatedKind.REVIEWS, 1, [DIFFERING])
    assert Reconciliation.objects.get(kind="reviews").told_by == "client:peer:below"


@pytest.mark.parametrize("rows_told", [0, 1])
def test_a_second_journey_brings_the_rows_that_are_asked_for(both, now, monkeypatch, rows_told):
    """With parts of so few rows, the sums of the whole tree go first, however deep it is."""
    monkeypatch.setattr(rules, "ROWS_TOLD", rows_told)
    told(now)

    first = carried(now)
    assert ToldDay.objects.get(kind="reviews").state == ReconciliationState.COMPARING
    second = carried(now)

    assert first == second == ["merged", "acked"]
    [day] = queries.told_days(OPERATOR, differing=True)
    assert (day.count, day.differing) == (1, [DIFFERING])
    assert carried(now) == []


def test_a_day_that_cannot_be_taken_is_answered_with_why_and_the_others_are_heard(both, now):
    peer = queries.peer("above")
    assert peer
    day = (local_day(now) - timedelta(days=1)).isoformat()
    sums = {"count": 0, "total": 0, "digest": 0}
    lines = [
        {"source": source, "kind": "cases", "day": day_, "statement": sums}
        for source, day_ in ((worlds.SOURCE, day), ("nobody", day), (worlds.SOURCE, "2099-01-01"))
    ]
    actions.queue(peer, [lines], kind=BatchKind.STATEMENT, period=(now, now), now=now)
    [(_, content)] = [one for one in report_upward.export(peer, now=now) if one[0].endswith("1.batch")]

    [came] = carry_in(content, now=now)

    answer = read_head(unpack(queries.opened(came.content)))
    assert isinstance(answer, Answer)
    assert [(one.state, one.code) for one in answer.heard] == [
        ("comparing", ""),
        ("", "no_such_platform"),
        ("", "day_not_over"),
    ]


def test_a_line_that_is_no_statement_refuses_the_batch_by_number(both, now):
    peer = queries.peer("above")
    assert peer
    actions.queue(peer, [[{"day": "yesterday"}]], kind=BatchKind.STATEMENT, period=(now, now), now=now)

    assert carried(now)[:2] == ["refused", "rejected"]
    row = OutgoingBatch.objects.get(kind="statement")
    assert (row.state, row.code, row.params["line"]) == (OutState.REJECTED, "not_a_record", "1")


def test_told_days_are_forgotten_with_their_statements(both, now):
    told(now)

    assert actions.forget_days(now=now + timedelta(days=34)) == 0
    assert actions.forget_days(now=now + timedelta(days=36)) == 2
