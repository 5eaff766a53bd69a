"""Restoring asks who is connected first: what they were told is stored would be gone."""

from __future__ import annotations

import os

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from psycopg.conninfo import make_conninfo

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.directory import queries as directory
from haochaping.doors.commands import province, rights
from haochaping.doors.commands.main import cli
from haochaping.doors.pools import close_pools
from tests import worlds
from tests.doors.commands.test_run import take_sample


@pytest.fixture
def here(committed_db):
    """The installation on this test's database."""
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    return Installation(read(os.environ | {"HAOCHAPING_OWNER_URL": owner}))


@pytest.fixture
def dump(here, tmp_path, now):
    """A back-up of the empty installation, which holds a small world by now."""
    file = str(tmp_path / "nightly.dump")
    assert CliRunner().invoke(cli, ["db", "backup", file], obj=here).exit_code == 0
    worlds.build(now)
    return file


def test_restore_refuses_while_others_are_connected(here, dump):
    done = CliRunner().invoke(cli, ["db", "restore", "--yes", dump], obj=here)

    assert done.exit_code == 1
    assert "sessions are connected" in done.output
    assert directory.platforms([worlds.SOURCE])


def test_restore_cuts_them_off_when_told_to(here, dump):
    close_pools()

    with psycopg.connect(here.env.owner_url) as other:
        done = CliRunner().invoke(cli, ["db", "restore", "--yes", "--while-connected", dump], obj=here)
        with pytest.raises(psycopg.OperationalError):
            other.execute("SELECT 1")

    assert done.exit_code == 0
    assert directory.platforms([worlds.SOURCE]) == {}
    assert rights.out_of_force(connection) == []


@pytest.mark.parametrize("holds", [False, True])
def test_after_a_restore_the_folder_is_a_demos_only_where_the_database_is(committed_db, tmp_path, holds):
    """Or `demo --reset` would throw away what is none."""
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    here = Installation(
        read(os.environ | {"HAOCHAPING_OWNER_URL": owner, "HAOCHAPING_DATA": str(tmp_path / "home")})
    )
    if holds:
        take_sample()
    province.mark(tmp_path / "home")
    file = str(tmp_path / "nightly.dump")
    CliRunner().invoke(cli, ["db", "backup", file], obj=here)

    done = CliRunner().invoke(cli, ["db", "restore", "--yes", "--while-connected", file], obj=here)

    assert done.exit_code == 0
    assert (tmp_path / "home" / "demo-accounts.json").exists() == holds
