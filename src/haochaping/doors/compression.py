"""Smaller answers on the way to a phone: the public's figures, and styles and scripts.

Only what holds no secret is compressed: the length of a compressed page tells what is in it to whoever can put words
into it (BREACH). Pages about a review, of staff, and the API go as they are.
"""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


def compressed[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Compress what a view answers, for browsers that take it so; what templates indent is left out for all."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request: HttpRequest = args[0]  # type: ignore[assignment]
        response = view(*args, **kwargs)
        response.content = b"\n".join(filter(None, map(bytes.strip, response.content.split(b"\n"))))
        return _compress(request, response)

    return answer


def compress_static(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Compress styles and scripts."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        whole = request.method == "GET" and response.status_code == HTTPStatus.OK
        static = request.path.startswith(str(settings.STATIC_URL))
        return _compress(request, response) if whole and static else response

    return answer


def _compress[R: HttpResponseBase](request: HttpRequest, response: R) -> R:
    # Django adds some random bytes, so that the length of two answers tells little even so.
    return GZipMiddleware(lambda _: response).process_response(request, response)  # type: ignore[return-value]
