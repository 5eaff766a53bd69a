"""Fair comparison of 300 and 3,000 units: time of everything that is said of them, and how often an equal one is the worst.

Units have between 100 and some 50,000 reviews and differ as Beta(2, 198); limit 5 ms a unit, intervals of all shrunk rates
included. Then 200 provinces of 300 units that do not differ at all: in one of twenty at most may somebody be clearly above
the average. Exit status 1 when one does not hold.
Usage: python -m bench.fair [runs]
"""

from __future__ import annotations

import random
import statistics
import sys
from time import perf_counter

from haochaping.insight.comparison import compared
from haochaping.insight.comparison.bands import bands
from haochaping.insight.comparison.shrinkage import fitted
from haochaping.insight.comparison.terms import Position, Unit

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
COUNTS, LIMIT_S = (300, 3_000), 0.005
PROVINCES, RATES, LIMIT_SHARE = 200, (1.56e-4, 0.01), 0.05


def main() -> int:
    """Measure and print; returns the exit status."""
    return max(*map(_timed, COUNTS), *map(_false_worst, RATES))


def _timed(count: int) -> int:
    """Whether comparing so many takes too long."""
    dice = random.Random(count)
    units = []
    for unit, n in enumerate(_sizes(dice, count)):
        bad = dice.binomialvariate(n, dice.betavariate(2, 198))
        units.append(Unit(unit, bad, n, expected=n * dice.uniform(0.008, 0.012), cases=9 * n))
    taken = []
    for _ in range(RUNS):
        begun = perf_counter()
        found = compared(units, "bench").units
        intervals = [one.shrunk.interval for one in found if one.shrunk]
        taken.append(perf_counter() - begun)
    seconds, limit = statistics.median(taken), LIMIT_S * count
    print(f"fair: {len(intervals):,} units {seconds:.2f} s (limit {limit:.1f}), median of {RUNS}", flush=True)
    return int(seconds > limit)


def _false_worst(rate: float) -> int:
    """Whether units of one rate are told from their average too often."""
    dice, wrong = random.Random(f"equal {rate}"), 0
    for _ in range(PROVINCES):
        counts = [(dice.binomialvariate(n, rate), n) for n in _sizes(dice, 300)]
        prior, average = fitted(counts), sum(bad for bad, _ in counts) / sum(n for _, n in counts)
        if prior and average:
            wrong += Position.ABOVE in bands([prior.posterior(*one).above(average) for one in counts])
    print(
        f"fair: equal units of rate {rate}: somebody the worst in {wrong} of {PROVINCES} provinces (limit 5 %)",
        flush=True,
    )
    return int(wrong > LIMIT_SHARE * PROVINCES)


def _sizes(dice: random.Random, count: int) -> list[int]:
    return [100 + int(dice.lognormvariate(6.4, 1.3)) for _ in range(count)]


if __name__ == "__main__":
    sys.exit(main())
