"""The body of a message, also where nobody has said how long it is: some stacks for SOAP send in chunks (Transfer-Encoding)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig

if TYPE_CHECKING:
    from django.http import HttpRequest


def is_measured(request: HttpRequest) -> bool:
    """Whether the request says how long its body is."""
    return bool(request.META.get("CONTENT_LENGTH"))


def body_of(request: HttpRequest, limit: int) -> bytes | None:
    """The body; None where it has more than `limit` bytes.

    Django reads as many bytes as were announced, so of a body in chunks none. The web server sees itself where such a
    body ends, and says that it does.
    """
    if not is_measured(request) and request.META.get("wsgi.input_terminated"):
        body = request.META["wsgi.input"].read(limit + 1)
    else:
        try:
            body = request.body
        except RequestDataTooBig:
            return None
    return body if len(body) <= limit else None
