"""The reach of a request at the database: staff see the rows of their own place, whatever the code above forgets.

Inside `within` all statements of the thread run as the role `haochaping_staff`, under the policies of `doors/tables.py`,
with the asker's remit as settings of the session. It costs one statement each way. A connection on which that cannot be
undone is closed.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.signals import connection_created

from haochaping.directory.rules import path_range
from haochaping.doors.tables import SETTINGS
from haochaping.postgres.terms import STAFF_ROLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from haochaping.kernel.actor import Scope

    type _Members = Collection[int]

log = logging.getLogger("haochaping.reach")

type _Values = tuple[str, ...]

_held: ContextVar[_Values | None] = ContextVar("reach", default=None)
_NONE: _Values = ("none", *([""] * len(SETTINGS)))
_SET = f"SELECT {', '.join(f"set_config('{name}', %s, false)" for name in ('role', *SETTINGS))}"


@contextmanager
def within(scope: Scope, staff_ids: _Members = ()) -> Iterator[None]:
    """Let everything inside reach what lies within the scope, and nothing else: nor what is about these staff members."""
    before, values = _held.get(), _values(scope, staff_ids)
    _held.set(values)
    try:
        if connection.connection is None:
            connection.ensure_connection()  # and `_made` sees to it
        else:
            _apply(connection, values)
        yield
    finally:
        _held.set(before)
        _go_back(before or _NONE)


@contextmanager
def set_aside() -> Iterator[None]:
    """Let what is inside read as the application: for the few reads that no place decides about, each with its reason."""
    held = _held.get()
    if held is None:
        yield
        return
    _held.set(None)
    _apply(connection, _NONE)
    try:
        yield
    finally:
        _held.set(held)
        _go_back(held)


def kept_within[T](scope: Scope, staff_ids: _Members, pieces: Iterable[T]) -> Iterator[T]:
    """An answer that is made while it is sent, made under the same reach."""
    with within(scope, staff_ids):
        yield from pieces


def _values(scope: Scope, staff_ids: _Members) -> _Values:
    themselves = f"{{{','.join(map(str, sorted(staff_ids)))}}}" if staff_ids else ""
    if scope.division_path == "":
        return (STAFF_ROLE, "yes", "", "", "", "", themselves)
    division = path_range(scope.division_path) if scope.division_path else ("", "")
    by_agency = scope.division_path is None and scope.agency_path
    agency = path_range(by_agency) if by_agency else ("", "")
    return (STAFF_ROLE, "", *division, *agency, themselves)


def _apply(on: Any, values: _Values) -> None:
    with on.cursor() as cursor:
        cursor.execute(_SET, values)


def _go_back(values: _Values) -> None:
    """Set what held before; a connection that cannot be brought back is not given to anybody else."""
    raw = connection.connection
    if raw is None:
        return
    try:
        _apply(connection, values)
    except Exception:
        log.exception("the reach of a request could not be left; its connection is closed")
        raw.close()
        connection.close()


def _made(sender: object, connection: Any, **_: object) -> None:  # noqa: ARG001 - Django's signature
    """A connection that is lost and made again in the middle of a request must not be the application's."""
    held = _held.get()
    if held is not None and connection.alias == "default":
        _apply(connection, held)


connection_created.connect(_made)
