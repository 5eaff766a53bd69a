"""重试隔离 at a person's word: cases first, then their steps, so that the reviews waiting for them find them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from haochaping.exchange import queries as exchange
from haochaping.exchange.terms import Raw, RecordKind
from haochaping.flows.retry_quarantine import retry_reviews, sender_of, settle
from haochaping.flows.take_in_cases import take_early_steps, take_in_cases
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.actor import Actor

_PAGE = 200


def retry_records(ids: Sequence[str] | None, *, by: Actor, now: datetime) -> tuple[int, int]:
    """Retry the named records, or everything that waits; returns how many were taken and how many still wait."""
    rows = exchange.waiting_by_id([UUID(i) for i in ids]) if ids is not None else _everything()
    cases = [row for row in rows if row.kind == RecordKind.CASE]
    for row in cases:
        _retry_case(row, by=by, now=now)
    take_early_steps(exchange.waiting_by_id([row.id for row in rows if row.kind == RecordKind.STEP]), now=now)
    reviews = exchange.waiting_by_id([row.id for row in rows if row.kind == RecordKind.REVIEW])
    for start in range(0, len(reviews), _PAGE):
        retry_reviews(reviews[start : start + _PAGE], now=now)
    # A case that arrived may have taken its waiting reviews along: count what is really gone.
    left = len(exchange.waiting_by_id([row.id for row in rows]))
    return len(rows) - left, left


def _everything() -> list[QuarantineRow]:
    return exchange.waiting(limit=100_000)


@transaction.atomic
def _retry_case(row: QuarantineRow, *, by: Actor, now: datetime) -> None:
    if not exchange.held([row.id]):
        return
    raw = Raw(row.fields, row.sealed, row.digest)
    outcome = take_in_cases(
        [raw],
        verified=row.entrance not in {Entrance.UNSIGNED, Entrance.HISTORY},
        entrance=row.entrance,
        by=sender_of(row),
        now=now,
        retried=True,
    )[0]
    settle(row, outcome, by=by, now=now)
