"""When the database does not answer, or not in time: 503 in plain words instead of an error of ours."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as something_went_wrong

if TYPE_CHECKING:
    from django.http import HttpRequest

# The server is away or starting, a lock or a statement took too long, the disk is full: it passes.
OUTAGE = (OperationalError, InterfaceError)
RETRY_AFTER = "5"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what no view has answered; Django calls this while it handles the error."""
    if isinstance(sys.exception(), OUTAGE):
        return HttpResponse(
            render_to_string("503.html"),
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"},
        )
    return something_went_wrong(request)
