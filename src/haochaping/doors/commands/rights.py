"""Who may do what in the database: the application's role, while it answers staff the role of staff, and roles that are lent.

Run by the tables' owner at every `haochaping migrate`, and the same each time: what has been changed by hand in between
is put right, and where nothing has changed no table is locked.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import ProgrammingError, transaction
from psycopg import sql

from haochaping.doors.tables import FUNCTION, KEPT, TABLES
from haochaping.kernel.privacy import declared
from haochaping.ledger import actions as ledger
from haochaping.postgres import roles
from haochaping.postgres.terms import BACKUP_ROLE, READER_ROLE, STAFF_ROLE, PostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

POLICY = "staff_reach"
_APPLICATION = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    f"REVOKE DELETE ON {', '.join(KEPT)} FROM {{role}}",
)
_STAFF = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
)
_READER = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
)
_BACKUP = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
)
_POLICIES = """
    SELECT c.relname, coalesce(obj_description(p.oid, 'pg_policy'), ''), c.relrowsecurity
      FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
     WHERE p.polname = %s AND c.relnamespace = 'public'::regnamespace
"""


def prepare(owner: BaseDatabaseWrapper, role: str) -> None:
    """Make sure that the role of staff is there, before any table is touched.

    Raises:
        PostgresError: an administrator of the server has to run statements, which it names.
    """
    wanted = roles.missing(asking(owner), role)
    try:
        with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
            for statement in wanted:
                cursor.execute(statement.as_string())
    except ProgrammingError as error:
        text = "; ".join(statement.as_string() for statement in wanted)
        raise PostgresError("staff_role", statements=f"{text};") from error


def give(owner: BaseDatabaseWrapper, role: str, *, apart: bool) -> None:
    """Give the roles their rights and put the policies in force; `apart`: the application is not the owner.

    The roles that are lent are an administrator's to make; where there are none, nothing is lacking.
    """
    name, staff = sql.Identifier(role), sql.Identifier(STAFF_ROLE)
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(FUNCTION)
        if apart:
            for text in (*_filled(_APPLICATION, name), *ledger.grants(role)):
                cursor.execute(text)
        for text in (*_filled(_STAFF, staff), *_grants()):
            cursor.execute(text)
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [[READER_ROLE, BACKUP_ROLE]])
        for (lent,) in cursor.fetchall():
            for text in _lent(lent):
                cursor.execute(text)
    _put_in_force(owner)


def out_of_force(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables whose policy is not the one of `doors/tables.py`."""
    standing = _standing(connection)
    wanted = {table: _mark(held.policy) for table, held in TABLES.items() if held.policy}
    return sorted(table for table in wanted.keys() | standing if wanted.get(table) != standing.get(table))


def _filled(forms: tuple[str, ...], role: sql.Identifier) -> Iterator[str]:
    return (sql.SQL(form).format(role=role).as_string() for form in forms)


def _grants() -> Iterator[str]:
    return (
        f"GRANT {held.rights} ON {table} TO {STAFF_ROLE}" for table, held in TABLES.items() if held.rights
    )


def _lent(role: str) -> Iterator[str]:
    name = sql.Identifier(role)
    if role == BACKUP_ROLE:
        yield from _filled(_BACKUP, name)
        return
    yield from _filled(_READER, name)
    for table, columns in _readable():
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        form = sql.SQL("GRANT SELECT ({}) ON {} TO {}")
        yield form.format(listed, sql.Identifier(table), name).as_string()


def _readable() -> Iterator[tuple[str, list[str]]]:
    """Of each table of ours, but those of identities, the columns that say nothing about people."""
    for model in apps.get_models():
        meta = model._meta  # noqa: SLF001 - Django's public name for it
        if model.__module__.startswith("haochaping.") and meta.app_label != "identity":
            stated = declared(model)
            yield (
                meta.db_table,
                [
                    f.column
                    for f in meta.concrete_fields
                    if f.column and stated.get(f.name, "plain") == "plain"
                ],
            )


def _put_in_force(owner: BaseDatabaseWrapper) -> None:
    for table in out_of_force(owner):
        held = TABLES.get(table)
        with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
            cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
            if held is None or not held.rows:
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
                continue
            cursor.execute(f"CREATE POLICY {POLICY} ON {table} TO {STAFF_ROLE} {held.policy}")
            cursor.execute(f"COMMENT ON POLICY {POLICY} ON {table} IS '{_mark(held.policy)}'")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def _standing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The mark of each table's policy; empty while row-level security is off."""
    with connection.cursor() as cursor:
        cursor.execute(_POLICIES, [POLICY])
        return {table: mark if is_on else "" for table, mark, is_on in cursor.fetchall()}


def _mark(policy: str) -> str:
    return sha256(policy.encode()).hexdigest()[:16]


def asking(connection: BaseDatabaseWrapper) -> roles.Ask:
    """A way for `postgres.roles` to ask this connection."""

    def ask(text: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchone()

    return ask
