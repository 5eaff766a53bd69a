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
# Each character stands for eight of the 256 bytes, so that all are equally likely.
_CHARACTER_OF = (_ALPHABET * 8).encode()


_VERSION_7 = 0x7 << 76 | 0x2 << 62
_RANDOM_OF_7 = (1 << 80) - 1 & ~(0xF << 76 | 0x3 << 62)


def random_bytes(length: int) -> bytes:
    """Draw `length` bytes from the system's generator."""
    return secrets.token_bytes(length)


def random_pieces(length: int, count: int) -> list[bytes]:
    """Draw that many times `length` bytes, from the system at once."""
    drawn = secrets.token_bytes(length * count)
    return [drawn[n : n + length] for n in range(0, len(drawn), length)]


def shuffled[T](things: Iterable[T]) -> list[T]:
    """Put things into an order that nobody can foresee or reconstruct."""
    drawn = list(things)
    secrets.SystemRandom().shuffle(drawn)
    return drawn


def uuid7(now: datetime) -> UUID:
    """Make a time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, 74 random bits."""
    return uuids7(now, 1)[0]


def uuids7(now: datetime, count: int) -> list[UUID]:
    """Make that many of them at once, from one draw, in their order: an index takes rows in order most easily."""
    moment = int(now.timestamp() * 1000) << 80 | _VERSION_7
    drawn = [moment | int.from_bytes(piece) & _RANDOM_OF_7 for piece in random_pieces(10, count)]
    return [UUID(int=number) for number in sorted(drawn)]


def first_uuid7(moment: datetime) -> UUID:
    """The smallest id that `uuid7` can make at a moment: ids made earlier lie below it."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds & (1 << 48) - 1) << 80)


def next_uuid7(identifier: UUID) -> UUID:
    """The smallest id that `uuid7` can make in the millisecond after the one in which it made this."""
    return UUID(int=((identifier.int >> 80) + 1) << 80)


def digits(count: int) -> str:
    """Draw a code of so many digits."""
    return str(secrets.randbelow(10**count)).zfill(count)


def receipt_no() -> str:
    """Draw a receipt number: 130 random bits in 26 characters of Crockford's base 32."""
    return receipt_nos(1)[0]


def receipt_nos(count: int) -> list[str]:
    """Draw that many of them at once."""
    drawn = secrets.token_bytes(_RECEIPT_CHARS * count).translate(_CHARACTER_OF).decode()
    return [drawn[n : n + _RECEIPT_CHARS] for n in range(0, len(drawn), _RECEIPT_CHARS)]


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
