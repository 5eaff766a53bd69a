"""累积和: bad reviews above those expected, added up month by month until they can hardly be chance (trust.md §5.2.11).

S_t = max(0, S_{t-1} + O_t - k_t), an alarm at S ≥ h, then from zero again; S, k and h are numbers of bad reviews. With p the
rate expected, n reviews and R the odds ratio that is looked for, k = n ln(1 + p (R - 1)) / ln R is the likelihood ratio's
own reference (Steiner et al., Biostatistics 2000;1:441). R is 2, or for units with more than one bad review expected a month
what one standard deviation makes of it, 1 + 1/√E: of many reviews less than twice as many bad ones is news too.

How often an unchanged unit raises an alarm is the run length of a Markov chain (Brook & Evans, Biometrika 1972;59:539). Its
states are few, as each month's O - k is rounded to steps of a quarter of a bad review, or of an eighth of a standard
deviation where that is more; so rounded the chart is what the chain describes, exactly, for months of one size. h is the
least for which false alarms are 1,000 months or more apart on average, and the true number is stated.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from haochaping.insight.comparison.funnel import outcomes
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# Months between two false alarms of an unchanged unit, at least: the part that the funnel allows at each look, 0.001.
QUIET_MONTHS = 1_000
_LARGEST_RATIO = 2.0
_LEAST_STEP, _STEPS_OF_DEVIATION = 0.25, 8
FALSE_ALARMS = N_("A unit that has not changed raises one false alarm in {months} months on average.")


@dataclass(frozen=True, slots=True)
class Step:
    """A month: the sum after it, in bad reviews, and whether it reached the threshold."""

    total: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class Design:
    """How a chart is drawn for months of a size: odds ratio looked for, length of a step and threshold in bad reviews.

    `false_alarm_months` is how many months lie between false alarms on average.
    """

    ratio: float
    step: float
    threshold: float
    false_alarm_months: float


@dataclass(frozen=True, slots=True)
class Cusum:
    """The chart of a unit; without a design where nothing can be expected of it."""

    steps: tuple[Step, ...]
    design: Design | None


def cusum(months: Sequence[tuple[int, int]], rate: float) -> Cusum:
    """The chart of months as (bad, n) against the rate expected, which an earlier time or all units together have set.

    It is designed for months of the average size.
    """
    size = round(sum(n for _, n in months) / len(months)) if months else 0
    if not size or not 0 < rate < 1:
        return Cusum((), None)
    design = designed(size, rate)
    return Cusum(tuple(_walk(months, rate, design)), design)


def _walk(months: Iterable[tuple[int, int]], rate: float, design: Design) -> Iterator[Step]:
    total, threshold = 0, round(design.threshold / design.step)
    for bad, n in months:
        total = max(0, total + _move(bad, n, rate, design.ratio, design.step))
        alarm = total >= threshold
        yield Step(total * design.step, alarm)
        total = 0 if alarm else total


def _move(bad: int, n: int, rate: float, ratio: float, step: float) -> int:
    """How many steps a month takes the sum up or down; with reviews and none of them bad at least one down."""
    reference = n * math.log1p(rate * (ratio - 1)) / math.log(ratio)
    return round((bad - max(reference, step if n else 0.0)) / step)


@lru_cache(maxsize=4096)
def designed(n: int, rate: float) -> Design:
    """The chart for months of n > 0 reviews of which a part 0 < rate < 1 is expected to be bad."""
    expected = n * rate
    ratio = min(_LARGEST_RATIO, 1 + 1 / math.sqrt(expected))
    step = max(_LEAST_STEP, math.sqrt(expected * (1 - rate)) / _STEPS_OF_DEVIATION)
    moves: Counter[int] = Counter()
    first, chances = outcomes(n, rate)
    for bad, chance in enumerate(chances, first):
        moves[_move(bad, n, rate, ratio, step)] += chance  # type: ignore[assignment]
    enough = ((at, length) for at, length in enumerate(run_lengths(moves), 1) if length >= QUIET_MONTHS)
    steps, length = next(enough)
    return Design(ratio, step, steps * step, length)


def run_lengths(moves: Mapping[int, float]) -> Iterator[float]:
    """How many months pass from zero to an alarm on average, with thresholds of 1, 2, 3, … steps.

    `moves` are the probabilities of a month's steps. With Q the chances to go from state to state below the threshold, the
    answer is the first entry of (I - Q)⁻¹ 1. A higher threshold adds a state and leaves the others as they are, so that one
    elimination, bordered state by state, serves all thresholds: I - Q = L U, and the answer grows by r_j y_j, where L y = 1
    and r U = (1, 0, 0, …).
    """
    lower: list[list[float]] = []
    upper: list[list[float]] = []
    y: list[float] = []
    r: list[float] = []
    answer = 0.0
    while True:
        state = len(y)
        column: list[float] = []
        for at in range(state):
            column.append(-_chance(moves, at, state) - math.sumprod(lower[at], column))
        beside: list[float] = []
        for to in range(state):
            rest = -_chance(moves, state, to) - math.sumprod(beside, upper[to][:-1])
            beside.append(rest / upper[to][-1])
        pivot = 1 - _chance(moves, state, state) - math.sumprod(beside, column)
        y.append(1 - math.sumprod(beside, y))
        r.append((float(state == 0) - math.sumprod(r, column)) / pivot)
        lower.append(beside)
        upper.append([*column, pivot])
        answer += r[-1] * y[-1]
        yield answer


def _chance(moves: Mapping[int, float], at: int, to: int) -> float:
    """The probability to go from a state to a state; zero takes all that would fall lower."""
    if to == 0:
        return math.fsum(chance for move, chance in moves.items() if move <= -at)
    return moves.get(to - at, 0.0)
