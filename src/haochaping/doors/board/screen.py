"""大屏: `/screen` and `/divisions/<code>/screen`, the first figures of a place on one wall, and whether they have changed.

A screen is told nothing but that its content is no longer the one it has (`events`); it then takes the page anew. So all
numbers come from the page, and the page's from where the page beside it has them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.directory.terms import DivisionRef
from haochaping.doors.board import figures, home, parts
from haochaping.doors.board.channels import channels
from haochaping.doors.board.parts import Part
from haochaping.doors.board.reviews import shown
from haochaping.doors.board.trends import months_to, trends
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public, reading
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.rules import figures_of
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period, local_day
from haochaping.publicity import queries as publicity
from haochaping.ui.moments import iso
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from django.http import HttpRequest

    from haochaping.doors.board.trends import Trend
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import Tally
    from haochaping.publicity.terms import PublishedReview
    from haochaping.ui.shapes import Figure

# What fits on a wall, in letters that are read from afar.
_ROWS = 6
_OF_ROWS = tuple(measure for measure in figures.OF_ROWS if measure.name != "active_reviews")
_DRAWN = {"by-month-bad_reviews", "by-month-participation_rate"}
_REPLIES = 3
_SHOWN = 60
# A browser asks again so long after an answer has ended; later where many ask already.
_AGAIN_MS, _LATER_MS = 2_000, 8_000
# Whoever asks is answered within milliseconds. Should the database be slow, screens take no more than half of a process's
# connections to it (settings: 8), and an eighth of its threads: the rest is for people.
_AT_ONCE = 4
_free = threading.BoundedSemaphore(_AT_ONCE)


@dataclass(frozen=True)
class Screen:
    """What was read for a screen; `here` is None where several divisions are at the top, or none has told anything.

    `paths` are those of the division, or of all at the top. `part` lists what lies inside, so much of it as fits; `more` says
    that there is more.
    """

    here: DivisionRef | None
    paths: Sequence[str]
    part: Part
    more: bool
    tallies: Mapping[Kind, Mapping[int, Tally]]
    held: Sequence[HeldPlace]
    replies: Sequence[PublishedReview]
    at: datetime

    @property
    def place(self) -> Place:
        """What the figures are about: everything where no single division is."""
        return Place(division_path=self.here.path) if self.here else Place()

    @cached_property
    def withheld(self) -> Mapping[str, str]:
        """What is not published of the place, by measure; of several divisions what is withheld at any of them."""
        return {name: rule for path in self.paths for name, rule in withheld_at(self.held, path).items()}

    @property
    def headlines(self) -> list[Figure]:
        """The first figures, as the page of the division has them; none where there is no single one."""
        if self.here is None:
            return []
        return figures.headlines(figures_of(self.tallies["division"][self.here.id], self.withheld))

    @property
    def rows(self) -> list[tuple[Link, list[Figure]]]:
        """What lies inside, each with its figures; a division leads on to its own screen, an agency to its page."""
        found = []
        for ref in self.part.refs:
            inner = isinstance(ref, DivisionRef)
            link = Link(ref.name, reverse("division_screen" if inner else "agency", args=[ref.code]))
            withheld = withheld_at(self.held, ref.path if isinstance(ref, DivisionRef) else self.paths[0])
            values = figures_of(self.tallies[self.part.kind][ref.id], withheld, _OF_ROWS)
            found.append((link, [figures.figure(value) for value in values]))
        return found

    @cached_property
    def seen(self) -> str:
        """A name for this content: another one once a figure, a name or a reply is another one, and on another day."""
        inside = [ref.path for ref in self.part.refs if isinstance(ref, DivisionRef)]
        told = (
            local_day(self.at),
            self.here,
            [(ref.code, ref.name) for ref in self.part.refs],
            # What a fold leaves as nought says nothing.
            [
                (kind, pk, sorted((part, n) for part, n in tally.items() if n))
                for kind, of_kind in sorted(self.tallies.items())
                for pk, tally in sorted(of_kind.items())
            ],
            [sorted(withheld_at(self.held, path).items()) for path in (*self.paths, *inside)],
            self.replies,
        )
        return blake2b(repr(told).encode(), digest_size=8).hexdigest()


def _everywhere(now: datetime) -> Screen:
    """The only division at the top that has told something, else all of them."""
    found = home.tops()
    if found.only:
        return _of(found.only, now)
    part = Part("division", gettext("Divisions at the top"), gettext("Division"), found.told[:_ROWS])
    paths, more = [top.path for top in found.told], len(found.told) > _ROWS
    return Screen(None, paths, part, more, {"division": found.tallies}, *_beside(""), now)


def _of(here: DivisionRef, now: datetime) -> Screen:
    """A division with the divisions below it, with its agencies where there are none."""
    both = parts.of_division(directory.inside(here.id, limit=_ROWS + 1))
    full = next((part for part in both if part.refs), both[0])
    part = Part(full.kind, full.caption, full.first, full.refs[:_ROWS])
    asked: dict[Kind, list[int]] = {"division": [here.id]}
    asked.setdefault(part.kind, []).extend(ref.id for ref in part.refs)
    more, tallies = len(full.refs) > _ROWS, insight.tally_of_each(asked)
    return Screen(here, [here.path], part, more, tallies, *_beside(here.path), now)


def _beside(path: str) -> tuple[list[HeldPlace], list[PublishedReview]]:
    return quality.withheld(Period()), publicity.newest_replies(path, limit=_REPLIES)


@public
@require_safe
@compressed
def everywhere(request: HttpRequest) -> HttpResponse:
    """The screen of the whole installation."""
    return _page(request, _everywhere(timezone.now()), reverse("screen_events"))


@public
@require_safe
@compressed
def division(request: HttpRequest, code: str) -> HttpResponse:
    """The screen of a division."""
    line = directory.line_of(code)
    if not line:
        said = gettext("There is no division with the code “{code}”.").format(code=code[:_SHOWN])
        return render(request, "board/unknown.html", {"sentence": said}, status=404)
    events = reverse("division_screen_events", args=[line[-1].code])
    return _page(request, _of(line[-1], timezone.now()), events)


def _page(request: HttpRequest, found: Screen, events: str) -> HttpResponse:
    today, here = local_day(found.at), found.here
    context = {
        "name": here.name if here else "",
        "page": reverse("division", args=[here.code]) if here else reverse("front"),
        "filter": f"?division={here.code}" if here else "",
        "headlines": found.headlines,
        "part": found.part,
        "columns": [(gettext(measure.label), figures.defined_at(measure.name)) for measure in _OF_ROWS],
        "rows": found.rows,
        "more": found.more,
        "replies": shown(found.replies),
        "as_of": found.at,
        "events": f"{events}?since={found.seen}",
    }
    if here or found.part.refs:
        context |= {
            "trends": [one for one in _months(found, today) if one.name in _DRAWN],
            "channels": channels(found.place, Period(), today, found.withheld),
        }
    return render(request, "board/screen.html", context)


def _months(found: Screen, today: date) -> list[Trend]:
    return trends(found.place, months_to(Period(), today), today, found.withheld)


@public(database=False)
@require_safe
def everywhere_events(request: HttpRequest) -> HttpResponse:
    """`GET /screen/events`: whether the screen of the whole installation is another one; see `_events`."""
    return _events(request, "")


@public(database=False)
@require_safe
def division_events(request: HttpRequest, code: str) -> HttpResponse:
    """`GET /divisions/CODE/screen/events`: the same of a division."""
    return _events(request, code)


def _events(request: HttpRequest, code: str) -> HttpResponse:
    """An event stream that ends at once: one event where the content is not `since`, else none (decision 0063).

    Where too many ask, the event `later` says that nothing was looked at.

    `Last-Event-ID`, which a browser sends when it asks again by itself, goes before `since`.
    """
    if not _free.acquire(blocking=False):
        return _stream(f"retry: {_LATER_MS}\nevent: later\ndata: {_LATER_MS}\n\n")
    try:
        with reading():
            found = _now(code)
    finally:
        _free.release()
    known = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    if found.seen == known:
        return _stream(f"retry: {_AGAIN_MS}\n: unchanged\n\n")
    told = msgspec.json.encode({"as_of": iso(found.at)}).decode()
    return _stream(f"retry: {_AGAIN_MS}\nid: {found.seen}\nevent: figures\ndata: {told}\n\n")


def _now(code: str) -> Screen:
    if not code:
        return _everywhere(timezone.now())
    line = directory.line_of(code)
    if not line:
        raise Http404
    return _of(line[-1], timezone.now())


def _stream(text: str) -> HttpResponse:
    """Nothing on the way may keep, change or compress it."""
    answer = HttpResponse(text, content_type="text/event-stream; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store, no-transform"
    return answer
