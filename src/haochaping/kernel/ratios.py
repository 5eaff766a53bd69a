"""Ratios that never lose their two numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

# Below this many observations a rate says nothing: counts stay, the rate is withheld (trust.md §0.6).
MINIMUM_N = 30


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with its numerator and denominator; `value` is None while the denominator is under `MINIMUM_N`."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The share between 0 and 1, or None when there are too few observations to say."""
        return self.numerator / self.denominator if self.denominator >= MINIMUM_N else None


_Z_95 = 1.959964


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The Wilson interval of a share at 95 %: what the true share may well be; everything when nothing was counted."""
    if denominator == 0:
        return 0.0, 1.0
    share, z2 = numerator / denominator, _Z_95 * _Z_95 / denominator
    middle = (share + z2 / 2) / (1 + z2)
    reach = _Z_95 * sqrt(share * (1 - share) / denominator + z2 / (4 * denominator)) / (1 + z2)
    return max(0.0, middle - reach), min(1.0, middle + reach)
