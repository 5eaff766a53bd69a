"""Monthly charts and cumulative sums against textbooks, SciPy and simulation."""

from __future__ import annotations

import math
import random
from datetime import date
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats

from haochaping.insight.comparison.cusum import QUIET_MONTHS, _walk, cusum, designed, run_lengths
from haochaping.insight.comparison.terms import Position
from haochaping.insight.comparison.trend import Month, comparable, p_chart
from tests.insight.comparison.textbooks import (
    CANS,
    CANS_ABOVE,
    CANS_EACH,
    CANS_LIMITS,
    CANS_MEAN,
    COUNTED_CUSUMS,
)


def months(bad: list[int], n: int, version: str = "2020") -> list[Month]:
    return [Month(date(2020 + i // 12, i % 12 + 1, 1), one, n, version) for i, one in enumerate(bad)]


def test_the_cans_of_the_textbook():
    assert sum(CANS) / CANS_EACH / len(CANS) == pytest.approx(CANS_MEAN, abs=5e-5)

    chart = p_chart(months(CANS, CANS_EACH))

    assert [i for i, one in enumerate(chart, 1) if one.position is Position.ABOVE] == CANS_ABOVE
    assert {one.position for one in chart} == {Position.ABOVE, Position.WITHIN}
    # Exact limits at 0.1 % on each side lie near to those of three deviations, and further up: bad ones are few.
    assert chart[0].limits == pytest.approx(CANS_LIMITS, abs=0.03)
    assert chart[0].limits[1] > CANS_LIMITS[1]


def test_a_new_instrument_begins_a_new_series():
    old, new = months([1, 2, 3], 100, "2020"), months([9, 9], 100, "2026")

    assert comparable([*old, *new]) == new
    assert [one.position for one in p_chart([*old, *new])] == [Position.WITHIN] * 2


def test_months_of_an_older_instrument_do_not_come_back():
    mixed = [*months([1], 9, "a"), *months([2], 9, "b"), *months([3], 9, "a")]

    assert comparable(mixed) == mixed[2:]


def test_months_without_reviews_are_left_out():
    assert [one.month.bad for one in p_chart([*months([1], 100), *months([0], 0), *months([2], 100)])] == [
        1,
        2,
    ]
    assert p_chart([]) == []
    assert p_chart(months([0], 0)) == []


@pytest.mark.parametrize("known", COUNTED_CUSUMS)
def test_run_lengths_are_those_of_lucas(known):
    moves = {x - known.reference: float(stats.poisson.pmf(x, known.mean)) for x in range(60)}

    assert next(islice(run_lengths(moves), known.threshold - 1, None)) == pytest.approx(
        known.run_length, abs=0.05
    )


@given(
    st.dictionaries(st.integers(-4, 9), st.floats(0.05, 1), min_size=2, max_size=8).filter(
        lambda moves: max(moves) > 0
    )
)
def test_run_lengths_solve_the_chain(weights):
    whole = sum(weights.values())
    moves = {move: weight / whole for move, weight in weights.items()}

    for threshold, length in zip(range(1, 12), run_lengths(moves), strict=False):
        stays = np.zeros((threshold, threshold))
        for at in range(threshold):
            for move, chance in moves.items():
                if at + move < threshold:
                    stays[at, max(0, at + move)] += chance
        assert length == pytest.approx(
            linalg.solve(np.eye(threshold) - stays, np.ones(threshold))[0], rel=1e-6
        )


@pytest.mark.parametrize(("n", "rate"), [(2_000, 1.56e-4), (300, 0.01), (1_000, 0.05), (40_000, 0.02)])
def test_a_threshold_is_the_least_that_is_quiet_long_enough(n, rate):
    design = designed(n, rate)

    assert design.false_alarm_months >= QUIET_MONTHS
    # A step less would be too loud, and no threshold needs more than the likelihood ratio's own bound (Lorden 1971).
    assert design.false_alarm_months < 3 * QUIET_MONTHS
    assert design.threshold <= math.log(2 * QUIET_MONTHS) / math.log(design.ratio)


def test_the_stated_false_alarms_are_those_that_come():
    dice, rate, n = random.Random(5), 0.01, 300
    design = designed(n, rate)
    unchanged = [(dice.binomialvariate(n, rate), n) for _ in range(100_000)]

    alarms = sum(step.alarm for step in cusum(unchanged, rate).steps)

    expected = len(unchanged) / design.false_alarm_months
    assert alarms == pytest.approx(expected, abs=3 * math.sqrt(expected))


@pytest.mark.parametrize(("n", "rate", "times", "within"), [(300, 0.01, 2, 12), (20_000, 0.005, 1.2, 12)])
def test_what_goes_on_quietly_is_found(n, rate, times, within):
    dice = random.Random(2)
    waits = []
    for _ in range(40):
        worse = [(dice.binomialvariate(n, rate * times), n) for _ in range(60)]
        chart = cusum(worse, rate).steps
        waits.append(next(i for i, step in zip(count(1), chart, strict=False) if step.alarm))

    assert sum(waits) / len(waits) <= within


def test_after_an_alarm_the_sum_begins_anew():
    chart = cusum([(30, 300), (3, 300), (3, 300)], 0.01)

    assert [step.alarm for step in chart.steps] == [True, False, False]
    assert chart.steps[0].total == pytest.approx(
        30 - 300 * math.log1p(0.01 * 0.577) / math.log(1.577), abs=0.2
    )
    assert chart.steps[1].total == 0


def test_who_reaches_the_threshold_raises_the_alarm():
    design = designed(50, 0.0001)
    assert (design.step, design.threshold) == (0.25, 1.0)

    # Three quarters, and one more: of so many reviews three quarters of a bad one are taken off.
    steps = list(_walk([(1, 50), (1, 5_200)], 0.0001, design))

    assert [(step.total, step.alarm) for step in steps] == [(0.75, False), (1.0, True)]


def test_a_month_of_praise_takes_the_sum_down_and_a_month_of_nothing_leaves_it():
    totals = [step.total for step in cusum([(1, 20), (0, 0), (0, 20), (0, 60)], 0.0001).steps]

    assert totals == [0.75, 0.75, 0.5, 0.25]


@pytest.mark.parametrize(("of", "rate"), [([], 0.01), ([(0, 0)], 0.01), ([(3, 300)], 0.0), ([(3, 300)], 1.0)])
def test_of_what_nothing_can_be_expected_there_is_no_chart(of, rate):
    assert cusum(of, rate).design is None
