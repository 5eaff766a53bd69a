"""`/my/`: from a receipt number to its status, from a review link to its review."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import CITIZEN_PROVIDER
from haochaping.doors import sign_in
from haochaping.doors.gate import public
from haochaping.doors.portal import code
from haochaping.doors.portal.forms import LinkForm, PhoneForm, ReceiptForm
from haochaping.doors.portal.mine import own_services
from haochaping.doors.private_page import private_page, see_other
from haochaping.exchange import queries as exchange
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.kernel.refused import Refused
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import RECEIPT_UNKNOWN
from haochaping.supervision import queries as supervision
from haochaping.ui.sentences import say
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

_IN_LINK = re.compile(r"/r/([A-Za-z0-9_-]+)")


@public
@private_page
def my(request: HttpRequest) -> HttpResponse:
    """Two small forms; what was typed stays when it leads nowhere."""
    if request.method != "POST":
        return _page(request, {"receipt": ReceiptForm(), "link": LinkForm()})
    name = "link" if "link" in request.POST else "receipt"
    form = LinkForm(request.POST) if name == "link" else ReceiptForm(request.POST)
    if form.is_valid():
        find = _by_link if name == "link" else _by_receipt
        try:
            return see_other(find(form.cleaned_data[name]))
        except Refused as refused:
            form.add_error(name, say(refused.complaint).text)
    forms = {"receipt": ReceiptForm(), "link": LinkForm()} | {name: form, "wrong": form}
    return _page(request, forms, status=422)


@public
@require_safe
def status_without_number(_request: HttpRequest) -> HttpResponse:
    """Whoever typed the address of a status page without its number is asked for that."""
    return redirect("my")


def _page(request: HttpRequest, forms: Mapping[str, object], status: int = 200) -> HttpResponse:
    known = sign_in.citizen_of(request)
    context = {
        "sign_in_open": sign_in.is_open(CITIZEN_PROVIDER),
        "signed_in": bool(known),
        "phone": PhoneForm() if code.is_open() else None,
        "services": own_services(known) if known else [],
        **forms,
    }
    return render(request, "portal/my.html", context, status=status)


def _by_receipt(typed: str) -> str:
    receipt = normal_receipt_no(typed)
    if receipt is None:
        raise Refused(RECEIPT_UNKNOWN)
    if voices.by_receipt(receipt) is not None:
        return reverse("voice", args=[receipt])
    if supervision.is_report(receipt):
        return reverse("protection", args=[receipt])
    if exchange.by_receipt(receipt) is None:
        reviews.review_by_receipt(receipt)
    return reverse("status", args=[receipt])


def _by_link(typed: str) -> str:
    """The token stands behind `/r/` in a link, or was copied on its own."""
    found = _IN_LINK.search(typed)
    token = found[1] if found else typed.strip()
    reviews.invitation_by_token(token)
    return reverse("review", args=[token])
