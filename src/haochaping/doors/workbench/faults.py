"""`/desk/faults/`: what the fault of an order lies in; on the order's page what followed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from haochaping.accounts.access import may, may_any
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.workbench.fault_forms import FaultForm
from haochaping.flows import class_fault
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.rectification.access import is_own
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.states import after
from haochaping.rectification.terms import (
    REFORM_LABELS,
    RESPONSIBILITY_LABELS,
    Move,
    Responsibility,
)
from haochaping.supervision import queries as supervision
from haochaping.supervision.terms import PROPOSAL_LABELS, RUNG_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import EventRow, OrderRow

# Whoever handles an order says it, or who checks or supervises it.
CLASSED_BY = (Power.ORDER_HANDLE, Power.ORDER_DISPATCH, Power.ORDER_SUPERVISE)


@requires(*CLASSED_BY)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Say what the fault of an order lies in; what was refused is shown again with what was typed."""
    by, now = actor_of(request), timezone.now()
    order = orders.order(order_id, by=by)
    deciding = directory.deciding_agencies(order.item_id, local_day(now))
    if request.method != "POST":
        return _form(request, order, FaultForm(agencies=deciding))
    form = FaultForm(request.POST, agencies=deciding)
    if not form.is_valid():
        return _form(request, order, form, INVALID)
    try:
        drafted = class_fault.class_fault(order_id, **form.cleaned_data, by=by, now=now)
    except Refused as refused:
        return _form(request, order, form, told(form, refused))
    messages.success(request, gettext("It is recorded what the fault lies in."))
    if drafted:
        return see_other(reverse("desk_reform", args=[drafted]))
    return see_other(reverse("desk_order", args=[order_id]) + "#faults")


class OfOrder:
    """What the page of an order says of its fault, and of what followed, each to whom may know of it.

    Asked of the tables only where the order's events say that there is something.
    """

    def __init__(self, order: OrderRow, events: Sequence[EventRow], by: Actor) -> None:
        self._order, self._events, self._by = order, events, by
        self._faults = fault_queries.faults_of(order.id)
        self._reform = fault_queries.reform_of(order.id)
        self._measures = supervision.measures(order.id, by=by)
        self._is_classed = any(event.move == Move.CLASS_FAULT for event in events)
        self.asked: list[Asked[Any]] = (
            [self._faults, self._reform, self._measures] if self._is_classed else []
        )

    def shown(self) -> dict[str, object]:
        """The part of the page, when it has been asked for."""
        by, faults = self._by, self._faults.answer if self._is_classed else []
        said = {one.responsibility for one in faults}
        may_say = may_any(by, CLASSED_BY) and is_own(by, self._order)
        possible = may_say and after(self._order.state, Move.CLASS_FAULT) is not None
        reform = self._reform.answer if Responsibility.BUSINESS in said else None
        measured = Responsibility.SERVICE in said
        return {
            "faults": [(gettext(RESPONSIBILITY_LABELS[one.responsibility]), one.note) for one in faults],
            "may_class": possible
            and len(said) < len(Responsibility)
            and any(event.callback is not None and event.callback.is_true for event in self._events),
            "reform": (reform.id, reform.agency_name, gettext(REFORM_LABELS[reform.state]))
            if reform
            else None,
            "measures": [
                (row.id, gettext(RUNG_LABELS[row.rung]), gettext(PROPOSAL_LABELS[row.state]))
                for row in (self._measures.answer if measured else [])
            ],
            "may_propose_measure": measured
            and may(by, Power.ORDER_SUPERVISE)
            and may(by, Power.SUPERVISION_DECIDE),
        }


def _form(request: HttpRequest, order: OrderRow, form: FaultForm, status: int = 200) -> HttpResponse:
    context = {"order": order, "form": form}
    return desk_page(request, "workbench/fault_new.html", context, here="desk", status=status)
