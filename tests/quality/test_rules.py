"""No rule finds anything in a clean day, and every rule finds exactly the faults that were put in."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from haochaping.cases.models import Case
from haochaping.exchange.quality import judging
from haochaping.exchange.quality.rules import DAILY
from haochaping.kernel.identifiers import random_bytes, uuid7
from haochaping.reviews.models import Review
from tests.quality import clean as clean_world
from tests.quality.mutations import FAULTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def clean():
    return clean_world.build()


def test_clean_data_breaks_no_rule(clean):
    found = {rule.id: judging.failing(rule.id, clean_world.scope(clean)) for rule in DAILY}

    assert {rule: rows[:3] for rule, rows in found.items() if rows} == {}


def test_clean_day_is_judged_without_findings(clean):
    judged = judging.judged(clean_world.scope(clean))

    assert [(one.sent.reviews, one.sent.cases, one.findings) for one in judged] == [(130, 130, ())] * 2


@pytest.mark.parametrize(
    ("rule", "put_in"), [(r, f) for r, _, f in FAULTS], ids=[f"{r}-{n}" for r, n, _ in FAULTS]
)
def test_every_fault_is_found_and_nothing_else(clean, rule, put_in):
    known = put_in(clean)
    scope = clean_world.scope(clean)

    alone = judging.failing(rule, scope)
    together = [one for told in judging.judged(scope) for one in told.findings if one.rule == rule]

    assert known
    assert {(row.kind, row.id) for row in alone} == known
    # In one pass with all other rules it finds as many rows, and they are the same.
    assert sum(one.failing for one in together) == len(known)
    assert {sample for one in together for sample in one.samples} <= set(alone)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Review, {"level": 6}),
        (Review, {"assess_no": 3}),
        (Case, {"status": "9"}),
        (Review, {"channel": "fax"}),
    ],
)
def test_what_the_database_itself_forbids(clean, table, values):
    """DQ-12, 16, 19, 17: history cannot bring these in either."""
    with pytest.raises(IntegrityError), transaction.atomic():
        table.objects.update(**values)


def test_the_same_review_cannot_stand_twice(clean):
    """DQ-15: the unique key proves it, whatever sends it."""
    row = Review.objects.all()[0]
    row.pk, row.receipt_hash = uuid7(clean_world.EVENING), random_bytes(32)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
