"""The catalogue: thirty-eight rules, each complete, and every reason of intake under exactly one of them."""

from __future__ import annotations

from datetime import date

import pytest

from haochaping.cases import terms as cases
from haochaping.exchange import terms as exchange
from haochaping.exchange.quality.judging import RELATIONS, STATEMENTS
from haochaping.exchange.quality.rules import (
    RULES,
    differing,
    grade,
    month_parts,
    parts,
    score,
    three_ways,
    withheld_at,
)
from haochaping.exchange.quality.terms import (
    WEIGHTS,
    Gate,
    Grade,
    HeldPlace,
    Judge,
    Judgement,
    OtherSide,
    Parts,
    Sent,
    TwoSides,
)
from haochaping.insight.rules import BY_NAME
from haochaping.kernel.refused import Reason
from haochaping.reviews import terms as reviews

_DAY = date(2026, 6, 1)

# What is refused outright, said of whole files or requests, or of something else than a record.
_NO_RECORD = {
    "unknown_field", "not_json", "too_deep", "duplicate_name", "duplicate_heading", "unknown_column", "unreadable_file",
    "unpacks_too_large", "unknown_file_type", "file_too_large", "visit_over", "bad_address", "discard_unexplained",
    "missing_column", "no_rows",
    "not_waiting", "no_such_dialect", "not_a_key", "not_an_address", "no_such_platform", "idempotency_key_reused",
    "out_of_scope", "forbidden_status", "no_such_case", "ambiguous_case", "conflict", "already_waiting",
}  # fmt: skip
_OF_REVIEWS = (
    reviews.LEVEL_OUT_OF_RANGE,
    reviews.UNKNOWN_INDICATOR,
    reviews.INDICATOR_OF_OTHER_LEVEL,
    reviews.RATED_BEFORE_SERVICE,
    reviews.RATED_IN_FUTURE,
    reviews.NO_FOLLOW_UP,
    reviews.REVIEW_WINDOW_OVER,
)


def test_there_are_thirty_eight_rules_each_in_both_languages():
    assert list(RULES) == [f"DQ-{n:02}" for n in range(1, 39)]
    for rule in RULES.values():
        assert rule.source
        assert set(rule.message) == set(rule.remedy) == {"zh", "en"}
        assert all([*rule.message.values(), *rule.remedy.values()])


def test_every_daily_rule_and_no_other_has_sql():
    in_sql = {rule.id for rule in RULES.values() if rule.rows} | set(STATEMENTS)

    assert in_sql == {rule.id for rule in RULES.values() if rule.judge == Judge.DAILY}
    assert {row.of for rule in RULES.values() for row in rule.rows} <= RELATIONS.keys()


def test_every_number_belongs_to_one_rule_and_is_read():
    named = [name for rule in RULES.values() for name in rule.numbers]
    text = "\n".join([*STATEMENTS.values(), *RELATIONS.values()])

    assert len(named) == len(set(named))
    assert [name for name in named if f"%({name})s" not in text] == []


def test_every_reason_to_put_a_record_aside_is_under_one_rule():
    found = [code for rule in RULES.values() for code in rule.complaints]
    of_rooms = {
        value.code for room in (cases, exchange) for value in vars(room).values() if isinstance(value, Reason)
    }
    wanted = of_rooms - _NO_RECORD | {reason.code for reason in _OF_REVIEWS}

    assert len(found) == len(set(found))
    assert wanted - set(found) == set()


def test_what_is_withheld_are_measures_and_only_by_rules_that_block():
    for rule in RULES.values():
        assert set(rule.withholds) <= BY_NAME.keys()
        assert not rule.withholds or Gate.BLOCK in rule.gates


def test_gates_are_what_happens():
    """Put aside is what has a reason of intake; taken and marked, looked into or blocked is what stands in a table."""
    for rule in RULES.values():
        assert (Gate.QUARANTINE in rule.gates) == bool(rule.complaints), rule.id
        on_what_stands = (
            rule.judge != Judge.DAILY
            or rule.id in STATEMENTS
            or {row.of for row in rule.rows} - {"put_aside"}
        )
        assert bool(set(rule.gates) & {Gate.FLAG, Gate.ALERT, Gate.BLOCK}) == bool(on_what_stands), rule.id
        assert list(rule.gates) == sorted(rule.gates, key=list(Gate).index)


# domain.md §7.6: error (nothing of it is taken), warn, alert, block; DQ-15 says dedupe.
_SEVERITY: list[tuple[set[int], set[Gate]]] = [
    ({4, 5, 6, 9, 10, 12, 16, 18, 20}, {Gate.REJECT, Gate.QUARANTINE}),
    ({7, 8, 11, 13, 14, 17, 19, 28, 30}, {Gate.FLAG}),
    ({21, 22, 23, 24, 25, 26, 29}, {Gate.ALERT}),
    ({1, 2, 3, 27}, {Gate.BLOCK}),
    ({15}, {Gate.REJECT}),
]
# Taken and marked on purpose: docs/decisions/0037.
_MILDER = {"DQ-06", "DQ-09", "DQ-18"}


