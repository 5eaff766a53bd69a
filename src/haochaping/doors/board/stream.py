"""`/reviews`: what people said, newest first, by place, level, reason, channel and weeks; the same as an Atom feed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.doors.board import asked_reviews, figures, selects
from haochaping.doors.board.position import opened, sealed
from haochaping.doors.board.reviews import notes_of
from haochaping.doors.board.terms import BAD_POSITION, PROVENANCE_LABELS, SOLVED_WORDS
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.rules import figures_of
from haochaping.kernel.periods import BEIJING, local_day, monday_of
from haochaping.kernel.refused import Complaint
from haochaping.publicity.stream import queries as stream
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_active
from haochaping.reviews.terms import CHANNEL_LABELS, LEVEL_LABELS, Level, Provenance, ReviewChannel
from haochaping.ui.moments import day
from haochaping.ui.readings import either
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from django.http import HttpRequest

    from haochaping.directory.terms import DivisionRef
    from haochaping.doors.board.asked_reviews import AskedReviews
    from haochaping.doors.board.reviews import Notes
    from haochaping.insight.terms import Place
    from haochaping.publicity.stream.terms import ListedReview
    from haochaping.publicity.terms import PublishedReview
    from haochaping.ui.shapes import Figure

_IN_FEED = 50
_FIGURES = ("bad_reviews", "active_reviews", "excluded_reviews")


@dataclass(frozen=True, slots=True)
class Shown:
    """A review as the page shows it: its week and never its day; `apart` the words that set it apart, else ""."""

    review: PublishedReview
    week: date
    apart: str
    channel: str
    item: Link
    agency: Link
    division: Link
    reasons: list[str]
    solved: str
    notes: Notes


@public
@require_safe
@compressed
def page(request: HttpRequest) -> HttpResponse:
    """A page of the list, the newest first unless the address says where to go on."""
    now = timezone.now()
    asked = asked_reviews.asked(request.GET, local_day(now))
    typed = request.GET.get("after", "")
    after = opened(typed) if typed else None
    wrong = asked.sentences if after or not typed else (*asked.sentences, say(Complaint(BAD_POSITION)))
    tops = [] if asked.division else directory.top_divisions()
    context = {
        "asked": asked,
        "sentences": wrong,
        "selects": [*selects.of_reviews(asked, local_day(now)), *selects.of_place(asked, tops)],
        "hot": reverse("hot_reasons") + asked.address(level="", reason="", channel=""),
        "feed": reverse("review_feed") + asked.address(),
    }
    if asked.sought is None or wrong:
        return render(request, "board/stream.html", context, status=422)
    found = stream.page(asked.sought, after=after)
    listed = shown(found.reviews)
    context |= {
        "weeks": [(week, list(rows)) for week, rows in groupby(listed, lambda row: row.week)],
        "newest": asked.address() if after else "",
        "older": asked.address(after=sealed(found.after)) if found.after else "",
        "back_to": monday_of(local_day(found.after.at)) if found.after else None,
        "figures": _figures(asked, asked.sought.place, tops),
        "as_of": now,
    }
    return render(request, "board/stream.html", context)


@public
@require_safe
@compressed
def feed(request: HttpRequest) -> HttpResponse:
    """The newest of the same list for programs that tell somebody of it."""
    asked = asked_reviews.asked(request.GET, local_day(timezone.now()))
    if asked.sought is None:
        text = "\n".join(sentence.text for sentence in asked.sentences)
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    here = request.build_absolute_uri(reverse("reviews") + asked.address())
    made = Atom1Feed(
        title=gettext("All reviews"),
        link=here,
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(request.get_full_path()),
        feed_guid=here,
    )
    for row in shown(stream.page(asked.sought, limit=_IN_FEED).reviews):
        made.add_item(
            title=_title(row),
            link=request.build_absolute_uri(row.item.href),
            description=_words(row),
            unique_id=f"urn:uuid:{_known_as(row.review.id)}",
            updateddate=datetime.combine(row.week, time(), BEIJING),
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def shown(listed: Iterable[ListedReview]) -> list[Shown]:
    """Reviews as the page shows them."""
    known = reviews.indicators()
    return [
        Shown(
            review=one.shown,
            week=monday_of(local_day(one.shown.assessed_at)),
            apart=_apart(one.shown.provenance),
            channel=gettext(CHANNEL_LABELS[ReviewChannel(one.channel)]),
            item=Link(one.shown.item_name, reverse("item", args=[one.item_code])),
            agency=Link(one.shown.agency_name, reverse("agency", args=[one.agency_code])),
            division=Link(one.division_name, reverse("division", args=[one.division_code])),
            reasons=[
                either(known[code].label, known[code].english)
                for code in one.indicator_codes
                if code in known
            ],
            solved=gettext(SOLVED_WORDS[one.solved]) if one.solved else "",
            notes=notes_of(one.shown),
        )
        for one in listed
    ]


def _apart(provenance: str) -> str:
    return "" if is_active(provenance) else gettext(PROVENANCE_LABELS[Provenance(provenance)])


def _figures(asked: AskedReviews, place: Place, tops: Sequence[DivisionRef]) -> list[Figure]:
    """How many there are of the place and the weeks, by the measures that all pages show; none of several countries."""
    path = _path_of(asked, tops)
    if not path:
        return []
    values = figures_of(insight.tally(place, asked.weeks), withheld_at(quality.withheld(asked.weeks), path))
    by_name = {value.name: value for value in values}
    return [figures.figure(by_name[name]) for name in _FIGURES]


def _path_of(asked: AskedReviews, tops: Sequence[DivisionRef]) -> str:
    """The division whose sources speak of the place; "" where there is no single one."""
    if asked.division:
        return asked.division.path
    if asked.agency:
        return asked.agency.division_path
    if asked.item:
        return directory.agency_by_id(asked.item.agency_id).division_path
    return tops[0].path if len(tops) == 1 else ""


def _title(row: Shown) -> str:
    level = gettext(LEVEL_LABELS[Level(row.review.level)])
    return f"{level} · {row.item.text} · {row.agency.text}"


def _words(row: Shown) -> str:
    """What the feed says of a review, a line each."""
    said = [
        gettext("In the week of {monday}").format(monday=day(row.week)),
        row.apart,
        gettext(", ").join(row.reasons),
        row.review.text or "",
        gettext("Reply of the agency: {text}").format(text=row.review.reply) if row.review.reply else "",
        row.solved,
    ]
    return "\n".join(filter(None, said))


def _known_as(review_id: UUID) -> UUID:
    """A name of the review for feeds that is always the same and says nothing about when it was given."""
    return UUID(
        bytes=hmac.digest(settings.SECRET_KEY.encode(), b"haochaping feed" + review_id.bytes, "sha256")[:16]
    )
