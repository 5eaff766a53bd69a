"""A real PostgreSQL for the tests: one migrated template, cloned per worker; tests that commit get a clone of their own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from contextlib import suppress
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

hypothesis_settings.register_profile("house", deadline=None, max_examples=60, derandomize=True)
hypothesis_settings.load_profile("house")


_CLONES = count(1)


def _owner() -> str:
    return os.environ["HAOCHAPING_OWNER_URL"]


def _run(*statements: sql.Composed) -> None:
    with psycopg.connect(_owner(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


def _clone(name: str, template: str) -> None:
    _run(
        _drop(name),
        # Copied as files and not page by page, which takes a third of the time.
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The name of a freshly migrated database with the shipped rulebook; one per run, shared by all workers."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    name = f"test_template_{run}"
    root = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    with (root / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = root / "template.made"
        if not made.exists():
            _run(_drop(name), sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            environment = os.environ | {
                "HAOCHAPING_OWNER_URL": make_conninfo(_owner(), dbname=name),
                "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=name),
            }
            subprocess.run(
                [Path(sys.executable).with_name("haochaping"), "migrate"], env=environment, check=True
            )
            made.touch()
    yield name
    if worker_id == "master":
        _run(_drop(name))


@pytest.fixture(scope="session")
def django_db_setup(
    template_database: str, worker_id: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Give this worker its own clone; each test's transaction is rolled back in it."""
    name = f"{template_database}_{worker_id}"
    _clone(name, template_database)
    with django_db_blocker.unblock():
        _use(name)
        yield
        _let_go()
    _run(_drop(name))


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
    template_database: str, worker_id: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A clone for one test that really commits (sequencers, live servers, two connections); yields its name."""
    from django.db import connections

    name = f"{template_database}_{worker_id}_{next(_CLONES)}"
    before = connections["default"].settings_dict["NAME"]
    _clone(name, template_database)
    with django_db_blocker.unblock():
        _use(name)
        yield name
        _use(before)
    # A process of the server itself may be at work in it, which nobody but a superuser may end: then it stays behind.
    with suppress(psycopg.errors.InsufficientPrivilege):
        _run(_drop(name))


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
