"""The beta distribution with the standard library alone: its function, its quantiles, and its gamma functions.

Numerical Recipes §6.4 (continued fraction by Lentz), Abramowitz & Stegun 6.1.41 (Stirling's series). Parameters may be up
to 10^9; about nine digits are right there, twelve at sizes that occur.
"""

from __future__ import annotations

import math

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
# From here on four terms of Stirling's series leave less than 10^-12.
_LARGE = 12.0
_TINY, _NEAR = 1e-300, 1e-14


def log_rising(a: float, b: float) -> float:
    """Ln Γ(a + b) - ln Γ(a) without losing the difference of two large numbers; a > 0, b ≥ 0."""
    if a < _LARGE:
        return math.lgamma(a + b) - math.lgamma(a)
    return (a - 0.5) * math.log1p(b / a) + b * (math.log(a + b) - 1) + _rest(a + b) - _rest(a)


def _rest(a: float) -> float:
    """What Stirling's formula leaves of ln Γ(a)."""
    if a < _LARGE:
        return math.lgamma(a) - (a - 0.5) * math.log(a) + a - _HALF_LOG_2PI
    inverse = 1 / (a * a)
    return (1 / 12 - (1 / 360 - (1 / 1260 - inverse / 1680) * inverse) * inverse) / a


def log_density(x: float, a: float, b: float) -> float:
    """The logarithm of x^a (1 - x)^b / B(a, b) for 0 < x < 1: the density at x, times x (1 - x)."""
    whole = a + b
    return (
        a * math.log(x * whole / a)
        + b * math.log((1 - x) * whole / b)
        + 0.5 * math.log(a * b / whole)
        - _HALF_LOG_2PI
        + _rest(whole)
        - _rest(a)
        - _rest(b)
    )


def cumulative(x: float, a: float, b: float) -> float:
    """The probability that a share of the distribution Beta(a, b) is at most x."""
    if not 0 < x < 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - cumulative(1 - x, b, a)
    return math.exp(log_density(x, a, b)) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function; quick where x is below the mean."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or _TINY)
    product, m, change = d, 0, 0.0
    while abs(change - 1) > _NEAR:
        m += 1
        at = a + 2 * m
        even = m * (b - m) * x / ((at - 1) * at)
        odd = -(a + m) * (a + b + m) * x / (at * (at + 1))
        d, c = 1 / (1 + even * d or _TINY), 1 + even / c or _TINY
        product *= c * d
        d, c = 1 / (1 + odd * d or _TINY), 1 + odd / c or _TINY
        change = c * d
        product *= change
    return product


def quantile(p: float, a: float, b: float) -> float:
    """The share below which a part p of the distribution Beta(a, b) lies: Newton's steps, halving where they lead astray."""
    low, high, x = 0.0, 1.0, a / (a + b)
    # Halving alone would need fifty; Newton's steps end it after about six.
    for _ in range(60):
        excess = cumulative(x, a, b) - p
        low, high = (low, x) if excess > 0 else (x, high)
        slope = math.exp(log_density(x, a, b)) / (x * (1 - x))
        step = x - excess / slope if slope else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - x) <= _NEAR * x:
            break
        x = following
    return x
