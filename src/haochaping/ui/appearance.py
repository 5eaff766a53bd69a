"""How pages look to somebody: 长辈版 in two sizes; light, dark or high contrast.

A choice is a plain link (`?print=large`, `?look=dark`) and kept in a cookie, without scripts. Without one, light and
dark follow the device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse  # noqa: TID251 - names for the type checker only

PRINT, LOOK = "print", "look"
CHOICES = {PRINT: ("large", "largest"), LOOK: ("light", "dark", "contrast")}
_UNDONE_BY = {PRINT: "normal", LOOK: "device"}
_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest, what: str) -> str:
    """The choice of `CHOICES[what]` for this page, from its address, else from the cookie; "" for none."""
    choice = request.GET.get(what) or request.COOKIES.get(what, "")
    return choice if choice in CHOICES[what] else ""


def remember(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: keep a choice made in an address for later pages."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for what, choices in CHOICES.items():
            choice = request.GET.get(what, "")
            if choice in choices:
                response.set_cookie(
                    what,
                    choice,
                    max_age=_YEAR,
                    httponly=True,
                    samesite="Lax",
                    secure=settings.SESSION_COOKIE_SECURE,
                )
            elif choice == _UNDONE_BY[what]:
                response.delete_cookie(what, samesite="Lax")
        return response

    return respond
