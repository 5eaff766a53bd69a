from __future__ import annotations

import psycopg
import pytest
from django.db import connection
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
