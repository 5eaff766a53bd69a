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
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.outcomes import Outcome


_BATCH = 200


@transaction.atomic
def retry_reviews(rows: Sequence[QuarantineRow], *, now: datetime) -> list[Outcome]:
    """Send waiting reviews through once more; what still cannot be taken stays with its newest reason."""
    outcomes = []
    for row in rows:
        raw = Raw(row.fields, row.sealed, row.digest, row.receipt_hash)
        sender = sender_of(row)
        outcome = receive_reviews([raw], entrance=Entrance(row.entrance), by=sender, now=now, retried=True)[0]
        settle(row, outcome, by=sender, now=now)
        outcomes.append(outcome)
    return outcomes


@transaction.atomic
def retry_orphans(*, now: datetime) -> int:
    """Take the reviews whose case was being written while they arrived; returns how many were tried."""
    return len(retry_reviews(exchange_queries.orphans_with_case(limit=_BATCH), now=now))


def settle(row: QuarantineRow, outcome: Outcome, *, by: Actor, now: datetime) -> None:
    """Write down how a retry ended."""
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
