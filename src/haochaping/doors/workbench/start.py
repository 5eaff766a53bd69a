"""`/desk/`: the work orders of one's remit by time left; for others, what they may do here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.doors.desk import desk_page, entries
from haochaping.doors.gate import actor_of, public, requires
from haochaping.doors.workbench.inbox import inbox_page
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public
@require_safe
def root(_request: HttpRequest) -> HttpResponse:
    """The root of a process that shows the staff face only."""
    return redirect("desk")


@requires()
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The inbox of whoever may see orders; the list of open doors for everybody else."""
    by = actor_of(request)
    if may(by, Power.ORDER_VIEW):
        context = inbox_page(by, request.GET, now=timezone.now())
        return desk_page(request, "workbench/inbox.html", context, here="desk")
    context = {"entries": entries(by), "has_role": bool(by.powers)}
    if may(by, Power.RULEBOOK_EDIT):
        context |= {
            "unconfirmed": rulebook.unconfirmed(),
            "missing": rulebook.years_missing(timezone.now()),
            "proposed": len(rulebook.proposals()),
        }
    return desk_page(request, "workbench/start.html", context, here="desk")
