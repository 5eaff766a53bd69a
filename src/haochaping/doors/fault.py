"""The page for a fault of ours: nothing about the inside, but a reference that stands in the log too."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string

from haochaping.doors.gate import public
from haochaping.doors.outage import OUTAGE, RETRY_AFTER
from haochaping.kernel.identifiers import random_bytes

if TYPE_CHECKING:
    from django.http import HttpRequest


def reference_of(request: HttpRequest) -> str:
    """Eight characters by which whoever saw the fault and whoever reads the log find each other."""
    carrier = cast("Any", request)
    if not hasattr(carrier, "reference"):
        carrier.reference = random_bytes(4).hex()
    return str(carrier.reference)


@public(database=False)
def page(request: HttpRequest) -> HttpResponse:
    """Status 500, or 503 for what passes; without a request in the template: it must stand when others have fallen."""
    if isinstance(sys.exception(), OUTAGE):
        return HttpResponse(
            render_to_string("503.html"),
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"},
        )
    reference = reference_of(request)
    return HttpResponseServerError(
        render_to_string("500.html", {"reference": reference}), headers={"X-Reference": reference}
    )
