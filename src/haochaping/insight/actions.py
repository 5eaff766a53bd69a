"""分析 writes: changes are added beside the facts in the caller's transaction; one folder merges them. Comparisons are kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, LiteralString

from django.db import connection, transaction
from django.db.models import Q

from haochaping.insight.comparison import compared
from haochaping.insight.comparison.kept import kept
from haochaping.insight.models import ComparedUnit, Comparison, Recount
from haochaping.insight.rules import ALL_MONTHS, EVERY_MONTH, Days
from haochaping.insight.statements import MONTHS, TOTALS, statement
from haochaping.insight.terms import Difference, FactKey
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres.rows import copy_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from haochaping.insight.comparison.terms import Group, Unit
    from haochaping.kernel.actor import Actor

_DELTA: dict[LiteralString, LiteralString] = {
    "kind": "varchar",
    "day": "date",
    "division_id": "int8",
    "agency_id": "int8",
    "item_id": "int8",
    "channel": "varchar",
    "level": "int2",
    "provenance": "varchar",
    "hall_id": "int8",
    "stage": "varchar",
    "n": "int8",
}
_FOLD = statement("fold")
_MEND_MONTHS, _MEND_TOTALS = (statement("mend_months", differing=differing) for differing in (MONTHS, TOTALS))
_FOLD_LOCK = 0x696E7369  # "insi": one folder at a time


@transaction.atomic(savepoint=False)
def count(changes: Mapping[FactKey, int]) -> None:
    """Add changes to the facts, in the transaction of what they count."""
    if changes:
        copy_rows("insight_fact_delta", _DELTA, ((*key, n) for key, n in changes.items()))


@transaction.atomic
def fold() -> int:
    """Merge pending changes into the facts; returns how many rows were merged (0 when another folder is at it)."""
    with connection.cursor() as cursor:
        # Of a million changes the sums would go to the disk otherwise.
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), set_config('work_mem', '64MB', true)", [_FOLD_LOCK]
        )
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD)
        return int(cursor.fetchone()[0])


@transaction.atomic
def mend(differences: Collection[Difference], *, by: Actor, now: datetime) -> None:
    """Add to the facts of days what makes them what their rows come to; the ledger keeps that somebody had to."""
    count({one.key: one.counted - one.held for one in differences})
    _record(differences, "days", by=by, now=now)


@transaction.atomic
def mend_months(first: date, end: date, *, by: Actor, now: datetime) -> list[Difference]:
    """Bring the facts of whole months to what those of their days come to; what was wrong. Nobody folds meanwhile."""
    return _mend_sums(_MEND_MONTHS, Days(first, end), by=by, now=now)


@transaction.atomic
def mend_totals(*, by: Actor, now: datetime) -> list[Difference]:
    """Bring what stands under the month of all months to what these months come to; what was wrong."""
    return _mend_sums(_MEND_TOTALS, EVERY_MONTH, by=by, now=now)


def _mend_sums(mending: str, days: Days, *, by: Actor, now: datetime) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOLD_LOCK])
        cursor.execute(mending, {"first": days.first, "end": days.end})
        differences = [
            Difference(FactKey(*key), counted, held, months) for months, *key, counted, held in cursor
        ]
    _record(differences, "months", by=by, now=now)
    return differences


@transaction.atomic
def recounted(since: date) -> None:
    """Keep that the days from this one on are counted anew after an update; who is further already stays there."""
    Recount.objects.filter(Q(since=None) | Q(since__gt=since)).update(since=since)


@transaction.atomic
def end_recount() -> None:
    """Keep that everything is counted anew."""
    Recount.objects.all().delete()


def _record(differences: Collection[Difference], of: str, *, by: Actor, now: datetime) -> None:
    if differences:
        facts = {"figures": str(len(differences))}
        if days := [one.key.day for one in differences if one.key.day != ALL_MONTHS]:
            facts |= {"from": min(days).isoformat(), "until": max(days).isoformat()}
        ledger.append([NewEntry(EntryKind.FIGURES_MENDED, "figures", of, facts=facts)], by=by, now=now)


@transaction.atomic
def keep_comparison(group: Group, units: Sequence[Unit], *, now: datetime) -> int:
    """Hold the units of a group against each other and keep what was found; the number kept, 0 where it was kept before.

    `group` names its months by their first days. The same counts and seed give the same result, whoever works it out.
    """
    found = compared(units, group.seed)
    made, is_new = Comparison.objects.get_or_create(
        division_id=group.division_id,
        kind=group.kind,
        stem=group.stem,
        last=group.last,
        defaults={
            "first": group.first,
            "seed": group.seed,
            "target": found.target,
            "alpha": found.prior.alpha if found.prior else None,
            "beta": found.prior.beta if found.prior else None,
            "tau2": found.tau2,
            "as_of": now,
        },
    )
    if not is_new:
        return 0
    rows = [
        ComparedUnit(comparison=made, **asdict(kept(unit, one)))
        for unit, one in zip(units, found.units, strict=True)
    ]
    ComparedUnit.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)
