"""重试隔离 at a person's word: cases first, then their steps, so that the reviews waiting for them find them; then voices."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.exchange import actions as exchange_actions
from haochaping.exchange import queries as exchange
from haochaping.exchange.terms import WIRE_SENDER, Raw, RecordKind
from haochaping.flows.complete_case import complete_waiting
from haochaping.flows.retry_quarantine import retry_reviews, sender_of, settle
from haochaping.flows.take_in_cases import take_early_steps, take_in_cases
from haochaping.flows.take_past_voice import take_past_voice
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.actor import Actor

_PAGE = 200


def retry_records(
    ids: Sequence[str] | None, *, by: Actor, now: datetime, passed: Callable[[int], object] = lambda _: None
) -> tuple[int, int]:
    """Retry the named records, or everything that waits; returns how many wait no longer and how many still do.

    What its sender has sent again since, corrected, is settled by that and not tried. `passed` is told of so many
    records each time that they have been seen to.
    """
    rows = exchange.waiting_by_id([UUID(i) for i in ids]) if ids is not None else _everything()
    exchange_actions.settle_corrected([row.id for row in rows], by=by, now=now)
    cases = [row for row in rows if row.kind == RecordKind.CASE]
    for row in cases:
        _retry_case(row, by=by, now=now)
        passed(1)
    steps = exchange.waiting_by_id([row.id for row in rows if row.kind == RecordKind.STEP])
    take_early_steps(steps, now=now)
    passed(len(steps))
    reviews = exchange.waiting_by_id([row.id for row in rows if row.kind == RecordKind.REVIEW])
    for start in range(0, len(reviews), _PAGE):
        page = reviews[start : start + _PAGE]
        retry_reviews(page, now=now)
        passed(len(page))
    for row in rows:
        if row.kind == RecordKind.VOICE:
            _retry_voice(row, now=now)
            passed(1)
    # A case that arrived may have taken its waiting reviews along: count what is really gone.
    left = len(exchange.waiting_by_id([row.id for row in rows]))
    return len(rows) - left, left


def _everything() -> list[QuarantineRow]:
    return exchange.waiting(limit=100_000)


@transaction.atomic
def _retry_case(row: QuarantineRow, *, by: Actor, now: datetime) -> None:
    if not exchange.held([row.id]):
        return
    sender, fields = sender_of(row), row.fields
    if sender.id.startswith(WIRE_SENDER):
        fields, unknown = _as_of_today(row)
        if unknown is not None:
            settle(row, Outcome(OutcomeKind.QUARANTINED, row.id, complaint=unknown), by=by, now=now)
            return
    outcome = take_in_cases(
        [Raw(fields, row.sealed, row.digest)],
        verified=row.entrance not in {Entrance.UNSIGNED, Entrance.HISTORY},
        entrance=row.entrance,
        by=sender,
        now=now,
        told_at=row.received_at,
    )[0]
    settle(row, outcome, by=by, now=now)


@transaction.atomic
def _retry_voice(row: QuarantineRow, *, now: datetime) -> None:
    if exchange.held([row.id]):
        sender = sender_of(row)
        outcome = take_past_voice(Raw(row.fields, digest=row.digest), by=sender, now=now)
        settle(row, outcome, by=sender, now=now)


def _as_of_today(row: QuarantineRow) -> tuple[Mapping[str, object], Complaint | None]:
    """A record that left something out is read again: what it left out may be known by now."""
    platform = directory.platforms([row.source]).get(row.source)
    if platform is not None:
        exchange_actions.number_services_alone(platform.id, row.case_no)
    fields, unknown = complete_waiting(row.source, row.fields)
    if unknown is not None and unknown.code == row.code:
        # Its sender calls the field by another name.
        unknown = Complaint(unknown.reason, row.field, unknown.params)
    return fields, unknown
