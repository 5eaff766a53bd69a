"""Which connections of the pool are asked whether they still live before somebody gets them."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from psycopg_pool import ConnectionPool

if TYPE_CHECKING:
    from psycopg import Connection

_TRUSTED_SECONDS = 1.0


def check(connection: Connection[Any]) -> None:
    """Ask a connection that has not been asked for a second; raises when it is dead.

    Under load a question before every use would cost more than the use; who meets a connection that has died within
    the second is told to try again (503).
    """
    now, asked_at = monotonic(), getattr(connection, "asked_at", 0.0)
    if now - asked_at > _TRUSTED_SECONDS:
        ConnectionPool.check_connection(connection)
        connection.asked_at = now  # type: ignore[attr-defined]
