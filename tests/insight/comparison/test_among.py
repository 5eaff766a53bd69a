"""Where units lie: each in one part of the axis, on the right side of every end, and one of them here."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.insight.comparison.among import PARTS, by_band, spread
from haochaping.insight.comparison.bands import extent
from haochaping.insight.comparison.terms import AmongLike

COUNTS = st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def unit(pk: int, bad: int, n: int, band: str = "") -> AmongLike:
    return AmongLike(pk, bad, n, extent(n), band, "99.")


@given(st.lists(COUNTS, max_size=60))
def test_whoever_has_a_rate_lies_in_one_part_and_nobody_else_does(counts):
    units = [unit(pk, bad, n) for pk, (bad, n) in enumerate(counts)]
    told = [one for one in units if one.n >= 30]

    for asked in units or [unit(0, 0, 0)]:
        parts = spread(units, asked.unit_id)

        assert sum(part.units for part in parts) == len(told)
        assert len(parts) == (PARTS if told else 0)
        here = [part for part in parts if part.here]
        assert len(here) == (1 if asked.n >= 30 and told else 0)
        for part in here:
            rate = Fraction(asked.bad, asked.n)
            assert part.low <= rate
            assert rate < part.high or (part is parts[-1] and rate == part.high)


@pytest.mark.parametrize(
    ("bad", "n", "low", "high"),
    [
        (0, 30, "0", "1/10000"),
        (1, 1000, "9/10000", "1/1000"),
        (3, 100, "3/100", "7/200"),
        (30, 30, "9/10", "1"),
        (1, 3000, "3/10000", "2/5000"),
    ],
)
def test_ends_are_round_and_exact(bad, n, low, high):
    (here,) = [part for part in spread([unit(1, bad, n)], 1) if part.here]

    assert (here.low, here.high) == (Fraction(low), Fraction(high))


def test_the_axis_begins_at_nought_and_ends_above_the_highest():
    parts = spread([unit(1, 0, 100), unit(2, 21, 100)], 1)

    assert parts[0].low == 0
    assert parts[-1].high == Fraction(1, 2)
    assert [part.units for part in parts] == [1, 0, 0, 0, 1, 0, 0, 0, 0, 0]


def test_a_stranger_lies_nowhere():
    assert not any(part.here for part in spread([unit(1, 1, 50)], 2))


def test_bands_are_counted_and_who_is_in_none():
    found = by_band(
        [unit(1, 1, 200, "above"), unit(2, 1, 200, "within"), unit(3, 1, 200, "within"), unit(4, 0, 9)]
    )

    assert dict(found) == {"above": 1, "within": 2, "": 1}
