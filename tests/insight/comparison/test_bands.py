"""Bands and how much is shown: against Benjamini and Hochberg's own example, and by table."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from haochaping.insight.comparison.bands import (
    MINIMUM_COUNTS,
    MINIMUM_POSITION,
    TOO_MANY_GOOD,
    bands,
    extent,
    stepped_up,
    too_good,
)
from haochaping.insight.comparison.terms import EXTENT_LABELS, TOO_GOOD, Extent, Position
from haochaping.kernel.ratios import MINIMUM_N
from tests.insight.comparison.textbooks import DOUBTS

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_four_are_rejected_in_the_example_of_1995():
    assert [doubt <= 0.05 for doubt in stepped_up(DOUBTS)] == [True] * 4 + [False] * 11


@given(PROBABILITIES)
def test_stepping_up_is_that_of_scipy(doubts):
    assert stepped_up(doubts) == pytest.approx(list(stats.false_discovery_control(doubts)))


@given(PROBABILITIES)
def test_a_band_agrees_with_the_posterior_probability(above):
    for p, band in zip(above, bands(above), strict=True):
        assert band is not Position.ABOVE or p >= 0.95 - 1e-12
        assert band is not Position.BELOW or p <= 0.05 + 1e-12


@pytest.mark.parametrize(
    ("p", "band"),
    [(0.951, Position.ABOVE), (0.949, Position.WITHIN), (0.051, Position.WITHIN), (0.049, Position.BELOW)],
)
def test_a_unit_alone_is_banded_by_its_probability(p, band):
    assert bands([p]) == [band]


def test_of_many_one_in_twenty_is_no_finding():
    assert bands([0.96, *[0.5] * 19]) == [Position.WITHIN] * 20
    assert bands([0.998, *[0.5] * 19]) == [Position.ABOVE, *[Position.WITHIN] * 19]


@given(
    st.lists(st.floats(0, 1).map(lambda p: round(p, 6)), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
def test_the_order_of_units_changes_no_band(above, dice):
    order = list(range(len(above)))
    dice.shuffle(order)
    found = bands(above)

    assert bands([above[i] for i in order]) == [found[i] for i in order]


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (0, Extent.NOTHING),
        (9, Extent.NOTHING),
        (10, Extent.COUNTS),
        (29, Extent.COUNTS),
        (30, Extent.RATE),
        (99, Extent.RATE),
        (100, Extent.POSITION),
    ],
)
def test_how_much_is_shown_of_how_few(n, shown):
    assert extent(n) == shown


def test_the_words_say_the_numbers_that_hold():
    said = [re.findall(r"\d[\d,]*", label) for label in (*EXTENT_LABELS.values(), TOO_GOOD)]

    limits = [MINIMUM_COUNTS, MINIMUM_N, MINIMUM_POSITION, MINIMUM_POSITION, TOO_MANY_GOOD]
    assert said == [[f"{limit:,}"] for limit in limits]


@pytest.mark.parametrize(("bad", "n", "alert"), [(0, 999, False), (0, 1_000, True), (1, 1_000, False)])
def test_nothing_but_praise_is_an_alert(bad, n, alert):
    assert too_good(bad, n) == alert
