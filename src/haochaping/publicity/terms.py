"""公开 vocabulary: what of a review is published, and who let it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Part(StrEnum):
    """What is released by itself: the reviewer's words, or the agency's reply."""

    TEXT = "text"
    REPLY = "reply"


class Decision(StrEnum):
    """发布决定."""

    RELEASED = "released"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that waits for a publisher: as written and as it would appear."""

    review_id: UUID
    part: Part
    level: int
    item_name: str
    agency_name: str
    written_at: datetime
    original: str
    redacted: str


@dataclass(frozen=True, slots=True)
class PublishedReview:
    """A review as the public sees it: never the reviewer, never an unreleased text."""

    level: int
    assessed_at: datetime
    provenance: str
    item_name: str
    agency_name: str
    has_text: bool
    text: str | None
    has_reply: bool
    reply: str | None
    taken_up_again: bool
    """Whether the matter was taken up again after the reply that is shown, and is not answered since."""
    answered_again: bool
    """Whether the agency has given another reply since the one that is shown."""
    followed_up: bool
    is_follow_up: bool


HOLD_NEEDS_REASON = Reason(
    "hold_needs_reason",
    N_("A text is held back without a reason."),
    N_("Write why: publication is the rule, holding back the exception."),
)
NOTHING_TO_RELEASE = Reason(
    "nothing_to_release",
    N_("There is no such text to release."),
    N_("Reload the list: the reviewer may have changed it."),
)
ALREADY_DECIDED = Reason(
    "already_decided",
    N_("Somebody has already decided about this text."),
    N_("Reload the list."),
)
