"""Bounds, weights and call-backs: worked examples, and what they may never do."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from haochaping.insight.comparison.response import Cell, corrected, participation_bounds, weighted
from tests.insight.comparison.textbooks import SILENT

CELLS = st.lists(
    st.integers(0, 300).flatmap(
        lambda n: st.builds(Cell, st.integers(n, 5_000), st.just(n), st.integers(0, n))
    ),
    max_size=12,
)


@pytest.mark.parametrize(("participation", "low", "high"), SILENT)
def test_the_bounds_of_four_provinces(participation, low, high):
    n = round(participation * 1_000_000)

    assert participation_bounds(round(n * 0.995), n, 1_000_000) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 5_000))
def test_bounds_hold_the_raw_share_and_meet_when_everybody_spoke(k, rest, silent):
    n = k + rest
    bounds = participation_bounds(k, n, n + silent)
    assert bounds is not None or n + silent == 0

    if bounds and n:
        assert 0 <= bounds[0] <= k / n <= bounds[1] <= 1
        assert (bounds[0] == bounds[1]) == (silent == 0)


@pytest.mark.parametrize(("n", "cases"), [(5, 4), (0, 0)])
def test_fewer_cases_than_reviews_have_no_bounds(n, cases):
    assert participation_bounds(0, n, cases) is None


def test_weights_let_each_group_stand_for_its_cases():
    """Half the cases are by phone and a tenth of the reviews: weights 0.5/0.9 and 0.5/0.1, so p = (9/90 + 1/10 · …)/2."""
    found = weighted([Cell(1_000, 90, 9), Cell(1_000, 10, 5)])

    assert found is not None
    assert found.rate == pytest.approx((0.1 + 0.5) / 2)
    assert found.effective_n == pytest.approx(100**2 / (90 * (5 / 9) ** 2 + 10 * 5**2))
    assert found.unheard == 0


def test_no_weight_goes_beyond_a_fifth_and_five():
    found = weighted([Cell(10, 90, 9), Cell(10_000, 10, 5)])

    assert found is not None
    assert found.rate == pytest.approx((0.2 * 9 + 5 * 5) / (0.2 * 90 + 5 * 10))


@given(CELLS)
def test_a_weighted_share_lies_among_those_of_its_groups(cells):
    found = weighted(cells)
    shares = [cell.k / cell.n for cell in cells if cell.n]
    assert (found is None) == (not shares)

    if found:
        assert min(shares) - 1e-9 <= found.rate <= max(shares) + 1e-9
        assert 0 < found.effective_n <= sum(cell.n for cell in cells) + 1e-6
        assert 0 <= found.unheard <= 1


@given(CELLS, st.integers(2, 9), st.randoms(use_true_random=False))
def test_neither_scale_nor_order_change_a_weighted_share(cells, times, dice):
    found = weighted(cells)
    more = [Cell(cell.cases * times, cell.n * times, cell.k * times) for cell in cells]
    dice.shuffle(more)
    again = weighted(more)

    if found:
        assert again is not None
        assert (again.rate, again.effective_n, again.unheard) == pytest.approx(
            (found.rate, found.effective_n * times, found.unheard)
        )


def test_when_all_groups_answer_alike_nothing_is_weighted():
    found = weighted([Cell(1_000, 100, 7), Cell(5_000, 500, 60)])

    assert found is not None
    assert (found.rate, found.effective_n) == pytest.approx((67 / 600, 600))


def test_groups_without_a_review_are_named():
    found = weighted([Cell(900, 100, 7), Cell(100, 0, 0)])

    assert found is not None
    assert (found.rate, found.unheard) == pytest.approx((0.07, 0.1))


# trust.md §5.1: 5 % are dissatisfied and answer at 1 %, the satisfied at 8 %; the page shows 0.65 %, the calls put it right.
def test_calls_to_the_silent_put_the_rate_right():
    cases, bad, n = 1_000_000, 500, 76_500
    assert bad / n == pytest.approx(0.0065, abs=5e-5)
    silent_bad = (50_000 - bad) / (cases - n)

    found = corrected((bad, n), (round(400 * silent_bad), 400), cases)

    assert found is not None
    assert found.rate == pytest.approx(0.05, abs=0.002)
    q, r = round(400 * silent_bad) / 400, n / cases
    deviation = math.sqrt(r**2 * (bad / n) * (1 - bad / n) / n + (1 - r) ** 2 * q * (1 - q) / 400)
    assert found.interval == pytest.approx(stats.norm.interval(0.95, found.rate, deviation))


@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 400), st.integers(0, 5_000))
def test_a_corrected_rate_lies_in_the_bounds(k, rest, bad_calls, silent):
    n = k + rest
    found, bounds = corrected((k, n), (bad_calls, 400), n + silent), participation_bounds(k, n, n + silent)
    assert found is not None
    assert bounds is not None

    assert bounds[0] - 1e-12 <= found.rate <= bounds[1] + 1e-12
    assert 0 <= found.interval[0] <= found.rate <= found.interval[1] <= 1


@pytest.mark.parametrize(
    ("reviews", "calls", "cases"),
    [((1, 50), (20, 399), 900), ((0, 0), (20, 400), 900), ((1, 50), (20, 400), 49)],
)
def test_what_is_too_little_to_correct_with(reviews, calls, cases):
    assert corrected(reviews, calls, cases) is None
