"""Where trouble is reported: by browsers that were kept from loading something, and by people who found a weakness."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from haochaping.doors.gate import public
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import read_json
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger("haochaping.csp")

_LONGEST = 10_000
_WORD = 60
# Anybody can send reports: each kind is said once for a process, and there is an end to the kinds.
_KINDS = 200
_said: set[tuple[str, str]] = set()


@csrf_exempt
@public(database=False)
@require_POST
def violation(request: HttpRequest) -> HttpResponse:
    """`POST /csp-report`: log what was violated and whose it was; never the page's address, which may be a key."""
    kind = _kind_of(request)
    if kind and kind not in _said and len(_said) < _KINDS:
        _said.add(kind)
        log.warning("a browser blocked %s by %s", kind[1], kind[0])
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _kind_of(request: HttpRequest) -> tuple[str, str] | None:
    """The directive, and scheme and host of what was blocked; None for what is no report."""
    try:
        body = request.body if int(request.headers.get("Content-Length") or 0) <= _LONGEST else b""
        told = read_json(body.decode())
    except (Refused, ValueError, RequestDataTooBig):
        return None
    report = told.get("csp-report") if isinstance(told, dict) else None
    if not isinstance(report, dict):
        return None
    said = cast("dict[str, object]", report)
    directive = shown(said.get("effective-directive") or said.get("violated-directive") or "", _WORD)
    return directive.partition(" ")[0], _origin(shown(said.get("blocked-uri") or "", _WORD))


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "?"
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else parts.scheme or parts.path


@public(database=False)
@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """`/.well-known/security.txt` (RFC 9116): whom to tell about a weakness; not there until a contact is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = timezone.now() + timedelta(days=180)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
