"""The beta distribution of the standard library against SciPy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from haochaping.insight.comparison.beta import cumulative, log_rising, quantile

SIZES = st.floats(-2, 7).map(lambda exponent: 10**exponent)
SHARES = st.floats(0.001, 0.999)


@given(st.floats(-3, 8).map(lambda exponent: 10**exponent), st.integers(0, 300))
def test_a_rising_product_is_the_sum_of_its_logarithms(a, b):
    assert log_rising(a, b) == pytest.approx(
        math.fsum(math.log(a + i) for i in range(b)), rel=1e-12, abs=1e-11
    )


@given(SIZES, SIZES, SHARES)
def test_the_function_is_that_of_scipy(a, b, p):
    x = float(stats.beta.ppf(p, a, b))

    assert cumulative(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), abs=2e-9)


@pytest.mark.parametrize(("x", "whole"), [(-0.5, 0), (0, 0), (1, 1), (1.5, 1)])
def test_nothing_lies_outside(x, whole):
    assert cumulative(x, 2, 3) == whole


@pytest.mark.parametrize(("x", "a", "b"), [(1e-6, 3, 2_000_000), (0.01, 100.5, 9_000), (0.5, 1e9, 1e9)])
def test_small_tails_keep_their_digits(x, a, b):
    assert cumulative(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), rel=1e-6)


@given(st.floats(-1, 6).map(lambda e: 10**e), st.floats(-1, 6).map(lambda e: 10**e), SHARES)
def test_quantiles_are_those_of_scipy(a, b, p):
    found = quantile(p, a, b)

    assert found == pytest.approx(float(stats.beta.ppf(p, a, b)), rel=1e-8, abs=1e-12)
    assert 0 <= found <= 1
