"""The end of database connections: what a process shares among its threads is closed before the process ends."""

from __future__ import annotations

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper


def close_pools() -> None:
    """Close every pool of connections; one left to the end of the process takes five seconds for each of its threads."""
    for connection in connections.all(initialized_only=True):
        if isinstance(connection, DatabaseWrapper):
            connection.close()
            connection.close_pool()
