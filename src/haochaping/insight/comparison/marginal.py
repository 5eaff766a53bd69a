"""边际标准化: every unit's rate at everybody's mix, from one model of units, channels, item groups, … (trust.md §5.2.6).

logit P(bad) = α_unit + Σ β_factor[level], with α_unit normal around a common intercept (random intercepts: small units lean on
all). Effects are the highest of the likelihood with that penalty, found by Newton's steps; the variance of the α is its
fixed point Σα² / Σ(1 - v/σ²) with v each one's own uncertainty (Schall, Biometrika 1991;78:719). The rate of a unit is the
mean of its modelled rates over everybody's cells (Lane & Nelder, Biometrics 1982;38:613), so that two units can be compared
with each other, which O/E does not promise. Unlike O/E it trusts that a channel works alike on the odds of all units.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.insight.comparison.terms import UnitId

    type Levels = tuple[str, ...]
    type Vector = list[float]

# A level of which no review is bad has no odds; so wide a prior, as a precision of its logarithm, lets it end somewhere.
_LOOSE = 0.01
# Units that differ by less than three hundredths of their odds do not differ.
_LEAST_VARIANCE, _FIRST_VARIANCE = 0.001, 0.1
_ROUNDS, _NEAR = 100, 1e-9


@dataclass(frozen=True, slots=True)
class Marginal:
    """Rates of units at everybody's mix; odds of a bad review by level of each factor, 1 at the most frequent one.

    `deviation` is that of units among each other, on the logarithm of their odds.
    """

    rates: Mapping[UnitId, float]
    odds: tuple[Mapping[str, float], ...]
    deviation: float


class _Row(NamedTuple):
    """Reviews of a unit that are alike in all factors; the columns that are one for them, the first for everybody."""

    unit: int
    columns: tuple[int, ...]
    bad: int
    n: int


class _Effects(NamedTuple):
    """Of units and of columns, on the logit; and how uncertain each unit's is, as a variance."""

    own: Vector
    common: Vector
    uncertain: Vector


def marginal(counts: Mapping[tuple[UnitId, Levels], tuple[int, int]]) -> Marginal | None:
    """Standardise units, from (bad, n) by unit and levels of every factor; None where nothing or everything is bad."""
    seen = {key: of for key, of in sorted(counts.items(), key=lambda entry: str(entry[0])) if of[1]}
    bad, n = sum(bad for bad, _ in seen.values()), sum(n for _, n in seen.values())
    if not 0 < bad < n:
        return None
    units = {unit: at for at, unit in enumerate(dict.fromkeys(unit for unit, _ in seen))}
    mix: Counter[Levels] = Counter()
    for (_, levels), (_, reviews) in seen.items():
        mix[levels] += reviews
    columns, factors = _columns(mix)
    rows = [_Row(units[unit], columns[levels], *of) for (unit, levels), of in seen.items()]
    width = 1 + sum(len(factor) - 1 for factor in factors)
    start = _Effects([0.0] * len(units), [math.log(bad / (n - bad)), *[0.0] * (width - 1)], [])
    effects, variance = _fitted(rows, start)
    rates = {
        unit: math.fsum(
            reviews / n * _share(effects.own[at] + _sum(effects.common, columns[levels]))
            for levels, reviews in mix.items()
        )
        for unit, at in units.items()
    }
    odds = tuple(
        {level: math.exp(effects.common[at]) if at else 1.0 for level, at in factor.items()}
        for factor in factors
    )
    return Marginal(rates, odds, math.sqrt(variance))


def _columns(mix: Counter[Levels]) -> tuple[dict[Levels, tuple[int, ...]], list[dict[str, int]]]:
    """The columns of each cell, and by factor that of each level; the most frequent level has none, marked 0."""
    factors: list[dict[str, int]] = []
    width = 1
    for values in zip(*mix, strict=True):
        reviews: Counter[str] = Counter()
        for level, n in zip(values, mix.values(), strict=True):
            reviews[level] += n
        usual, *others = sorted(reviews, key=lambda level: (-reviews[level], level))
        factors.append({usual: 0} | {level: at for at, level in enumerate(others, width)})
        width += len(others)
    found = {
        levels: (0, *(at for factor, level in zip(factors, levels, strict=True) if (at := factor[level])))
        for levels in mix
    }
    return found, factors


