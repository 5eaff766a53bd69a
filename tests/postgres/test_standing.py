"""What a database is beside its tables, who may use it and its settings, outlives a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import make_conninfo

from haochaping.postgres import copies, server
from tests.postgres.servers import FAST, ask
from tests.postgres.test_copies import superuser_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from haochaping.postgres.terms import Urls

pytestmark = pytest.mark.program

STANDING = """
    SELECT pg_get_userbyid(datdba), datconnlimit, (SELECT array_agg(one ORDER BY one) FROM unnest(datacl::text[]) AS one),
           (SELECT array_agg((setrole::regrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting
             WHERE setdatabase = d.oid)::text
      FROM pg_database AS d WHERE datname = 'haochaping'
"""


@pytest.fixture
def place(fresh: Callable[[str], Path]) -> tuple[Urls, str]:
    """A server with a database of one table, set up as the guide for operators says; the last is its administrator."""
    urls = server.start(fresh("home"), extra=FAST)
    ask(urls.owner, "CREATE TABLE review AS SELECT 1 AS level; GRANT SELECT ON review TO haochaping_app")
    root = superuser_of(fresh("home"), urls)
    ask(root, "CREATE ROLE analyst LOGIN PASSWORD 'secret'; CREATE ROLE passer_by LOGIN PASSWORD 'secret'")
    ask(
        urls.owner,
        "REVOKE ALL ON DATABASE haochaping FROM PUBLIC;"
        "GRANT CONNECT, TEMPORARY ON DATABASE haochaping TO haochaping_app;"
        "GRANT CONNECT ON DATABASE haochaping TO analyst WITH GRANT OPTION;"
        "ALTER DATABASE haochaping CONNECTION LIMIT 50;"
        "ALTER DATABASE haochaping SET search_path TO '', \"$user\", 'a, \"b\"';"
        "ALTER DATABASE haochaping SET timezone TO 'Asia/Shanghai';"
        "ALTER ROLE haochaping_owner IN DATABASE haochaping SET application_name TO 'it''s = so'",
    )
    return urls, root


def may_connect(urls: Urls, role: str) -> bool:
    [(may,)] = ask(urls.owner, f"SELECT has_database_privilege('{role}', 'haochaping', 'CONNECT')")
    return bool(may)


def test_restore_keeps_who_may_use_the_database_and_its_settings(place: tuple[Urls, str], tmp_path: Path):
    urls, _ = place
    before = ask(urls.owner, STANDING)
    copies.backup(urls.owner, tmp_path / "copy")

    left = copies.restore(urls.owner, tmp_path / "copy")

    assert left == []
    assert ask(urls.owner, STANDING) == before
    assert [may_connect(urls, role) for role in ("haochaping_app", "analyst", "passer_by")] == [
        True,
        True,
        False,
    ]


def test_restore_says_what_is_only_an_administrators_to_give(place: tuple[Urls, str], tmp_path: Path):
    urls, root = place
    ask(root, "ALTER ROLE analyst IN DATABASE haochaping SET default_transaction_read_only TO on")
    before = ask(urls.owner, STANDING)
    copies.backup(urls.owner, tmp_path / "copy")

    left = copies.restore(urls.owner, tmp_path / "copy")

    assert left == [
        'ALTER ROLE "analyst" IN DATABASE "haochaping" SET "default_transaction_read_only" TO \'on\';'
    ]
    ask(root, left[0])
    assert ask(urls.owner, STANDING) == before


def test_restore_by_an_administrator_leaves_the_database_with_its_owner(
    place: tuple[Urls, str], tmp_path: Path
):
    urls, root = place
    before = ask(urls.owner, STANDING)
    copies.backup(urls.owner, tmp_path / "copy")

    copies.restore(make_conninfo(root, dbname="haochaping"), tmp_path / "copy")

    assert ask(urls.owner, STANDING) == before


def test_a_database_that_nobody_has_said_anything_about_stays_so(
    fresh: Callable[[str], Path], tmp_path: Path
):
    urls = server.start(fresh("home"), extra=FAST)
    ask(urls.owner, "CREATE TABLE review AS SELECT 1 AS level")
    before = ask(urls.owner, STANDING)
    copies.backup(urls.owner, tmp_path / "copy")

    copies.restore(urls.owner, tmp_path / "copy")

    assert ask(urls.owner, STANDING) == before
    assert before == [("haochaping_owner", -1, None, None)]


def test_a_database_is_made_anew_by_what_it_is_told(place: tuple[Urls, str]):
    urls, _ = place
    before = ask(urls.owner, STANDING)
    common = make_conninfo(urls.owner, dbname="postgres")

    for statement in copies.anew(urls.owner):
        ask(common, statement)

    assert ask(urls.owner, STANDING) == before
    assert ask(urls.owner, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
