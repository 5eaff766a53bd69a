"""Counts and shares as people read them."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.kernel.ratios import MINIMUM_N

if TYPE_CHECKING:
    from haochaping.kernel.ratios import Mean, Ratio

_MOST_DECIMALS = 12
_TENTHS = 1000


def count(number: int) -> str:
    """Set a whole number with separators: `12,345`."""
    return f"{number:,}"


def percent(ratio: Ratio) -> str:
    """Set a ratio as a percentage with one decimal, or say that there are too few observations.

    99.96 % is never rounded up to 100 %, nor 0.04 % down to 0: decimals are added until the difference shows.
    """
    value = ratio.value
    if value is None:
        return gettext("Not enough data")
    return share(value)


def share(value: float) -> str:
    """Set a share that is no ratio of two counts, as a rate that leans on others, in the same way."""
    if value in {0.0, 1.0}:
        return f"{value * 100:.1f}%"
    for decimals in range(1, _MOST_DECIMALS):
        shown = f"{value * 100:.{decimals}f}"
        if float(shown) not in {0.0, 100.0}:
            break
    return f"{shown}%"


def between(interval: tuple[float, float] | None) -> str:
    """Set the ends of an interval of a share, never rounded to where it does not reach; "" for none."""
    if interval is None:
        return ""
    low, high = interval
    return f"{floor(low * _TENTHS) / 10:.1f}–{ceil(high * _TENTHS) / 10:.1f}%"


def average(mean: Mean) -> str:
    """Set an average with two decimals and its interval, or say that there are too few observations."""
    if mean.value is None:
        return gettext("Not enough data")
    if mean.interval is None:
        return f"{mean.value:.2f}"
    low, high = mean.interval
    return f"{mean.value:.2f} ({floor(low * 100) / 100:.2f}–{ceil(high * 100) / 100:.2f})"


def too_few() -> str:
    """Say why a rate is withheld."""
    return gettext("Fewer than {minimum}: the counts are shown, the rate is not.").format(minimum=MINIMUM_N)
