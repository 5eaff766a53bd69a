from __future__ import annotations

import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from select import select
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from haochaping.postgres import copies, server
from haochaping.postgres.terms import BACKUP_ROLE, READER_ROLE, STAFF_ROLE, PostgresError, Route
from tests.postgres.servers import FAST, ask, needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from haochaping.postgres.terms import Urls

pytestmark = pytest.mark.program

LEVELS = "SELECT level FROM review ORDER BY level"
NAMES = "SELECT datname FROM pg_database"


@pytest.fixture
def reviews(urls: Urls) -> Iterator[Urls]:
    """A table of one row, made by the owner and used by the pages."""
    ask(urls.owner, "CREATE TABLE review (level integer PRIMARY KEY)")
    ask(urls.owner, "GRANT SELECT, INSERT ON review TO haochaping_app")
    ask(urls.owner, "INSERT INTO review VALUES (1)")
    yield urls
    ask(urls.owner, "DROP TABLE review")


def databases(urls: Urls) -> set[object]:
    return {name for (name,) in ask(urls.owner, NAMES)}


def test_restore_brings_back_what_was_backed_up(reviews: Urls, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    copies.backup(reviews.owner, file)
    ask(reviews.app, "INSERT INTO review VALUES (2)")

    copies.restore(reviews.owner, file)

    assert ask(reviews.app, LEVELS) == [(1,)]
    ask(reviews.app, "INSERT INTO review VALUES (3)")
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'review'"
    assert ask(reviews.app, owner) == [("haochaping_owner",)]
    assert databases(reviews) == {"haochaping", "postgres", "template0", "template1"}


def test_backup_is_private_and_leaves_nothing_beside_it(reviews: Urls, tmp_path: Path) -> None:
    copies.backup(reviews.owner, tmp_path / "copy")

    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_failed_backup_keeps_the_older_one(reviews: Urls, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("older")
    ask(reviews.owner, "REVOKE SELECT ON review FROM haochaping_app")

    with pytest.raises(PostgresError, match="permission denied") as failed:
        copies.backup(reviews.app, tmp_path / "copy")

    assert failed.value.code == "backup"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("copy", "older")]


def test_backup_into_no_folder(urls: Urls, tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match=f"no folder {tmp_path / 'absent'}:") as failed:
        copies.backup(urls.owner, tmp_path / "absent" / "copy")

    assert failed.value.code == "no_folder"


def test_restore_ends_the_sessions_of_even_an_eager_client(reviews: Urls, tmp_path: Path) -> None:
    copies.backup(reviews.owner, tmp_path / "copy")
    ended = threading.Event()
    seen: set[object] = set()

    def reconnect() -> None:
        while not ended.is_set():
            with suppress(psycopg.OperationalError):
                seen.update(ask(reviews.app, LEVELS))

    clients = [threading.Thread(target=reconnect) for _ in range(2)]
    with psycopg.connect(reviews.app) as idle:
        for client in clients:
            client.start()
        copies.restore(reviews.owner, tmp_path / "copy")
        ended.set()
        for client in clients:
            client.join()
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")

    assert seen == {(1,)}


def test_restore_ends_whoever_is_just_connecting_and_stays(reviews: Urls, tmp_path: Path) -> None:
    """Two clients like the program's own: connected again as soon as they are cut off, and then they stay.

    The server does not show who is still connecting; PostgreSQL's own delay makes it last.
    """
    copies.backup(reviews.owner, tmp_path / "copy")
    common = reviews.owner.replace("/haochaping?", "/postgres?")
    slow = make_conninfo(reviews.app, options="-c post_auth_delay=2")
    restored = threading.Event()

    def stay(connected: threading.Event) -> None:
        while not restored.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(slow) as client:
                connected.set()
                while not restored.is_set() and not select([client], [], [], 0.1)[0]:
                    pass

    with ThreadPoolExecutor() as pool:
        there = threading.Event()
        pool.submit(stay, there)
        there.wait()
        restoring = pool.submit(copies.restore, reviews.owner, tmp_path / "copy")
        while not restoring.done() and ("haochaping_restored",) not in ask(common, NAMES):
            pass
        pool.submit(stay, threading.Event())
        try:
            restoring.result()
        finally:
            restored.set()

    assert databases(reviews) == {"haochaping", "postgres", "template0", "template1"}


def test_restore_waits_for_a_session_that_is_slow_to_end(
    fresh: Callable[[str], Path], tmp_path: Path
) -> None:
    home = fresh("home")
    urls = server.start(home, extra=FAST)
    copies.backup(urls.owner, tmp_path / "copy")
    noticed = ["sh", "-c", f"tail -F '{home}/server.log' | grep -q -m 1 'being accessed by other users'"]
    with psycopg.connect(urls.app) as slow, ThreadPoolExecutor() as pool:
        os.kill(slow.info.backend_pid, signal.SIGSTOP)

        restoring = pool.submit(copies.restore, urls.owner, tmp_path / "copy")

        subprocess.run(noticed, check=True)
        assert not restoring.done()
        os.kill(slow.info.backend_pid, signal.SIGCONT)
        restoring.result()


def superuser_of(home: Path, urls: Urls) -> str:
    password = (home / "pgpass").read_text().splitlines()[0].rpartition(":")[2]
    return make_conninfo(urls.owner, user="postgres", password=password)


def test_restore_against_a_session_that_may_not_be_ended(home: Path, reviews: Urls, tmp_path: Path) -> None:
    copies.backup(reviews.owner, tmp_path / "copy")
    superuser = superuser_of(home, reviews)
    ask(reviews.owner, "INSERT INTO review VALUES (2)")

    with psycopg.connect(superuser), pytest.raises(PostgresError) as failed:
        copies.restore(reviews.owner, tmp_path / "copy")

    assert failed.value.code == "restore"
    assert ask(reviews.app, LEVELS) == [(1,), (2,)]


def test_restore_of_a_cut_file_changes_nothing(reviews: Urls, tmp_path: Path) -> None:
    ask(reviews.owner, "INSERT INTO review SELECT generate_series(2, 99)")
    copies.backup(reviews.owner, tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[:-150])
    ask(reviews.owner, "INSERT INTO review VALUES (100)")

    with pytest.raises(PostgresError) as failed:
        copies.restore(reviews.owner, tmp_path / "copy")

    assert failed.value.code == "restore"
    assert ask(reviews.app, "SELECT count(*) FROM review") == [(100,)]
    assert databases(reviews) == {"haochaping", "postgres", "template0", "template1"}


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PGDMP nonsense", None])
def test_restore_of_what_is_no_backup_is_refused(urls: Urls, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "copy").write_bytes(content)

    with pytest.raises(PostgresError) as refused:
        copies.restore(urls.owner, tmp_path / "copy")

    assert refused.value.code == "not_a_backup"


def test_restore_of_another_database_is_refused(urls: Urls, tmp_path: Path) -> None:
    ask(urls.owner, "CREATE TABLE invoice (id integer)")
    copies.backup(urls.owner, tmp_path / "copy")
    ask(urls.owner, "ALTER TABLE invoice RENAME TO review")

    with pytest.raises(PostgresError) as refused:
        copies.restore(urls.owner, tmp_path / "copy")

    assert refused.value.code == "foreign_backup"
    assert ask(urls.owner, "SELECT count(*) FROM review") == [(0,)]
    ask(urls.owner, "DROP TABLE review")


def test_restore_beside_another_restore_is_refused(reviews: Urls, tmp_path: Path) -> None:
    copies.backup(reviews.owner, tmp_path / "copy")

    with psycopg.connect(reviews.owner.replace("/haochaping?", "/postgres?")) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('haochaping', 0))")
        with pytest.raises(PostgresError) as refused:
            copies.restore(reviews.owner, tmp_path / "copy")

    assert refused.value.code == "restoring"


