"""数据交换 writes: quarantine, answers given once, short visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.exchange.models import GivenAnswer, QuarantinedRecord, Visit
from haochaping.exchange.rules import visit_hash
from haochaping.exchange.terms import QuarantineState
from haochaping.kernel.identifiers import uuid7
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from haochaping.exchange.terms import Quarantined
    from haochaping.kernel.actor import Actor

_SHOWN = 50


@transaction.atomic
def quarantine(records: Sequence[Quarantined], *, by: Actor, now: datetime) -> list[UUID]:
    """Put records aside with their reasons; returns their ids in order."""
    rows = [
        QuarantinedRecord(
            id=uuid7(now),
            kind=record.kind,
            source=str(record.fields.get("source") or "")[:_SHOWN].replace("\0", "")[:40],
            case_no=str(record.fields.get("case_no") or "").replace("\0", "")[:_SHOWN],
            fields=record.fields,
            sealed={role: str(person_id) for role, person_id in record.sealed.items()},
            digest=record.digest,
            receipt_hash=record.receipt_hash,
            entrance=record.entrance,
            sender=str(by),
            scope_path=by.scope.division_path,
            code=record.code,
            field=record.field[:100],
            params=record.params,
            message=record.message,
            remedy=record.remedy,
            state=QuarantineState.WAITING,
            attempts=0,
            received_at=now,
        )
        for record in records
    ]
    QuarantinedRecord.objects.bulk_create(rows)
    entries = [
        NewEntry(EntryKind.QUARANTINE_TAKEN_IN, "quarantine", str(row.id), {"code": row.code}) for row in rows
    ]
    ledger.append(entries, by=by, now=now)
    return [row.id for row in rows]


@transaction.atomic
def settle(record_id: UUID, result_id: UUID | None, *, by: Actor, now: datetime) -> None:
    """A record of the quarantine was taken at last."""
    QuarantinedRecord.objects.filter(id=record_id).update(
        state=QuarantineState.TAKEN, settled_at=now, result_id=result_id
    )
    entry = NewEntry(
        EntryKind.QUARANTINE_RETRIED, "quarantine", str(record_id), {"result": str(result_id or "")}
    )
    ledger.append([entry], by=by, now=now)


@transaction.atomic
def keep(
    record_id: UUID, *, code: str, field: str, params: Mapping[str, object], message: str, remedy: str
) -> None:
    """A retry failed again: the newest reason stands."""
    row = QuarantinedRecord.objects.select_for_update().get(id=record_id)
    row.attempts += 1
    row.code, row.field, row.params, row.message, row.remedy = code, field, dict(params), message, remedy
    row.save(update_fields=["attempts", "code", "field", "params", "message", "remedy"])


def remember_answer(client_id: int, key: str, body_hash: bytes, answer: object, *, now: datetime) -> None:
    """Store the answer to a keyed request, in the transaction of what it did."""
    GivenAnswer.objects.create(client_id=client_id, key=key, body_hash=body_hash, answer=answer, given_at=now)


def begin_visit(
    token: str,
    *,
    dialect: str,
    fields: Mapping[str, object],
    sealed: Mapping[str, UUID],
    lasts: timedelta,
    now: datetime,
) -> None:
    """Remember for a short time what an evaluator address said."""
    Visit.objects.create(
        id=uuid7(now),
        token_hash=visit_hash(token),
        dialect=dialect,
        fields=dict(fields),
        sealed={role: str(person_id) for role, person_id in sealed.items()},
        begun_at=now,
        ends_at=now + lasts,
    )


def forget_visits(*, before: datetime) -> int:
    """Erase visits that are over; returns how many."""
    return Visit.objects.filter(ends_at__lt=before).delete()[0]
