"""`/reasons`: the reasons that people name most, and words that were given with them (热门原因、热门评语)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.doors.board import asked_reviews, selects
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.kernel.periods import local_day, monday_of
from haochaping.kernel.ratios import Ratio
from haochaping.publicity.stream import queries as stream
from haochaping.reviews import queries as reviews
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.board.asked_reviews import AskedReviews
    from haochaping.publicity.stream.terms import HotReasons


@dataclass(frozen=True, slots=True)
class Row:
    """A reason with how many of the reviews name it, a way to these, and words that were given with it ("" for none)."""

    text: str
    share: Ratio
    address: str
    said: str


@dataclass(frozen=True, slots=True)
class Hot:
    """Bad or good reviews as the page shows them: how many were counted, how many name a reason, since which week."""

    name: str
    heading: str
    reviews: int
    named: int
    since: date | None
    rows: list[Row]


@public
@require_safe
@compressed
def page(request: HttpRequest) -> HttpResponse:
    """What the newest reviews of a place name: what is wrong first, then what is good."""
    now = timezone.now()
    asked = asked_reviews.asked(request.GET, local_day(now))
    context: dict[str, object] = {
        "asked": asked,
        "selects": selects.of_place(asked, [] if asked.division else directory.top_divisions()),
        "list": reverse("reviews") + asked.address(level="", reason="", channel=""),
        "hot": hot_reasons(asked),
        "as_of": now,
    }
    return render(request, "board/reasons.html", context, status=422 if asked.sentences else 200)


def hot_reasons(asked: AskedReviews) -> list[Hot]:
    """What `board/hot_reasons.html` shows of a place and its weeks, for this page and others; nothing of what is wrong."""
    if asked.sought is None:
        return []
    found = stream.hot_reasons(replace(asked.sought, reason="", channel=""))
    return [
        _hot("bad", gettext("What was wrong"), found[True], asked),
        _hot("good", gettext("What was good"), found[False], asked),
    ]


def _hot(name: str, heading: str, found: HotReasons, asked: AskedReviews) -> Hot:
    known = reviews.indicators()
    rows = [
        Row(
            either(known[one.code].label, known[one.code].english),
            Ratio(one.reviews, found.reviews),
            reverse("reviews") + asked.address(level="", channel="", reason=one.code),
            (one.said and one.said.text) or "",
        )
        for one in found.reasons
        if one.code in known
    ]
    since = monday_of(local_day(found.since)) if found.since else None
    return Hot(name, heading, found.reviews, found.named, since, rows)
