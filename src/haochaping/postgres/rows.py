"""Many rows at once: into a table by COPY, few where writes wait, and many values as one parameter of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from django.db import connection
from psycopg import sql

from haochaping.postgres import writes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def copy_rows(
    table: LiteralString, columns: Mapping[LiteralString, LiteralString], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows in the caller's transaction; where writes wait (`writes.at_once`), they wait too, as one INSERT.

    `columns` names each value's column and its PostgreSQL type, in the order of the values; the other columns take
    their defaults. Nothing is skipped: a row that breaks a constraint raises Django's `IntegrityError` and ends the
    transaction (or its savepoint).
    """
    if writes.is_waiting():
        _insert_rows(table, columns, list(rows))
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    types = list(columns.values())
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as into:
        into.set_types(types)
        for row in rows:
            into.write_row(row)


def _insert_rows(
    table: LiteralString, columns: Mapping[LiteralString, LiteralString], rows: Sequence[Sequence[Any]]
) -> None:
    if not rows:
        return
    one = f"({', '.join(f'%s::{kind}' for kind in columns.values())})"
    names, places = ", ".join(f'"{name}"' for name in columns), ", ".join([one] * len(rows))
    statement = f"INSERT INTO {table} ({names}) VALUES {places}"  # noqa: S608 - names of our own
    writes.write(statement, [value for row in rows for value in row])


def array(values: Iterable[str | int | UUID]) -> str:
    """Values as one PostgreSQL array, for a parameter that says its type: `%s::uuid[]`.

    The driver looks at each element of a list for longer than the server takes to find its row.
    """
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: str | int | UUID) -> str:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
