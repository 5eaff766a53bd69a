"""重试隔离: records put aside go down the main road again, with the rights of whoever sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.rules import storable
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import Actor, ActorKind, Scope
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.outcomes import Outcome


_BATCH = 200


@transaction.atomic
def retry_reviews(rows: Sequence[QuarantineRow], *, now: datetime) -> list[Outcome]:
    """Send waiting reviews through once more; what still cannot be taken stays with its newest reason.

    A record that somebody else is retrying at this moment is left to them. Returns an outcome for each of the others.
    """
    by_sender: dict[tuple[str, Actor], list[QuarantineRow]] = {}
    for row in exchange_queries.held([row.id for row in rows]):
        by_sender.setdefault((row.entrance, sender_of(row)), []).append(row)
    outcomes = []
    for (entrance, sender), sent in by_sender.items():
        raws = [Raw(row.fields, row.sealed, row.digest, row.receipt_hash) for row in sent]
        found = receive_reviews(raws, entrance=Entrance(entrance), by=sender, now=now, retried=True)
        for row, outcome in zip(sent, found, strict=True):
            settle(row, outcome, by=sender, now=now)
        outcomes += found
    return outcomes


@transaction.atomic
def retry_orphans(*, now: datetime) -> int:
    """Take the reviews whose case was being written while they arrived; returns how many were tried."""
    return len(retry_reviews(exchange_queries.orphans_with_case(limit=_BATCH), now=now))


def settle(row: QuarantineRow, outcome: Outcome, *, by: Actor, now: datetime) -> None:
    """Write down how a retry ended. What brings nothing new was sent again since it was put aside, and taken."""
    if outcome.kind == OutcomeKind.DUPLICATE and outcome.id:
        exchange.correct({row.id: outcome.id}, by=by, now=now)
        return
    if outcome.complaint is None:
        exchange.settle(row.id, outcome.id, by=by, now=now)
        return
    exchange.keep(
        row.id,
        code=outcome.complaint.code,
        field=outcome.complaint.field,
        params={name: storable(value) for name, value in outcome.complaint.params.items()},
        message=outcome.complaint.reason.message,
        remedy=outcome.complaint.reason.remedy,
    )


def sender_of(row: QuarantineRow) -> Actor:
    """The actor who sent a record, with the scope they had."""
    kind, _, name = row.sender.partition(":")
    return Actor(ActorKind(kind), name, scope=Scope(division_path=row.scope_path))
