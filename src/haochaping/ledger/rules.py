"""账本 rules: the bytes of a leaf, the commitment to an entry's fields, and the chain (trust.md §2.2).

Everything here is pure: the same input gives the same bytes on any machine, for ever. Changing a byte needs
a new `VERSION` or a new suite.
"""

from __future__ import annotations

import hmac
import struct
from datetime import UTC, date, timedelta
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING

import msgspec

from haochaping.ledger.terms import ROW_FIELD, TEXT_FIELD, Leaf, Suite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

VERSION = 1
LEAF_BYTES = 41
SALT_BYTES = 32
GENESIS = sha256(b"haochaping ledger: genesis of chain 1").digest()
"""The head before the first link."""

_LEAF = struct.Struct(">BIBBH32s")
_EPOCH = date(1970, 1, 1)
_SUITE_BITS = 0x0F
_COMMITMENT_PREFIX = b"\x02"


def leaf(day: date, kind: int, suite: Suite, commitment: bytes) -> bytes:
    """Encode a leaf in 41 bytes, big-endian: version, day since 1970, type, suite, year, commitment."""
    return _LEAF.pack(VERSION, (day - _EPOCH).days, kind, suite, day.year, commitment)


def read_leaf(encoded: bytes) -> Leaf:
    """Decode a leaf.

    Raises:
        ValueError: not 41 bytes, another version, an unknown suite, or unknown flags.
    """
    if len(encoded) != LEAF_BYTES:
        raise ValueError(f"a leaf has {LEAF_BYTES} bytes, not {len(encoded)}")
    version, days, kind, flags, shard, commitment = _LEAF.unpack(encoded)
    if version != VERSION or flags & ~_SUITE_BITS:
        raise ValueError(f"unknown leaf version {version} or flags {flags:#04x}")
    return Leaf(_EPOCH + timedelta(days=days), kind, Suite(flags & _SUITE_BITS), shard, commitment)


def field_key(suite: Suite, salt: bytes, name: str) -> bytes:
    """k_i: the key of one field. Showing it opens that field and no other; the salt is never shown."""
    return _KEYED[suite](salt, name.encode())


def field_commitment(suite: Suite, key: bytes, value: str) -> bytes:
    """c_i: 32 bytes that prove a field's value to whoever is given its key and say nothing to others."""
    return _KEYED[suite](key, value.encode())


def commitment(parts: Mapping[str, bytes]) -> bytes:
    """Join the commitments of all fields, in the order of their names."""
    return sha256(_COMMITMENT_PREFIX + b"".join([parts[name] for name in sorted(parts)])).digest()


def committed(suite: Suite, salt: bytes, values: Mapping[str, str]) -> dict[str, bytes]:
    """Commit to each value under one salt: c_i by name."""
    return _COMMITTED[suite](salt, values)


def entry_commitment(
    suite: Suite, *, salt: bytes, row: str, fields: Mapping[str, str], text_commitment: bytes | None
) -> bytes:
    """Commit to a whole entry.

    Args:
        suite: with which functions.
        salt: the entry's salt `fields`.
        row: the entry's own columns, from `row_value`.
        fields: the committed fields; `TEXT_FIELD` among them is left out, it stands in `text_commitment`.
        text_commitment: c_i of `TEXT_FIELD` under its own salt; None when the entry has no text.
    """
    values = {**fields, ROW_FIELD: row}
    values.pop(TEXT_FIELD, None)
    parts = committed(suite, salt, values)
    if text_commitment is not None:
        parts[TEXT_FIELD] = text_commitment
    return commitment(parts)


def row_value(
    *,
    entry_id: UUID,
    recorded_at: datetime,
    actor: str,
    subject_kind: str,
    subject_id: str,
    facts: Mapping[str, str],
) -> str:
    """Write an entry's own columns as one text, so that the commitment holds them as well."""
    return msgspec.json.encode(
        [str(entry_id), _moment(recorded_at), actor, subject_kind, subject_id, sorted(facts.items())]
    ).decode()


def next_head(head: bytes, encoded_leaf: bytes) -> bytes:
    """The head after one more leaf."""
    return sha256(head + encoded_leaf).digest()


def leaf_difference(chained: bytes, now: bytes) -> str:
    """Name the first part in which two leaves differ: version, day, kind, suite, year or commitment."""
    for name, a, b in zip(_PARTS, _LEAF.unpack(chained), _LEAF.unpack(now), strict=True):
        if a != b:
            return name
    return ""


@lru_cache(64)
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


_PARTS = ("version", "day", "kind", "suite", "year", "commitment")


def _blake2b(key: bytes, data: bytes) -> bytes:
    return blake2b(data, digest_size=32, key=key).digest()


def _hmac_sm3(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sm3")


def _committed_blake2b(salt: bytes, values: Mapping[str, str]) -> dict[str, bytes]:
    # Two hashes a field, a dozen fields a review: without calls between them, and begun once, a third faster.
    begin = blake2b(digest_size=32, key=salt).copy
    commitments = {}
    for name, value in values.items():
        key = begin()
        key.update(name.encode())
        commitments[name] = blake2b(value.encode(), digest_size=32, key=key.digest()).digest()
    return commitments


def _committed_hmac_sm3(salt: bytes, values: Mapping[str, str]) -> dict[str, bytes]:
    return {name: _hmac_sm3(_hmac_sm3(salt, name.encode()), value.encode()) for name, value in values.items()}


_COMMITTED: dict[Suite, Callable[[bytes, Mapping[str, str]], dict[str, bytes]]] = {
    Suite.INTL: _committed_blake2b,
    Suite.GM: _committed_hmac_sm3,
}
_KEYED: dict[Suite, Callable[[bytes, bytes], bytes]] = {Suite.INTL: _blake2b, Suite.GM: _hmac_sm3}
