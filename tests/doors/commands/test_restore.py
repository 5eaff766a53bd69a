"""Restoring asks who is connected first: what they were told is stored would be gone."""

from __future__ import annotations

from tests.doors.commands.test_commands import run


def test_restore_refuses_while_others_are_connected(committed_db, tmp_path, monkeypatch):
    import os

    from django.db import connection
    from psycopg.conninfo import make_conninfo

    connection.ensure_connection()
    monkeypatch.setenv(
        "HAOCHAPING_OWNER_URL", make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    )
    dump = tmp_path / "nightly.dump"
    assert run("db", "backup", str(dump)).exit_code == 0

    done = run("db", "restore", "--yes", str(dump))

    assert done.exit_code == 1
    assert "connected" in done.output
