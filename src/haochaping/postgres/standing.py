"""What a server keeps of a database outside of it, and a backup has not: its owner, who may use it, its settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, LiteralString

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

_DATABASE = """
    SELECT pg_get_userbyid(datdba), datconnlimit, datacl IS NOT NULL FROM pg_database WHERE datname = %s
"""
_GRANTS = """
    SELECT CASE grantee WHEN 0 THEN '' ELSE pg_get_userbyid(grantee) END, privilege_type, is_grantable
      FROM pg_database, aclexplode(datacl) WHERE datname = %s
"""
# A setting is kept as name=value.
_SETTINGS = """
    SELECT CASE setrole WHEN 0 THEN '' ELSE pg_get_userbyid(setrole) END, split_part(line, '=', 1),
           substr(line, strpos(line, '=') + 1)
      FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase, unnest(setconfig) AS line
     WHERE datname = %s
"""
# Settings whose value is kept as a list of quoted names, as PostgreSQL's own pg_dump knows them.
_LISTS = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
_MEMBER = re.compile(r'"((?:[^"]|"")*)"|([^",\s]+)')


def standing(connection: psycopg.Connection, name: str, target: str) -> list[sql.Composed]:
    """The statements that give the database `target` the standing of the database `name`; none if that is not there.

    `target` is as CREATE DATABASE makes it.
    """
    row = connection.execute(_DATABASE, [name]).fetchone()
    if row is None:
        return []
    owner, limit, has_grants = row
    database = sql.Identifier(target)
    made = [_form("ALTER DATABASE {} OWNER TO {}", database, sql.Identifier(owner))]
    if limit >= 0:
        made.append(_form("ALTER DATABASE {} CONNECTION LIMIT {}", database, sql.Literal(limit)))
    if has_grants:
        # What nobody has said anything about is open to all.
        made.append(_form("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}", database, sql.Identifier(owner)))
    return [*made, *_grants(connection, name, database), *_settings(connection, name, database)]


def _grants(connection: psycopg.Connection, name: str, database: sql.Identifier) -> Iterator[sql.Composed]:
    for grantee, privilege, is_grantable in connection.execute(_GRANTS, [name]).fetchall():
        form: LiteralString = "GRANT {} ON DATABASE {} TO {}"
        if is_grantable:
            form += " WITH GRANT OPTION"
        yield _form(
            form, sql.SQL(privilege), database, sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
        )


def _settings(connection: psycopg.Connection, name: str, database: sql.Identifier) -> Iterator[sql.Composed]:
    for role, setting, value in connection.execute(_SETTINGS, [name]).fetchall():
        if role:
            of = _form("ALTER ROLE {} IN DATABASE {}", sql.Identifier(role), database)
        else:
            of = _form("ALTER DATABASE {}", database)
        yield _form("{} SET {} TO {}", of, sql.Identifier(setting), _value(setting, value))


def _value(setting: str, value: str) -> sql.Composable:
    if setting.lower() not in _LISTS:
        return sql.Literal(value)
    members = (quoted.replace('""', '"') or plain for quoted, plain in _MEMBER.findall(value))
    return sql.SQL(", ").join(map(sql.Literal, members))


def _form(form: LiteralString, *parts: sql.Composable) -> sql.Composed:
    return sql.SQL(form).format(*parts)
