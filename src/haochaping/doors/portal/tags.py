"""The reason tags of a level as the citizen reads them: the official words, in English for who reads English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language

from haochaping.reviews import queries as reviews
from haochaping.ui.shapes import Tag

if TYPE_CHECKING:
    from collections.abc import Collection

    from haochaping.reviews.terms import Indicator

# The set itself is Chinese and comes from the database; these are readings of its active codes.
_ENGLISH = {
    "510": "One window, done in one go",
    "511": "Accepted first, papers handed in later",
    "512": "No certificates asked for",
    "513": "Everything could be done online",
    "514": "It could be done by phone app",
    "515": "It could be done nearby",
    "516": "No papers needed at all",
    "517": "Friendly and efficient",
    "406": "One form was enough",
    "407": "Papers sent online, checked at the window",
    "408": "One list named all the papers",
    "409": "A written promise replaced papers",
    "410": "An appointment could be made online",
    "411": "One trip to the hall",
    "412": "A self-service machine could be used",
    "413": "Friendly",
    "307": "All corrections were named at once",
    "308": "Sample papers were provided",
    "309": "Done within the promised time",
    "310": "The guide was accurate",
    "311": "The papers in the guide were enough",
    "312": "Sent by courier",
    "313": "As many trips as promised",
    "314": "Neither friendly nor unfriendly",
    "207": "No sample papers were provided",
    "208": "No list of papers was provided",
    "209": "Not done within the promised time",
    "210": "The same proof was asked for several times",
    "211": "Promised online, but could not be done online",
    "212": "Had to queue again in spite of an appointment",
    "213": "The staff did not know their work well",
    "214": "Unfriendly",
    "108": "Conditions were added that are not in the guide",
    "109": "Papers were asked for that are not in the guide",
    "110": "Later than the law allows, without a reason",
    "111": "The samples in the guide were wrong",
    "112": "Promised to take papers online, but could not",
    "113": "Sent from window to window",
    "114": "More trips than promised",
    "115": "Unfriendly and slow",
}


def offered(level: int, chosen: Collection[str]) -> list[Tag]:
    """The active tags of a level, basic ones first, the chosen ones ticked."""
    return [
        Tag(tag.code, _words(tag), tag.basic, tag.code in chosen) for tag in reviews.active_indicators(level)
    ]


def words_of(codes: Collection[str], indicator_set: str) -> list[str]:
    """The words of chosen codes, retired ones included."""
    known = reviews.indicators(indicator_set) if codes else {}
    return [_words(known[code]) for code in codes if code in known]


def _words(tag: Indicator) -> str:
    return tag.label if get_language() == "zh-hans" else _ENGLISH.get(tag.code, tag.label)
