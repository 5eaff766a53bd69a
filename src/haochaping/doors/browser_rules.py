"""What every answer tells the browser besides the content security policy, and what no browser may ask."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

# No page of the house asks for any of these; a photograph is chosen as a file.
_UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
_HEADERS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LOG_OUT = "account_logout"


def tell(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: refuse TRACE, which sends cookies back; close what pages do not use; forget all at log-out."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.method == "TRACE":
            response: HttpResponseBase = HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
        else:
            response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        match = getattr(request, "resolver_match", None)
        if request.method == "POST" and match and match.view_name == _LOG_OUT:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return respond
