"""`/oversight/comparison/`: the public comparisons of one's own divisions, with what is withheld and how likely it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.doors import compared
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.figure_places import asked_place
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import DivisionRef

_HERE = "oversight_comparison"


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The newest comparisons of a division of one's own, or with `group` that of the items of one national code."""
    where = asked_place(request.GET, actor_of(request))
    division_id = where.id if where.here.kind == "division" else 0
    number, stem = page_number(request.GET.get("page", "")), request.GET.get("group", "").strip()
    kept = compared.newest(division_id, stem) if division_id else []
    if stem and not kept:
        raise Http404
    here = reverse(_HERE)
    below = _below(division_id) if where.here.kind == "division" else []
    own = f"{here}?division={where.here.code}&"
    listed = compared.items(division_id, own, number) if division_id and not stem else []
    context = {
        "name": where.here.name,
        "trail": [
            *(Link(step.name, f"{here}?division={step.code}") for step in where.above),
            Link(where.here.name),
        ],
        "shown": compared.shown(kept, where.place.division_path, number, inside=True),
        "items": listed,
        "below": [Link(ref.name, f"{here}?division={ref.code}") for ref in below],
        "now": timezone.now(),
        **compared.pager(kept, listed, number, {"division": where.here.code, "group": stem}),
    }
    return oversight_page(request, "oversight/comparison.html", context, here=_HERE)


def _below(division_id: int) -> list[DivisionRef]:
    return directory.children(division_id) if division_id else directory.top_divisions()
