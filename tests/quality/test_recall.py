"""Recall of every rule, whoever judges it: a known fault is found, and nothing else."""

from __future__ import annotations

import pytest

from haochaping.exchange.quality import queries
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.quality.rules import RULES
from haochaping.exchange.quality.terms import Judge
from haochaping.flows import judge_quality
from haochaping.kernel.actor import EVERYWHERE, OPERATOR
from tests.quality import clean as clean_world
from tests.quality.clean import DAY
from tests.quality.elsewhere import ELSEWHERE, NIGHT
from tests.quality.mutations import FAULTS


def test_every_rule_has_a_fault_that_it_has_to_find():
    """Recall is 100 % when both lists pass: `test_rules` those of every night, this file the others."""
    assert {rule for rule, _, _ in (*FAULTS, *ELSEWHERE)} == RULES.keys()


def test_faults_stand_with_whoever_judges_them():
    assert {rule for rule, _, _ in ELSEWHERE} == {
        rule.id for rule in RULES.values() if rule.judge != Judge.DAILY
    }


def _found(rule: str) -> tuple[int, set[tuple[str, str]]]:
    """How many rows the rule finds on the day, and which."""
    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT)
    if RULES[rule].judge == Judge.COUNTERS:
        judge_quality.judge_counters(DAY, by=OPERATOR, now=NIGHT)
        held = WithheldFigure.objects.filter(rule=rule, lifted_at=None).values_list("division_id", flat=True)
        return len(held), {("division", str(one)) for one in held}
    cards = queries.cards(EVERYWHERE, day=DAY)
    findings = [one for card in cards for one in card.findings if one.rule == rule]
    return sum(one.failing for one in findings), {(s.kind, s.id) for one in findings for s in one.samples}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "put_in"), [(r, f) for r, _, f in ELSEWHERE], ids=[f"{r}-{n}" for r, n, _ in ELSEWHERE]
)
def test_every_fault_elsewhere_is_found_and_nothing_else(rule, put_in):
    clean = clean_world.build()
    assert _found(rule) == (0, set())

    known = put_in(clean)

    assert _found(rule) == (len(known), known)
