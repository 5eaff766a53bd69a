"""已报对账单: days told to a peer above, with what it answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from haochaping.exchange.fields import shown
from haochaping.exchange.reconciliation.actions import STATEMENTS_KEPT
from haochaping.exchange.reconciliation.terms import ReconciliationState
from haochaping.levels.models import ToldDay
from haochaping.levels.rules import shown_params
from haochaping.levels.terms import WHY_LIMIT

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.levels.terms import HeardDay, Peer, StatedDay


@transaction.atomic
def day_told(peer: Peer, said: StatedDay, *, now: datetime) -> None:
    """A day is told to a peer, for the first time or anew."""
    ToldDay.objects.update_or_create(
        peer_id=peer.id,
        source=said.source,
        kind=said.kind,
        day=said.day,
        defaults={
            "state": "",
            "count": 0,
            "differing": [],
            "message": "",
            "params": {},
            "told_at": now,
            "heard_at": None,
        },
    )


@transaction.atomic
def day_heard(peer: Peer, said: HeardDay, *, now: datetime) -> None:
    """A peer has answered a day; nothing is kept of a day that it was not told."""
    ToldDay.objects.filter(peer_id=peer.id, source=said.source[:40], kind=said.kind, day=said.day).update(
        state=said.state if said.state in set(ReconciliationState) else "",
        count=said.count,
        differing=msgspec.to_builtins(said.differing),
        message=shown(said.message, WHY_LIMIT),
        params=shown_params(said.params),
        heard_at=now,
    )


def forget_days(*, now: datetime) -> int:
    """Erase told days as old as the statements that they were told from; returns how many."""
    return ToldDay.objects.filter(told_at__lt=now - STATEMENTS_KEPT).delete()[0]
