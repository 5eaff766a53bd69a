"""长辈版: large print is asked for by a plain link (`?print=large`) and kept in a cookie, without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse  # noqa: TID251 - names for the type checker only

PRINT = "print"
LARGE = "large"
NORMAL = "normal"
_YEAR = 365 * 24 * 3600


def wants_large_print(request: HttpRequest) -> bool:
    """Whether this page is to be set large: the address says so, or else the cookie."""
    return (request.GET.get(PRINT) or request.COOKIES.get(PRINT)) == LARGE


def remember(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: keep the choice made by `?print=large` or `?print=normal` for later pages."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        choice = request.GET.get(PRINT)
        if choice == LARGE:
            response.set_cookie(
                PRINT,
                LARGE,
                max_age=_YEAR,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        elif choice == NORMAL:
            response.delete_cookie(PRINT, samesite="Lax")
        return response

    return respond
