"""`haochaping migrate` gives the roles their rights: again, on a former version's server, on a server of somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from haochaping.doors.commands import database, rights
from haochaping.doors.tables import TABLES
from haochaping.postgres import copies, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from haochaping.postgres.terms import Urls

MISSING = "SELECT count(*) FROM pg_roles WHERE rolname = 'haochaping_staff'"


def migrate(app: str, owner: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": app, "HAOCHAPING_OWNER_URL": owner, "LANG": "en"}
    if home:
        environment["HAOCHAPING_DATA"] = str(home)
    program = Path(sys.executable).with_name("haochaping")
    return subprocess.run([program, "migrate"], env=environment, text=True, capture_output=True)


def test_migrate_puts_right_what_was_changed_by_hand(committed_db):
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    with psycopg.connect(owner) as by_hand:
        by_hand.execute("ALTER TABLE reviews_review DISABLE ROW LEVEL SECURITY")
        by_hand.execute("DROP POLICY staff_reach ON cases_case")
        by_hand.execute("CREATE POLICY staff_reach ON identity_sealed_person USING (true)")
        by_hand.execute("GRANT SELECT ON identity_sealed_person TO haochaping_staff")
    assert rights.out_of_force(connection) == ["cases_case", "identity_sealed_person", "reviews_review"]

    done = migrate(make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db), owner)

    assert done.returncode == 0, done.stderr
    assert rights.out_of_force(connection) == []
    assert done.stderr == "", "nothing was to be changed in the tables"
    assert TABLES["identity_sealed_person"].rights == "SELECT (id)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('haochaping_staff', 'identity_sealed_person', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_whoever_migrates_waits_for_another_who_does(committed_db):
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    app = make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db)
    environment = os.environ | {"DATABASE_URL": app, "HAOCHAPING_OWNER_URL": owner}
    words = [sys.executable, "-m", "haochaping", "migrate"]
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database AS one ON one.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    pause = Event()
    with psycopg.connect(owner, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [database._MIGRATING])
        with subprocess.Popen(words, env=environment) as second:
            while second.poll() is None and first.execute(waiting).fetchone() == (0,):
                pause.wait(0.1)
            waited = second.poll() is None
            first.execute("SELECT pg_advisory_unlock_all()")

    assert (waited, second.returncode) == (True, 0)


def test_migrate_says_how_much_there_is_to_do_and_how_far_it_is(committed_db):
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    with psycopg.connect(owner) as by_hand:
        # Nothing depends on it, and doing it again does no harm.
        by_hand.execute("DELETE FROM django_migrations WHERE name = '0006_alter_socialaccount_extra_data'")

    done = migrate(make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db), owner)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "The database is up to date.\n"
    first, last = done.stderr.splitlines()
    assert first.startswith("1 change to the tables is to be made.")
    assert last == "1/1"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    server.stop(tmp_path / "home")


@pytest.fixture
def as_superuser(home: Path) -> Callable[[LiteralString], list[tuple[object, ...]]]:
    def run(statement: LiteralString) -> list[tuple[object, ...]]:
        where = f"host={home}/run port=5432 user=postgres dbname=postgres passfile={home}/pgpass"
        with psycopg.connect(where, autocommit=True) as superuser:
            cursor = superuser.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def former(home: Path, as_superuser) -> Urls:
    """A server as a former version made it."""
    urls = server.start(home, extra={"fsync": "off"})
    as_superuser("DROP ROLE haochaping_staff")
    as_superuser("ALTER ROLE haochaping_app NOBYPASSRLS")
    return urls


def test_the_embedded_server_of_a_former_version_gets_the_role(former, home, as_superuser):
    server.start(home)

    assert as_superuser(MISSING) == [(1,)]
    with psycopg.connect(former.app) as application:
        application.execute("SET ROLE haochaping_staff")
        application.execute("RESET ROLE")
        passes = application.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert passes.fetchone() == (True,)


def test_on_another_server_migrate_says_what_its_administrator_has_to_run(
    former, home, as_superuser, template_backup
):
    refused = migrate(former.app, former.owner, home)

    wanted = refused.stderr.partition("run: ")[2].strip()
    assert refused.returncode == 1
    assert wanted == (
        'CREATE ROLE "haochaping_staff" NOLOGIN; GRANT "haochaping_staff" TO "haochaping_app";'
        ' ALTER ROLE "haochaping_app" BYPASSRLS;'
    )
    as_superuser(wanted)
    copies.restore(former.owner, template_backup)
    done = migrate(former.app, former.owner, home)
    assert done.returncode == 0, done.stderr
