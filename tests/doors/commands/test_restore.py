"""Restoring asks who is connected first: what they were told is stored would be gone."""

from __future__ import annotations

import os

from click.testing import CliRunner
from django.db import connection
from psycopg.conninfo import make_conninfo

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands.main import cli


def test_restore_refuses_while_others_are_connected(committed_db, tmp_path):
    connection.ensure_connection()
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    here = Installation(read(os.environ | {"HAOCHAPING_OWNER_URL": owner}))
    dump = str(tmp_path / "nightly.dump")
    assert CliRunner().invoke(cli, ["db", "backup", dump], obj=here).exit_code == 0

    done = CliRunner().invoke(cli, ["db", "restore", "--yes", dump], obj=here)

    assert done.exit_code == 1
    assert "connected" in done.output