def _fitted(rows: Sequence[_Row], effects: _Effects) -> tuple[_Effects, float]:
    variance = _FIRST_VARIANCE
    for _ in range(_ROUNDS):
        effects = _climbed(rows, effects, variance)
        known = math.fsum(1 - v / variance for v in effects.uncertain)
        following = max(math.fsum(u * u for u in effects.own) / known, _LEAST_VARIANCE)
        if abs(following - variance) <= 1e-5 * variance:
            break
        variance = following
    return effects, variance


def _climbed(rows: Sequence[_Row], effects: _Effects, variance: float) -> _Effects:
    """The most likely effects for a variance, by Newton's steps, each halved until it leads up.

    The way up has one end, as the logarithm of likelihood and penalty is curved downwards everywhere.
    """
    height = _height(rows, effects, variance)
    while True:
        own, common, uncertain = _step(rows, effects, variance)
        size = 1.0
        while True:
            tried = _Effects(
                [a + size * b for a, b in zip(effects.own, own, strict=True)],
                [a + size * b for a, b in zip(effects.common, common, strict=True)],
                uncertain,
            )
            reached = _height(rows, tried, variance)
            if reached >= height or size < _NEAR:
                break
            size /= 2
        effects, risen, height = tried, reached - height, reached
        if risen <= _NEAR:
            return effects


def _height(rows: Sequence[_Row], effects: _Effects, variance: float) -> float:
    """The logarithm of likelihood and penalty."""
    likelihood = math.fsum(
        row.bad * at - row.n * (max(at, 0.0) + math.log1p(math.exp(-abs(at))))
        for row in rows
        for at in [effects.own[row.unit] + _sum(effects.common, row.columns)]
    )
    penalty = math.fsum(u * u for u in effects.own) / variance + _LOOSE * math.fsum(
        b * b for b in effects.common[1:]
    )
    return likelihood - penalty / 2


def _step(rows: Sequence[_Row], effects: _Effects, variance: float) -> _Effects:
    """Newton's step. Units meet in the common columns alone, so that only as many equations are left as there are columns."""
    width, count = len(effects.common), len(effects.own)
    loose = [0.0, *[_LOOSE] * (width - 1)]
    slope = [-w * b for w, b in zip(loose, effects.common, strict=True)]
    bend = [[loose[i] if i == j else 0.0 for j in range(width)] for i in range(width)]
    own_slope, own_bend = [-u / variance for u in effects.own], [1 / variance] * count
    across = [[0.0] * width for _ in range(count)]
    for unit, columns, bad, n in rows:
        share = _share(effects.own[unit] + _sum(effects.common, columns))
        weight, rest = n * share * (1 - share), bad - n * share
        own_slope[unit] += rest
        own_bend[unit] += weight
        for i in columns:
            slope[i] += rest
            across[unit][i] += weight
            for j in columns:
                bend[i][j] += weight
    for unit in range(count):
        shared = [c / own_bend[unit] for c in across[unit]]
        for i, c in enumerate(across[unit]):
            if c:
                slope[i] -= shared[i] * own_slope[unit]
                bend[i] = [b - c * s for b, s in zip(bend[i], shared, strict=True)]
    inverse = _inverse(bend)
    common = [math.sumprod(row, slope) for row in inverse]
    own = [(g - math.sumprod(c, common)) / b for g, c, b in zip(own_slope, across, own_bend, strict=True)]
    uncertain = [
        1 / b + math.sumprod(c, [math.sumprod(row, c) for row in inverse]) / (b * b)
        for c, b in zip(across, own_bend, strict=True)
    ]
    return _Effects(own, common, uncertain)


def _inverse(matrix: Sequence[Vector]) -> list[Vector]:
    """Of a symmetric positive matrix, by Gauss and Jordan: no pivot is ever zero."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(size):
            if k != i and (factor := rows[k][i]):
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[size:] for row in rows]


def _sum(common: Vector, columns: tuple[int, ...]) -> float:
    return sum(common[i] for i in columns)


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
