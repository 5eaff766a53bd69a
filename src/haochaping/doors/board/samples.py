"""`/samples`: what people say when they are asked again, beside what was recorded; and how they were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.doors.board.terms import BAD_MONTH
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.paging import LAST_PAGE, page_number
from haochaping.kernel.refused import Complaint
from haochaping.supervision.queries import samples
from haochaping.supervision.rules import last_day, list_text
from haochaping.supervision.terms import KIND_LABELS, LEAST_COUNTS, LEAST_RATES, DrawMethod, Shown
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from haochaping.supervision.terms import PublishedDraw, SampleResult, Share

_TYPED = 40
_ON_PAGE = 20


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of a result in words; empty where there are too few answers."""

    reported: str = ""
    again: str = ""
    gap: str = ""
    denied: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A draw as the page shows it."""

    place: Link
    kind: str
    published: PublishedDraw
    last_day: date
    few: bool
    counts: bool
    shares: Shares
    tickets: str


@public
@require_safe
@compressed
def page(request: HttpRequest) -> HttpResponse:
    """The draws of a month, the newest unless another is asked for, a page at a time."""
    typed, months = request.GET.get("month", "").strip()[:_TYPED], samples.months()
    try:
        chosen = date.fromisoformat(f"{typed}-01") if typed else next(iter(months), None)
    except ValueError:
        context = {"months": months, "sentences": [say(Complaint(BAD_MONTH, "month", {"value": typed}))]}
        return render(request, "board/samples.html", context, status=422)
    number = page_number(request.GET.get("page", ""))
    start = (number - 1) * _ON_PAGE
    found = samples.published(chosen, part=slice(start, start + _ON_PAGE + 1)) if chosen else []
    more = len(found) > _ON_PAGE and number < LAST_PAGE
    context = {
        "months": months,
        "month": chosen,
        "lines": [_line(one) for one in found[:_ON_PAGE]],
        "page": number,
        "previous": _address(request, number - 1) if number > 1 else "",
        "next": _address(request, number + 1) if more else "",
        "least_counts": LEAST_COUNTS,
        "least_rates": LEAST_RATES,
    }
    return render(request, "board/samples.html", context)


def _address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@public
@require_safe
def tickets(_request: HttpRequest, code: str, month: str, kind: str) -> HttpResponse:
    """The list of a draw as a file, for whoever wants to draw again."""
    try:
        listed = samples.draw_list(code, date.fromisoformat(f"{month}-01"), kind)
    except ValueError:
        listed = None
    if listed is None:
        raise Http404
    return HttpResponse(
        list_text(listed),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="samples-{code}-{month}-{kind}.txt"'},
    )


def asked_again(found: Sequence[PublishedDraw]) -> dict[str, object]:
    """The newest results of a division and those next below: reported satisfaction beside that of whoever was asked again."""
    return {
        "sampled": found[0].draw.month if found else None,
        "gaps": [_line(one) for one in found if one.result is not None],
    }


def _line(one: PublishedDraw) -> Line:
    return Line(
        place=Link(one.division_name, reverse("division", args=[one.division_code])),
        kind=gettext(KIND_LABELS[one.draw.kind]),
        published=one,
        last_day=last_day(one.draw.month),
        few=one.result is not None and one.result.shown == Shown.NOTHING,
        counts=one.result is not None and one.result.shown != Shown.NOTHING,
        shares=_shares(one.result) if one.result else Shares(),
        tickets=_tickets_at(one) if one.draw.method == DrawMethod.BY_TICKET else "",
    )


def _tickets_at(one: PublishedDraw) -> str:
    return reverse("sample_tickets", args=[one.division_code, f"{one.draw.month:%Y-%m}", one.draw.kind.value])


def _shares(result: SampleResult) -> Shares:
    gap = denied = ""
    if result.gap is not None and result.gap_low is not None and result.gap_high is not None:
        gap = gettext("{gap} points ({low} to {high})").format(
            gap=_points(result.gap), low=_points(result.gap_low), high=_points(result.gap_high)
        )
    if result.denied and result.denial_bound is not None:
        denied = gettext("{share} ({numerator}/{denominator}), at most {bound}").format(
            share=_percent(result.denied.value),
            numerator=result.denied.numerator,
            denominator=result.denied.denominator,
            bound=_percent(result.denial_bound),
        )
    return Shares(_share(result.reported), _interval(result.again), gap, denied)


def _share(share: Share | None) -> str:
    if share is None:
        return ""
    return gettext("{share} ({numerator}/{denominator})").format(
        share=_percent(share.value), numerator=share.numerator, denominator=share.denominator
    )


def _interval(share: Share | None) -> str:
    if share is None:
        return ""
    return gettext("{share}, between {low} and {high}").format(
        share=_share(share), low=_percent(share.low), high=_percent(share.high)
    )


def _percent(value: float) -> str:
    return f"{value * 100:.1f}%"


def _points(value: float) -> str:
    return f"{value * 100:+.1f}"
