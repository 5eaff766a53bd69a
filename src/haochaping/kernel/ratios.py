"""Ratios that never lose their two numbers."""

from __future__ import annotations

from dataclasses import dataclass

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
