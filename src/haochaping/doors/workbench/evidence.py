"""`/desk/orders/<id>/evidence`: photographs of what was put right: add some, look at one, take some away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors import uploads
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.photo import photo_response
from haochaping.doors.workbench.forms import EvidenceForm
from haochaping.doors.workbench.offers import EVIDENCE
from haochaping.doors.workbench.order import order_page, said_in, sent_twice
from haochaping.files import queries as files
from haochaping.files.terms import NO_SUCH_PHOTO
from haochaping.flows import show_evidence
from haochaping.flows.take_step import take_step
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@csrf_exempt
@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def add(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Keep photographs. They are read within bounds; that the form is ours is checked once that is sure, and only then."""
    uploads.bound(request)
    return _add(request, order_id)


@csrf_protect
def _add(request: HttpRequest, order_id: UUID) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    form = EvidenceForm(request.POST, request.FILES, auto_id=f"{EVIDENCE}_%s")
    if not form.is_valid():
        return order_page(request, order_id, tried=EVIDENCE, form=form, status=INVALID)
    typed = form.cleaned_data
    try:
        pictures = uploads.pictures(typed["photos"])
        taken = take_step(
            order_id,
            sent_twice(request, EVIDENCE),
            lambda: show_evidence.show(
                order_id, caption=typed["caption"], shown=typed["shown"], pictures=pictures, by=by, now=now
            ),
            content=said_in(request),
            now=now,
        )
    except Refused as refused:
        return order_page(request, order_id, tried=EVIDENCE, form=form, status=told(form, refused))
    if taken:
        messages.success(request, gettext("The photographs are on the order."))
    return _back(order_id)


@requires(Power.ORDER_HANDLE)
@require_POST
@refusable
def remove(request: HttpRequest, order_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Take photographs away again."""
    show_evidence.take_away(order_id, evidence_id, by=actor_of(request), now=timezone.now())
    messages.success(request, gettext("The photographs are removed."))
    return _back(order_id)


@requires(Power.ORDER_VIEW)
@require_safe
@refusable
def photo(request: HttpRequest, order_id: UUID, evidence_id: UUID, photo_id: UUID) -> HttpResponse:
    """Show one of the photographs, until they are taken away."""
    order = orders.order(order_id, by=actor_of(request))
    if evidence_id not in {one.id for one in orders.beside(order.id).evidence if one.removed_at is None}:
        raise Refused(NO_SUCH_PHOTO)
    content = files.content_of(photo_id, subject_kind=show_evidence.KIND, subject_id=str(evidence_id))
    return photo_response(content, place=str(photo_id)[-4:])


def _back(order_id: UUID) -> HttpResponse:
    return see_other(reverse("desk_order", args=[order_id]) + f"#{EVIDENCE}")
