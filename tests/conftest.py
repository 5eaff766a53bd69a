"""A real PostgreSQL for the tests: one migrated template, cloned per worker; tests that commit get a clone of their own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from haochaping.kernel.periods import BEIJING
from haochaping.postgres import copies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

hypothesis_settings.register_profile("house", deadline=None, max_examples=60, derandomize=True)
hypothesis_settings.load_profile("house")


SOURCE = Path(__file__).resolve().parents[1] / "src" / "haochaping"
_CLONES = count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Mark what needs the template, for `make unit` to leave it out."""
    for item in items:
        if "template_database" in item.fixturenames or item.get_closest_marker("django_db"):
            item.add_marker("database")


def _owner() -> str:
    return os.environ["HAOCHAPING_OWNER_URL"]


def _run(*statements: sql.Composed) -> None:
    with psycopg.connect(_owner(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


def _digest() -> str:
    """What the template depends on: all of the program, and what it needs."""
    files = [
        path for path in sorted(SOURCE.rglob("*")) if path.suffix in {".py", ".toml", ".sql", ".csv", ".json"}
    ]
    told = hashlib.sha256()
    for path in [*files, SOURCE.parents[1] / "requirements-dev.lock"]:
        told.update(str(path.relative_to(SOURCE.parents[1])).encode() + path.read_bytes())
    return told.hexdigest()[:12]


@pytest.fixture(scope="session")
def template_database() -> str:
    """The name of a migrated database with the shipped rulebook; made anew whenever the program has changed."""
    name = f"test_template_{_digest()}"
    with (Path(os.environ["HAOCHAPING_DATA"]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(_owner(), autocommit=True) as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")
            known = {datname for (datname,) in found}
        if name not in known:
            _make(name)
            _run(*map(_drop, _forsaken(known)))
    return name


def _make(name: str) -> None:
    """Make the template beside its place, so that it may be interrupted."""
    making = "test_making"
    _run(_drop(making), sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
    environment = os.environ | {
        "HAOCHAPING_OWNER_URL": make_conninfo(_owner(), dbname=making),
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=making),
    }
    subprocess.run([Path(sys.executable).with_name("haochaping"), "migrate"], env=environment, check=True)
    _run(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))


def _forsaken(known: set[str]) -> set[str]:
    """The databases that former runs have left, as long as none of them still runs."""
    runs = {name.split("_")[1] for name in known} - {"template", "making"}
    return set() if any(Path("/proc", run).exists() for run in runs) else known


@contextmanager
def cloned(template: str, word: object) -> Iterator[str]:
    """A database as the template is, by a word that this process uses for nothing else; its name."""
    name = f"test_{os.getpid()}_{word}"
    _run(
        _drop(name),
        # Copied as files and not page by page, which takes a third of the time.
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )
    yield name
    # A process of the server itself may be at work in it, which nobody but a superuser may end: then it stays behind.
    with suppress(psycopg.errors.InsufficientPrivilege):
        _run(_drop(name))


@pytest.fixture(scope="session")
def template_backup(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of that database, for servers of a test's own: to migrate there would take many seconds."""
    file = tmp_path_factory.mktemp("template") / "backup"
    copies.backup(make_conninfo(_owner(), dbname=template_database), file)
    return file


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this worker its own clone; each test's transaction is rolled back in it."""
    with cloned(template_database, "own") as name, django_db_blocker.unblock():
        _use(name)
        yield
        _let_go()


def _let_go() -> None:
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    connection = connections["default"]
    assert isinstance(connection, DatabaseWrapper)
    connection.close()
    connection.close_pool()


def _use(name: str) -> None:
    from django.db import connections

    _let_go()
    connections["default"].settings_dict["NAME"] = name


@pytest.fixture
def committed_db(
    template_database: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A clone for one test that really commits (sequencers, live servers, two connections); yields its name."""
    from django.db import connections

    before = connections["default"].settings_dict["NAME"]
    with cloned(template_database, next(_CLONES)) as name, django_db_blocker.unblock():
        _use(name)
        yield name
        _use(before)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords of tests need not cost an attacker anything."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def now() -> datetime:
    """A working Monday morning inside the known calendar."""
    return datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)


@pytest.fixture(autouse=True)
def _chinese_first() -> Iterator[None]:
    from django.utils import translation

    with translation.override("zh-hans"):
        yield
