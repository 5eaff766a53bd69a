"""Where in the list of reviews somebody stands, as an address can say it: sealed, for it holds when a review was given.

The list tells the week. In the open, the address of the next page would tell the moment to the millisecond, and with it at
a quiet window who it was.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from haochaping.kernel.identifiers import random_bytes
from haochaping.publicity.stream.terms import Position

_NONCE, _MOMENT = 12, 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def sealed(position: Position) -> str:
    """The position for an address: 72 letters, others each time."""
    nonce = random_bytes(_NONCE)
    moment = ((position.at - _EPOCH) // _MICROSECOND).to_bytes(_MOMENT, signed=True)
    return urlsafe_b64encode(
        nonce + _cipher().encrypt(nonce, moment + position.review_id.bytes, None)
    ).decode()


def opened(text: str) -> Position | None:
    """The position that was sealed; None for anything that this installation did not seal."""
    try:
        raw = urlsafe_b64decode(text)
        plain = _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], None)
    except (ValueError, InvalidTag):
        return None
    moment = int.from_bytes(plain[:_MOMENT], signed=True)
    return Position(_EPOCH + moment * _MICROSECOND, UUID(bytes=plain[_MOMENT:]))


@cache
def _cipher() -> AESGCM:
    return AESGCM(hmac.digest(settings.SECRET_KEY.encode(), b"haochaping position", "sha256"))
