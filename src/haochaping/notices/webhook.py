"""推送: a signed request that tells a program of a division; HMAC-SHA256 over `timestamp.body`."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from haochaping.notices import rules
from haochaping.notices.terms import GatewayAway, GatewayFailed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from haochaping.notices.terms import Outgoing

# A program that thinks longer about a notice than this keeps the others waiting.
SECONDS = 5


def send(outgoing: Outgoing, *, key: bytes, allowed: Collection[str], now: datetime) -> None:
    """Send one request and have it acknowledged with a status of 200 to 299; a redirect is not followed.

    Raises `GatewayAway` when the program cannot be reached, `GatewayFailed` when it says no; any other error (it hung, it
    closed the line after the request) leaves it open whether it has been taken. `allowed` are the origins of the
    operator, asked once more: an endpoint may be older than they are.
    """
    if outgoing.endpoint is None or not rules.may_be_told(outgoing.to, allowed):
        raise GatewayFailed("the operator does not allow this origin any more")
    parts = urlsplit(outgoing.to)
    body = outgoing.text.encode()
    stamp = str(int(now.timestamp()))
    signed = rules.signature(rules.endpoint_secret(key, outgoing.endpoint), stamp, body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "haochaping",
        "X-Haochaping-Delivery": str(outgoing.id),
        "X-Haochaping-Timestamp": stamp,
        "X-Haochaping-Signature": f"v1={signed}",
    }
    https = parts.scheme == "https"
    line = (HTTPSConnection if https else HTTPConnection)(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        try:
            line.connect()
        except OSError as error:
            raise GatewayAway(f"cannot be reached: {type(error).__name__}") from error
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("POST", path, body, headers)
        status = line.getresponse().status
    finally:
        line.close()
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise GatewayFailed(f"answered {status}")
