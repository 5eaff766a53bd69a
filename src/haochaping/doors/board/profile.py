"""`…/profile`: a division, an agency, an item or a hall in full (立体画像), beside its like and what it is part of.

Of whole months, so that its figures are those of the unit's own page for the same days. What is compared was kept (decision
0053), what is said of single reviews is the newest of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.directory.matching import base_code
from haochaping.doors import compared
from haochaping.doors.board import alike, figures
from haochaping.doors.board.channels import channels
from haochaping.doors.board.reviews import shown
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.quality import checked
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import concerning, withheld_at
from haochaping.insight import comparison_queries as comparisons
from haochaping.insight import queries as insight
from haochaping.insight.rules import figures_of, measures_of
from haochaping.insight.terms import FactKind, Place
from haochaping.kernel.periods import Period, local_day, months_after
from haochaping.publicity import queries as publicity
from haochaping.supervision.rules import last_day_of, last_month
from haochaping.ui.shapes import Column, Levels, Link, Pile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import DivisionRef
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.comparison.terms import AmongLike
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import MeasureValue, Tally

_MONTHS = 12
_REVIEWS = 5
# What is drawn level by level, and day by day, is made of these.
_LEVELS = {"active_reviews", "unverified_reviews"}
_DAYS = {"completed_cases", "average_days_taken"}
# Working days in parts that are told apart; the last one is open.
_PARTS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 40))


@dataclass(frozen=True, slots=True)
class Whole:
    """What a unit is part of."""

    kind: Kind
    id: int
    code: str
    name: str
    division_path: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom a profile is: the unit, its figures' place, what it is part of, and the way to it."""

    unit: alike.Unit
    kind: Kind
    code: str
    place: Place
    whole: Whole | None
    above: Sequence[Link]


@public
@require_safe
@compressed
def division(request: HttpRequest, code: str) -> HttpResponse:
    """A division ("government") with everything below it."""
    line = directory.line_of(code)
    if not line:
        raise Http404
    found = line[-1]
    unit = alike.Unit("division", found.id, found.name, found.path, line)
    whole = _of_division(line[-2]) if line[1:] else None
    place = Place(division_path=found.path)
    return _page(request, Subject(unit, "division", found.code, place, whole, _links(line[:-1])))


@public
@require_safe
@compressed
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """An agency with those below it."""
    found = directory.agencies([code]).get(code)
    if found is None:
        raise Http404
    line = directory.ancestors(found.division_path)
    unit = alike.Unit("agency", found.id, found.name, found.division_path, line)
    place = Place(agency_path=found.path)
    return _page(request, Subject(unit, "agency", found.code, place, _of_division(line[-1]), _links(line)))


@public
@require_safe
@compressed
def item(request: HttpRequest, code: str) -> HttpResponse:
    """A service item as one agency carries it out."""
    found = directory.items([code]).get(code)
    if found is None:
        raise Http404
    by = directory.agency_by_id(found.agency_id)
    line = directory.ancestors(by.division_path)
    unit = alike.Unit("item", found.id, found.name, by.division_path, line, base_code(found.code))
    whole = Whole("agency", by.id, by.code, by.name, by.division_path)
    above = [*_links(line), Link(by.name, reverse("agency", args=[by.code]))]
    return _page(request, Subject(unit, "item", found.code, Place(item_id=found.id), whole, above))


@public
@require_safe
@compressed
def hall(request: HttpRequest, code: str) -> HttpResponse:
    """A hall: all that took place in it, whosever the service."""
    found = directory.halls([code]).get(code)
    if found is None:
        raise Http404
    line = directory.ancestors(found.division_path)
    unit = alike.Unit("hall", found.id, found.name, found.division_path, line)
    place = Place(hall_id=found.id)
    return _page(request, Subject(unit, "hall", found.code, place, _of_division(line[-1]), _links(line)))


def _page(request: HttpRequest, subject: Subject) -> HttpResponse:
    unit, now = subject.unit, timezone.now()
    kept = comparisons.history(unit.kind, unit.id, [ref.id for ref in unit.line], unit.stem, limit=alike.KEPT)
    mine = alike.own(kept, unit.line)
    period = compared.period_of(mine[0]) if mine else _whole_months(local_day(now))
    held = quality.withheld(period)
    groups = alike.groups(unit, mine)
    last = (period.end or local_day(now)).replace(day=1)
    among = comparisons.among(groups, last) if groups else {}
    same_days = _address(subject.kind, subject.code, period)
    inside_columns, inside_rows = alike.inside(_lying_in(unit, among, last), same_days, held)
    context = {
        "name": unit.name,
        "kind": subject.kind,
        "trail": _trail(subject),
        "period": period,
        "now": now,
        "same_days": same_days,
        "code": subject.code,
        "beside": alike.beside(unit, kept, among, held),
        "inside_columns": inside_columns,
        "inside_rows": inside_rows,
        "checked": [checked(row) for row in concerning(held, unit.division_path)],
        **_numbers(subject, period, withheld_at(held, unit.division_path), held, now),
        **_said(subject),
    }
    return render(request, "board/profile.html", context)


