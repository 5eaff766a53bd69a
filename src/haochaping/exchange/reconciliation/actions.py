"""对账 writes: statements of ours, comparing a source's with them, and settling what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.exchange.fields import shown
from haochaping.exchange.models import DifferingRecord, Reconciliation, Statement
from haochaping.exchange.reconciliation import queries, rules
from haochaping.exchange.reconciliation.queries import StoredSide
from haochaping.exchange.reconciliation.terms import (
    DAY_NOT_OVER,
    MOST_DIFFERING,
    NO_SUCH_RECONCILIATION,
    NOT_DIFFERING,
    NOTHING_COMPARED,
    STATEMENTS_KEPT,
    ReconciliationState,
    StatedKind,
    StatementSide,
    Sums,
)
from haochaping.exchange.terms import NO_SUCH_PLATFORM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.directory.terms import DivisionRef, Ref
    from haochaping.exchange.reconciliation.terms import Part, RowDifference
    from haochaping.kernel.actor import Actor

_LOCKS = 0x7263  # "rc": one statement of a source and day at a time
_POWERS = {StatedKind.CASES: Power.CASE_IMPORT, StatedKind.REVIEWS: Power.REVIEW_IMPORT}
_CASE_NO = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """How far a comparison has come: what the source has still to tell, and what differs so far."""

    id: UUID
    state: ReconciliationState
    here: Sums
    wanted: Sequence[str]
    differing: int


@transaction.atomic
def state(
    platform_id: int, kind: StatedKind, day: date, *, side: StatementSide, now: datetime
) -> tuple[StoredSide, Sums]:
    """Make our statement of a source's day anew."""
    with connection.cursor() as cursor:
        # Millions of rows take longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        # Two who ask at once would both replace it.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, platform_id])
    Statement.objects.filter(platform_id=platform_id, kind=kind, day=day, side=side).delete()
    statement = Statement(platform_id=platform_id, kind=kind, day=day, side=side, made_at=now)
    leaves = queries.leaves(statement)
    sums = rules.added(leaves.values())
    statement.count, statement.total, statement.digest = sums.count, sums.total, sums.digest
    statement.leaves = rules.packed(leaves)
    statement.save()
    return StoredSide(statement), sums


@transaction.atomic
def begin(source: str, kind: StatedKind, day: date, told: Sums, *, by: Actor, now: datetime) -> Compared:
    """A source tells the sums of a day: equal, or there is something to ask. Begun again, it starts anew.

    Raises:
        Refused: NO_SUCH_PLATFORM, NOT_ALLOWED, OUT_OF_SCOPE, DAY_NOT_OVER.
    """
    platform, division = _platform(source, kind, by)
    if day >= local_day(now):
        raise Refused(DAY_NOT_OVER, field="day", value=day.isoformat())
    _, here = state(platform.id, kind, day, side=StatementSide.RECEIVED, now=now)
    row, _ = Reconciliation.objects.select_for_update().get_or_create(
        platform_id=platform.id,
        day=day,
        kind=kind,
        defaults={
            "id": uuid7(now),
            "division_id": division.id,
            "state": ReconciliationState.COMPARING,
            "asked": [],
            "begun_at": now,
            "told_by": str(by),
            **_sums(here, told),
        },
    )
    DifferingRecord.objects.filter(reconciliation=row).delete()
    row.division_id, row.state, row.asked = division.id, ReconciliationState.COMPARING, [""]
    row.begun_at, row.told_by, row.compared_at, row.agreement = now, str(by), None, None
    row.settled_at, row.settled_by, row.explanation = None, "", ""
    for name, value in _sums(here, told).items():
        setattr(row, name, value)
    if here == told:
        row.asked = []
        _finish(row, source, by=by, now=now)
    row.save()
    return _compared(row)


@transaction.atomic
def hear(
    source: str, kind: StatedKind, day: date, parts: Sequence[Part], *, by: Actor, now: datetime
) -> Compared:
    """A source tells parts that were wanted; one that is not wanted (any more) is passed over.

    Raises:
        Refused: NO_SUCH_PLATFORM, NOT_ALLOWED, OUT_OF_SCOPE, NOTHING_COMPARED, NOT_A_PREFIX, NOT_A_ROW, ROW_TWICE.
    """
    platform, _ = _platform(source, kind, by)
    row = (
        Reconciliation.objects.select_for_update().filter(platform_id=platform.id, day=day, kind=kind).first()
    )
    statement = Statement.objects.filter(
        platform_id=platform.id, day=day, kind=kind, side=StatementSide.RECEIVED
    ).first()
    if row is None or statement is None:
        raise Refused(NOTHING_COMPARED, field="statement")
    if row.state != ReconciliationState.COMPARING:
        return _compared(row)
    here, asked = StoredSide(statement), dict.fromkeys(row.asked)
    for part in parts:
        rules.check_prefix(part.prefix)
    here.fetch(part.prefix for part in parts if part.rows is not None)
    found: list[RowDifference] = []
    only_here: list[str] = []
    differing = row.differing
    for part in parts:
        if part.prefix not in asked:
            continue
        rules.check_rows(kind, part)
        step = rules.compare(here, part)
        del asked[part.prefix]
        asked |= dict.fromkeys(step.wanted)
        found += step.differing
        only_here += step.only_here
        differing += len(step.differing) + sum(here.sums(prefix).count for prefix in step.only_here)
        if differing > MOST_DIFFERING:
            asked = {}
            break
    _keep(row, [*found, *_lone(here, only_here, MOST_DIFFERING - row.differing - len(found))])
    row.differing = differing
    row.asked = list(asked)
    if not asked:
        _finish(row, source, by=by, now=now)
    row.save()
    return _compared(row)


