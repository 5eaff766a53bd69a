"""The reason tags of a level as the citizen reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.reviews import queries as reviews
from haochaping.ui.readings import either
from haochaping.ui.shapes import Tag

if TYPE_CHECKING:
    from collections.abc import Collection


def offered(level: int, chosen: Collection[str]) -> list[Tag]:
    """The active tags of a level, basic ones first, the chosen ones ticked."""
    return [
        Tag(tag.code, either(tag.label, tag.english), tag.basic, tag.code in chosen)
        for tag in reviews.active_indicators(level)
    ]


def words_of(codes: Collection[str], indicator_set: str) -> list[str]:
    """The words of chosen codes, retired ones included."""
    known = reviews.indicators(indicator_set) if codes else {}
    return [either(known[code].label, known[code].english) for code in codes if code in known]
