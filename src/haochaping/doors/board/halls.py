"""`/divisions/<code>/halls`: the halls of a division and of those next below it, each with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.doors.board import comparison, figures, parts
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.paging import page_number
from haochaping.doors.period import asked
from haochaping.exchange.quality import queries as quality
from haochaping.insight import queries as insight
from haochaping.kernel.periods import local_day
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import DivisionRef
    from haochaping.doors.period import Asked
    from haochaping.kernel.periods import Period

# A table of more would take a page's 50 ms.
_ON_PAGE = 100


@public
@require_safe
@compressed
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of each hall, and their boards; the same as on the page of each."""
    line = directory.line_of(code)
    if not line:
        raise Http404
    now = timezone.now()
    period = asked(request.GET, local_day(now))
    here = line[-1]
    context: dict[str, object] = {"name": here.name, "trail": _trail(line), "asked": period, "now": now}
    if period.period is None:
        return render(request, "board/halls.html", context, status=422)
    number = page_number(request.GET.get("page", ""))
    shown = _tables(here, period, period.period, number, now)
    return render(request, "board/halls.html", context | shown)


def _tables(here: DivisionRef, asked: Asked, period: Period, number: int, now: datetime) -> dict[str, object]:
    found = directory.halls_beside(here.id, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    listed, more = found[:_ON_PAGE], len(found) > _ON_PAGE
    halls = parts.Part(
        "hall", gettext("Service halls"), gettext("Service hall"), listed, figures.OF_HALL_ROWS
    )
    tallies = insight.tally_of_each({"hall": [hall.id for hall in listed]}, period)
    query = asked.query + ("&" if asked.query else "?")
    return {
        "tables": parts.tables([halls], tallies, here.path, quality.withheld(period), asked.query),
        "comparison": comparison.address(here.path),
        "as_of": now,
        "page": number,
        "previous": f"{query}page={number - 1}" if number > 1 else "",
        "next": f"{query}page={number + 1}" if more else "",
    }


def _trail(line: list[DivisionRef]) -> list[Link]:
    above = [Link(one.name, reverse("division", args=[one.code])) for one in line]
    return [Link(gettext("Front page"), reverse("front")), *above, Link(gettext("Service halls"))]