def _lone(here: StoredSide, prefixes: Sequence[str], most: int) -> list[RowDifference]:
    """The rows of parts of which the source has nothing; no more parts are read than there is room for."""
    room, chosen = most, []
    for prefix in prefixes:
        if room > 0:
            chosen.append(prefix)
            room -= here.sums(prefix).count
    here.fetch(chosen)
    return [one for prefix in chosen for one in rules.differences(here.rows(prefix), ())]


def _platform(source: str, kind: StatedKind, by: Actor) -> tuple[Ref, DivisionRef]:
    check_power(by, _POWERS[kind])
    platform, division = (
        directory.platforms([source]).get(source),
        directory.platform_divisions([source]).get(source),
    )
    if platform is None or division is None:
        raise Refused(NO_SUCH_PLATFORM, field="source", value=shown(source, 40))
    check_scope(by, division_path=division.path)
    return platform, division


def _sums(here: Sums, told: Sums) -> dict[str, int]:
    return {
        "our_count": here.count,
        "our_total": here.total,
        "our_digest": here.digest,
        "their_count": told.count,
        "their_total": told.total,
        "their_digest": told.digest,
        "differing": 0,
    }


def _keep(row: Reconciliation, found: Sequence[RowDifference]) -> None:
    kept = found[: max(0, MOST_DIFFERING - row.differing)]
    DifferingRecord.objects.bulk_create(
        [
            DifferingRecord(
                reconciliation=row,
                case_no=parts[0][:_CASE_NO],
                occurrence_no=parts[1],
                assess_no=parts[2],
                ours=one.here,
                theirs=one.told,
            )
            for one, parts in ((one, rules.key_parts(one.key)) for one in kept)
        ],
        batch_size=1000,
    )


def _finish(row: Reconciliation, source: str, *, by: Actor, now: datetime) -> None:
    """Everything is told: equal, different, or a former difference that is gone."""
    here = Sums(row.our_count, row.our_total, int(row.our_digest))
    told = Sums(row.their_count, row.their_total, int(row.their_digest))
    row.compared_at, row.agreement = now, rules.agreement(row.differing, here, told)
    if here != told:
        row.state, row.differed_at = ReconciliationState.DIFFERING, row.differed_at or now
    elif row.differed_at is None:
        row.state = ReconciliationState.EQUAL
    else:
        row.state, row.settled_at, row.settled_by = ReconciliationState.SETTLED, now, str(by)
    facts = {
        "day": row.day.isoformat(),
        "kind": row.kind,
        "state": row.state,
        "here": str(row.our_count),
        "told": str(row.their_count),
        "differing": str(row.differing),
    }
    ledger.append([NewEntry(EntryKind.RECONCILED, "source", source, facts=facts)], by=by, now=now)


def _compared(row: Reconciliation) -> Compared:
    here = Sums(row.our_count, row.our_total, int(row.our_digest))
    return Compared(row.id, ReconciliationState(row.state), here, row.asked, row.differing)


@transaction.atomic
def explain(one: UUID, explanation: str, *, by: Actor, now: datetime) -> None:
    """A person says why the sides differ and may do so: settled, with the reason for all to see.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_RECONCILIATION, NOT_DIFFERING, EXPLANATION_MISSING, TOO_LONG, CONTROL_CHARACTERS.
    """
    check_power(by, Power.ORDER_SUPERVISE)
    said = rules.explanation_in(explanation)
    row = (
        Reconciliation.objects.select_for_update(of=("self",))
        .select_related("division", "platform")
        .filter(id=one)
        .first()
    )
    if row is None or not by.scope.covers(division_path=row.division.path):
        raise Refused(NO_SUCH_RECONCILIATION, field="id")
    if row.state != ReconciliationState.DIFFERING:
        raise Refused(NOT_DIFFERING, field="explanation")
    row.state, row.settled_at, row.settled_by = ReconciliationState.SETTLED, now, str(by)
    row.explanation = said
    row.save(update_fields=["state", "settled_at", "settled_by", "explanation"])
    facts = {"day": row.day.isoformat(), "kind": row.kind, "differing": str(row.differing)}
    entry = NewEntry(EntryKind.DIFFERENCE_EXPLAINED, "source", row.platform.code, facts=facts)
    ledger.append([entry], by=by, now=now)


def forget_statements(*, now: datetime) -> int:
    """Erase statements of ours that are older than `STATEMENTS_KEPT`; returns how many."""
    return Statement.objects.filter(made_at__lt=now - STATEMENTS_KEPT).delete()[0]
