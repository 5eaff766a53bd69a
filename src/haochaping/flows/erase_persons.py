"""身份清除: sealed persons whom nothing needs any more are erased; what the ledger commits to stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.exchange import queries as exchange
from haochaping.identity import actions as identity
from haochaping.identity.terms import RETENTION, UNUSED_KEPT, ErasureCause

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor

_AT_ONCE = 5000


def erase_persons(*, by: Actor, now: datetime) -> dict[ErasureCause, int]:
    """Erase who was never attached to anything, and who belongs only to what closed half a year ago; counts by cause.

    A part at a time, each in a transaction of its own; run again, it finds nothing more.
    """
    long_closed = now - RETENTION
    return {
        ErasureCause.UNUSED: _erase(ErasureCause.UNUSED, now - UNUSED_KEPT, None, by=by, now=now),
        ErasureCause.RETENTION: _erase(ErasureCause.RETENTION, long_closed, long_closed, by=by, now=now),
    }


def _erase(
    cause: ErasureCause, sealed_before: datetime, closed_before: datetime | None, *, by: Actor, now: datetime
) -> int:
    total = 0
    while True:
        with transaction.atomic():
            ids = exchange.persons_nobody_needs(sealed_before, closed_before=closed_before, limit=_AT_ONCE)
            total += identity.erase(ids, cause, by=by, now=now)
        if len(ids) < _AT_ONCE:
            return total
