from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.exchange.models import DifferingRecord, Reconciliation, Statement
from haochaping.exchange.reconciliation import actions, queries, rules
from haochaping.exchange.reconciliation.terms import (
    DEEPEST,
    Part,
    ReconciliationState,
    StatedKind,
    StatementSide,
    Sums,
)
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

CLIENT = Actor(
    ActorKind.CLIENT,
    "1",
    powers=frozenset({"case.import", "review.import"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)
SUPERVISOR = Actor(
    ActorKind.STAFF,
    "7",
    powers=frozenset({"order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)
REVIEWS, CASES = StatedKind.REVIEWS, StatedKind.CASES


@pytest.fixture
def day(db, now):
    """Yesterday, of which three cases and their reviews are here."""
    before = now - timedelta(days=1)
    worlds.build(before)
    for n, level in enumerate([5, 4, 1], start=1):
        worlds.take_case(f"YC-{n}", before)
        worlds.give(f"YC-{n}", level, before)
    return local_day(before)


SENT = [rules.review_line(f"YC-{n}", 1, 1, level) for n, level in enumerate([5, 4, 1], start=1)]


def begun(
    kind: StatedKind, day: date, lines: Sequence[str], now: datetime, by: Actor = CLIENT
) -> actions.Compared:
    return actions.begin(worlds.SOURCE, kind, day, rules.sums_of(lines), by=by, now=now)


def told(day: date, lines: Sequence[str], now: datetime, prefix: str = "") -> actions.Compared:
    parts = rules.answers(rules.Lines(lines), [prefix])
    return actions.hear(worlds.SOURCE, REVIEWS, day, parts, by=CLIENT, now=now)


def platform_id() -> int:
    return Case.objects.values_list("platform_id", flat=True)[0]


def facts() -> list[object]:
    return [entry.facts for entry in Entry.objects.filter(kind=EntryKind.RECONCILED).order_by("id")]


def test_equal_sums_end_it_at_once(day, now):
    found = begun(REVIEWS, day, SENT, now)

    assert (found.state, found.wanted, found.here) == (ReconciliationState.EQUAL, [], rules.sums_of(SENT))
    assert Reconciliation.objects.get().agreement == Decimal(1)
    assert facts() == [
        {
            "day": day.isoformat(),
            "kind": "reviews",
            "state": "equal",
            "here": "3",
            "told": "3",
            "differing": "0",
        }
    ]


def test_cases_are_held_against_their_status(day, now):
    lines = [rules.case_line(f"YC-{n}", "completed") for n in (1, 2, 3)]

    assert begun(CASES, day, lines, now).state == ReconciliationState.EQUAL
    assert begun(CASES, day, [*lines[:2], "YC-3\taccepted"], now).state == ReconciliationState.COMPARING


def test_rows_that_differ_are_named_with_what_each_side_has(day, now):
    sent = [SENT[0], "YC-2\t1\t1\t5", "YC-9\t1\t1\t3"]

    assert begun(REVIEWS, day, sent, now).wanted == [""]
    found = told(day, sent, now)

    assert (found.state, found.differing) == (ReconciliationState.DIFFERING, 3)
    rows = [(r.case_no, r.here, r.told) for r in queries.differing(found.id)]
    assert rows == [("YC-2", "4", "5"), ("YC-3", "1", ""), ("YC-9", "", "3")]
    row = queries.reconciliation(found.id, by=SUPERVISOR)
    assert (row.agreement, row.here.total, row.told.total) == (Decimal(0), 10, 13)


def test_what_is_sent_later_settles_it(day, now):
    sent = [*SENT, "YC-4\t1\t1\t2"]
    begun(REVIEWS, day, sent, now)
    told(day, sent, now)
    before = now - timedelta(days=1)
    worlds.take_case("YC-4", before)
    worlds.give("YC-4", 2, before, indicator_codes=["201"])

    found = begun(REVIEWS, day, sent, now)

    assert found.state == ReconciliationState.SETTLED
    row = queries.reconciliation(found.id, by=SUPERVISOR)
    assert (row.agreement, row.settled_by, row.differing) == (Decimal(1), str(CLIENT), 0)
    assert not DifferingRecord.objects.exists()


def test_a_person_explains_a_difference(day, now):
    begun(REVIEWS, day, SENT[:2], now)
    one = told(day, SENT[:2], now).id

    actions.explain(one, " 试运行数据，已剔除。 ", by=SUPERVISOR, now=now)

    row = queries.reconciliation(one, by=SUPERVISOR)
    assert (row.state, row.explanation) == (ReconciliationState.SETTLED, "试运行数据，已剔除。")
    assert row.agreement == Decimal(0)
    assert Entry.objects.filter(kind=EntryKind.DIFFERENCE_EXPLAINED).count() == 1
    with pytest.raises(Refused) as again:
        actions.explain(one, "再说一次", by=SUPERVISOR, now=now)
    assert again.value.code == "not_differing"


@pytest.mark.parametrize(
    ("by", "text", "code"),
    [
        (SUPERVISOR, " ", "explanation_missing"),
        (SUPERVISOR, "长" * 301, "too_long"),
        (SUPERVISOR, "a\x00b", "control_characters"),
        (Actor(ActorKind.STAFF, "8", powers=SUPERVISOR.powers), "好", "no_such_reconciliation"),
        (CLIENT, "好", "not_allowed"),
    ],
)
def test_an_explanation_that_is_none_changes_nothing(day, now, by, text, code):
    begun(REVIEWS, day, SENT[:2], now)
    one = told(day, SENT[:2], now).id

    with pytest.raises(Refused) as refused:
        actions.explain(one, text, by=by, now=now)

    assert refused.value.code == code
    assert Reconciliation.objects.get().state == ReconciliationState.DIFFERING


def test_what_people_gave_here_is_not_asked_of_the_source(day, now):
    before = now - timedelta(days=1)
    worlds.take_case("YC-4", before)
    raw = Raw(worlds.review("YC-4", 5, before))
    outcome = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=before)[0]
    assert outcome.kind == OutcomeKind.ACCEPTED, outcome

    assert begun(REVIEWS, day, SENT, now).state == ReconciliationState.EQUAL
    _, held = actions.state(platform_id(), REVIEWS, day, side=StatementSide.HELD, now=now)
    assert held == rules.sums_of([*SENT, "YC-4\t1\t1\t5"])


def test_another_day_is_another_statement(day, now):
    assert begun(REVIEWS, day - timedelta(days=1), [], now).state == ReconciliationState.EQUAL
    with pytest.raises(Refused) as refused:
        begun(REVIEWS, local_day(now), [], now)
    assert refused.value.code == "day_not_over"


def test_who_may_not_send_may_not_reconcile(day, now):
    elsewhere = Actor(
        CLIENT.kind, "2", CLIENT.powers, Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.")
    )
    for by, code in [
        (elsewhere, "out_of_scope"),
        (Actor(ActorKind.CLIENT, "3", scope=EVERYWHERE), "not_allowed"),
    ]:
        with pytest.raises(Refused) as refused:
            begun(REVIEWS, day, SENT, now, by=by)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        actions.begin("nobody", REVIEWS, day, Sums(0, 0, 0), by=CLIENT, now=now)
    assert refused.value.code == "no_such_platform"


def test_parts_come_after_the_statement_and_only_once(day, now):
    with pytest.raises(Refused) as refused:
        told(day, SENT[:1], now)
    assert refused.value.code == "nothing_compared"
    begun(REVIEWS, day, SENT[:1], now)

    assert told(day, SENT[:1], now, prefix="a").wanted == [""]
    first, again = told(day, SENT[:1], now), told(day, SENT[:1], now)
    assert (first.differing, again.differing, again.state) == (2, 2, ReconciliationState.DIFFERING)


@pytest.mark.parametrize("kind", StatedKind)
def test_a_stored_side_says_what_its_rows_say_at_any_depth(day, now, kind):
    lines = SENT if kind == REVIEWS else [rules.case_line(f"YC-{n}", "completed") for n in (1, 2, 3)]
    _, sums = actions.state(platform_id(), kind, day, side=StatementSide.RECEIVED, now=now)
    stored, plain = queries.StoredSide(Statement.objects.get()), rules.Lines(lines)

    assert sums == plain.sums("")
    place = rules.place_of(lines[0])
    for prefix in ["", *(place[:n] for n in (1, 2, 3))]:
        assert stored.sums(prefix) == plain.sums(prefix)
        assert sorted(stored.rows(prefix)) == sorted(plain.rows(prefix))
        if len(prefix) < DEEPEST:
            assert stored.children(prefix) == plain.children(prefix)


def test_a_number_with_a_tab_is_one_field(day, now):
    before = now - timedelta(days=1)
    worlds.take_case("YC\t4", before)

    line = rules.case_line("YC\t4", "completed")
    rest = [rules.case_line(f"YC-{n}", "completed") for n in (1, 2, 3)]

    assert line == "YC 4\tcompleted"
    assert begun(CASES, day, [line, *rest], now).state == ReconciliationState.EQUAL


def test_too_many_rows_end_the_questions(day, now, monkeypatch):
    monkeypatch.setattr(actions, "MOST_DIFFERING", 2)
    begun(REVIEWS, day, [], now)

    found = actions.hear(worlds.SOURCE, REVIEWS, day, [Part("", rows=[])], by=CLIENT, now=now)

    assert (found.state, found.differing, found.wanted) == (ReconciliationState.DIFFERING, 3, [])
    assert DifferingRecord.objects.count() == 2


def test_old_statements_are_forgotten(day, now):
    begun(REVIEWS, day, SENT, now)

    assert actions.forget_statements(now=now + timedelta(days=34)) == 0
    assert actions.forget_statements(now=now + timedelta(days=36)) == 1
    assert not Statement.objects.exists()
    assert Reconciliation.objects.exists()


def test_lists_are_of_ones_own_divisions(day, now):
    begun(REVIEWS, day, SENT, now)
    begun(CASES, day, [], now)
    other = Actor(
        SUPERVISOR.kind,
        "9",
        SUPERVISOR.powers,
        Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
    )

    assert [row.kind for row in queries.reconciliations(SUPERVISOR)] == [CASES, REVIEWS]
    assert [row.kind for row in queries.reconciliations(SUPERVISOR, state="equal", source=worlds.SOURCE)] == [
        REVIEWS
    ]
    assert queries.reconciliations(SUPERVISOR, day=local_day(now)) == []
    assert queries.counts(SUPERVISOR)[ReconciliationState.EQUAL] == 1
    assert queries.reconciliations(other) == []
    assert queries.reconciliations(OPERATOR)
    with pytest.raises(Refused):
        queries.reconciliation(queries.reconciliations(SUPERVISOR)[0].id, by=other)
