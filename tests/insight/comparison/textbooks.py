"""Numbers that others have published, with their source; what is compared with them stands in the tests."""

from __future__ import annotations

from typing import NamedTuple

# Rats with a tumour and rats, of 70 earlier groups: Tarone, Biometrics 1982;38:215, as table 5.1 of Gelman et al., Bayesian
# Data Analysis, 3rd ed., 2013.
RATS = [
    *((0, n) for n in (20, 20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 18, 18, 17)),
    *((1, n) for n in (20, 20, 20, 20, 19, 19, 18, 18)),
    *((2, n) for n in (25, 24, 23, 20, 20, 20, 20, 20, 20)),
    *[(1, 10), (5, 49), (2, 19), (5, 46), (3, 27), (2, 17), (7, 49), (7, 47), (3, 20), (3, 20), (2, 13)],
    *[(9, 48), (10, 50)],
    *((4, 20) for _ in range(7)),
    *[(10, 48), (4, 19), (4, 19), (4, 19), (5, 22), (11, 46), (12, 49), (5, 20), (5, 20), (6, 23), (5, 19)],
    *[(6, 22), (6, 20), (6, 20), (6, 20), (16, 52), (15, 46), (15, 47), (9, 24)],
]
# Mean and standard deviation of their shares: Gelman et al., section 5.1.
RATS_MEAN, RATS_DEVIATION = 0.136, 0.103
# Their beta-binomial maximum likelihood: vignette of the R package BayesGOF (Mukhopadhyay & Fletcher, 2018).
RATS_ALPHA, RATS_BETA = 2.304768, 14.079707

# Benjamini & Hochberg, JRSS-B 1995;57:289, section 3.2: at 0.05 the first four are rejected.
DOUBTS = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528),
    *(0.7590, 1.0000),
]

# Orange juice cans with a faulty seal, of 50 in each of 30 samples: Montgomery, Introduction to Statistical Quality Control,
# example 7.1; mean 0.2313, limits 0.0524 and 0.4102 by three deviations, samples 15 and 23 above.
CANS = [
    *(
        12,
        15,
        8,
        10,
        4,
        7,
        16,
        9,
        14,
        10,
        5,
        6,
        17,
        12,
        22,
        8,
        10,
        5,
        13,
        11,
        20,
        18,
        24,
        15,
        9,
        12,
        7,
        13,
        9,
        6,
    )
]
CANS_EACH, CANS_MEAN, CANS_LIMITS, CANS_ABOVE = 50, 0.2313, (0.0524, 0.4102), [15, 23]


class CountedCusum(NamedTuple):
    """A Poisson CUSUM with its average run length."""

    mean: float
    reference: int
    threshold: int
    run_length: float


# Lucas, Technometrics 1985;27:129, worked out by the R package IAcsSPCR (Lawson): in control, and one deviation worse.
COUNTED_CUSUMS = [CountedCusum(1.88, 2, 6, 37.2), CountedCusum(1.88 + 0.9627 * 1.88**0.5, 2, 6, 5.49)]

# Good rate 99.5 % at the participation of 浙江, 贵州, 广东, 河南: (participation, lowest, highest good rate of all cases),
# trust.md §5.1.
SILENT = [(0.08, 0.080, 1.000), (0.13, 0.129, 0.999), (0.21, 0.209, 0.999), (0.57, 0.567, 0.997)]
