"""对账 reads: a stored statement as one side of a reconciliation, and what became of each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import Substr

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.exchange.models import DifferingRecord, Reconciliation, StatementPart
from haochaping.exchange.reconciliation import rules
from haochaping.exchange.reconciliation.terms import (
    NO_SUCH_RECONCILIATION,
    NOTHING,
    DifferingRow,
    ReconciliationRow,
    ReconciliationState,
    StatedKind,
    Sums,
)
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.exchange.models import Statement
    from haochaping.kernel.actor import Actor

_SUMMED = {"n": Sum("count"), "levels": Sum("total"), "digests": Sum("digest")}


class StoredSide:
    """A statement of ours as `rules.Side`; what lies deeper than it is kept is worked out of its rows."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement

    def sums(self, prefix: str) -> Sums:
        """The sums of a part."""
        if len(prefix) > self.statement.depth:
            return rules.sums_of(self.rows(prefix))
        found = self._parts(prefix).aggregate(**_SUMMED)
        return _sums(**found) if found["n"] is not None else NOTHING

    def children(self, prefix: str) -> Mapping[str, Sums]:
        """The sums of the sixteenths of a part, by their last digit."""
        if len(prefix) >= self.statement.depth:
            below = rules.Lines(self.rows(prefix))
            return below.children(prefix)
        digit = Substr("prefix", len(prefix) + 1, 1)
        parts = self._parts(prefix).annotate(digit=digit).order_by().values("digit")
        found = parts.annotate(**_SUMMED).values_list("digit", *_SUMMED)
        return {row[0]: _sums(*row[1:]) for row in found}

    def rows(self, prefix: str) -> Sequence[str]:
        """The lines of a part."""
        parts = self._parts(prefix[: self.statement.depth]).order_by("prefix").values_list("lines", flat=True)
        lines = [line for part in parts for line in part.split("\n")]
        if len(prefix) <= self.statement.depth:
            return lines
        return [line for line in lines if rules.place_of(line).startswith(prefix)]

    def _parts(self, prefix: str) -> QuerySet[StatementPart]:
        return StatementPart.objects.filter(statement=self.statement, prefix__startswith=prefix)


def _sums(n: int, levels: int, digests: int) -> Sums:
    return Sums(n, int(levels), int(digests) % rules.MODULUS)


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
