"""`…/measures` of a division, an agency, an item or a hall: all its figures, what each is made of and what is not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.doors.board import figures
from haochaping.doors.board.exports import FORMS
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.measures import spot_of
from haochaping.doors.period import asked
from haochaping.doors.quality import checked
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import concerning, withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.rules import figures_of, measures_of
from haochaping.kernel.periods import local_day
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.measures import Kind, Spot
    from haochaping.doors.period import Asked
    from haochaping.kernel.periods import Period


@public
@require_safe
@compressed
def page(request: HttpRequest, kind: Kind, code: str) -> HttpResponse:
    """The figures of the days `from` to `to`, the same as in the files beside them."""
    spot = spot_of(kind, code)
    if spot is None:
        raise Http404
    now = timezone.now()
    period = asked(request.GET, local_day(now))
    context: dict[str, object] = {"name": spot.name, "trail": _trail(spot), "asked": period, "now": now}
    if period.period is None:
        return render(request, "board/all_figures.html", context, status=422)
    return render(request, "board/all_figures.html", context | _figures(spot, period, period.period))


def _figures(spot: Spot, asked: Asked, period: Period) -> dict[str, object]:
    of, held = measures_of(spot.place), quality.withheld(period)
    values = figures_of(insight.tally(spot.place, period, of=of), withheld_at(held, spot.division_path), of)
    return {
        "measures": [figures.figure(value, explained=True) for value in values],
        "checked": [checked(row) for row in concerning(held, spot.division_path)],
        "files": [
            Link(form.upper(), reverse(f"{spot.kind}_file", args=[spot.code, form]) + asked.query)
            for form in FORMS
        ],
        "rows": f"?{urlencode({spot.kind: spot.code} | asked.days)}",
    }


def _trail(spot: Spot) -> list[Link]:
    above = [
        Link(ref.name, reverse("division", args=[ref.code]))
        for ref in directory.ancestors(spot.division_path)
    ]
    itself = [] if spot.kind == "division" else [Link(spot.name, reverse(spot.kind, args=[spot.code]))]
    return [Link(gettext("Front page"), reverse("front")), *above, *itself, Link(gettext("All figures"))]
