"""One request to a linked hotline, signed, and its answer read with care."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from haochaping.hotline.rules import OURS, signature
from haochaping.hotline.terms import NUMBER_LIMIT, Answer, PeerAway, PeerRefused
from haochaping.kernel.text import clean
from haochaping.notices import rules as origins

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

# A hotline that thinks longer about one message keeps the others waiting.
SECONDS = 5
_LARGEST_ANSWER = 64 * 1024
# Said by whoever stands in front of the hotline, or meant for later: nobody has read the message.
_NOT_READ = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def send(
    url: str, body: bytes, *, secret: str, nonce: str, allowed: Collection[str], now: datetime
) -> Answer:
    """Send one message to the events of a hotline; a redirect is not followed.

    `allowed` are the origins of the operator, asked once more: a link may be older than they are.

    Raises:
        PeerAway: nobody answered, or not in a way that says the message was read; it may have been taken all the same.
        PeerRefused: answered 4xx with a reason.
    """
    if not origins.may_be_told(url, allowed):
        raise PeerAway("the operator does not allow this origin any more")
    parts, stamp = urlsplit(url), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "haochaping",
        "X-Haochaping-Timestamp": stamp,
        "X-Haochaping-Nonce": nonce,
        "X-Haochaping-Signature": f"v1={signature(secret, OURS, stamp, nonce, body)}",
    }
    https = parts.scheme == "https"
    line = (HTTPSConnection if https else HTTPConnection)(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        line.request("POST", f"{parts.path}/events", body, headers)
        answer = line.getresponse()
        status, told = answer.status, answer.read(_LARGEST_ANSWER)
    except (OSError, HTTPException) as error:
        raise PeerAway(f"cannot be reached: {type(error).__name__}") from error
    finally:
        line.close()
    return _answer(status, told)


def _answer(status: int, told: bytes) -> Answer:
    said = _read(told)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(_word(said, "number"), _word(said, "duplicate_of"))
    reason = said.get("reason")
    is_no = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NOT_READ
    if is_no and isinstance(reason, str) and clean(reason):
        raise PeerRefused(f"{status}: {clean(reason)}")
    raise PeerAway(f"answered {status}")


def _read(told: bytes) -> dict[str, object]:
    try:
        said = json.loads(told) if told else {}
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _word(said: dict[str, object], name: str) -> str:
    value = said.get(name)
    return clean(value)[:NUMBER_LIMIT] if isinstance(value, str) else ""