def test_restore_after_one_that_was_killed(reviews: Urls, tmp_path: Path) -> None:
    copies.backup(reviews.owner, tmp_path / "copy")
    ask(reviews.owner, "CREATE DATABASE haochaping_restored")
    ask(reviews.owner, "CREATE DATABASE haochaping_replaced")

    copies.restore(reviews.owner, tmp_path / "copy")

    assert databases(reviews) == {"haochaping", "postgres", "template0", "template1"}


def test_restore_where_the_roles_that_are_lent_are_missing(home: Path, reviews: Urls, tmp_path: Path) -> None:
    """What it says to run is run, and it restores."""
    ask(reviews.owner, f"GRANT SELECT ON review TO {READER_ROLE}")
    copies.backup(reviews.owner, tmp_path / "copy")
    superuser = superuser_of(home, reviews)
    for role in (READER_ROLE, BACKUP_ROLE):
        ask(superuser, f"DROP OWNED BY {role}; DROP ROLE {role}")

    with pytest.raises(PostgresError) as failed:
        copies.restore(reviews.owner, tmp_path / "copy")
    ask(superuser, str(failed.value.params["statements"]))
    copies.restore(reviews.owner, tmp_path / "copy")

    assert failed.value.code == "lent_roles"
    assert "CREATE ROLE" in str(failed.value)
    assert ask(reviews.owner, f"SELECT has_table_privilege('{READER_ROLE}', 'review', 'SELECT')") == [(True,)]


