"""标准答案 vocabulary: what a reason tag means for the order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from haochaping.kernel.refused import N_


class FaultCategory(StrEnum):
    """问题类别: what kind of fault a reason tag speaks of."""

    EXTRA_CONDITION = "extra_condition"
    EXTRA_MATERIAL = "extra_material"
    OVERTIME = "overtime"
    REPEATED_TRIPS = "repeated_trips"
    ONLINE_FAILURE = "online_failure"
    GUIDE_FAULT = "guide_fault"
    QUEUEING = "queueing"
    SERVICE_CONDUCT = "service_conduct"


CATEGORY_LABELS: dict[FaultCategory, str] = {
    FaultCategory.EXTRA_CONDITION: N_("Extra condition for approval"),
    FaultCategory.EXTRA_MATERIAL: N_("Material asked for beyond the guide, or twice"),
    FaultCategory.OVERTIME: N_("Not done in the time promised or set by law"),
    FaultCategory.REPEATED_TRIPS: N_("Too many trips, windows or offices"),
    FaultCategory.ONLINE_FAILURE: N_("Promised online, not possible online"),
    FaultCategory.GUIDE_FAULT: N_("Guide, list or sample missing or wrong"),
    FaultCategory.QUEUEING: N_("Queueing and reservation"),
    FaultCategory.SERVICE_CONDUCT: N_("Attitude and skill at the window"),
}


class Urgency(StrEnum):
    """缓急."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


URGENCY_LABELS: dict[Urgency, str] = {
    Urgency.ORDINARY: N_("Ordinary"),
    Urgency.URGENT: N_("Urgent"),
}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from the reasons of a review: its categories, the highest urgency, whether it must be supervised."""

    categories: tuple[FaultCategory, ...]
    urgency: Urgency
    supervised: bool


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """A text that a clerk may begin an answer with."""

    title: str
    text: str
