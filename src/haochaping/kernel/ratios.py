"""Ratios that never lose their two numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

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

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between what the share may well lie at 95 %; withheld together with the share."""
        return interval(self.numerator, self.denominator) if self.denominator >= MINIMUM_N else None


Z = NormalDist().inv_cdf(0.975)
# Where either side counts at most so many, the exact interval stands (trust.md §5.2.2).
_FEW = 5
_TAIL, _ONE_SIDED = 0.025, 0.05


def wilson(k: int, n: int) -> tuple[float, float]:
    """The Wilson interval (95 %) of a share; everything when nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = k / n, Z * Z
    middle = p + z2 / (2 * n)
    spread = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + z2 / n)), min(1.0, (middle + spread) / (1 + z2 / n))


def clopper_pearson(k: int, n: int) -> tuple[float, float]:
    """The exact interval (95 %) of a share."""
    return 1 - upper(n - k, n, _TAIL), upper(k, n, _TAIL)


# A page sets some dozens, and the exact one takes a tenth of a millisecond.
@lru_cache(maxsize=8192)
def interval(k: int, n: int) -> tuple[float, float]:
    """The interval of a share: exact where either side counts five at most, else Wilson's."""
    return clopper_pearson(k, n) if min(k, n - k) <= _FEW else wilson(k, n)


def upper(k: int, n: int, tail: float = _ONE_SIDED) -> float:
    """The share at which k or fewer of n would come with the probability `tail`; for k = 0 one less the n-th root of it."""
    if k >= n:
        return 1.0
    low, high = k / n, 1.0
    ways = _log_ways(min(k, n - k - 1), n)
    # Fifty halvings leave less than a thousandth of a millionth of a millionth.
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(k, n, middle, ways) > tail else (low, middle)
    return (low + high) / 2


def _log_ways(most: int, n: int) -> list[float]:
    """In how many ways 0 to `most` of n can be chosen, as logarithms."""
    whole = math.lgamma(n + 1)
    return [whole - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in range(most + 1)]


def _at_most(k: int, n: int, p: float, ways: list[float]) -> float:
    """The probability of at most k of n, summed up over whichever side has fewer terms: `ways` are that side's."""
    if p in {0.0, 1.0}:
        return 1.0 - p
    if n - k - 1 < k:
        return 1.0 - _at_most(n - k - 1, n, 1.0 - p, ways)
    log_p, log_q = math.log(p), math.log1p(-p)
    return math.fsum(math.exp(way + i * log_p + (n - i) * log_q) for i, way in enumerate(ways))
