from __future__ import annotations

import psycopg
import pytest
from django.db import connection, connections
from psycopg_pool import ConnectionPool

from haochaping.config import pool


def test_a_connection_is_asked_once_a_second(db, monkeypatch):
    clock = iter([100.0, 100.5, 102.0])
    monkeypatch.setattr(pool, "monotonic", lambda: next(clock))
    connection.ensure_connection()
    raw = connection.connection
    asked: list[object] = []
    monkeypatch.setattr(ConnectionPool, "check_connection", asked.append)
    raw.asked_at = 0.0

    for _ in range(3):
        pool.check(raw)

    assert asked == [raw, raw]


def test_a_dead_connection_is_found(db):
    connection.ensure_connection()
    with psycopg.connect(
        connection.connection.info.dsn, password=connection.connection.info.password
    ) as other:
        pass

    with pytest.raises(psycopg.OperationalError):
        pool.check(other)


def test_whoever_meets_a_dead_connection_has_its_like_replaced_too(db):
    """After the server was killed each of its idle connections is dead: the first to ask must not be the only one served."""
    ours = connections["default"].pool  # type: ignore[attr-defined]  # of the wrapper for PostgreSQL
    idle = [ours.getconn() for _ in range(6)]
    for one in idle:
        ours.putconn(one)
    ends = "SELECT pg_terminate_backend(%s)"
    told = connection.connection.info
    with psycopg.connect(told.dsn, password=told.password, autocommit=True) as other:
        for one in idle:
            other.execute(ends, [one.info.backend_pid])
    for one in idle:
        one.asked_at = 0.0

    with ours.connection() as first:
        assert first.execute("SELECT 1").fetchone() == (1,)
    assert ours.get_stats()["pool_available"] >= 1
