"""The five levels as every page shows them: number, words, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from haochaping.kernel.refused import N_


@dataclass(frozen=True, slots=True)
class Level:
    """One choice: `number` as stored (5 to 1), `label` a message id."""

    number: int
    label: str


# The national order (GB/T 39735-2020, 7.3): best first, never shuffled.
LEVELS = (
    Level(5, N_("Very satisfied")),
    Level(4, N_("Satisfied")),
    Level(3, N_("Basically satisfied")),
    Level(2, N_("Dissatisfied")),
    Level(1, N_("Very dissatisfied")),
)
BY_NUMBER = {level.number: level for level in LEVELS}
