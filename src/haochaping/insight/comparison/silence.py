"""管控盲点: units that serve people and of which nobody hears, for three months.

Silence is told from chance: with the share r of services that all units of the kind have reviewed, n services stay without a
review with the chance (1 - r)^n. Under 1 in 1,000 somebody should look. A unit that was heard of before and is not any more,
and an agency of which nothing comes while others of its division report, have no data at all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.ratios import MINIMUM_N
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

# Months over which a unit is listened to; as many before tell whether it was heard of.
LISTENED = 3
_CHANCE = 0.001


class Blind(StrEnum):
    """管控盲点: what is missing of a unit."""

    NO_REVIEWS = "no_reviews"
    NO_INVITATIONS = "no_invitations"
    NO_DATA = "no_data"


BLIND_LABELS = {
    Blind.NO_REVIEWS: N_("Services, and not one review by a person"),
    Blind.NO_INVITATIONS: N_("Services, and nobody was invited to review"),
    Blind.NO_DATA: N_("No data at all"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a unit: services that could be reviewed, of the months listened to and of as many `before`.

    `reviewed` services and active `reviews`, those `by_invitation` among them, and invitations (`asked`); `anything` counts
    every fact; `others_report` says whether others of its division had services.
    """

    by: str
    id: int
    division_id: int
    agency_id: int
    before: int
    services: int
    reviewed: int
    reviews: int
    by_invitation: int
    asked: int
    anything: int
    others_report: bool


def silent(units: Iterable[Heard]) -> list[tuple[Heard, Blind]]:
    """The units that stay silent beyond chance, and those of which nothing is heard any more."""
    by_kind: defaultdict[str, list[Heard]] = defaultdict(list)
    for unit in units:
        by_kind[unit.by].append(unit)
    found = []
    for alike in by_kind.values():
        share = sum(unit.reviewed for unit in alike) / max(sum(unit.services for unit in alike), 1)
        for unit in alike:
            if _unreviewed(unit, share):
                found.append((unit, Blind.NO_REVIEWS))
            elif _unheard(unit):
                found.append((unit, Blind.NO_DATA))
    return found


def perhaps_uninvited(units: Iterable[Heard]) -> list[Heard]:
    """The units of which neither a review nor an invitation that was counted tells that anybody was invited."""
    return [
        unit for unit in units if unit.services >= MINIMUM_N and not unit.by_invitation and not unit.asked
    ]


def _unreviewed(unit: Heard, share: float) -> bool:
    if unit.services < MINIMUM_N or unit.reviewed or unit.reviews:
        return False
    return share >= 1 or unit.services * math.log1p(-share) < math.log(_CHANCE)


def _unheard(unit: Heard) -> bool:
    return not unit.anything and (unit.before >= MINIMUM_N or (unit.by == "agency" and unit.others_report))
