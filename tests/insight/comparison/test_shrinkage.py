"""Shrunk rates against textbooks and SciPy; what they may never do."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from haochaping.insight.comparison.shrinkage import Posterior, Prior, by_moments, fitted
from haochaping.insight.comparison.simplex import lowest
from tests.insight.comparison.textbooks import RATS, RATS_ALPHA, RATS_BETA, RATS_DEVIATION, RATS_MEAN

COUNTS = st.lists(
    st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=20
)


def log_likelihood(alpha: float, beta: float, counts: list[tuple[int, int]]) -> float:
    return math.fsum(float(stats.betabinom.logpmf(bad, n, alpha, beta)) for bad, n in counts)


def test_the_rats_are_those_of_the_textbook():
    shares = [bad / n for bad, n in RATS]

    assert len(RATS) == 70
    assert stats.tmean(shares) == pytest.approx(RATS_MEAN, abs=5e-4)
    assert stats.tstd(shares) == pytest.approx(RATS_DEVIATION, abs=6e-4)


def test_the_prior_of_the_rats_is_the_published_one():
    prior = fitted(RATS)

    assert prior is not None
    assert (prior.alpha, prior.beta) == pytest.approx((RATS_ALPHA, RATS_BETA), rel=1e-4)


@pytest.mark.parametrize(("mean", "worth", "size"), [(0.01, 200, 6.5), (0.3, 5, 3), (0.5, 1, 2)])
def test_the_prior_is_the_one_that_scipy_finds(mean, worth, size):
    dice = random.Random(7)
    sizes = [1 + int(dice.lognormvariate(size, 1)) for _ in range(60)]
    truth = [dice.betavariate(mean * worth, (1 - mean) * worth) for _ in sizes]
    counts = [(dice.binomialvariate(n, rate), n) for n, rate in zip(sizes, truth, strict=True)]

    prior = fitted(counts)
    found = optimize.minimize(
        lambda point: -log_likelihood(math.exp(point[0]), math.exp(point[1]), counts),
        (math.log(mean * worth), math.log((1 - mean) * worth)),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10},
    )

    assert prior is not None
    assert prior.mean == pytest.approx(1 / (1 + math.exp(found.x[1] - found.x[0])), rel=2e-4)
    assert math.log(prior.alpha) == pytest.approx(found.x[0], abs=2e-3)
    assert log_likelihood(prior.alpha, prior.beta, counts) >= -found.fun - 1e-6


def test_moments_are_those_of_an_analysis_of_variance():
    groups = [[1] * bad + [0] * (n - bad) for bad, n in RATS]
    ratio = float(stats.f_oneway(*groups).statistic)
    n = sum(n for _, n in RATS)
    size = (n - sum(n * n for _, n in RATS) / n) / (len(RATS) - 1)

    prior = by_moments(RATS)

    alike = (ratio - 1) / (ratio - 1 + size)
    assert prior.worth == pytest.approx(1 / alike - 1)
    assert prior.mean == pytest.approx(sum(bad for bad, _ in RATS) / n)


@given(COUNTS)
def test_no_search_ends_less_likely_than_its_moments(counts):
    prior, bad, n = fitted(counts), sum(bad for bad, _ in counts), sum(n for _, n in counts)
    assert prior is not None
    assert 0.0099 < prior.worth <= n * 1.0000001

    if len(counts) > 1 and 0 < bad < n:
        start = by_moments(counts)
        assert (
            log_likelihood(prior.alpha, prior.beta, counts)
            >= log_likelihood(start.alpha, start.beta, counts) - 1e-6
        )


@pytest.mark.parametrize(
    ("counts", "mean", "worth"),
    [
        pytest.param([(3, 40)], 3.5 / 41, 40, id="one unit"),
        pytest.param([(0, 500), (0, 20), (0, 3000)], 0.5 / 3521, 3520, id="nothing bad"),
        pytest.param([(50, 50), (20, 20)], 70.5 / 71, 70, id="nothing good"),
        pytest.param([(0, 0), (3, 40)], 3.5 / 41, 40, id="one unit has no reviews"),
    ],
)
def test_where_no_spread_can_be_seen_the_prior_is_worth_all_reviews(counts, mean, worth):
    prior = fitted(counts)

    assert prior is not None
    assert (prior.mean, prior.worth) == pytest.approx((mean, worth))


def test_units_more_alike_than_chance_would_have_them_share_one_rate():
    prior = fitted([(10, 1000)] * 50)

    assert prior is not None
    assert (prior.mean, prior.worth) == pytest.approx((0.01, 50_000), rel=1e-3)
    assert prior.posterior(10, 1000).above(0.01) == pytest.approx(0.5, abs=0.02)


def test_units_of_nothing_but_good_or_bad_keep_their_own_rates():
    prior = fitted([(0, 100), (100, 100)])

    assert prior is not None
    assert prior.worth < 0.1
    assert prior.posterior(0, 100).mean < 0.001


@pytest.mark.parametrize("counts", [[], [(0, 0)]])
def test_nothing_reviewed_teaches_nothing(counts):
    assert fitted(counts) is None


@given(COUNTS)
def test_a_shrunk_rate_lies_between_the_raw_one_and_the_mean(counts):
    prior = fitted(counts)
    assert prior is not None

    for bad, n in counts:
        low, high = sorted((bad / n, prior.mean))
        assert low - 1e-12 <= prior.posterior(bad, n).mean <= high + 1e-12


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_units_changes_nothing(counts, dice):
    shuffled = list(counts)
    dice.shuffle(shuffled)

    assert fitted(shuffled) == fitted(counts)


def test_the_more_reviews_the_less_a_rate_shrinks():
    prior = Prior(2, 198)
    far = [prior.posterior(n // 20, n).mean for n in (100, 1_000, 10_000, 100_000)]

    assert far == sorted(far)
    assert far[0] < 0.025
    assert far[-1] == pytest.approx(0.05, rel=0.01)


@given(st.integers(0, 5_000), st.integers(0, 50_000), st.floats(0.0001, 0.9999))
def test_what_is_known_of_a_rate_is_the_beta_distribution_of_scipy(bad, good, limit):
    posterior = Prior(0.8, 150).posterior(bad, bad + good)
    low, high = posterior.interval

    of_scipy = stats.beta(0.8 + bad, 150 + good)
    assert posterior.above(limit) == pytest.approx(float(of_scipy.sf(limit)), abs=1e-9)
    assert (low, high) == pytest.approx((of_scipy.ppf(0.025), of_scipy.ppf(0.975)), rel=1e-7, abs=1e-12)
    assert low < posterior.mean < high


@pytest.mark.parametrize(
    "known", [Posterior(100.005, 0.005), Posterior(0.005, 100.005), Posterior(1e-9, 5), Posterior(5, 1e-9)]
)
def test_a_rate_of_nearly_nothing_or_all_has_an_interval(known):
    low, high = known.interval

    assert 0 <= low <= high <= 1
    assert (low, high) == pytest.approx(stats.beta.ppf([0.025, 0.975], known.alpha, known.beta), abs=1e-9)


def test_the_simplex_finds_the_valley_of_rosenbrock():
    """The function that Nelder and Mead tried first; the lowest point is (1, 1)."""
    looks = []

    def valley(at: tuple[float, ...]) -> float:
        looks.append(at)
        return 100 * (at[1] - at[0] ** 2) ** 2 + (1 - at[0]) ** 2

    assert lowest(valley, (-1.2, 1.0)) == pytest.approx((1, 1), abs=1e-4)
    assert len(looks) < 400


def test_the_simplex_grows_where_the_way_is_long():
    assert lowest(lambda at: abs(at[0] - 1e6) + abs(at[1]), (0.0, 0.0))[0] == pytest.approx(1e6, rel=1e-3)


def test_the_simplex_shrinks_where_every_other_way_leads_up():
    looks = []

    def thorn(at: tuple[float, ...]) -> float:
        looks.append(at)
        return math.sqrt(abs(at[0])) + math.sqrt(abs(at[1]))

    assert lowest(thorn, (0.0, 0.0)) == (0, 0)
    assert len(looks) < 1_000


def test_a_search_without_an_end_is_ended():
    assert lowest(lambda at: -at[0], (0.0, 0.0))[0] > 1e9


def test_the_simplex_stays_where_nothing_is_lower():
    assert lowest(lambda _: 0.0, (3.0, 4.0)) == (3.0, 4.0)
