"""Figures and reviews of a division, an agency, a service item: one page, three ways to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.directory.terms import DivisionRef
from haochaping.doors.board import comparison, figures
from haochaping.doors.board.exports import FORMS
from haochaping.doors.board.publication import glance
from haochaping.doors.board.reviews import reviews_page
from haochaping.doors.board.samples import asked_again
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.measures import grades_of
from haochaping.doors.period import asked
from haochaping.doors.quality import checked
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import concerning, withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.periods import local_day
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import AgencyRef, ItemRef
    from haochaping.doors.period import Asked
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import Tally
    from haochaping.kernel.periods import Period
    from haochaping.ui.shapes import Column

    type Ref = DivisionRef | AgencyRef | ItemRef

_LISTED = 200
_SHOWN = 60
# What is drawn level by level is made of these.
_LEVELS = {"active_reviews", "unverified_reviews"}


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the places inside one."""

    kind: Kind
    caption: str
    first: str
    refs: Sequence[Ref]


@dataclass(frozen=True, slots=True)
class Table:
    """Such a table worked out."""

    caption: str
    columns: list[Column]
    rows: list[list[str | int | Link]]


@dataclass(frozen=True, slots=True)
class Page:
    """What differs between the three pages."""

    kind: Kind
    id: int
    code: str
    place: Place
    division_path: str
    division_code: str
    name: str
    trail: list[Link]
    parts: list[Part] = field(default_factory=list)
    sampled: bool = False


@public
@require_safe
@compressed
def division(request: HttpRequest, code: str) -> HttpResponse:
    """A division with everything below it."""
    found = directory.division(code)
    if found is None:
        return _unknown(request, gettext("There is no division with the code “{code}”."), code)
    above = directory.ancestors(found.path)
    parts = [
        Part("division", gettext("Divisions below"), gettext("Division"), directory.children(found.id)),
        Part(
            "agency",
            gettext("Agencies of this division"),
            gettext("Agency"),
            directory.agencies_of(found.id, limit=_LISTED),
        ),
    ]
    page = Page(
        "division",
        found.id,
        found.code,
        Place(division_path=found.path),
        found.path,
        found.code,
        found.name,
        _trail(above[:-1], found),
        parts,
        sampled=True,
    )
    return _page(request, page)


@public
@require_safe
@compressed
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """An agency with those below it."""
    found = directory.agencies([code]).get(code)
    if found is None:
        return _unknown(request, gettext("There is no agency with the code “{code}”."), code)
    division_of = directory.division_by_id(found.division_id)
    trail = _trail(directory.ancestors(division_of.path), found)
    items = directory.items_of_agency(found.id, limit=_LISTED)
    parts = [Part("item", gettext("Service items"), gettext("Service item"), items)]
    division, of = division_of.path, division_of.code
    page = Page(
        "agency", found.id, found.code, Place(agency_path=found.path), division, of, found.name, trail, parts
    )
    return _page(request, page)


@public
@require_safe
@compressed
def item(request: HttpRequest, code: str) -> HttpResponse:
    """A service item as one agency carries it out."""
    found = directory.items([code]).get(code)
    if found is None:
        return _unknown(request, gettext("There is no service item with the code “{code}”."), code)
    agency = directory.agency_by_id(found.agency_id)
    division_of = directory.division_by_id(agency.division_id)
    path, of = division_of.path, division_of.code
    above: list[Ref] = [*directory.ancestors(path), agency]
    place, trail = Place(item_id=found.id), _trail(above, found)
    page = Page("item", found.id, found.code, place, path, of, found.name, trail)
    return _page(request, page)


def _page(request: HttpRequest, page: Page) -> HttpResponse:
    now = timezone.now()
    period = asked(request.GET, local_day(now))
    context: dict[str, object] = {"name": page.name, "trail": page.trail, "asked": period, "now": now}
    if period.period is None:
        return render(request, "board/place.html", context, status=422)
    return render(request, "board/place.html", context | _numbers(request, page, period, period.period, now))


def _numbers(
    request: HttpRequest, page: Page, asked: Asked, period: Period, now: datetime
) -> dict[str, object]:
    tallies = _tallies(page, period)
    tally = tallies[page.kind][page.id]
    held = quality.withheld(period)
    values = figures.measures_of(tally, withheld_at(held, page.division_path))
    by_level = not any(value.withheld for value in values if value.name in _LEVELS)
    return {
        "headlines": figures.headlines(values),
        "measures": [figures.figure(value, explained=True) for value in values],
        "handling": figures.handling(values),
        "checked": [checked(row) for row in concerning(held, page.division_path)],
        "by_level": by_level,
        "given": figures.levels(tally, active=True),
        "kept_apart": figures.levels(tally, active=False),
        "sources": figures.sources(tally),
        "excluded": figures.excluded(tally),
        "tables": [_table(part, tallies[part.kind], page, asked, held) for part in page.parts if part.refs],
        "as_of": now,
        "files": _files(page, asked),
        "rows": f"?{urlencode({page.kind: page.code} | asked.days)}",
        "grades": grades_of(page.id, now) if page.kind == "division" else [],
        "comparison": comparison.address(page.place.division_path) if page.kind == "division" else "",
        **(asked_again(page.place.division_path) if page.sampled else {}),
        **(glance(page.place) if page.parts else {}),
        "publication_page": reverse("publication", args=[page.division_code]),
    } | reviews_page(request, page.place)


def _files(page: Page, asked: Asked) -> list[Link]:
    """The figures of the page to take away."""
    return [
        Link(form.upper(), reverse(f"{page.kind}_file", args=[page.code, form]) + asked.query)
        for form in FORMS
    ]


def _tallies(page: Page, period: Period) -> dict[Kind, dict[int, Tally]]:
    """What is counted for the place and for those inside it, by kind and id."""
    asked: dict[Kind, list[int]] = {page.kind: [page.id]}
    for part in page.parts:
        asked.setdefault(part.kind, []).extend(ref.id for ref in part.refs)
    return insight.tally_of_each(asked, period)


def _table(
    part: Part, tallies: Mapping[int, Tally], page: Page, asked: Asked, held: Sequence[HeldPlace]
) -> Table:
    rows = []
    for ref in part.refs:
        path = ref.path if isinstance(ref, DivisionRef) else page.division_path
        link = Link(ref.name, reverse(part.kind, args=[ref.code]) + asked.query)
        rows.append(figures.row(link, tallies[ref.id], withheld_at(held, path)))
    return Table(part.caption, figures.columns(part.first), rows)


def _trail(above: Sequence[Ref], here: Ref) -> list[Link]:
    kinds = {"DivisionRef": "division", "AgencyRef": "agency"}
    steps = [Link(ref.name, reverse(kinds[type(ref).__name__], args=[ref.code])) for ref in above]
    return [Link(gettext("Front page"), reverse("front")), *steps, Link(here.name)]


def _unknown(request: HttpRequest, sentence: str, code: str) -> HttpResponse:
    return render(
        request, "board/unknown.html", {"sentence": sentence.format(code=code[:_SHOWN])}, status=404
    )
