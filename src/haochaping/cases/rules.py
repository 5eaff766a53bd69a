"""办件 rules: what is kept of an age, what is compared when the same case is sent again."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from haochaping.kernel.periods import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.cases.terms import NewCase

_OLD_AGE = 60


def is_aged_60(birth_year: int | None, now: datetime) -> bool | None:
    """The age band kept beside the sealed identity: 60 and over, or not known."""
    return None if birth_year is None else local_day(now).year - birth_year >= _OLD_AGE


def digest(case: NewCase, key: bytes) -> bytes:
    """A keyed fingerprint of everything the sender said: equal again means nothing new.

    Keyed, because a bare hash of a phone number can be searched for.
    """
    return blake2b(msgspec.json.encode(case), key=key, digest_size=32).digest()
