from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from haochaping.postgres import server
from haochaping.postgres.terms import PostgresError, Route
from tests.postgres.servers import FAST, START, ask, command, needs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from haochaping.postgres.terms import Urls

pytestmark = pytest.mark.program

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")


def test_start_makes_roles_and_database(urls: Urls) -> None:
    assert ask(urls.app, "SELECT current_user, current_database()") == [("haochaping_app", "haochaping")]
    assert ask(urls.owner, "SELECT current_user, current_database()") == [("haochaping_owner", "haochaping")]
    roles = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(urls.app, roles) == [(False, False, False)]
    assert ask(urls.owner, roles) == [(False, True, False)]


def test_start_gives_private_ways_only(home: Path, urls: Urls) -> None:
    parts = conninfo_to_dict(urls.app)

    assert parts["host"] == str(home / "run")
    assert [(home / name).stat().st_mode & 0o777 for name in ("pgpass", "run", "data")] == [
        0o600,
        0o700,
        0o700,
    ]
    assert ask(urls.app, "SHOW listen_addresses") == [("",)]
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        ask(urls.app.replace(str(parts["password"]), "guessed"), "SELECT 1")


def test_start_makes_a_cluster_that_does_not_depend_on_the_system(urls: Urls) -> None:
    assert ask(urls.app, "SHOW server_encoding") == [("UTF8",)]
    assert ask(urls.app, "SHOW data_checksums") == [("on",)]
    assert ask(urls.app, "SELECT upper('é'), '好' < '差'") == [("É", True)]


def test_app_role_owns_nothing_and_makes_no_tables(urls: Urls) -> None:
    owned = "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'haochaping_app'"

    assert ask(urls.app, owned) == [(0,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(urls.app, "CREATE TABLE mine (id integer)")


def test_owner_may_clone_the_database_for_tests(urls: Urls) -> None:
    ask(urls.owner.replace("/haochaping?", "/postgres?"), "CREATE DATABASE cloned TEMPLATE haochaping")

    ask(urls.owner, "DROP DATABASE cloned")


def test_second_start_changes_nothing(home: Path, route: Route, urls: Urls) -> None:
    before = server.status(home)

    again = server.start(home, route=route)

    assert again == urls
    assert server.status(home) == before
    assert before.running
    assert before.route == route


def test_two_commands_at_once_get_one_server(fresh: Callable[[str], Path], route: Route) -> None:
    home = fresh("home")

    with command(home, route) as one, command(home, route) as other:
        said = {one.communicate()[0], other.communicate()[0]}

    assert len(said) == 1
    assert str(server.status(home).pid) in said.pop()


def test_first_start_after_one_that_was_cut_short(fresh: Callable[[str], Path], route: Route) -> None:
    home = fresh("home")
    (home / "data.new" / "data").mkdir(parents=True)
    (home / "data.new" / "data" / "PG_VERSION").write_text("half")
    (home / "pgpass").write_text("half")

    assert ask(server.start(home, route=route, extra=FAST).app, "SELECT 1") == [(1,)]


def test_data_survives_kill_9(home: Path, route: Route, urls: Urls) -> None:
    ask(urls.owner, "CREATE TABLE kept AS SELECT 1 AS id")
    first = server.status(home).pid
    assert first

    os.kill(first, signal.SIGKILL)
    again = server.start(home, route=route, extra=FAST)

    assert ask(again.owner, "SELECT id FROM kept") == [(1,)]
    assert server.status(home).pid != first
    ask(again.owner, "DROP TABLE kept")


def test_a_server_that_died_is_revived_and_one_that_was_stopped_is_not(
    home: Path, route: Route, urls: Urls
) -> None:
    first = server.status(home).pid
    assert first
    assert not server.revive(home, route=route)

    os.kill(first, signal.SIGKILL)
    while server.status(home).running:
        pass
    assert server.revive(home, route=route)
    assert ask(urls.app, "SELECT 1") == [(1,)]

    server.stop(home)
    assert not server.revive(home, route=route)
    assert not server.status(home).running


def test_start_waits_for_what_kill_9_has_left(home: Path, route: Route, urls: Urls) -> None:
    first = server.status(home).pid
    assert first
    with psycopg.connect(urls.app) as session, ThreadPoolExecutor() as pool:
        backend = session.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)

        starting = pool.submit(server.start, home, route=route, extra=FAST)

        assert not wait([starting], timeout=0.5).done
        os.kill(backend, signal.SIGCONT)
        assert starting.result() == urls


def test_start_when_the_old_number_is_now_somebody_elses(home: Path, route: Route, urls: Urls) -> None:
    server.stop(home)
    left = f"{os.getpid()}\n{home / 'data'}\n1\n5432\n{home / 'run'}\n\n 1 1\nready\n"
    (home / "data" / "postmaster.pid").write_text(left)
    (home / "run" / ".s.PGSQL.5432.lock").write_text(left)

    assert not server.status(home).running
    assert server.start(home, route=route, extra=FAST) == urls


def test_server_outlives_an_interrupted_command(home: Path, route: Route) -> None:
    server.stop(home)

    with command(home, route, then="input()", apart=True) as process:
        assert process.stdout
        pid = int(process.stdout.readline().split()[0])
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()

    assert process.returncode == -signal.SIGINT
    assert server.status(home).pid == pid


def test_stop_ends_the_server_and_may_be_repeated(home: Path, urls: Urls) -> None:
    server.stop(home)
    server.stop(home)

    assert not server.status(home).running
    with pytest.raises(psycopg.OperationalError):
        ask(urls.app, "SELECT 1")


def test_stop_and_status_of_nothing(tmp_path: Path) -> None:
    server.stop(tmp_path / "home")

    status = server.status(tmp_path / "home")
    assert (status.running, status.version, status.pid) == (False, "", None)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ["x" * 150, "一, 二", "a \"b\" $HOME `c` 'd'"])
