"""收缩估计: rates that lean on all units together, the more so the fewer reviews stand behind them (trust.md §5.2.9).

Every unit has a true rate, drawn from Beta(α, β), and b of its n reviews are bad with that chance. (α, β) is what makes
the counts of all units most likely (beta-binomial maximum likelihood: Gelman et al., Bayesian Data Analysis, ch. 5), found
by Nelder and Mead's search from the estimate by moments (analysis of variance, Ridout et al., Biometrics 1999). The search
never ends worse than it began, so moments are also what stands where it finds nothing better.

Where the units differ no more than by chance, the likelihood grows with α + β for ever. The prior is then worth as many
reviews as there are: nobody can know the spread better than that. All units then lie close to the common rate, none is
told from it. The same holds for one unit alone, for all zero and for all bad, where the common rate is (bad + ½) / (n + 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.insight.comparison.beta import cumulative, log_rising, quantile
from haochaping.insight.comparison.simplex import lowest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.insight.comparison.terms import Interval

    type Counts = Sequence[tuple[int, float]]
    """Bad reviews and reviews of each unit; these need not be whole where they are adjusted."""

# Two units, one all good and the other all bad, would have a prior worth nothing.
_LEAST_WORTH = 0.01
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of a unit's true rate: Beta(alpha, beta)."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The shrunk rate."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def interval(self) -> Interval:
        """Where the true rate lies with 95 %."""
        return quantile(_TAIL, self.alpha, self.beta), 1 - quantile(_TAIL, self.beta, self.alpha)

    def above(self, limit: float) -> float:
        """The probability that the true rate is above a limit."""
        return cumulative(1 - limit, self.beta, self.alpha)


@dataclass(frozen=True, slots=True)
class Prior:
    """How the true rates of units are spread: Beta(alpha, beta), worth alpha + beta reviews."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The rate that units shrink to."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def worth(self) -> float:
        """How many reviews of its own a unit needs to count as much as all others together."""
        return self.alpha + self.beta

    def posterior(self, bad: int, n: float) -> Posterior:
        """The true rate of a unit, given its reviews; the mean is (bad + α) / (n + α + β)."""
        return Posterior(self.alpha + bad, self.beta + n - bad)


def fitted(counts: Counts) -> Prior | None:
    """The most likely prior of units; None when nothing was reviewed."""
    seen = [(bad, n) for bad, n in counts if n]
    all_n, all_bad = math.fsum(n for _, n in seen), sum(bad for bad, _ in seen)
    if not seen:
        return None
    if len(seen) == 1 or not 0 < all_bad < all_n:
        return _of((all_bad + 0.5) / (all_n + 1), all_n)
    start = by_moments(seen)

    def unlikelihood(point: Sequence[float]) -> float:
        prior = _at(point, all_n)
        return -math.fsum(_log_likelihood(prior, bad, n) for bad, n in seen)

    mean = start.mean
    found = lowest(unlikelihood, (math.log(mean / (1 - mean)), math.log(start.worth)))
    return _at(found, all_n)


def by_moments(counts: Counts) -> Prior:
    """The prior by analysis of variance between units and within; counts of at least two units, neither all good nor bad.

    With k units and N reviews, ρ = (MSB - MSW) / (MSB + (n₀ - 1) MSW) is how alike two reviews of a unit are, with
    n₀ = (N - Σn²/N) / (k - 1), and the prior is worth 1/ρ - 1 reviews.
    """
    k, whole = len(counts), math.fsum(n for _, n in counts)
    mean = sum(bad for bad, _ in counts) / whole
    between = math.fsum(n * (bad / n - mean) ** 2 for bad, n in counts) / (k - 1)
    within = math.fsum(bad * (1 - bad / n) for bad, n in counts) / max(whole - k, 1)
    size = (whole - math.fsum(n * n for _, n in counts) / whole) / (k - 1)
    shared = between - within
    worth = (between + (size - 1) * within) / shared - 1 if shared > 0 else math.inf
    return _of(mean, min(max(worth, _LEAST_WORTH), whole))


def _of(mean: float, worth: float) -> Prior:
    return Prior(mean * worth, (1 - mean) * worth)


def _at(point: Sequence[float], most: float) -> Prior:
    """The prior at a point of the search: (logit of the mean, logarithm of the worth)."""
    logit, log_worth = point
    mean = 1 / (1 + math.exp(-logit))
    return _of(mean, min(max(math.exp(min(log_worth, 50.0)), _LEAST_WORTH), most))


def _log_likelihood(prior: Prior, bad: int, n: float) -> float:
    """Of one unit, but for the number of ways to choose, which is the same for every prior."""
    return log_rising(prior.alpha, bad) + log_rising(prior.beta, n - bad) - log_rising(prior.worth, n)
