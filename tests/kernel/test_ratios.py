"""Intervals of shares against values of textbooks (Newcombe 1998) and against each other."""

from __future__ import annotations

import math
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel import ratios


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_that_of_the_textbook(k, n, low, high):
    assert ratios.wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
        (29, 29, 0.8806, 1.0),
    ],
)
def test_clopper_pearson_is_that_of_the_textbook(k, n, low, high):
    assert ratios.clopper_pearson(k, n) == pytest.approx((low, high), abs=5e-5)


# trust.md §4.2
@pytest.mark.parametrize(("m", "bound"), [(30, 0.095), (60, 0.049), (100, 0.030), (300, 0.010)])
def test_no_denial_bounds_the_forged_share(m, bound):
    assert ratios.upper(0, m) == pytest.approx(1 - 0.05 ** (1 / m))
    assert ratios.upper(0, m) == pytest.approx(bound, abs=5e-4)


@pytest.mark.parametrize(
    ("k", "n", "exact"), [(5, 100, True), (6, 100, False), (95, 100, True), (94, 100, False)]
)
def test_few_on_either_side_take_the_exact_interval(k, n, exact):
    assert (ratios.interval(k, n) == ratios.clopper_pearson(k, n)) == exact


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_in_bounds(counts):
    k, n = counts

    for low, high in (ratios.wilson(k, n), ratios.clopper_pearson(k, n), ratios.interval(k, n)):
        assert 0 <= low <= k / n + 1e-9
        assert k / n - 1e-9 <= high <= 1
    assert ratios.upper(k, n) >= k / n


@given(st.integers(1, 500), st.integers(0, 499))
def test_one_denial_more_never_lowers_the_bound(n, k):
    k = min(k, n - 1)

    assert ratios.upper(k, n) <= ratios.upper(k + 1, n)


# Of many with few on the other side: the sum has few terms, and the mirror image says the same.
@pytest.mark.parametrize("few", [0, 1, 5])
def test_nearly_all_of_a_million_is_the_mirror_of_nearly_none(few):
    n = 1_000_000
    low, high = ratios.interval(few, n)

    assert ratios.interval(n - few, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)
    assert low <= few / n < high < 2e-5


@pytest.mark.parametrize(("n", "shown"), [(29, False), (30, True)])
def test_an_interval_is_withheld_together_with_its_share(n, shown):
    ratio = ratios.Ratio(10, n)

    assert (ratio.interval is not None) == (ratio.value is not None) == shown


def test_a_mean_and_its_interval_are_those_of_the_textbook():
    said = [5] * 20 + [4] * 10 + [1] * 10
    mean = ratios.Mean(sum(said), len(said), sum(n * n for n in said))

    half = 1.959964 * stdev(said) / math.sqrt(40)
    assert mean.value == pytest.approx(fmean(said))
    assert mean.interval == pytest.approx((fmean(said) - half, fmean(said) + half))


@pytest.mark.parametrize(
    ("mean", "value"), [(ratios.Mean(145, 29, 725), None), (ratios.Mean(150, 30, 750), 5)]
)
def test_of_few_there_is_no_mean_and_of_all_alike_no_interval(mean, value):
    assert (mean.value, mean.interval) == (value, None)


@given(st.lists(st.integers(0, 400), min_size=30, max_size=60))
def test_an_interval_holds_its_mean_and_nothing_below_nothing(said):
    mean = ratios.Mean(sum(said), len(said), sum(n * n for n in said))

    value = fmean(said)
    low, high = mean.interval or (value, value)
    assert 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high
