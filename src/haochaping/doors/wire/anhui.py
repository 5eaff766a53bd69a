"""安徽评价器: the address a hall's device opens. What it says about a person never goes further than this request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from haochaping.doors.gate import public
from haochaping.doors.private_page import private_page, see_other
from haochaping.flows.open_visit import open_anhui_visit

if TYPE_CHECKING:
    from django.http import HttpRequest

_NAMING_THE_ADDRESS = {"QUERY_STRING", "REQUEST_URI", "RAW_URI", "HTTP_REFERER"}


@public(writes=True)
@private_page
@sensitive_variables()
def evaluate(request: HttpRequest) -> HttpResponse:
    """Seal what the address says into a short visit and go on at an address that says nothing."""
    query = str(request.META.get("QUERY_STRING", ""))
    # From here on nothing that logs or reports the request can repeat what its address said.
    request.META.update(dict.fromkeys(_NAMING_THE_ADDRESS & request.META.keys(), ""))
    if request.method != "GET":
        return HttpResponse() if request.method == "HEAD" else HttpResponseNotAllowed(["GET", "HEAD"])
    token = open_anhui_visit(query, now=timezone.now())
    return see_other(reverse("wire_visit", args=[token]))