def test_gates_are_those_of_the_paper_but_for_what_was_decided():
    other = {
        rule.id
        for numbers, asked in _SEVERITY
        for rule in (RULES[f"DQ-{n:02}"] for n in numbers)
        if not asked & set(rule.gates)
    }

    assert other == _MILDER


def _sides(side: OtherSide, here: tuple[int, int], there: tuple[int, int], differing: int = 0) -> TwoSides:
    return TwoSides(side, "1", "reviews", here, there, differing)


@pytest.mark.parametrize(
    ("sides", "found"),
    [
        ([], []),
        ([_sides(OtherSide.SENDER, (3, 9), (3, 9)), _sides(OtherSide.ABOVE, (3, 9), (3, 9))], []),
        ([_sides(OtherSide.SENDER, (3, 9), (4, 14))], ["sender_has_more", "sender_has_more"]),
        ([_sides(OtherSide.ABOVE, (3, 9), (3, 8))], ["above_has_less"]),
        (
            [_sides(OtherSide.SENDER, (3, 9), (2, 9)), _sides(OtherSide.ABOVE, (4, 9), (5, 9))],
            ["sender_has_less", "above_has_more"],
        ),
        # Levels that have changed places are no other total: that is the hash's to see (DQ-36).
        ([_sides(OtherSide.SENDER, (3, 9), (3, 9), 2)], []),
    ],
)
def test_totals_of_three_sides(sides, found):
    told = three_ways(sides)

    assert (told.rule, told.failing) == ("DQ-28", len(found))
    assert [one.value_class for one in told.samples] == found


def test_records_that_differ_are_counted_and_lead_to_their_reconciliation():
    told = differing([_sides(OtherSide.SENDER, (3, 9), (3, 9), 2), _sides(OtherSide.SENDER, (3, 9), (3, 9))])

    assert (told.rule, told.failing, [one.id for one in told.samples]) == ("DQ-36", 2, ["1"])


def test_weights_are_those_of_the_formula():
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert score(Parts(1, 1, 1, 1, 1, 1)) == 100
    assert score(Parts(0.5, 1, 1, 1, 1, 1)) == 50
    assert score(Parts(1, 0.9, 0.8, 0.7, 0.6, 0.5)) == pytest.approx(
        100 * (0.35 * 0.9 + 0.2 * 0.8 + 0.15 * 0.7 + 0.1 * 0.6 + 0.2 * 0.5)
    )
    assert score(Parts(1, 0.9, None, None, None, None)) == 90


def test_an_empty_day_that_is_known_to_be_one_has_no_score_and_silence_has_a_bad_one():
    def empty(coverage: float) -> Parts:
        return Parts(coverage, None, None, None, None, None)

    assert [score(empty(coverage)) for coverage in (1, 0.5, 0)] == [None, 50, 0]
    assert grade(None, reconciled=True) is None
    assert score(empty(1)._replace(reconciliation=1.0)) == 100


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (100, Grade.A),
        (95, Grade.A),
        (94.99, Grade.B),
        (85, Grade.B),
        (84.99, Grade.C),
        (70, Grade.C),
        (69.99, Grade.D),
        (0, Grade.D),
    ],
)
def test_grades_begin_at_their_points(points, expected):
    assert grade(points, reconciled=True) == expected
    assert grade(points, reconciled=False) == (Grade.B if expected == Grade.A else expected)


def test_of_a_day_without_rows_nothing_is_known_but_coverage():
    assert parts(Judgement(Sent(1, _DAY)), coverage=0.0) == Parts(0.0, None, None, None, None, None)


def test_reviews_alone_are_weighed_by_their_own_fields():
    told = parts(Judgement(Sent(1, _DAY, reviews=10), wrong_fields={"review.level": 10}), coverage=1.0)

    assert told.validity == pytest.approx(1 - 3 / 12)


def test_days_of_a_month_are_weighed_by_their_rows():
    days = [
        (Sent(1, _DAY, reviews=30), Parts(1, 0.5, 1, None, 1, None)),
        (Sent(1, _DAY, reviews=10), Parts(1, 0.9, 1, 0.5, 1, None)),
        (Sent(1, _DAY), Parts(0, None, None, None, None, None)),
    ]

    told = month_parts(days)
    assert told.coverage == pytest.approx(2 / 3)
    assert told.validity == pytest.approx(0.6)
    assert told[2:] == (1, 0.5, 1, None)
    assert month_parts([]).coverage == 0


def test_withheld_is_where_it_says():
    rows = [HeldPlace("DQ-02", "99.9901.", below=False), HeldPlace("DQ-01", "99.9902.", below=True)]

    assert withheld_at(rows, "99.") == {}
    assert set(withheld_at(rows, "99.9901.").values()) == {"DQ-02"}
    assert withheld_at(rows, "99.9901.990101.") == {}
    assert withheld_at(rows, "99.9902.990201.") == dict.fromkeys(
        ("participation_rate", "not_reviewed_rate"), "DQ-01"
    )
