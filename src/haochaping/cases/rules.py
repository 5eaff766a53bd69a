"""办件 rules: what is kept of an age, what is compared when the same case is sent again."""

from __future__ import annotations

from datetime import time
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from haochaping.cases.terms import DATED_IN_FUTURE, WRONG_SEQUENCE
from haochaping.kernel.periods import BEIJING, CLOCK_LEEWAY, local_day
from haochaping.kernel.refused import Complaint

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


def time_complaint(case: NewCase, now: datetime) -> Complaint | None:
    """Nothing lies in the future, and a case is applied for, accepted, completed in that order (DQ-10).

    Clocks may differ by `CLOCK_LEEWAY`. A service may come before acceptance (guidance) or after completion (delivery).
    """
    moments = (
        ("applied_at", case.applied_at),
        ("accepted_at", case.accepted_at),
        ("completed_at", case.completed_at),
    )
    given = [(name, moment) for name, moment in moments if moment]
    services = [(f"occurrences[{n}].at", one.at) for n, one in enumerate(case.occurrences)]
    for name, moment in (*given, *services):
        if moment > now + CLOCK_LEEWAY:
            return Complaint(DATED_IN_FUTURE, name, {"field": name, "value": moment.isoformat()})
    for (before, earlier), (name, later) in pairwise(given):
        if _comes_before(later, earlier):
            found = {
                "field": name,
                "value": later.isoformat(),
                "before": before,
                "earlier": earlier.isoformat(),
            }
            return Complaint(WRONG_SEQUENCE, name, found)
    return None


def _comes_before(one: datetime, other: datetime) -> bool:
    """Whether a moment is earlier than another; midnight is a day without a time of day."""
    if one.astimezone(BEIJING).time() == time():
        return local_day(one) < local_day(other)
    return one + CLOCK_LEEWAY < other
