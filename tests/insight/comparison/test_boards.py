from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from haochaping.insight.comparison.boards import boards
from haochaping.insight.comparison.terms import Unit
from haochaping.kernel.ratios import Ratio, interval

COUNTS = st.lists(
    st.integers(0, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12
)


def units(counts: list[tuple[int, int]]) -> list[Unit]:
    return [Unit(id_, bad, n) for id_, (bad, n) in enumerate(counts)]


def test_a_unit_stands_out_when_its_interval_leaves_out_the_share_of_all():
    found = boards(units([(2, 400), (60, 400), (30, 500), (0, 99), (9, 9)]))

    assert found.whole == Ratio(101, 1_408)
    assert [unit.id for unit in found.below] == [0]
    assert [unit.id for unit in found.above] == [1]
    assert [unit.id for unit in found.within] == [2]
    assert [unit.id for unit in found.few] == [3, 4]
    assert found.held == 3


@pytest.mark.parametrize(
    "counts", [[], [(0, 0)], [(0, 500), (0, 900)], [(500, 500), (900, 900)], [(31, 500), (29, 500)]]
)
def test_where_all_are_alike_nobody_stands_out(counts):
    found = boards(units(counts))

    assert (found.above, found.below) == ((), ())


@given(COUNTS)
def test_each_unit_is_in_one_band_in_the_order_given(counts):
    given_units = units(counts)

    found = boards(given_units)

    bands = (found.above, found.within, found.below, found.few)
    assert sorted(unit.id for band in bands for unit in band) == [unit.id for unit in given_units]
    assert all(list(band) == sorted(band, key=lambda unit: unit.id) for band in bands)
    assert all(unit.n < 100 for unit in found.few)
    for unit in (*found.above, *found.within, *found.below):
        low, high = interval(unit.bad, unit.n)
        target = found.whole.numerator / found.whole.denominator
        assert (unit in found.above, unit in found.below) == (low > target, high < target)


@pytest.mark.parametrize("n", [100, 400, 2_000])
@pytest.mark.parametrize("rate", [0.02, 0.05, 0.2])
def test_of_twenty_that_are_all_alike_one_may_stand_out(n, rate):
    crowd = Unit("all", round(rate * 10**7), 10**7)

    outside = sum(
        binom.pmf(bad, n, rate)
        for bad in range(n + 1)
        if Unit("one", bad, n) not in boards([Unit("one", bad, n), crowd]).within
    )

    assert outside <= 0.065
