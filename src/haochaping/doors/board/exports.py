"""The figures of a division, an agency, an item or a hall as a file for everybody: CSV and JSON, the same as the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.doors.measures import COLUMNS, lines, spot_of, told
from haochaping.doors.period import asked
from haochaping.doors.sheets import csv_answer
from haochaping.kernel.periods import local_day

if TYPE_CHECKING:
    from django.http import HttpRequest

    from haochaping.doors.measures import Kind

FORMS = ("csv", "json")


@public
@require_safe
@compressed
def division(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """`GET /divisions/CODE/measures.csv` and `.json`: all figures of the days `from` to `to`."""
    return _file(request, "division", code, form)


@public
@require_safe
@compressed
def agency(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The same of an agency."""
    return _file(request, "agency", code, form)


@public
@require_safe
@compressed
def item(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The same of a service item."""
    return _file(request, "item", code, form)


@public
@require_safe
@compressed
def hall(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The same of what takes place in a hall."""
    return _file(request, "hall", code, form)


def _file(request: HttpRequest, kind: Kind, code: str, form: str) -> HttpResponse:
    now = timezone.now()
    period, spot = asked(request.GET, local_day(now)).period, spot_of(kind, code)
    if spot is None or period is None or form not in FORMS:
        raise Http404
    found = told(spot, period, now)
    if form == "csv":
        return csv_answer("measures.csv", [gettext(title) for title in COLUMNS], lines(found))
    answer = HttpResponse(msgspec.json.encode(found), content_type="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
