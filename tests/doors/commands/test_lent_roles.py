"""The roles that an administrator lends: asked by SQL, past the application."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.utils import timezone
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from haochaping.postgres.terms import BACKUP_ROLE, READER_ROLE
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import LiteralString

TABLES = """
    SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
WRITES = """
    SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR relkind = 'S' AND has_sequence_privilege(%s, oid, 'UPDATE, USAGE')
"""


@pytest.fixture
def sealed(committed_db: str) -> str:
    """A database with a case, a review with words, and the persons behind them."""
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 1, now, reviewer={"phone": "13900000009"}, comment_text="王样本帮我办的")
    return committed_db


@pytest.fixture
def as_role(sealed: str) -> Iterator[Callable[..., psycopg.Connection]]:
    """A session of somebody to whom a role is lent, as the guide says to set it up."""
    host = conninfo_to_dict(os.environ["HAOCHAPING_OWNER_URL"])["host"]
    url = make_conninfo(
        host=str(host), user="postgres", dbname=sealed, passfile=f"{os.environ['HAOCHAPING_DATA']}/pgpass"
    )
    opened: list[psycopg.Connection] = []

    def connect(role: str) -> psycopg.Connection:
        session = psycopg.connect(url, autocommit=True, options=f"-c role={role}")
        opened.append(session)
        return session

    yield connect
    for session in opened:
        session.close()


def denied(session: psycopg.Connection, statement: LiteralString) -> bool:
    try:
        session.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_the_reader_counts_reviews_of_every_place(as_role):
    session = as_role(READER_ROLE)

    rows = session.execute("SELECT level, count(*) FROM reviews_review GROUP BY level").fetchall()
    item = "SELECT i.name FROM reviews_review AS r JOIN directory_service_item AS i ON i.id = r.item_id"

    assert rows == [(1, 1)]
    assert len(session.execute(item).fetchall()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM identity_sealed_person",
        "SELECT value FROM identity_blind_index",
        "SELECT person_id FROM identity_blind_index",
        "SELECT escrow_wrapped FROM identity_sealed_batch",
        "SELECT person_id FROM cases_case",
        "SELECT case_no FROM cases_case",
        "SELECT person_id FROM reviews_review",
        "SELECT comment_text FROM reviews_review",
        "SELECT * FROM reviews_review",
        "SELECT username FROM accounts_user",
        "SELECT password FROM accounts_user",
        "SELECT name FROM directory_staff_member",
        "SELECT salt FROM ledger_salt",
        "SELECT session_data FROM django_session",
        "SELECT args FROM procrastinate_jobs",
        "INSERT INTO reviews_indicator_set (code, name) VALUES ('x', 'x')",
        "UPDATE reviews_review SET level = 5",
        "DELETE FROM reviews_review",
        "TRUNCATE reviews_review",
        "CREATE TABLE mine (id integer)",
    ],
)
def test_the_reader_reads_nobody_and_writes_nothing(as_role, statement):
    assert denied(as_role(READER_ROLE), statement)


def test_the_backup_reads_every_row_of_every_table(as_role):
    session = as_role(BACKUP_ROLE)
    # As pg_dump does: rows that a policy would hide are an error, and none is.
    session.execute("SET row_security = off")
    counted = {
        table: session.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        for (table,) in session.execute(TABLES).fetchall()
    }

    assert len(counted) > 100
    assert counted["identity_sealed_person"] == (2,)
    assert counted["reviews_review"] == counted["rectification_work_order"] == (1,)


@pytest.mark.parametrize("role", [READER_ROLE, BACKUP_ROLE])
def test_neither_writes_anything_or_logs_in(as_role, role):
    session = as_role(role)

    assert session.execute(WRITES, [role, role]).fetchall() == []
    assert denied(session, "DELETE FROM django_session")
    login = session.execute("SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = %s", [role])
    assert login.fetchone() == (False, False)
