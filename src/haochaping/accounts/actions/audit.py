"""What people did besides changing things: log-in and log-out, being denied, reading, taking away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import NewEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.ledger.terms import EntryKind


@transaction.atomic
def note(
    kind: EntryKind, subject_kind: str, subject_id: str, *, by: Actor, now: datetime, **facts: str
) -> None:
    """Append one entry about what somebody did; `facts` are codes and a network, never words or whole addresses."""
    note_all([NewEntry(kind, subject_kind, subject_id, facts=facts)], by=by, now=now)


@transaction.atomic
def note_all(entries: Sequence[NewEntry], *, by: Actor, now: datetime) -> None:
    """Append several such entries at once, as a page that shows many things needs them."""
    ledger.append(entries, by=by, now=now)
