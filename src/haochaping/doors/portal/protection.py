"""`/protection/<receipt>`: what came of a report of a disadvantage, for whoever holds its number, and for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.doors.gate import public
from haochaping.doors.origin import network_asked_from
from haochaping.doors.private_page import private_page, see_other
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.kernel.refused import N_, Refused
from haochaping.supervision import queries
from haochaping.supervision.terms import REPORT_ASKED_TOO_OFTEN, REPORT_RECEIPT_UNKNOWN, ReportState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_ASKED_AT_MOST, _HOUR = 60, 3600
_STATES = {
    ReportState.OPEN: N_("The office has your report and has not begun yet"),
    ReportState.LOOKED_INTO: N_("The office is looking into it"),
    ReportState.CLOSED: N_("The office has finished"),
}


@public(writes=True)  # how often is asked is remembered in the database
@private_page
@require_safe
def page(request: HttpRequest, receipt: str) -> HttpResponse:
    """How far the office is and, once it has closed the report, what it answers; not what was written."""
    normal = normal_receipt_no(receipt)
    if normal is None:
        raise Refused(REPORT_RECEIPT_UNKNOWN)
    if normal != receipt:
        return see_other(reverse("protection", args=[normal]))
    if _asked_too_often(request):
        raise Refused(REPORT_ASKED_TOO_OFTEN)
    found = queries.report_answer(normal)
    context = {"report": found, "state": gettext(_STATES[found.state]), "receipt": normal}
    return render(request, "portal/protection.html", context)


def _asked_too_often(request: HttpRequest) -> bool:
    """Whether more numbers than a neighbourhood needs were asked about from one network, counted until an hour is quiet.

    allauth's limits, which the forms have, count no GET. Two at once may count as one.
    """
    key = f"report_asked:{network_asked_from(request)}"
    asked = cache.get(key, 0) + 1
    cache.set(key, asked, _HOUR)
    return bool(asked > _ASKED_AT_MOST)
