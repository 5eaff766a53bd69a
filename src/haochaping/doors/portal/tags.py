"""The reason tags of a level as the citizen reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.reviews import queries as reviews
from haochaping.ui.readings import either
from haochaping.ui.shapes import Tag

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


def offered(level: int, chosen: Collection[str], day: date) -> list[Tag]:
    """The tags of a level that are in force on a day, basic ones first, the chosen ones ticked."""
    return [
        Tag(tag.code, either(tag.label, tag.english), tag.basic, tag.code in chosen)
        for tag in reviews.indicators_in_force(level, day)
    ]


def words_of(codes: Collection[str], indicator_set: str) -> list[str]:
    """The words of chosen codes, retired ones included."""
    known = reviews.indicators(indicator_set) if codes else {}
    return [either(known[code].label, known[code].english) for code in codes if code in known]
