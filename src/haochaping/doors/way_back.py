"""The way back to a page: from a form that was not carried out, and from an address that only forms are sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.http import HttpRequest

_SAFE = {"GET", "HEAD", "OPTIONS"}


def page_before(request: HttpRequest) -> str:
    """The page of ours with the link or form; "" when the browser does not say."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return ""


def page_to_return_to(request: HttpRequest) -> str:
    """Where to go on after a log-in: the page asked for, or the one with the form that was sent."""
    before = "" if request.method in _SAFE else page_before(request)
    return before or request.get_full_path()


def page_above(path: str) -> str:
    """The nearest address above one, to which a step, a part or a file of a page belongs."""
    steps = path.strip("/").split("/")
    for n in range(len(steps) - 1, 0, -1):
        above = "/" + "/".join(steps[:n])
        for address in (above, above + "/"):
            if _is_there(address):
                return address
    return "/"


def _is_there(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
