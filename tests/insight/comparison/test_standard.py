"""Indirect standardisation: the worked example of trust.md §5.2.7, and what may never change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.insight.comparison import compared
from haochaping.insight.comparison.standard import at_common_mix, expected
from haochaping.insight.comparison.terms import Unit

# Two halls that are equally good at the window and by phone, with crude rates of 0.61 % and 3.34 % as one mostly asks at the
# window and the other mostly by phone.
HALLS = {
    ("east", "window"): (3_870, 1_440_000),
    ("east", "phone"): (5_890, 160_000),
    ("west", "window"): (430, 160_000),
    ("west", "phone"): (53_010, 1_440_000),
}
COUNTS = st.dictionaries(
    st.tuples(st.integers(1, 5), st.sampled_from("abc")),
    st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


def units_of(counts) -> list[Unit]:
    numbers = expected(counts)
    return [
        Unit(
            unit,
            sum(bad for (of, _), (bad, _) in counts.items() if of == unit),
            sum(n for (of, _), (_, n) in counts.items() if of == unit),
            number,
        )
        for unit, number in numbers.items()
    ]


def test_equal_halls_with_other_channels_have_one_adjusted_rate():
    east, west = compared(units_of(HALLS), "s").units

    assert (east.rate, west.rate) == pytest.approx((0.0061, 0.0334))
    assert (east.adjusted, west.adjusted) == pytest.approx((0.01975, 0.01975))
    assert east.adjusted == pytest.approx(west.adjusted)


@given(COUNTS)
def test_expected_numbers_add_up_to_the_bad_reviews(counts):
    assert sum(expected(counts).values()) == pytest.approx(sum(bad for bad, _ in counts.values()))


@settings(max_examples=20)
@given(COUNTS)
def test_with_one_channel_nothing_is_adjusted(counts):
    one = {(unit, "all"): of for (unit, _), of in counts.items()}

    for unit in compared(units_of(one), "s").units:
        if unit.rate is not None and unit.adjusted is not None:
            assert unit.adjusted == pytest.approx(unit.rate)


@settings(max_examples=20)
@given(COUNTS, st.integers(2, 9))
def test_as_many_times_the_reviews_leave_the_adjusted_rates(counts, times):
    def adjusted(of: dict[tuple[int, str], tuple[int, int]]) -> dict[int | str, float | None]:
        return {one.id: one.adjusted for one in compared(units_of(of), "s").units if one.rate is not None}

    once = adjusted(counts)
    more = adjusted({cell: (bad * times, n * times) for cell, (bad, n) in counts.items()})

    assert {unit: more[unit] for unit in once} == pytest.approx(once, nan_ok=True)


def test_a_cell_without_reviews_expects_nothing():
    assert expected({(1, "window"): (2, 10), (2, "window"): (0, 0)}) == {1: 2.0, 2: 0.0}


@pytest.mark.parametrize(
    ("bad", "n", "number", "target", "size"),
    [(3, 500, 5.0, 0.02, 250), (3, 500, None, 0.02, 500), (0, 500, 0.0, 0.0, 500), (9, 10, 4.0, 0.8, 9)],
)
def test_how_many_reviews_at_the_common_mix_say_as_much(bad, n, number, target, size):
    assert at_common_mix(bad, n, number, target) == pytest.approx(size)
