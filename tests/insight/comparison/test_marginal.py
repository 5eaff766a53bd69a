"""Marginal standardisation against SciPy's optimiser and against worlds whose truth is known."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy import optimize, special

from haochaping.insight.comparison.marginal import _LOOSE, _climbed, _Effects, _Row, marginal
from tests.insight.comparison.test_standard import HALLS

type Counts = dict[tuple[int | str, tuple[str, ...]], tuple[int, int]]
CHANNELS = {"window": 0.0, "phone": 1.2, "app": -0.5}
GROUPS = {"title": 0.3, "permit": -0.4, "benefit": 0.0}


def world(seed: int, units: int, deviation: float) -> Counts:
    """Halls that each ask through other channels, in 100 reviews of a cell or so."""
    dice = random.Random(seed)
    counts: Counts = {}
    for unit in range(units):
        own = dice.gauss(-4, deviation)
        for channel, by_channel in CHANNELS.items():
            busy = dice.lognormvariate(4, 1)
            for group, by_group in GROUPS.items():
                n = int(busy * dice.uniform(0.5, 2))
                rate = float(special.expit(own + by_channel + by_group))
                counts[unit, (channel, group)] = (dice.binomialvariate(n, rate), n)
    return counts


def of_scipy(counts: Counts, deviation: float) -> dict[str, float]:
    """Odds by channel, relative to the window, of the same likelihood and penalty with the same deviation of units."""
    units = sorted({unit for unit, _ in counts}, key=str)
    channels, groups = list(CHANNELS), list(GROUPS)
    at = np.array([units.index(unit) for unit, _ in counts])
    by_channel = np.array([channels.index(levels[0]) for _, levels in counts])
    by_group = np.array([groups.index(levels[1]) for _, levels in counts])
    bad, n = (np.array(column) for column in zip(*counts.values(), strict=True))

    def loss(point):
        own, intercept, of_channel, of_group = np.split(point, np.cumsum([len(units), 1, 2]))
        logit = own[at] + intercept + np.append(0, of_channel)[by_channel] + np.append(0, of_group)[by_group]
        lost = n * np.logaddexp(0, logit) - bad * logit
        return (
            lost.sum()
            + (own**2).sum() / deviation**2 / 2
            + 0.005 * (of_channel**2).sum()
            + 0.005 * (of_group**2).sum()
        )

    found = optimize.minimize(loss, np.zeros(len(units) + 5), method="BFGS", options={"gtol": 1e-4})
    return {"window": 1.0} | dict(zip(channels[1:], np.exp(found.x[len(units) + 1 :][:2]), strict=True))


def test_the_effects_are_those_that_scipy_finds():
    counts = world(1, 25, 0.6)
    found = marginal(counts)
    assert found is not None

    expected = of_scipy(counts, found.deviation)

    odds = {level: of / found.odds[0]["window"] for level, of in found.odds[0].items()}
    assert odds == pytest.approx(expected, rel=0.01)


def test_what_was_put_in_is_found_again():
    found = marginal(world(2, 200, 0.5))
    assert found is not None

    assert found.deviation == pytest.approx(0.5, abs=0.07)
    odds = {level: of / found.odds[0]["window"] for level, of in found.odds[0].items()}
    assert odds == pytest.approx({level: math.exp(effect) for level, effect in CHANNELS.items()}, rel=0.1)


def test_equal_units_are_found_to_be_equal():
    found = marginal(world(3, 60, 0.0))
    assert found is not None

    assert found.deviation < 0.15
    assert max(found.rates.values()) / min(found.rates.values()) < 1.2


def test_a_deviation_that_creeps_towards_nothing_is_ended_near_it():
    found = marginal(world(20, 8, 0.0))

    assert found is not None
    assert found.deviation < 0.1


def test_equal_halls_with_other_channels_have_one_rate():
    """trust.md §5.2.7: crude rates of 0.61 % and 3.34 %."""
    found = marginal({(hall, (channel,)): of for (hall, channel), of in HALLS.items()})

    assert found is not None
    assert found.rates == pytest.approx({"east": 0.01975, "west": 0.01975}, rel=1e-3)


def test_without_factors_large_units_keep_their_rates():
    counts: Counts = {(unit, ()): (bad, 1_000_000) for unit, bad in enumerate([5_000, 10_000, 20_000])}

    found = marginal(counts)

    assert found is not None
    assert list(found.rates.values()) == pytest.approx([0.005, 0.01, 0.02], rel=1e-3)
    assert found.odds == ()


def test_a_small_unit_leans_on_the_others():
    found = marginal(world(4, 60, 0.4) | {("new", ("window", "permit")): (2, 12)})

    assert found is not None
    others = sorted(rate for unit, rate in found.rates.items() if unit != "new")
    assert others[30] < found.rates["new"] < others[-1] < 2 / 12


def test_a_channel_without_a_bad_review_ends_somewhere():
    counts: Counts = {}
    for unit in range(20):
        counts[unit, ("window",)], counts[unit, ("post",)] = (5, 500), (0, 300)

    found = marginal(counts)

    assert found is not None
    assert 1e-6 < found.odds[0]["post"] < 0.1


def test_a_channel_where_nearly_everything_is_bad_is_reached_without_leaping_over_it():
    counts: Counts = {}
    for unit in range(20):
        counts[unit, ("window",)], counts[unit, ("fax",)] = (1, 900), (45, 50)

    found = marginal(counts)

    assert found is not None
    assert found.odds[0]["fax"] == pytest.approx(9 * 899, rel=0.05)


def test_units_without_reviews_are_left_out():
    found = marginal({(1, ("a",)): (3, 90), (2, ("a",)): (1, 80), (3, ("a",)): (0, 0), (1, ("b",)): (0, 0)})

    assert found is not None
    assert set(found.rates) == {1, 2}
    assert found.odds == ({"a": 1.0},)


def test_how_uncertain_a_unit_is_comes_from_all_that_is_not_known():
    """Its variance in the inverse of the whole matrix of second derivatives, units and columns together."""
    rows = [_Row(0, (0,), 3, 90), _Row(0, (0, 1), 9, 70), _Row(1, (0,), 1, 40), _Row(2, (0, 1), 5, 30)]
    variance, start = 0.3, _Effects([0.0] * 3, [-2.0, 0.0], [])

    effects = _climbed(rows, start, variance)

    curved = np.diag([1 / variance] * 3 + [0.0, _LOOSE])
    for row in rows:
        parts = np.zeros(5)
        parts[[row.unit, *(3 + column for column in row.columns)]] = 1
        share = special.expit(parts @ np.array(effects.own + effects.common))
        curved += row.n * share * (1 - share) * np.outer(parts, parts)
    assert effects.uncertain == pytest.approx(list(np.diag(np.linalg.inv(curved))[:3]), rel=1e-4)


def test_the_order_of_rows_changes_nothing():
    counts = world(5, 10, 0.5)
    rows = list(counts.items())
    random.Random(1).shuffle(rows)

    assert marginal(dict(rows)) == marginal(counts)


@pytest.mark.parametrize("counts", [{}, {(1, ("a",)): (0, 0)}, {(1, ("a",)): (0, 9)}, {(1, ("a",)): (9, 9)}])
def test_where_nothing_or_everything_is_bad_there_are_no_odds(counts):
    assert marginal(counts) is None
