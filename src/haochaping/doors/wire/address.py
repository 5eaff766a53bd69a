"""`/wire/<dialect>/<call>`: the address a hall's device opens. What it says about a person never goes further than this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from haochaping.doors.gate import public
from haochaping.doors.private_page import private_page, see_other
from haochaping.doors.wire.spoken import spoken_here
from haochaping.exchange.dialects.terms import Does
from haochaping.flows.open_visit import open_address_visit

if TYPE_CHECKING:
    from django.http import HttpRequest

_NAMING_THE_ADDRESS = {"QUERY_STRING", "REQUEST_URI", "RAW_URI", "HTTP_REFERER"}


@public(writes=True)
@private_page
@sensitive_variables()
def address(request: HttpRequest, dialect: str, call: str) -> HttpResponse:
    """Seal what the address says into a short visit and go on at an address that says nothing."""
    query = str(request.META.get("QUERY_STRING", ""))
    # From here on nothing that logs or reports the request can repeat what its address said.
    request.META.update(dict.fromkeys(_NAMING_THE_ADDRESS & request.META.keys(), ""))
    spoken = spoken_here(dialect)
    there = (
        [one for one in spoken.operations if one.does == Does.VISIT and one.path == call] if spoken else []
    )
    if spoken is None or not there:
        raise Http404
    if request.method != "GET":
        return HttpResponse() if request.method == "HEAD" else HttpResponseNotAllowed(["GET", "HEAD"])
    token = open_address_visit(spoken, there[0], query, now=timezone.now())
    return see_other(reverse("wire_visit", args=[token]))
