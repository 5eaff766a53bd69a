"""Of units that are all equal, how often is one called the worst? At most in one province of twenty (issue 6)."""

from __future__ import annotations

import random

import pytest

from haochaping.insight.comparison.bands import bands
from haochaping.insight.comparison.shrinkage import fitted
from haochaping.insight.comparison.terms import Position

PROVINCES, UNITS = 20, 300


def counted(dice: random.Random, rates: list[float]) -> list[tuple[int, int]]:
    """Reviews of a year as halls have them: half of them fewer than 700, one in fifty more than 10,000."""
    sizes = [100 + int(dice.lognormvariate(6.4, 1.3)) for _ in rates]
    return [(dice.binomialvariate(n, rate), n) for n, rate in zip(sizes, rates, strict=True)]


def banded(counts: list[tuple[int, int]]) -> list[Position]:
    prior, average = fitted(counts), sum(bad for bad, _ in counts) / sum(n for _, n in counts)
    assert prior is not None
    return bands([prior.posterior(*one).above(average) for one in counts])


# Shenzhen's rate of 2024 (trust.md §5.1), and one that is sixty times higher.
@pytest.mark.parametrize("rate", [1.56e-4, 0.01])
def test_among_equals_nobody_is_the_worst(rate):
    dice = random.Random(f"equal {rate}")

    wrong = sum(Position.ABOVE in banded(counted(dice, [rate] * UNITS)) for _ in range(PROVINCES))

    assert wrong / PROVINCES <= 0.05


def test_raw_rates_always_name_somebody_and_mostly_somebody_small():
    """What the bands save us from: ten "worst" halls of equals, nearly all with fewer reviews than the middle one."""
    dice, small = random.Random("raw"), 0
    for _ in range(PROVINCES):
        counts = counted(dice, [0.01] * UNITS)
        middle = sorted(n for _, n in counts)[UNITS // 2]
        small += sum(n < middle for _, n in sorted(counts, key=lambda one: one[0] / one[1])[-10:])

    assert small / (10 * PROVINCES) > 0.9


def test_of_those_called_worse_nearly_all_are_and_many_are_found():
    """Bands that never spoke would pass the first test: where halls differ they have to."""
    dice, wrong, named = random.Random("unequal"), 0, 0
    for _ in range(5):
        rates = [dice.betavariate(2, 198) for _ in range(UNITS)]
        counts = counted(dice, rates)
        average = sum(bad for bad, _ in counts) / sum(n for _, n in counts)
        worse = [rate for rate, band in zip(rates, banded(counts), strict=True) if band is Position.ABOVE]
        named += len(worse)
        wrong += sum(rate <= average for rate in worse)

    assert named / 5 > 10
    assert wrong / named <= 0.05