def test_start_in_an_awkward_place(fresh: Callable[[str], Path], route: Route, name: str) -> None:
    home = fresh(name)

    urls = server.start(home, route=route, extra=FAST)

    assert ask(urls.app, "SELECT 1") == [(1,)]
    assert server.start(home, route=route) == urls


def test_socket_folder_that_others_may_enter_is_refused(fresh: Callable[[str], Path], route: Route) -> None:
    home = fresh("x" * 150)
    server.start(home, route=route, extra=FAST)
    folder = server.status(home).socket_dir
    assert folder
    assert folder.stat().st_mode & 0o777 == 0o700
    server.stop(home)
    folder.chmod(0o755)

    with pytest.raises(PostgresError) as refused:
        server.start(home, route=route)

    assert refused.value.code == "socket_dir"
    folder.rmdir()


def test_data_of_an_unknown_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("14\n")

    with pytest.raises(PostgresError, match=r"made by PostgreSQL 14, .* Install PostgreSQL 14") as refused:
        server.start(tmp_path)

    assert refused.value.code == "version"
    assert server.status(tmp_path).version == "14"


def test_forced_route_of_another_version_is_refused(home: Path, route: Route, urls: Urls) -> None:
    needs(*Route)
    other = Route.WHEEL if route is Route.SYSTEM else Route.SYSTEM

    with pytest.raises(PostgresError) as refused:
        server.start(home, route=other)

    assert refused.value.code == "version"
    assert server.start(home) == urls


def test_full_log_is_put_aside(home: Path, route: Route, urls: Urls) -> None:
    server.stop(home)
    (home / "server.log").write_bytes(b"x" * 10_000_001)

    assert server.start(home, route=route, extra=FAST) == urls

    assert (home / "server.log.1").stat().st_size == 10_000_001
    assert (home / "server.log").stat().st_size < 10_000


def test_bad_setting_is_reported_with_its_reason(home: Path, route: Route, urls: Urls) -> None:
    server.stop(home)

    with pytest.raises(PostgresError, match="contains errors") as failed:
        server.start(home, route=route, extra={"no_such_setting": "1"})

    assert failed.value.code == "start"
    assert server.start(home, route=route, extra=FAST) == urls


def test_missing_passwords_are_reported(home: Path, urls: Urls) -> None:
    kept = (home / "pgpass").read_text()
    (home / "pgpass").unlink()

    with pytest.raises(PostgresError) as failed:
        server.start(home)

    assert failed.value.code == "passwords"
    (home / "pgpass").write_text(kept)
    assert server.start(home) == urls


def test_wrong_passwords_are_reported(home: Path, urls: Urls) -> None:
    kept = (home / "pgpass").read_text()
    (home / "pgpass").write_text("".join(f"{line}x\n" for line in kept.splitlines()))

    with pytest.raises(PostgresError) as failed:
        server.start(home)

    assert failed.value.code == "passwords"
    (home / "pgpass").write_text(kept)
    assert server.start(home) == urls


def test_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PostgresError) as failed:
        server.start(tmp_path / "file" / "home")

    assert failed.value.code == "home"


def test_log_holds_nothing_about_people(home: Path, urls: Urls) -> None:
    ask(urls.owner, "CREATE TABLE person (phone text UNIQUE)")
    ask(urls.owner, "INSERT INTO person VALUES ('13900000000')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(urls.owner, "INSERT INTO person VALUES ('13900000000')")
    ask(urls.owner, "DROP TABLE person")

    log = (home / "server.log").read_text()

    assert "duplicate key" in log
    assert "13900000000" not in log


@as_root
def test_ordinary_user_needs_no_namespace(fresh: Callable[[str], Path], route: Route) -> None:
    home = fresh("home")
    number = next(user.pw_uid for user in pwd.getpwall() if user.pw_uid)
    code = START + "server.stop(home); print(server.status(home).running)"
    words = ["unshare", "--user", f"--map-user={number}", sys.executable, "-c", code, str(home), route]

    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert said.endswith("False\n")


@as_root
def test_root_without_namespaces_is_told_what_to_do(tmp_path: Path, route: Route) -> None:
    words = [sys.executable, "-c", START, str(tmp_path), route]

    ended = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PATH": ""}, check=False)

    assert "Run haochaping as an ordinary user" in ended.stderr


@as_root
def test_home_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)

    with pytest.raises(PostgresError) as refused:
        server.start(tmp_path)

    assert refused.value.code == "foreign_home"
