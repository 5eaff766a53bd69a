"""The published reviews of a place, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.board.publication import why, why_gone
from haochaping.doors.board.terms import PROVENANCE_LABELS
from haochaping.doors.paging import LAST_PAGE, page_number
from haochaping.publicity import queries as publicity
from haochaping.reviews.rules import is_active
from haochaping.reviews.terms import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from haochaping.insight.terms import Place
    from haochaping.publicity.terms import PublishedReview

_ON_PAGE = 10


def reviews_page(request: HttpRequest, place: Place) -> dict[str, object]:
    """The reviews of the page that the address asks for, and the addresses of the pages beside it."""
    number = page_number(request.GET.get("page", ""))
    found = publicity.published(place, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    more = len(found) > _ON_PAGE and number < LAST_PAGE
    return {
        "reviews": shown(found[:_ON_PAGE]),
        "page": number,
        "previous": _address(request, number - 1) if number > 1 else "",
        "next": _address(request, number + 1) if more else "",
    }


@dataclass(frozen=True, slots=True)
class Notes:
    """What is said where words or a review stood: why text and reply were taken down, what became of the review."""

    text: str
    reply: str
    gone: str


def shown(reviews: Iterable[PublishedReview]) -> list[tuple[PublishedReview, str, Notes]]:
    """Each review with the words that set it apart, "" when a person gave it, and with its notes."""
    return [
        (
            review,
            "" if is_active(review.provenance) else gettext(PROVENANCE_LABELS[Provenance(review.provenance)]),
            notes_of(review),
        )
        for review in reviews
    ]


def notes_of(review: PublishedReview) -> Notes:
    """What is said where words of the review, or it, stood."""
    return Notes(why(review.text_down), why(review.reply_down), why_gone(review))


def _address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}#reviews"
