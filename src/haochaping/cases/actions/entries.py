"""What the ledger is told of cases: how many, of which source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


def record(source: str, *, new: int, changed: int, by: Actor, now: datetime) -> None:
    """One entry for the cases of a source that were taken in together."""
    count = {"new": str(new), "changed": str(changed)}
    ledger.append([NewEntry(EntryKind.CASES_TAKEN_IN, "cases", source, facts=count)], by=by, now=now)
