"""门槛: a card says what became of the rows it found, and has samples of every kind of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.cases.models import Case
from haochaping.exchange.quality import queries
from haochaping.exchange.quality.rules import what_happened
from haochaping.exchange.quality.terms import Finding, Gate, Sample
from haochaping.exchange.terms import Raw
from haochaping.flows import judge_quality
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import EVERYWHERE, OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING


@pytest.mark.django_db
def test_samples_are_of_every_kind_of_row():
    """Forty cases would leave no place for the one record; how many there are in all stays right."""
    clean = clean_world.build()
    early = Case.objects.filter(id__in=clean.cases[worlds.SOURCE][:40])
    early.update(completed_at=EVENING - timedelta(days=5))
    raw = clean_world._case(worlds.SOURCE, 200, EVENING, at_window=True)
    raw |= {"completed_at": (EVENING - timedelta(days=3)).isoformat()}
    [aside] = take_in_cases([Raw(raw)], entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING)
    assert aside.kind == OutcomeKind.QUARANTINED

    judge_quality.judge_day(DAY, by=OPERATOR, now=EVENING + timedelta(hours=9))

    card = queries.history(worlds.SOURCE, DAY, EVERYWHERE)[0]
    found = next(one for one in card.findings if one.rule == "DQ-10")
    assert found.failing == 41
    assert len({row.id for row in found.samples}) == 20
    assert {row.kind for row in found.samples} == {"case", "record"}
    assert what_happened(found) == (Gate.QUARANTINE, Gate.FLAG)


@pytest.mark.parametrize(
    ("rule", "rows", "happened"),
    [
        ("DQ-29", [("missing", "gap")], ["alert"]),
        ("DQ-29", [("record", "orphan"), ("missing", "gap")], ["quarantine", "alert"]),
        ("DQ-15", [("review", "conflict")], ["reject"]),
        ("DQ-15", [("review", "sent_again"), ("record", "sent_again_waiting")], ["flag"]),
        ("DQ-32", [("batch", "missing")], ["flag"]),
        ("DQ-32", [("batch", "seq_of_other")], ["reject"]),
        ("DQ-31", [("batch", "manifest_differs")], ["reject", "block"]),
        ("DQ-01", [("source", "more_than_services")], ["block"]),
    ],
)
def test_what_became_of_the_rows_a_rule_found(rule, rows, happened):
    found = Finding(rule, len(rows), tuple(Sample(kind, "", "", what) for kind, what in rows))

    assert list(what_happened(found)) == happened
