"""Several reads in one question: a page that needs something of many rooms goes to the server once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from haochaping.postgres import writes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class Asked[T]:
    """A read that waits to be asked: a queryset of `values_list` or a statement, and what its rows are made into."""

    def __init__(
        self,
        rows: QuerySet[Any, Any] | str,
        read: Callable[[Iterable[Any]], T],
        params: Sequence[Any] | Mapping[str, Any] | None = None,
    ) -> None:
        self._rows, self._read, self._params = rows, read, params
        self._compiler: SQLCompiler | None = None
        self._heard: list[T] = []
        self._waits = False

    @property
    def answer(self) -> T:
        """What was found; asked for alone when it was not asked together with others."""
        if self._waits:
            writes.send()
        if not self._heard:
            together(self)
        return self._heard[0]

    def ask(self) -> str:
        """The statement as the server reads it.

        Raises:
            EmptyResultSet: nothing can be found; that is the answer.
        """
        with connection.cursor() as cursor:
            if isinstance(self._rows, str):
                return str(cursor.mogrify(self._rows, self._params))
            self._compiler = compiler = self._rows.query.get_compiler(using=connection.alias)
            return str(cursor.mogrify(*compiler.as_sql()))

    def hear(self, rows: Iterable[Any]) -> None:
        """Take the rows that the server gave for the statement."""
        if self._compiler is not None:
            cut = [row[: self._compiler.col_count] for row in rows]
            rows = self._compiler.results_iter(results=[cut], tuple_expected=True)
        self._heard, self._waits = [self._read(rows)], False

    def wait(self) -> None:
        """Have it asked with whatever goes to the server next (`writes.at_once`): there is time for its answer."""
        try:
            statement = self.ask()
        except EmptyResultSet:
            self.hear([])
            return
        self._waits = True
        writes.write(statement, None, hear=self.hear)


def together(*asked: Asked[Any]) -> None:
    """Find the answers of all with one way to the server and back."""
    statements: list[tuple[Asked[Any], str]] = []
    for one in asked:
        try:
            statements.append((one, one.ask()))
        except EmptyResultSet:
            one.hear([])
    if not statements:
        return
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statement for _, statement in statements))
        for n, (one, _) in enumerate(statements):
            if n:
                cursor.nextset()
            one.hear(cursor.fetchall())
