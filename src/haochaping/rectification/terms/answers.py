"""标准答案 vocabulary: what a reason tag means for the order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


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


class Doubt(StrEnum):
    """提示: what a reply gives cause to look at again before it is sent; nobody is kept from sending it."""

    ALIKE = "alike"
    EMPTY = "empty"
    PERSONAL = "personal"


DOUBT_LABELS: dict[Doubt, str] = {
    Doubt.ALIKE: N_("It is much like an earlier reply"),
    Doubt.EMPTY: N_("It says nothing but set phrases"),
    Doubt.PERSONAL: N_("It may hold personal data"),
}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from the reasons of a review: its categories, the highest urgency, whether it must be supervised."""

    categories: tuple[FaultCategory, ...]
    urgency: Urgency
    supervised: bool


@dataclass(frozen=True, slots=True)
class EarlierReply:
    """A reply that was given before, by the order it belongs to."""

    order_id: UUID
    item_name: str
    replied_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a reply gives cause to look at: the earlier one it is like, how much; what looks personal; nothing said."""

    earlier: EarlierReply | None = None
    share: float = 0.0
    personal: tuple[str, ...] = ()
    empty: bool = False

    @property
    def share_percent(self) -> int:
        """How much it is like the earlier one, in whole percent."""
        return int(self.share * 100)

    @property
    def kinds(self) -> tuple[Doubt, ...]:
        """Which doubts there are."""
        found = {
            Doubt.ALIKE: self.earlier is not None,
            Doubt.EMPTY: self.empty,
            Doubt.PERSONAL: bool(self.personal),
        }
        return tuple(kind for kind, there in found.items() if there)


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """A text that a clerk may begin with: 【gaps】 are filled by the clerk, {item}, {agency} and {deadline} by the page."""

    title: str
    text: str
    english_title: str
    english_text: str
