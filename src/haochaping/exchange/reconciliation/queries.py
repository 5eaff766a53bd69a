"""对账 reads: a stored statement as one side of a reconciliation, and what became of each day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Q

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.exchange.models import DifferingRecord, Reconciliation, Statement
from haochaping.exchange.reconciliation import rules
from haochaping.exchange.reconciliation.terms import (
    NO_SUCH_RECONCILIATION,
    DifferingRow,
    ReconciliationRow,
    ReconciliationState,
    StatedKind,
    StatementSide,
    Sums,
)
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import BEIJING, CLOCK_LEEWAY
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_SQL = {
    (what, kind): resources.files("haochaping.exchange")
    .joinpath(f"sql/{what}_{kind}.sql")
    .read_text(encoding="utf-8")
    for what in ("state", "rows")
    for kind in StatedKind
}


class StoredSide(rules.Leaves):
    """A statement of ours as `rules.Side`: its sums as they were when it was made, its rows as they are now."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(rules.unpacked(bytes(statement.leaves)))
        self._statement = statement
        self._lines: dict[int, list[str]] = {}

    def fetch(self, prefixes: Iterable[str]) -> None:
        """Read the rows of these parts in one go."""
        missing = {leaf for prefix in prefixes for leaf in rules.leaves_of(prefix)} - self._lines.keys()
        if missing:
            self._lines |= {leaf: [] for leaf in missing}
            for leaf, line in _read("rows", self._statement, leaves=sorted(missing)):
                self._lines[leaf].append(line)

    def rows(self, prefix: str) -> Sequence[str]:
        """The lines of a part."""
        self.fetch([prefix])
        return [line for leaf in rules.leaves_of(prefix) for line in self._lines[leaf]]


def stored(platform_id: int, kind: StatedKind, day: date, side: StatementSide) -> StoredSide | None:
    """A statement of ours as it was made last."""
    found = Statement.objects.filter(platform_id=platform_id, kind=kind, day=day, side=side).first()
    return StoredSide(found) if found else None


def leaves(statement: Statement) -> dict[int, Sums]:
    """What there is of a statement's day now, in sums."""
    return rules.leaves_of_groups(
        (leaf, str(value), n, (high << 32) + low + n * 2**31)
        for leaf, value, n, high, low in _read("state", statement)
    )


def _read(what: str, statement: Statement, leaves: Sequence[int] = ()) -> list[tuple[Any, ...]]:
    start = datetime.combine(statement.day, time(), BEIJING)
    asked: dict[str, Any] = {
        "platform": statement.platform_id,
        "start": start,
        "end": start + timedelta(days=1),
        "first": first_uuid7(start - CLOCK_LEEWAY),
        "received": statement.side == StatementSide.RECEIVED,
        "leaves": list(leaves),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL[what, StatedKind(statement.kind)], asked)
        return list(cursor.fetchall())


def reconciliations(
    by: Actor,
    *,
    state: str = "",
    source: str = "",
    day: date | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[ReconciliationRow]:
    """What was reconciled in one's divisions, the newest day first."""
    said = {"state": state, "platform__code": source, "day": day}
    rows = _seen(by).filter(**{name: value for name, value in said.items() if value})
    return [_row(row) for row in rows.order_by("-day", "platform__code", "kind")[offset : offset + limit]]


def counts(by: Actor) -> dict[ReconciliationState, int]:
    """How many days of sources there are in each state."""
    found = dict(_seen(by).order_by().values_list("state").annotate(n=Count("id")))
    return {state: found.get(state, 0) for state in ReconciliationState}


def reconciliation(one: UUID, *, by: Actor) -> ReconciliationRow:
    """One of them; raises `Refused(NO_SUCH_RECONCILIATION)` where there is none for this person."""
    row = _seen(by).filter(id=one).first()
    if row is None:
        raise Refused(NO_SUCH_RECONCILIATION, field="id")
    return _row(row)


def differing(one: UUID, *, limit: int = 100, offset: int = 0) -> list[DifferingRow]:
    """The records in which the sides of a reconciliation differ, by case number."""
    rows = DifferingRecord.objects.filter(reconciliation_id=one)
    found = rows.order_by("case_no", "occurrence_no", "assess_no")[offset : offset + limit]
    return [DifferingRow(r.case_no, r.occurrence_no, r.assess_no, r.ours, r.theirs) for r in found]


def to_tell(day: date) -> list[tuple[str, StatedKind]]:
    """What is told to the level above of a day: cases, then reviews of each platform in force, quiet ones too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT code FROM directory_platform
                WHERE coalesce(valid_from, %(day)s) <= %(day)s AND coalesce(valid_to, %(day)s) >= %(day)s ORDER BY code""",
            {"day": day},
        )
        return [(code, kind) for (code,) in cursor for kind in StatedKind]


def _seen(by: Actor) -> QuerySet[Reconciliation]:
    check_power(by, Power.ORDER_SUPERVISE)
    rows = Reconciliation.objects.select_related("platform", "division")
    if by.scope.division_path is None:
        return rows.none()
    low, high = path_range(by.scope.division_path)
    return rows.filter(Q(division__path__gte=low, division__path__lt=high))


def _row(row: Reconciliation) -> ReconciliationRow:
    return ReconciliationRow(
        id=row.id,
        source=row.platform.code,
        source_name=row.platform.name,
        division_path=row.division.path,
        day=row.day,
        kind=StatedKind(row.kind),
        state=ReconciliationState(row.state),
        here=Sums(row.our_count, row.our_total, int(row.our_digest)),
        told=Sums(row.their_count, row.their_total, int(row.their_digest)),
        differing=row.differing,
        agreement=row.agreement,
        told_by=row.told_by,
        begun_at=row.begun_at,
        compared_at=row.compared_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        explanation=row.explanation,
    )
