"""Roles without log-in: whose policies hold while staff are answered, and those that an administrator lends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from haochaping.postgres.terms import BACKUP_ROLE, READER_ROLE, STAFF_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable

    type Ask = Callable[[str], Any]

_STAFF = sql.Identifier(STAFF_ROLE)
_STANDING = """
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = {staff}),
           EXISTS (SELECT FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid
                    WHERE r.rolname = {staff} AND m.member = {role}::regrole),
           (SELECT rolbypassrls OR rolsuper OR oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
              FROM pg_roles WHERE rolname = {role_name}),
           (SELECT rolsuper FROM pg_roles WHERE rolname = {role_name})
"""


def staff_role(role: str) -> list[sql.Composed]:
    """The statements that make the role of staff and let the application's `role` take it on.

    Row-level security is not for the application itself: intake copies rows, which PostgreSQL does not do under it.
    """
    return [*_steps(role).values()]


def lent_roles() -> dict[str, sql.Composed]:
    """The statement that makes each role that is lent: they read all rows, whatever place these belong to."""
    form = sql.SQL("CREATE ROLE {} NOLOGIN BYPASSRLS")
    return {role: form.format(sql.Identifier(role)) for role in (READER_ROLE, BACKUP_ROLE)}


def roles_without_login() -> dict[str, sql.Composed]:
    """The statement that makes each role that a backup may give rights to, and that nobody logs in as."""
    return {STAFF_ROLE: sql.SQL("CREATE ROLE {} NOLOGIN").format(_STAFF), **lent_roles()}


def missing(ask: Ask, role: str) -> list[sql.Composed]:
    """Those of the statements that have not been run; `ask` gives the first row of an answer.

    Where the application makes its tables itself, they are not closed to it and it needs to pass nothing.
    """
    form = sql.SQL(_STANDING).format(
        staff=sql.Literal(STAFF_ROLE),
        role=sql.Literal(sql.Identifier(role).as_string()),
        role_name=sql.Literal(role),
    )
    there, member, passes, is_superuser = ask(form.as_string())
    done = {"make": there, "take": member or (there and is_superuser), "pass": passes}
    return [statement for step, statement in _steps(role).items() if not done[step]]


def _steps(role: str) -> dict[str, sql.Composed]:
    name = sql.Identifier(role)
    return {
        "make": sql.SQL("CREATE ROLE {} NOLOGIN").format(_STAFF),
        "take": sql.SQL("GRANT {} TO {}").format(_STAFF, name),
        "pass": sql.SQL("ALTER ROLE {} BYPASSRLS").format(name),
    }