def _lying_in(
    unit: alike.Unit, among: Mapping[tuple[int, str], Sequence[AmongLike]], last: date
) -> dict[str, Sequence[AmongLike]]:
    """What lies in a division or an agency and was compared, by kind."""
    if unit.kind == "division":
        return {kind: among.get((unit.id, kind), []) for kind in ("division", "agency")}
    if unit.kind == "agency":
        return {"item": comparisons.among_items(unit.id, [ref.id for ref in unit.line], last)}
    return {}


def _numbers(
    subject: Subject,
    period: Period,
    withheld: Mapping[str, str],
    held: Sequence[HeldPlace],
    now: datetime,
) -> dict[str, object]:
    """The figures of the unit, and those of what it is part of."""
    whole, tallies = subject.whole, _tallies(subject, period)
    tally = tallies[subject.kind][subject.unit.id]
    of = measures_of(subject.place)
    values = figures_of(tally, withheld, of)
    by_level = _are_told(values, _LEVELS)
    columns, rows = [Column(gettext("Measure")), Column(subject.unit.name, numeric=True)], [values]
    levels = [Levels(subject.unit.name, figures.levels(tally, active=True))] if by_level else []
    if whole:
        of_whole = tallies[whole.kind][whole.id]
        rows.append(figures_of(of_whole, withheld_at(held, whole.division_path), of))
        columns.append(Column(whole.name, numeric=True, href=_address(whole.kind, whole.code, period)))
        if _are_told(rows[1], _LEVELS):
            levels.append(Levels(whole.name, figures.levels(of_whole, active=True)))
    return {
        "headlines": figures.headlines(values),
        "values": values,
        "whole": whole,
        "columns": columns,
        "rows": [
            [Link(gettext(line[0].label), figures.defined_at(line[0].name)), *map(figures.cell, line)]
            for line in zip(*rows, strict=True)
        ],
        "levels": levels,
        "by_level": by_level,
        "channels": channels(subject.place, period, local_day(now), withheld) if by_level else None,
        "days_taken": _days_taken(tally) if _are_told(values, _DAYS) else [],
    }


def _tallies(subject: Subject, period: Period) -> dict[Kind, dict[int, Tally]]:
    asked: dict[Kind, list[int]] = {subject.kind: [subject.unit.id]}
    if subject.whole:
        asked.setdefault(subject.whole.kind, []).append(subject.whole.id)
    return insight.tally_of_each(asked, period)


def _are_told(values: Sequence[MeasureValue], names: set[str]) -> bool:
    return not any(value.withheld for value in values if value.name in names)


def _days_taken(tally: Tally) -> list[Pile]:
    """How many completed cases took how many working days; nothing where it is told of none."""
    days: Counter[int] = Counter()
    for (kind, level, _), n in tally.items():
        if kind == FactKind.TOOK:
            days[level] += n
    if not sum(days.values()):
        return []
    found = [
        Pile(f"{first}" if first == last else f"{first}–{last}", _between(days, first, last))
        for first, last in _PARTS
    ]
    beyond = _PARTS[-1][1]
    more = sum(n for taken, n in days.items() if taken > beyond)
    return [*found, Pile(gettext("{days} and more").format(days=beyond + 1), more)]


def _between(days: Counter[int], first: int, last: int) -> int:
    return sum(days[taken] for taken in range(first, last + 1))


def _said(subject: Subject) -> dict[str, object]:
    """The newest reviews with what became of them, and where there are more; reviews are in no list by hall."""
    if subject.kind == "hall":
        return {"reviews": None}
    fields: dict[str, str] = {subject.kind: subject.code}
    query = f"?{urlencode(fields)}"
    return {
        "reviews": shown(publicity.published(subject.place, limit=_REVIEWS)),
        "all_reviews": reverse("reviews") + query,
        "reasons": reverse("hot_reasons") + query,
    }


def _whole_months(today: date) -> Period:
    last = last_month(today)
    return Period(months_after(last, 1 - _MONTHS), last_day_of(last))


def _address(kind: Kind, code: str, period: Period) -> str:
    days = {"from": str(period.start), "to": str(period.end)}
    return f"{reverse(kind, args=[code])}?{urlencode(days)}"


def _of_division(ref: DivisionRef) -> Whole:
    return Whole("division", ref.id, ref.code, ref.name, ref.path)


def _links(line: Sequence[DivisionRef]) -> list[Link]:
    return [Link(ref.name, reverse("division", args=[ref.code])) for ref in line]


def _trail(subject: Subject) -> list[Link]:
    here = Link(subject.unit.name, reverse(subject.kind, args=[subject.code]))
    return [
        Link(gettext("Front page"), reverse("front")),
        *subject.above,
        here,
        Link(gettext("Full profile")),
    ]
