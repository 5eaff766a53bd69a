"""What need not be answered at once: it goes with the next question, so that a step goes to the server seldom.

Whoever takes a step leaves an event, an entry in the ledger, a notice and a job, and reads none of them again. Inside
`at_once` such statements go before whatever is asked next, in one message with it; what is left goes at the end. So do the
beginnings and ends of savepoints. The server carries out the same statements in the same order as without.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import AutoField
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery
from psycopg import ClientCursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.db.models import Model, QuerySet

    type _Hear = Callable[[list[Any]], object]

_BEGIN, _END, _GIVE_UP = "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT"
_PART = re.compile(rf'({_BEGIN}|{_END}|{_GIVE_UP}) ("\w+")')
# Each with what takes its rows, where anybody does.
_waiting: ContextVar[list[tuple[str, _Hear | None]] | None] = ContextVar("waiting", default=None)


@contextmanager
def at_once() -> Iterator[None]:
    """Let what is written inside go with the next question, or at the end; inside another one, with that one's.

    To be begun inside the transaction that an error ends: what waits then is dropped with what was sent. An error of a
    write is raised where it is sent.

    Raises:
        RuntimeError: called outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("writes wait in the transaction of what they belong to; open one first")
    if is_waiting():
        yield
        return
    before = _waiting.set([])
    try:
        with connection.execute_wrapper(_with_what_waits):
            yield
            send()
    finally:
        _waiting.reset(before)


def is_waiting() -> bool:
    """Whether a write would wait."""
    return _waiting.get() is not None


def write(
    statement: str,
    params: Sequence[Any] | Mapping[str, Any] | None,
    *,
    hear: Callable[[list[Any]], object] | None = None,
) -> None:
    """Carry out a statement whose answer nobody needs, or not now: `hear` takes its rows once it was sent."""
    waiting = _waiting.get()
    with connection.cursor() as cursor:
        if waiting is not None:
            waiting.append((cursor.mogrify(statement, params), hear))
            return
        cursor.execute(statement, params)
        if hear:
            hear(cursor.fetchall())


def insert(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Write new rows of one table, with `ignore_conflicts` those of which there is none like it; given ids are not told."""
    if not rows:
        return
    given = rows[0]._meta.local_concrete_fields  # noqa: SLF001 - documented by Django
    query = InsertQuery(type(rows[0]), on_conflict=OnConflict.IGNORE if ignore_conflicts else None)
    query.insert_values([field for field in given if not isinstance(field, AutoField)], list(rows))
    for statement, params in query.get_compiler(connection=connection).as_sql():
        write(statement, params)


def change(rows: QuerySet[Any, Any], **values: Any) -> None:
    """Set columns of rows; how many there were is not told."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    write(*query.get_compiler(connection=connection).as_sql())


def update(row: Model, *columns: str) -> None:
    """Save columns of a row that the caller holds locked; all of them when none are named."""
    meta: Any = row._meta  # noqa: SLF001 - documented by Django
    fields = [meta.get_field(name) for name in columns] or meta.local_concrete_fields
    changed = {field.attname: getattr(row, field.attname) for field in fields if not field.primary_key}
    change(type(row)._base_manager.filter(pk=row.pk), **changed)  # noqa: SLF001 - documented by Django


def send() -> None:
    """Carry out what waits."""
    if statements := _taken():
        with connection.cursor() as cursor:
            cursor.execute("".join(f"{statement};" for statement, _ in statements))
            _heard(cursor, statements)


def _taken() -> list[tuple[str, _Hear | None]]:
    """What waits, which from now on waits no more."""
    waiting = _waiting.get()
    taken = [] if waiting is None else waiting.copy()
    if waiting:
        waiting.clear()
    return taken


def _with_what_waits(
    execute: Callable[..., Any],
    statement: Any,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    """Carry out a statement after those that wait, in one message; its cursor is left at its own answer."""
    waiting, part = _waiting.get(), _PART.fullmatch(statement) if isinstance(statement, str) else None
    if waiting is not None and part and _waits(waiting, *part.groups()):
        return None
    cursor = context["cursor"]
    if many or not isinstance(cursor.cursor, ClientCursor):
        send()
    before = _taken()
    if not before:
        return execute(statement, params, many, context)
    statements = "; ".join([*(one for one, _ in before), cursor.mogrify(statement, params)])
    answer = execute(statements, None, many, context)
    _heard(cursor, before)
    return answer


def _heard(cursor: Any, statements: Sequence[tuple[str, _Hear | None]]) -> None:
    """Give each its rows, and go on to the answer behind them."""
    for _, hear in statements:
        if hear:
            hear(cursor.fetchall())
        cursor.nextset()


def _waits(waiting: list[tuple[str, _Hear | None]], word: str, name: str) -> bool:
    """Whether the beginning or end of a savepoint need not be sent now; what waits is brought in line with it.

    A savepoint that has not been sent when it ends never is: all that it holds goes in one piece, or was given up here.
    """
    begun = (f"{_BEGIN} {name}", None)
    if word == _BEGIN:
        waiting.append(begun)
    elif word == _GIVE_UP:
        is_sent = begun not in waiting
        del waiting[0 if is_sent else waiting.index(begun) + 1 :]
        return not is_sent
    elif begun in waiting:
        waiting.remove(begun)
    else:
        waiting.append((f"{_END} {name}", None))
    return True
