"""评价流 vocabulary: which reviews of the public list somebody wants to see, and what it shows of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.insight.terms import Place
    from haochaping.publicity.terms import PublishedReview
    from haochaping.rectification.terms import Solved

LEVELS = frozenset({5, 4, 3, 2, 1})


class Position(NamedTuple):
    """Where in the list somebody stands: what was given before it, or at the same moment with a smaller id, comes next."""

    at: datetime
    review_id: UUID


@dataclass(frozen=True, slots=True)
class Sought:
    """Which reviews are sought; what is "" or None is not asked for.

    `begin` and `end` are the moments from which and before which they were given; a division or agency stands for all below it.
    """

    place: Place
    levels: frozenset[int] = LEVELS
    reason: str = ""
    channel: str = ""
    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedReview:
    """A review of the list with what it says beside its words; `solved` is its reviewer's last word on it."""

    shown: PublishedReview
    channel: str
    indicator_codes: list[str]
    item_code: str
    agency_code: str
    division_code: str
    division_name: str
    solved: Solved | None


@dataclass(frozen=True, slots=True)
class StreamPage:
    """Reviews, newest first; `after` is where looking goes on from, None when nothing is further back."""

    reviews: list[ListedReview]
    after: Position | None


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is read for one page at most: `rows`, shared among the ways into the table, and a page of each way.

    With more than `few` divisions or agencies so much of all that is given is theirs that it is read as it came.
    """

    rows: int = 2000
    few: int = 200


@dataclass(frozen=True, slots=True)
class HotReason:
    """热门原因: how many of the reviews named it, and the newest of them whose words are public (热门评语).

    Words stand with one reason only, the one named most.
    """

    code: str
    reviews: int
    said: PublishedReview | None


@dataclass(frozen=True, slots=True)
class HotReasons:
    """The reasons named most: of `reviews`, given from `since` on, `named` gave any."""

    reviews: int
    named: int
    since: datetime | None
    reasons: list[HotReason]
