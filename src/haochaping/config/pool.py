"""Which connections of the pool are asked whether they still live before somebody gets them."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg import Connection

_TRUSTED_SECONDS = 1.0


def check(connection: Connection[Any]) -> None:
    """Ask a connection that has not been asked for a second; raises when it is dead.

    Under load a question before every use would cost more than the use; who meets a connection that has died within
    the second is told to try again (503). What has cut one connection has cut its like: all that lie idle are asked
    then, for one found dead at a time would cost several people after each other the five seconds they wait.
    """
    now, asked_at = monotonic(), getattr(connection, "asked_at", 0.0)
    if now - asked_at > _TRUSTED_SECONDS:
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.Error:
            _replace_dead()
            raise
        connection.asked_at = now  # type: ignore[attr-defined]


def _replace_dead() -> None:
    from django.db import connections  # noqa: PLC0415 - settings name this module

    connections["default"].pool.check()  # type: ignore[attr-defined]  # of the wrapper for PostgreSQL
