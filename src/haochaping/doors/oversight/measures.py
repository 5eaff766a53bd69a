"""`/oversight/measures/`: a measure about a member of staff is proposed, the person heard, and it is carried out.

What is decided is decided on the page of proposals; nobody without that power learns that there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight import proposals
from haochaping.doors.oversight.forms import MeasureForm, NoteForm
from haochaping.doors.oversight.page import oversight_page
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import NO_SUCH_ORDER
from haochaping.supervision import actions

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.rectification.terms import OrderRow

_STEPS = {
    "hearing": (actions.hear_person, N_("What the person says is recorded.")),
    "end": (actions.carry_out_measure, N_("It is recorded that the measure was carried out.")),
}


@requires(Power.SUPERVISION_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Propose a measure; what was refused is shown again with what was typed."""
    by = actor_of(request)
    order = orders.order(order_id, by=by)
    if by.scope.division_path is None:
        # Nobody supervises from inside an agency: to them it is as if there were nothing.
        raise Refused(NO_SUCH_ORDER)
    if request.method != "POST":
        named = directory.refs(Kind.STAFF, [order.staff_id] if order.staff_id else []).values()
        return _form(
            request, order, MeasureForm(initial={"staff_code": next((ref.code for ref in named), "")})
        )
    form = MeasureForm(request.POST)
    if not form.is_valid():
        return _form(request, order, form, INVALID)
    try:
        made = actions.propose_measure(order_id, **form.cleaned_data, by=by, now=timezone.now())
    except Refused as refused:
        return _form(request, order, form, told(form, refused))
    messages.success(request, gettext("The proposal is made; somebody else decides about it."))
    return see_other(reverse("oversight_proposal", args=[made]))


@requires(Power.SUPERVISION_DECIDE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def step(request: HttpRequest, proposal_id: UUID, step: str) -> HttpResponse:
    """Hear the person, or record that the measure was carried out."""
    if step not in _STEPS:
        raise Http404
    act, done = _STEPS[step]
    form = NoteForm(request.POST)
    if not form.is_valid():
        return proposals.page_of(request, proposal_id, noted=form, status=INVALID)
    try:
        act(proposal_id, text=form.cleaned_data["text"], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return proposals.page_of(request, proposal_id, noted=form, status=told(form, refused))
    messages.success(request, gettext(done))
    return see_other(reverse("oversight_proposal", args=[proposal_id]))


def _form(request: HttpRequest, order: OrderRow, form: MeasureForm, status: int = 200) -> HttpResponse:
    context = {"order": order, "form": form}
    return oversight_page(
        request, "oversight/measure_new.html", context, here="oversight_proposals", status=status
    )
