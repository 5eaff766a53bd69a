"""Identifiers: the only place that draws random bits."""

from __future__ import annotations

import secrets
import unicodedata
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# Crockford's base 32: no I, L, O or U, so that a number survives being read aloud or copied by hand.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_RECEIPT_CHARS = 26
_TYPED = 100  # no spacing of 26 characters needs more
_RECEIPT_BITS = 128


def random_bytes(length: int) -> bytes:
    """Draw `length` bytes from the system's generator."""
    return secrets.token_bytes(length)


def shuffled[T](things: Iterable[T]) -> list[T]:
    """Put things into an order that nobody can foresee or reconstruct."""
    drawn = list(things)
    secrets.SystemRandom().shuffle(drawn)
    return drawn


def uuid7(now: datetime) -> UUID:
    """Make a time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def first_uuid7(moment: datetime) -> UUID:
    """The smallest id that `uuid7` can make at a moment: ids made earlier lie below it."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds & (1 << 48) - 1) << 80)


def digits(count: int) -> str:
    """Draw a code of so many digits."""
    return str(secrets.randbelow(10**count)).zfill(count)


def receipt_no() -> str:
    """Draw a receipt number: 128 random bits in 26 characters of Crockford's base 32."""
    return _base32(secrets.randbits(_RECEIPT_BITS))


def normal_receipt_no(typed: str) -> str | None:
    """Read a receipt number as a person or a Chinese input method typed it; `None` when it cannot be one."""
    typed = unicodedata.normalize("NFKC", typed[:_TYPED]).upper()
    normal = "".join(c for c in typed if c.isalnum()).translate(_READ_AS)
    if len(normal) != _RECEIPT_CHARS or any(c not in _ALPHABET for c in normal):
        return None
    return normal


def grouped_receipt_no(receipt: str) -> str:
    """Set a receipt number in groups for reading: `7ZK3-…`."""
    return "-".join(receipt[i : i + 4] for i in range(0, len(receipt), 4))


def _base32(value: int) -> str:
    chars = []
    for _ in range(_RECEIPT_CHARS):
        value, digit = divmod(value, 32)
        chars.append(_ALPHABET[digit])
    return "".join(reversed(chars))
