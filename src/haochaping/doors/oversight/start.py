"""`/oversight/`: the live map of work orders and the rows behind its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.doors.desk import refusable
from haochaping.doors.fields import left_out
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.rectification.terms import STATE_LABELS, OrderState
from haochaping.supervision import queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.rectification.terms import OrderRow
    from haochaping.supervision.terms import MapRow

_LONGEST_ID = 18


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """Open work orders by agency and state, and what waits for a supervisor."""
    by, now = actor_of(request), timezone.now()
    rows = queries.order_map(by, now)
    states = [state for state in OrderState if any(row.counts.get(state) for row in rows)]
    context = {
        "states": [gettext(STATE_LABELS[state]) for state in states],
        "rows": [_line(row, states) for row in rows],
        "overdue": sum(row.overdue for row in rows),
        "waiting": queries.waiting(by),
        "now": now,
    }
    return oversight_page(request, "oversight/start.html", context, here="oversight")


def _line(row: MapRow, states: list[OrderState]) -> dict[str, object]:
    cells = [(state, row.counts.get(state, 0)) for state in states]
    return {"row": row, "cells": cells, "all": sum(row.counts.values())}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def orders(request: HttpRequest) -> HttpResponse:
    """The rows behind a number of the map; of no number in particular, all that are overdue."""
    by, now = actor_of(request), timezone.now()
    agency, state = request.GET.get("agency", ""), request.GET.get("state", "")
    overdue = request.GET.get("list", "overdue" if not agency else "") == "overdue"
    agency_id = (
        int(agency) if agency.isascii() and agency.isdecimal() and len(agency) <= _LONGEST_ID else None
    )
    known = state if state in set(OrderState) else ""
    number = page_number(request.GET.get("page", ""))
    found = queries.live_orders(
        by,
        now,
        agency_id=agency_id,
        state=known,
        overdue=overdue,
        limit=ON_PAGE + 1,
        offset=(number - 1) * ON_PAGE,
    )
    query = f"agency={agency_id or ''}&state={known}&list={'overdue' if overdue else 'all'}&"
    names = directory.agency_names([agency_id]) if agency_id is not None else {}
    unknown = {gettext("Agency"): agency and not names, gettext("State"): state and not known}
    context = {
        "rows": [_row(row) for row in found[:ON_PAGE]],
        "helpers": queries.late_helpers(by, now, agency_id=agency_id, limit=ON_PAGE)
        if overdue and number == 1
        else [],
        "overdue": overdue,
        "agency": next(iter(names.values()), ""),
        "state": gettext(STATE_LABELS[OrderState(known)]) if known else "",
        "left_out": left_out(name for name, is_unknown in unknown.items() if is_unknown),
        "now": now,
        **pager(number, len(found), query),
    }
    return oversight_page(
        request, "oversight/orders.html", context, here="oversight_orders" if overdue else ""
    )


def _row(row: OrderRow) -> dict[str, object]:
    return {"row": row, "state": gettext(STATE_LABELS[row.state]), "due": row.due_at}
