"""Several reads in one question: a page that needs something of many rooms goes to the server once."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class Asked[T]:
    """A read that waits to be asked: a queryset of `values_list`, and what its rows are made into."""

    def __init__(self, rows: QuerySet[Any, Any], read: Callable[[Iterable[Any]], T]) -> None:
        self.rows = rows
        self._read = read
        self._heard: list[T] = []

    @property
    def answer(self) -> T:
        """What was found; asked for alone when it was not asked together with others."""
        if not self._heard:
            self.hear(self.rows)
        return self._heard[0]

    def hear(self, rows: Iterable[Any]) -> None:
        """Take the rows that were found."""
        self._heard = [self._read(rows)]


def together(*asked: Asked[Any]) -> None:
    """Find the answers of all with one way to the server and back."""
    parts: list[tuple[Asked[Any], SQLCompiler, str, tuple[Any, ...]]] = []
    for one in asked:
        compiler = one.rows.query.get_compiler(using=connection.alias)
        try:
            parts.append((one, compiler, *compiler.as_sql()))
        except EmptyResultSet:
            one.hear([])
    if not parts:
        return
    with connection.cursor() as cursor:
        statements, params = zip(*(part[2:] for part in parts), strict=True)
        cursor.execute("; ".join(statements), tuple(chain.from_iterable(params)))
        for n, (one, compiler, *_) in enumerate(parts):
            if n:
                cursor.nextset()
            rows = [row[: compiler.col_count] for row in cursor.fetchall()]
            one.hear(compiler.results_iter(results=[rows], tuple_expected=True))
