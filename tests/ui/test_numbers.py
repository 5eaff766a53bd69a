import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.ratios import Ratio
from haochaping.ui import numbers


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (529, 552, "95.8%"),
        (30, 30, "100.0%"),
        (0, 30, "0.0%"),
        (9_996, 10_000, "99.96%"),
        (999_999, 1_000_000, "99.9999%"),
        (4, 10_000, "0.04%"),
        (29, 29, "数据不足"),
        (0, 0, "数据不足"),
    ],
)
def test_percent(numerator, denominator, shown):
    assert numbers.percent(Ratio(numerator, denominator)) == shown


@given(st.integers(30, 9_999), st.data())
def test_only_all_is_a_hundred_and_only_none_is_zero(denominator, data):
    numerator = data.draw(st.integers(0, denominator))

    shown = float(numbers.percent(Ratio(numerator, denominator)).rstrip("%"))

    assert (shown == 100) == (numerator == denominator)
    assert (shown == 0) == (numerator == 0)
    assert abs(shown - 100 * numerator / denominator) <= 0.05 + 1e-9


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        ((0.25571, 0.36619), "25.5–36.7%"),
        ((0.0, 0.11571), "0.0–11.6%"),
        ((0.9, 1.0), "90.0–100.0%"),
        (None, ""),
    ],
)
def test_an_interval_is_never_shown_narrower_than_it_is(interval, shown):
    assert numbers.between(interval) == shown


def test_counts_have_separators():
    assert numbers.count(1234567) == "1,234,567"
