"""Figures of a division, an agency, a service item or a hall, and of the first three their reviews: one page, four ways to it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.directory.rules import code_of
from haochaping.directory.terms import DivisionRef
from haochaping.doors.board import channels, comparison, figures, parts, trends
from haochaping.doors.board.parts import Part
from haochaping.doors.board.publication import asked_glance, glance
from haochaping.doors.board.reviews import reviews_page
from haochaping.doors.board.samples import asked_again
from haochaping.doors.board.trends import months_to
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.measures import as_grades
from haochaping.doors.period import asked
from haochaping.doors.quality import checked
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import concerning, withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.rules import OF_HANDLING, figures_of, measures_of
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.refused import N_
from haochaping.postgres.together import Asked, together
from haochaping.supervision.queries import samples
from haochaping.ui.shapes import Figure, Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import AgencyRef, ItemRef, Ref
    from haochaping.doors.board.channels import Channels
    from haochaping.doors.board.trends import Trend
    from haochaping.doors.period import Asked as AskedPeriod
    from haochaping.exchange.quality.terms import HeldPlace, MonthRow
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import Measure, MeasureValue, Tally
    from haochaping.publicity.queries import Glance
    from haochaping.supervision.terms import PublishedDraw

_SHOWN = 60
# What is drawn level by level is made of these.
_LEVELS = {"active_reviews", "unverified_reviews"}
# What is made of a bad review, step by step: each out of the one before it.
_STEPS = (
    ("rectification_rate", N_("Work orders sent")),
    ("reopened_rate", N_("Answered at least once")),
    ("second_satisfaction", N_("Of these, the reviewer said whether it is solved")),
)
# All that is told here in figures, levels and sentences; the rest stands on a page of its own (`all_figures`).
_TOLD = {
    *figures.HEADLINES,
    *(name for name, _ in _STEPS),
    *(measure.name for measure in OF_HANDLING),
    *_LEVELS,
    "occurrences",
    "excluded_reviews",
}
# Where one is held against its like: of a hall, where it stands among those of its division.
_COMPARED = {"division", "hall"}


@dataclass(frozen=True, slots=True)
class Page:
    """What differs between the pages."""

    kind: Kind
    id: int
    code: str
    place: Place
    division_path: str
    name: str
    trail: list[Link]
    parts: list[Part] = field(default_factory=list)
    halls: list[Link] = field(default_factory=list)
    sampled: bool = False


@public
@require_safe
@compressed
def division(request: HttpRequest, code: str) -> HttpResponse:
    """A division with everything below it."""
    line, inside = directory.around(code, limit=parts.LISTED)
    if not line:
        return _unknown(request, gettext("There is no division with the code “{code}”."), code)
    found = line[-1]
    page = Page(
        "division",
        found.id,
        found.code,
        Place(division_path=found.path),
        found.path,
        found.name,
        _trail(line[:-1], found),
        parts.of_division(inside),
        parts.halls(inside),
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
    line = directory.ancestors(found.division_path)
    items = directory.items_of_agency(found.id, limit=parts.LISTED)
    page = Page(
        "agency",
        found.id,
        found.code,
        Place(agency_path=found.path),
        found.division_path,
        found.name,
        _trail(line, found),
        [Part("item", gettext("Service items"), gettext("Service item"), items)],
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
    line = directory.ancestors(agency.division_path)
    place, trail = Place(item_id=found.id), _trail([*line, agency], found)
    page = Page("item", found.id, found.code, place, agency.division_path, found.name, trail)
    return _page(request, page)


@public
@require_safe
@compressed
def hall(request: HttpRequest, code: str) -> HttpResponse:
    """A hall: what takes place in it, whosever the service; words stand with their items (decision 0064)."""
    found = directory.halls([code]).get(code)
    if found is None:
        return _unknown(request, gettext("There is no hall with the code “{code}”."), code)
    trail = _trail(directory.ancestors(found.division_path), found)
    place = Place(hall_id=found.id)
    return _page(request, Page("hall", found.id, found.code, place, found.division_path, found.name, trail))


def _page(request: HttpRequest, page: Page) -> HttpResponse:
    now = timezone.now()
    period = asked(request.GET, local_day(now))
    context: dict[str, object] = {"name": page.name, "trail": page.trail, "asked": period, "now": now}
    if period.period is None:
        return render(request, "board/place.html", context, status=422)
    return render(request, "board/place.html", context | _numbers(request, page, period, period.period, now))


@dataclass(frozen=True, slots=True)
class _Read:
    """What a page needs of many rooms; all of it is found with one question."""

    tally: Asked[Tally]
    held: Asked[list[HeldPlace]]
    held_in_months: Asked[list[HeldPlace]]
    months: Asked[dict[date, list[MeasureValue]]] | None
    days_of_channels: Period | None
    channels: Asked[dict[str, Tally]] | None
    inside: Asked[dict[Kind, dict[int, Tally]]] | None
    grades: Asked[list[MonthRow]] | None
    draws: Asked[list[PublishedDraw]] | None
    publication: Asked[Glance] | None

    @classmethod
    def of(cls, page: Page, period: Period, today: date) -> _Read:
        """Of a page whose months reach beyond its period, what is withheld in them is another question."""
        each, days = months_to(period, today), channels.days_of(page.place, period, today)
        held = quality.asked_withheld(period)
        beyond = each and (period.start or period.end)
        parts_of = {part.kind: [ref.id for ref in part.refs] for part in page.parts}
        found = cls(
            tally=insight.asked_tally(page.place, period, of=_told(page.place)),
            held=held,
            held_in_months=quality.asked_withheld(Period(min(each), each[max(each)].end)) if beyond else held,
            months=trends.asked_months(page.place, each) if each else None,
            days_of_channels=days,
            channels=channels.asked_channels(page.place, days, today) if days else None,
            inside=insight.asked_each(parts_of, period, of=figures.OF_ROWS) if parts_of else None,
            grades=quality.last_month_of(page.id, before=today) if page.kind == "division" else None,
            draws=samples.latest(page.place.division_path) if page.sampled else None,
            publication=asked_glance(page.place) if page.parts else None,
        )
        asked = (getattr(found, one.name) for one in fields(found))
        together(*dict.fromkeys(one for one in asked if isinstance(one, Asked)))
        return found


def _numbers(
    request: HttpRequest, page: Page, asked: AskedPeriod, period: Period, now: datetime
) -> dict[str, object]:
    today = local_day(now)
    read = _Read.of(page, period, today)
    tally, held = read.tally.answer, read.held.answer
    withheld = withheld_at(held, page.division_path)
    values = figures_of(tally, withheld, _told(page.place))
    by_level = not any(value.withheld for value in values if value.name in _LEVELS)
    return {
        "headlines": figures.headlines(values),
        "all_figures": reverse(f"{page.kind}_measures", args=[page.code]) + asked.query,
        "trends": _trends(page, read, today),
        "steps": _steps(values),
        "handling": [] if page.kind == "hall" else figures.handling(values),
        "checked": [checked(row) for row in concerning(held, page.division_path)],
        "by_level": by_level,
        "given": figures.levels(tally, active=True),
        "kept_apart": figures.levels(tally, active=False),
        "channels": _channels(read, withheld) if by_level else None,
        "sources": figures.sources(tally),
        "excluded": figures.excluded(tally),
        "tables": _tables(page, read, asked),
        "halls": page.halls,
        "kind": page.kind,
        "halls_page": reverse("division_halls", args=[page.code]) if page.kind == "division" else "",
        "filter": f"{page.kind}={quote(page.code)}",
        "as_of": now,
        "profile": reverse(f"{page.kind}_profile", args=[page.code]),
        "grades": as_grades(read.grades.answer) if read.grades else [],
        "comparison": comparison.address(page.division_path) if page.kind in _COMPARED else "",
        "screen": reverse("division_screen", args=[page.code]) if page.kind == "division" else "",
        **(asked_again(read.draws.answer) if read.draws else {}),
        **(glance(read.publication.answer) if read.publication else {}),
        "publication_page": reverse("publication", args=[code_of(page.division_path)]),
    } | ({} if page.kind == "hall" else reviews_page(request, page.place))


def _told(place: Place) -> list[Measure]:
    """The measures of a place that its page tells."""
    return [measure for measure in measures_of(place) if measure.name in _TOLD]


def _trends(page: Page, read: _Read, today: date) -> list[Trend]:
    if read.months is None:
        return []
    return trends.drawn(
        read.months.answer, today, withheld_at(read.held_in_months.answer, page.division_path)
    )


def _channels(read: _Read, withheld: Mapping[str, str]) -> Channels | None:
    if read.channels is None or read.days_of_channels is None:
        return None
    return channels.told(read.days_of_channels, read.channels.answer, withheld)


def _tables(page: Page, read: _Read, asked: AskedPeriod) -> list[parts.Table]:
    """The tables of what lies inside, with what is counted of each."""
    inside = read.inside.answer if read.inside else {}
    return parts.tables(
        page.parts, inside, page.division_path, read.held.answer, asked.query, with_boards=False
    )


def _steps(values: Sequence[MeasureValue]) -> list[Figure]:
    """How far bad reviews of the days came: sent out, answered, judged by their reviewers, called solved."""
    by_name = {value.name: value for value in values}
    steps = [
        Figure(
            gettext(label), by_name[name].denominator or 0, withheld=figures.figure(by_name[name]).withheld
        )
        for name, label in _STEPS
    ]
    solved = by_name["second_satisfaction"]
    return [*steps, Figure(gettext(solved.label), solved.numerator, withheld=figures.figure(solved).withheld)]


def _trail(
    above: Sequence[DivisionRef | AgencyRef], here: Ref | DivisionRef | AgencyRef | ItemRef
) -> list[Link]:
    return [Link(gettext("Front page"), reverse("front")), *map(_link, above), Link(here.name)]


def _link(ref: DivisionRef | AgencyRef) -> Link:
    kind = "division" if isinstance(ref, DivisionRef) else "agency"
    return Link(ref.name, reverse(kind, args=[ref.code]))


def _unknown(request: HttpRequest, sentence: str, code: str) -> HttpResponse:
    return render(
        request, "board/unknown.html", {"sentence": sentence.format(code=code[:_SHOWN])}, status=404
    )
