"""`/divisions/<code>/comparison`: governments, departments and items of one national code beside their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.directory.rules import code_of
from haochaping.doors import compared
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.paging import page_number
from haochaping.exchange.quality import queries as quality
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import DivisionRef


@public
@require_safe
@compressed
def division(request: HttpRequest, code: str) -> HttpResponse:
    """The newest comparisons of a division, or with `group` that of the items of one national code."""
    found = directory.division(code)
    if found is None:
        raise Http404
    number, stem = page_number(request.GET.get("page", "")), request.GET.get("group", "").strip()
    kept = compared.newest(found.id, stem)
    if stem and not kept:
        raise Http404
    here = reverse("division_comparison", args=[found.code])
    held = quality.withheld(compared.period_of(kept[0])) if kept else []
    listed = [] if stem else compared.items(found.id, f"{here}?", number)
    context = {
        "name": found.name,
        "trail": _trail(found, stem, here),
        "shown": compared.shown(kept, found.path, number, held=held),
        "items": listed,
        "now": timezone.now(),
        **compared.pager(kept, listed, number, {"group": stem}),
    }
    return render(request, "board/comparison.html", context)


def address(division_path: str) -> str:
    """Where a division's comparisons are."""
    return reverse("division_comparison", args=[code_of(division_path)])


def _trail(division: DivisionRef, stem: str, here: str) -> list[Link]:
    above = [
        Link(ref.name, reverse("division", args=[ref.code])) for ref in directory.ancestors(division.path)
    ]
    title = gettext("Fair comparison")
    return [
        Link(gettext("Front page"), reverse("front")),
        *above,
        *([Link(title, here), Link(gettext("One item"))] if stem else [Link(title)]),
    ]
