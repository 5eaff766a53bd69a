"""The page for a fault of ours: nothing about the inside, but a reference that stands in the log too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponseServerError
from django.template.loader import render_to_string

from haochaping.doors.gate import public
from haochaping.kernel.identifiers import random_bytes

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def reference_of(request: HttpRequest) -> str:
    """Eight characters by which whoever saw the fault and whoever reads the log find each other."""
    carrier = cast("Any", request)
    if not hasattr(carrier, "reference"):
        carrier.reference = random_bytes(4).hex()
    return str(carrier.reference)


@public(database=False)
def page(request: HttpRequest) -> HttpResponse:
    """Status 500, without a request in the template: it must stand when something else has fallen."""
    reference = reference_of(request)
    return HttpResponseServerError(
        render_to_string("500.html", {"reference": reference}), headers={"X-Reference": reference}
    )
