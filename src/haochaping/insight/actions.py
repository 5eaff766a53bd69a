"""分析 writes: changes are added beside the facts in the caller's transaction; one folder merges them."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, LiteralString

from django.db import connection, transaction

from haochaping.postgres.rows import copy_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.insight.terms import FactKey

_DELTA: dict[LiteralString, LiteralString] = {
    "kind": "varchar",
    "day": "date",
    "division_id": "int8",
    "agency_id": "int8",
    "item_id": "int8",
    "channel": "varchar",
    "level": "int2",
    "provenance": "varchar",
    "n": "int8",
}
_FOLD = resources.files("haochaping.insight").joinpath("sql/fold.sql").read_text(encoding="utf-8")
_FOLD_LOCK = 0x696E7369  # "insi": one folder at a time


@transaction.atomic(savepoint=False)
def count(changes: Mapping[FactKey, int]) -> None:
    """Add changes to the facts, in the transaction of what they count."""
    copy_rows("insight_fact_delta", _DELTA, ((*key, n) for key, n in changes.items()))


@transaction.atomic
def fold() -> int:
    """Merge pending changes into the facts; returns how many rows were merged (0 when another folder is at it)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD)
        return int(cursor.fetchone()[0])
