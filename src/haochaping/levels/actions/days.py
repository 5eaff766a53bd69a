"""已报对账单: days told to a peer above, with what it answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction

from haochaping.exchange.fields import shown
from haochaping.exchange.reconciliation.terms import STATEMENTS_KEPT, ReconciliationState
from haochaping.levels.models import ToldDay
from haochaping.levels.rules import shown_params
from haochaping.levels.terms import WHY_LIMIT

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.exchange.reconciliation.terms import Heard, StatedKind, Sums
    from haochaping.levels.terms import HeardDay, Peer, StatedDay


@transaction.atomic
def day_told(peer: Peer, said: StatedDay, *, now: datetime) -> None:
    """A day is told to a peer, for the first time or anew."""
    _tell(peer.id, said.source, said.kind, said.day, said.statement, now=now)


@transaction.atomic
def day_compared(
    source: str, kind: StatedKind, day: date, said: Sums, heard: Heard, *, now: datetime
) -> None:
    """A day was told to the level above on the line, and answered there and then."""
    _tell(None, source, kind, day, said, now=now)
    rows = ToldDay.objects.filter(peer=None, source=source, kind=kind, day=day)
    rows.update(
        state=heard.state,
        count=heard.count,
        differing=msgspec.to_builtins(list(heard.differing)),
        heard_at=now,
        **_there(heard.here),
    )


def _tell(
    peer_id: int | None, source: str, kind: StatedKind, day: date, said: Sums | None, *, now: datetime
) -> None:
    of_day: dict[str, Any] = {"peer_id": peer_id, "source": source, "kind": kind, "day": day}
    ToldDay.objects.update_or_create(
        **of_day,
        defaults={
            "state": "",
            "count": 0,
            "said_count": said.count if said else None,
            "said_total": said.total if said else None,
            "there_count": None,
            "there_total": None,
            "differing": [],
            "message": "",
            "params": {},
            "told_at": now,
            "heard_at": None,
        },
    )


def _there(here: Sums | None) -> dict[str, int]:
    """What the other side has, where it says so."""
    return {"there_count": here.count, "there_total": here.total} if here else {}


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
        **_there(said.here),
    )


def forget_days(*, now: datetime) -> int:
    """Erase told days as old as the statements that they were told from; returns how many."""
    return ToldDay.objects.filter(told_at__lt=now - STATEMENTS_KEPT).delete()[0]
