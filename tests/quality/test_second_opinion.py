"""两种判法: our SQL and Pandera name the same rows, on a clean day and on days with every fault put in."""

from __future__ import annotations

from collections import Counter

import pytest

from haochaping.exchange.quality import judging
from tests.quality import clean as clean_world
from tests.quality import second_opinion
from tests.quality.mutations import FAULTS

pytestmark = pytest.mark.django_db
# Faults that change what later ones would send: they come last.
_LAST = {"item_all_zeros", "item_too_short", "item_no_longer_in_force", "handling_item_of_another_item"}


def _rounds() -> list[list[tuple[str, object]]]:
    """The first fault of each rule, the second of each, and so on: few days, every fault."""
    seen: Counter[str] = Counter()
    found: dict[int, list[tuple[str, object]]] = {}
    for rule, name, put_in in FAULTS:
        if rule in second_opinion.RULES:
            found.setdefault(seen[rule], []).append((name, put_in))
            seen[rule] += 1
    return [sorted(round_, key=lambda one: one[0] in _LAST) for round_ in found.values()]


def _ours(clean) -> second_opinion.Failing:
    """As the statements say; of the shares that some of these rules look at as well Pandera says nothing."""
    return {
        rule: {
            (row.kind, row.id)
            for row in judging.failing(rule, clean_world.scope(clean))
            if row.kind not in {"source", "missing"} and row.field != "case.service"
        }
        for rule in second_opinion.RULES
    }


def test_of_a_clean_day_both_say_nothing():
    clean = clean_world.build()

    assert {rule for rule, rows in second_opinion.failing().items() if rows} == set()
    assert {rule for rule, rows in _ours(clean).items() if rows} == set()


@pytest.mark.parametrize("faults", _rounds(), ids=lambda faults: f"{len(faults)}-faults")
def test_both_name_the_same_rows(faults):
    clean = clean_world.build()
    for _, put_in in faults:
        put_in(clean)

    ours, theirs = _ours(clean), second_opinion.failing()

    assert ours == theirs
    assert any(ours.values())


def test_every_rule_about_single_rows_has_a_second_opinion():
    """The others look at shares, at sequences, or at what was seen of a person before they were sealed."""
    shares = {
        "DQ-01",
        "DQ-07",
        "DQ-08",
        "DQ-15",
        "DQ-19",
        "DQ-21",
        "DQ-22",
        "DQ-23",
        "DQ-25",
        "DQ-26",
        "DQ-37",
        "DQ-38",
    }

    assert {rule for rule, _, _ in FAULTS} - second_opinion.RULES == shares