def test_restore_where_the_role_of_staff_is_missing(home: Path, reviews: Urls, tmp_path: Path) -> None:
    ask(reviews.owner, f"GRANT SELECT ON review TO {STAFF_ROLE}")
    copies.backup(reviews.owner, tmp_path / "copy")
    superuser = superuser_of(home, reviews)
    ask(superuser, f"DROP OWNED BY {STAFF_ROLE}; DROP ROLE {STAFF_ROLE}")

    with pytest.raises(PostgresError) as failed:
        copies.restore(reviews.owner, tmp_path / "copy")
    ask(superuser, str(failed.value.params["statements"]))
    copies.restore(reviews.owner, tmp_path / "copy")

    assert failed.value.code == "lent_roles"
    assert ask(reviews.owner, f"SELECT has_table_privilege('{STAFF_ROLE}', 'review', 'SELECT')") == [(True,)]


def test_restore_by_a_role_that_may_not_make_databases(reviews: Urls, tmp_path: Path) -> None:
    copies.backup(reviews.owner, tmp_path / "copy")

    with pytest.raises(PostgresError, match="permission denied to create database") as failed:
        copies.restore(reviews.app, tmp_path / "copy")

    assert failed.value.code == "restore"


def test_copies_of_a_server_that_is_away(tmp_path: Path) -> None:
    url = f"postgresql://owner:secret@/name?host={tmp_path}"

    with pytest.raises(PostgresError) as failed:
        copies.backup(url, tmp_path / "copy")

    assert failed.value.code == "unreachable"
    assert "secret" not in str(failed.value)


def test_backup_moves_to_a_newer_version_but_not_back(fresh: Callable[[str], Path], tmp_path: Path) -> None:
    needs(*Route)
    system, wheel = (server.start(fresh(route), route=route, extra=FAST) for route in Route)
    for urls in (system, wheel):
        ask(urls.owner, f"CREATE TABLE review AS SELECT '{urls.owner == wheel.owner}'::boolean AS newer")
    copies.backup(system.owner, tmp_path / "older")
    copies.backup(wheel.owner, tmp_path / "newer")

    copies.restore(wheel.owner, tmp_path / "older")
    with pytest.raises(PostgresError, match="unsupported version") as refused:
        copies.restore(system.owner, tmp_path / "newer")

    assert ask(wheel.owner, "SELECT newer FROM review") == [(False,)]
    assert refused.value.code == "not_a_backup"
