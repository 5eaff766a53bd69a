"""The front page, and the pages that explain: measures, promises, components."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.doors.board import home
from haochaping.doors.board.reviews import shown
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.exchange.quality import queries as quality
from haochaping.identity import queries as identity
from haochaping.insight.rules import MEASURES
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.ratios import MINIMUM_N
from haochaping.publicity import queries as publicity
from haochaping.ui import gallery as parts

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_NEWEST = 6


@public
@require_safe
@compressed
def front(request: HttpRequest) -> HttpResponse:
    """What this is, the ways in, the first figures and what they are made of. With `q` the search has moved."""
    if "q" in request.GET:
        return redirect(f"{reverse('search')}?{urlencode({'q': request.GET['q']})}", permanent=True)
    found, held, now = home.tops(), quality.withheld(Period()), timezone.now()
    context = {
        "tops": home.headlines(found, held),
        "silent": [home.link_to(top) for top in found.silent],
        "results": home.link_to(found.only).href if found.only else "#results",
        "reviews": shown(publicity.published(Place(), limit=_NEWEST)),
        "as_of": now,
        **home.everything(found, held, local_day(now)),
    }
    return render(request, "board/front.html", context)


@public
@require_safe
@compressed
def definitions(request: HttpRequest) -> HttpResponse:
    """What each published number counts, divides by and leaves out."""
    rows = [
        {
            "name": measure.name,
            "label": gettext(measure.label),
            "numerator": gettext(measure.counts),
            "denominator": gettext(measure.out_of) if measure.denominator else "",
            "exclusions": [gettext(part) for part in measure.exclusions],
            "unit": gettext(measure.unit),
            "day": gettext(measure.day),
            "at_least": measure.at_least,
            "is_average": measure.squares is not None,
            "source": measure.source,
        }
        for measure in MEASURES
    ]
    return render(request, "board/measures.html", {"measures": rows, "minimum": MINIMUM_N})


@public
@require_safe
@compressed
def about(request: HttpRequest) -> HttpResponse:
    """What is promised to people who review, and where to turn when it is not kept."""
    return render(request, "board/about.html", {"openings": identity.openings_by_year()})


@public(database=False)
@require_safe
@compressed
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "ui/gallery.html", parts.context())
