"""Everything together: what is said of units of every size."""

from __future__ import annotations

import random
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.insight.comparison import Compared, compared
from haochaping.insight.comparison.shrinkage import Posterior
from haochaping.insight.comparison.terms import Extent, Position, Unit
from haochaping.kernel.ratios import interval

COUNTED = ["id", "bad", "n", "extent"]
RATED = ["rate", "interval", "adjusted", "shrunk", "above", "bounds"]
PLACED = ["band", "places", "funnel"]
UNITS = st.lists(
    st.integers(0, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=8
).map(lambda counts: [Unit(i, bad, n, cases=2 * n) for i, (bad, n) in enumerate(counts)])


def province() -> list[Unit]:
    """A hundred halls that differ by chance alone, and the 7th with four times as many bad reviews."""
    dice = random.Random(4)
    sizes = [300 + dice.randrange(2_000) for _ in range(100)]
    halls = [Unit(i, dice.binomialvariate(n, 0.01), n) for i, n in enumerate(sizes)]
    return [*halls[:7], Unit(7, 80, 2_000), *halls[8:]]


@pytest.mark.parametrize(
    ("n", "extent", "filled"),
    [
        (0, Extent.NOTHING, []),
        (9, Extent.NOTHING, []),
        (10, Extent.COUNTS, []),
        (29, Extent.COUNTS, []),
        (30, Extent.RATE, RATED),
        (99, Extent.RATE, RATED),
        (100, Extent.POSITION, RATED + PLACED),
    ],
)
def test_what_is_said_of_how_few(n, extent, filled):
    one = compared([Unit("it", n // 10, n, cases=2 * n), Unit("other", 30, 3_000, cases=9_000)], "s").units[0]

    assert one.extent == extent
    assert [name for name in RATED + PLACED if getattr(one, name) is not None] == filled


def test_the_raw_rate_and_its_interval_come_first():
    assert [field.name for field in fields(Compared)][: len(COUNTED) + 2] == [*COUNTED, "rate", "interval"]
    one = compared([Unit(1, 7, 350), Unit(2, 3, 400)], "s").units[0]

    assert (one.rate, one.interval) == (0.02, interval(7, 350))
    assert one.adjusted == 0.02


def test_one_bad_hall_among_equals_is_found_and_no_other():
    units = compared(province(), "s").units

    assert [one.id for one in units if one.band is Position.ABOVE] == [7]
    assert [one.id for one in units if one.funnel and one.funnel.worth_a_look is Position.ABOVE] == [7]
    assert units[7].places is not None
    assert units[7].places.first > 90
    assert {one.band for one in units if one.id != 7} == {Position.WITHIN}


def test_a_wide_spread_makes_many_worth_a_look_and_few_unlike_the_others():
    """trust.md §5.2.8: on data of Beta(2, 198) chance limits flag 25 of 300, limits with τ² none."""
    dice, units = random.Random(8), []
    for i in range(300):
        n = 300 + dice.randrange(2_000)
        units.append(Unit(i, dice.binomialvariate(n, dice.betavariate(2, 198)), n))

    found = compared(units, "s")

    flagged = [one for one in found.units if one.funnel and one.funnel.worth_a_look is not Position.WITHIN]
    unlike = [one for one in flagged if one.funnel and one.funnel.unlike is not Position.WITHIN]
    assert found.tau2 > 0
    assert 25 <= len(flagged) <= 80
    assert len(unlike) <= 5


def test_small_units_teach_the_prior_and_are_not_placed():
    units = province()
    found = compared([*units, Unit("new", 9, 12)], "s")

    assert found.units[-1].band is None
    assert found.prior != compared(units, "s").prior
    assert {one.places.among for one in found.units if one.places} == {100}


@settings(max_examples=15)
@given(UNITS, st.randoms(use_true_random=False))
def test_the_order_of_units_changes_nothing(units, dice):
    found = {one.id: one for one in compared(units, "s").units}
    dice.shuffle(units)

    assert {one.id: one for one in compared(units, "s").units} == found


@settings(max_examples=25)
@given(UNITS)
def test_bands_agree_with_what_is_known(units):
    found = compared(units, "s")
    mean = found.prior.mean if found.prior else 0.0

    for one in found.units:
        if one.shrunk and one.rate is not None and one.bounds:
            assert min(one.rate, mean) - 1e-9 <= one.shrunk.mean <= max(one.rate, mean) + 1e-9
            assert one.bounds[0] <= one.rate <= one.bounds[1]
            assert one.above == one.shrunk.above(found.target)
            assert one.band is not Position.ABOVE or one.above >= 0.95
            assert one.band is not Position.BELOW or one.above <= 0.05


@pytest.mark.parametrize("bad", [0, 1])
def test_where_nothing_or_everything_is_bad_nobody_differs(bad):
    found = compared([Unit(i, bad * n, n) for i, n in enumerate([100, 5_000, 40])], "s")

    assert [one.band for one in found.units] == [Position.WITHIN, Position.WITHIN, None]
    assert {one.funnel.worth_a_look for one in found.units if one.funnel} == {Position.WITHIN}
    assert [one.too_good for one in found.units] == [False, bad == 0, False]


def test_a_unit_alone_is_like_itself():
    one = compared([Unit(1, 5, 400)], "s").units[0]

    assert (one.band, one.funnel and one.funnel.worth_a_look) == (Position.WITHIN, Position.WITHIN)
    assert one.shrunk is not None
    assert one.shrunk.mean == pytest.approx(0.0125, rel=0.1)


@pytest.mark.parametrize("units", [[], [Unit(1, 0, 0)]])
def test_nothing_reviewed_is_nothing_compared(units):
    found = compared(units, "s")

    assert (found.target, found.prior, found.tau2) == (0.0, None, 0.0)
    assert all(one.rate is None for one in found.units)


def test_expected_numbers_move_target_funnel_and_band():
    """Where 48 are expected for its mix, a rate of 4 % is nobody's fault."""
    raw = [Unit("phones", 48, 1_200), *(Unit(i, 10, 1_000) for i in range(30))]
    adjusted = [Unit(one.id, one.bad, one.n, expected=48.0 if one.id == "phones" else 10.0) for one in raw]

    crude, fair = compared(raw, "s"), compared(adjusted, "s")

    assert crude.units[0].band is Position.ABOVE
    assert crude.units[0].funnel is not None
    assert crude.units[0].funnel.worth_a_look is Position.ABOVE
    assert fair.units[0].band is Position.WITHIN
    assert fair.units[0].funnel is not None
    assert fair.units[0].funnel.target == pytest.approx(0.04)
    assert fair.units[0].funnel.worth_a_look is Position.WITHIN
    assert fair.units[0].rate == crude.units[0].rate == 0.04
    assert fair.units[0].adjusted == pytest.approx(fair.target)


def test_a_unit_of_which_nothing_bad_can_be_expected_has_no_adjusted_rate():
    found = compared([Unit(1, 0, 50, expected=0.0), Unit(2, 5, 500, expected=5.0)], "s")

    assert (found.units[0].rate, found.units[0].adjusted) == (0.0, None)
    assert found.prior is not None
    assert found.units[0].shrunk == Posterior(found.prior.alpha, found.prior.beta)


@pytest.mark.parametrize(("cases", "bounds"), [(None, None), (300, None), (800, (0.02, 0.52))])
def test_bounds_need_more_cases_than_reviews(cases, bounds):
    assert compared([Unit(1, 16, 400, cases=cases)], "s").units[0].bounds == bounds


@pytest.mark.parametrize(
    "units", [[Unit(1, 0, 5), Unit(1, 0, 6)], [Unit(1, 0, 5, expected=0.2), Unit(2, 0, 5)]]
)
def test_units_that_do_not_go_together(units):
    with pytest.raises(ValueError, match="units need"):
        compared(units, "s")


@pytest.mark.parametrize(("bad", "n", "number"), [(-1, 5, None), (6, 5, None), (1, 5, -0.1), (1, 5, 5.1)])
def test_impossible_counts(bad, n, number):
    with pytest.raises(ValueError, match="impossible"):
        Unit(1, bad, n, expected=number)
