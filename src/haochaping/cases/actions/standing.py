"""Reviews are counted by where their case stands: who counts one and who moves the case take turns."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMESPACE = 0x6373  # "cs": one place of the turn-taking
# So many places to take turns at: few enough to hold all of them, enough that two cases seldom meet.
_PLACES = 64


def hold_still(keys: Iterable[tuple[str, str]]) -> None:
    """Until the transaction ends nothing by which reviews are counted moves in these cases (platform, case number).

    What is asked about them afterwards holds until then. Others may hold them still too.
    """
    _take_turn("SELECT pg_advisory_xact_lock_shared(%s, place) FROM unnest(%s::integer[]) AS place", keys)


def move_alone(keys: Iterable[tuple[str, str]]) -> None:
    """Wait until nobody counts reviews of these cases; those who come later wait until the transaction ends."""
    _take_turn("SELECT pg_advisory_xact_lock(%s, place) FROM unnest(%s::integer[]) AS place", keys)


def _take_turn(sql: str, keys: Iterable[tuple[str, str]]) -> None:
    # In one order for all, so that nobody waits in a circle.
    places = sorted({crc32("\n".join(key).encode()) % _PLACES for key in keys})
    if places:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_NAMESPACE, places])
