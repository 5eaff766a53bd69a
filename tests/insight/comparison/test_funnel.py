"""Funnel limits against SciPy, and what they may never do."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from haochaping.insight.comparison.funnel import ALARM, WARNING, chance_limits, funnel, outcomes, spread
from haochaping.insight.comparison.terms import Position

TARGETS = st.floats(1e-5, 0.99)


@pytest.mark.parametrize(
    ("n", "p"), [(1, 0.5), (50, 0.99), (2_000, 1.56e-4), (100_000, 0.3), (10_000_000, 0.01), (300, 1e-9)]
)
def test_outcomes_are_those_of_the_binomial_distribution(n, p):
    first, chances = outcomes(n, p)

    assert chances == pytest.approx(
        stats.binom.pmf(np.arange(first, first + len(chances)), n, p), rel=1e-7, abs=1e-15
    )
    assert math.fsum(chances) == pytest.approx(1, abs=1e-12)


@given(st.integers(1, 3_000), TARGETS, st.sampled_from([WARNING, ALARM]))
def test_a_count_is_beyond_a_limit_when_its_mid_p_is_smaller_than_the_tail(n, target, tail):
    [(low, high)] = chance_limits(n, target, tail)
    counts = np.unique(np.clip(np.array([low * n, high * n]).round()[:, None] + np.arange(-2, 3), 0, n))
    chance = stats.binom.pmf(counts, n, target)
    above = stats.binom.sf(counts, n, target) + chance / 2
    below = stats.binom.cdf(counts - 1, n, target) + chance / 2

    for count, more, fewer in zip(counts, above, below, strict=True):
        assert (count / n > high) == (more < tail) or more == pytest.approx(tail)
        assert (count / n < low) == (fewer < tail) or fewer == pytest.approx(tail)


# trust.md §5.1, Shenzhen 2024: 3,499 bad of 22.471 M; a window with 2,000 reviews expects 0.31, the 99.8 % limit is 4.
def test_the_window_of_shenzhen():
    target = 3_499 / 22_471_000
    assert 2_000 * target == pytest.approx(0.31, abs=0.005)

    sides = [funnel(bad, 2_000, target, 0).worth_a_look for bad in range(6)]

    assert sides == [Position.WITHIN] * 4 + [Position.ABOVE] * 2


@given(st.integers(1, 20_000), TARGETS, st.floats(0, 0.05), st.data())
def test_limits_hold_their_target_and_lie_one_in_another(n, target, tau2, data):
    bad = data.draw(st.integers(0, n))

    found = funnel(bad, n, target, tau2)

    nested = [0, found.wide[0], found.limits[0], found.warning[0], target]
    assert nested == sorted(nested)
    nested = [target, found.warning[1], found.limits[1], found.wide[1], 1]
    assert nested == sorted(nested)
    assert found.unlike in {Position.WITHIN, found.worth_a_look}


@given(TARGETS)
def test_a_funnel_narrows_with_more_reviews(target):
    widths = [high - low for [(low, high)] in (chance_limits(n, target, ALARM) for n in (10, 1_000, 100_000))]

    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_of_what_never_or_always_happens_nobody_differs(target):
    found = funnel(int(100 * target), 100, target, 0)

    assert found.limits == (target, target)
    assert (found.worth_a_look, found.unlike) == (Position.WITHIN, Position.WITHIN)


def test_spread_widens_the_limits_by_its_own_arcsine():
    found = funnel(400, 10_000, 0.02, 0.0009)

    reach = float(stats.norm.isf(ALARM)) * math.sqrt(1 / 40_000 + 0.0009)
    middle = math.asin(math.sqrt(0.02))
    assert found.wide == pytest.approx((math.sin(middle - reach) ** 2, math.sin(middle + reach) ** 2))
    assert (found.worth_a_look, found.unlike) == (Position.ABOVE, Position.WITHIN)


def test_the_spread_is_that_of_its_formula():
    dice = random.Random(3)
    units = [
        (dice.binomialvariate(n, rate), n, 0.01)
        for n, rate in zip(range(100, 4000, 13), np.linspace(0, 0.03, 300), strict=True)
    ]

    bad, n, _ = (np.array(column) for column in zip(*units, strict=True))
    z = 2 * np.sqrt(n) * (np.arcsin(np.sqrt(bad / n)) - np.arcsin(0.1))
    phi = (np.clip(z, *np.percentile(z, [10, 90])) ** 2).mean()
    w = 4 * n
    expected = (len(n) * phi - (len(n) - 1)) / (w.sum() - (w**2).sum() / w.sum())
    assert expected > 0
    assert spread(units) == pytest.approx(expected)


@given(
    st.lists(
        st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), TARGETS)),
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_a_spread_is_never_negative_and_knows_no_order(units, dice):
    shuffled = list(units)
    dice.shuffle(shuffled)

    assert spread(units) == pytest.approx(spread(shuffled))
    assert spread(units) >= 0


@pytest.mark.parametrize("units", [[], [(50, 100, 0.01)], [(1, 100, 0.01), (2, 200, 0.01)]])
def test_a_single_unit_or_equal_ones_have_no_spread(units):
    assert spread(units) == 0
