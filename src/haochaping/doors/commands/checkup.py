"""What `doctor` looks at: one finding per matter, each with what to do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from haochaping.exchange import queries as exchange
from haochaping.ledger import queries as ledger
from haochaping.outbox import queries as outbox
from haochaping.outbox.terms import JobState
from haochaping.rectification import queries as rectification
from haochaping.reviews import queries as reviews
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haochaping.doors.commands.installation import Installation

_OLDEST_POSTGRES = 150000
_ACTIVE_INDICATORS = 40
_PRIVATE = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One matter: its name, whether it is well, and a sentence with the remedy when it is not."""

    name: str
    ok: bool
    text: str


def checkup(installation: Installation) -> Iterator[Finding]:
    """Findings about database, tables, rights, rulebook, calendar, keys, queue, quarantine and ledger."""
    yield _postgres()
    pending = MigrationExecutor(connection).migration_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes()
    )
    if pending:
        yield Finding(
            "tables", ok=False, text=f"{len(pending)} migrations are missing. Run “haochaping migrate”."
        )
        return
    yield Finding("tables", ok=True, text="all migrations are applied")
    yield _role()
    yield from _rules()
    yield _keys()
    yield from _queues()
    yield _foreign_rows()
    lag = ledger.lag()
    late = lag.oldest is not None and timezone.now() - lag.oldest > timedelta(minutes=1)
    remedy = (
        "The worker does not chain entries. Start “haochaping worker”." if late else "entries are chained"
    )
    yield Finding("ledger", ok=not late, text=remedy)
    yield Finding("data", ok=True, text=str(installation.env.data_dir))


def _postgres() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    ok = version >= _OLDEST_POSTGRES
    return Finding(
        "postgres", ok=ok, text=f"version {version // 10000}" + ("" if ok else "; 15 or newer is needed")
    )


def _role() -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        owned = cursor.fetchone()[0]
    if owned:
        text = "The application's role owns tables: set DATABASE_URL to a role of its own, see docs/guides."
        return Finding("role", ok=False, text=text)
    return Finding("role", ok=True, text="the application's role owns no table")


def _rules() -> Iterator[Finding]:
    active = sum(indicator.active for indicator in reviews.indicators().values())
    complete = rulebook.is_installed() and active == _ACTIVE_INDICATORS
    text = "national base and 40 active indicators are there" if complete else "Run “haochaping migrate”."
    yield Finding("rulebook", ok=complete, text=text)
    missing = ", ".join(map(str, rulebook.years_missing(timezone.now())))
    far = f"the working calendar reaches to {rulebook.last_calendar_day()}"
    told = (
        f"{far} and lacks days of {missing}; deadlines that reach them stay open. "
        "Put the State Council's notice in with “haochaping rulebook import-calendar”."
    )
    yield Finding("calendar", ok=not missing, text=told if missing else far)
    without = rectification.without_deadline()
    told = f"{len(without)} open orders have no deadline: the calendar does not reach. Add the next year."
    yield Finding("deadlines", ok=not without, text=told if without else "every open order has its deadline")


def _keys() -> Finding:
    loose = [path.name for path in settings.KEYS_DIR.glob("*.key") if path.stat().st_mode & _PRIVATE]
    if loose:
        return Finding("keys", ok=False, text=f"others may read {', '.join(loose)}: run chmod 600 on them")
    warm = (settings.KEYS_DIR / "escrow.key").exists()
    hint = (
        "; escrow.key lies here: take it off this machine on a real site"
        if warm and os.name == "posix"
        else ""
    )
    return Finding("keys", ok=True, text=f"only their owner reads the keys{hint}")


def _queues() -> Iterator[Finding]:
    dead = outbox.counts()[JobState.DEAD]
    text = (
        f"{dead} jobs were given up. See “haochaping jobs list --state dead”."
        if dead
        else "no job was given up"
    )
    yield Finding("jobs", ok=not dead, text=text)
    waiting = exchange.waiting_count()
    seen = f"{waiting} records wait. See “haochaping quarantine list”." if waiting else "nothing waits"
    yield Finding("quarantine", ok=True, text=seen)


_UNKEYED = (
    ("cases_case", "item_id", "directory_service_item"),
    ("cases_case", "agency_id", "directory_agency"),
    ("cases_case", "division_id", "directory_division"),
    ("reviews_review", "item_id", "directory_service_item"),
    ("reviews_review", "agency_id", "directory_agency"),
    ("reviews_review", "division_id", "directory_division"),
)


def _foreign_rows() -> Finding:
    """References that hot tables keep without a database key, checked here set-wise."""
    lost = []
    with connection.cursor() as cursor:
        for table, column, target in _UNKEYED:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t WHERE NOT EXISTS (SELECT FROM {target} AS d WHERE d.id = t.{column})"  # noqa: S608 - constant names
            )
            if n := cursor.fetchone()[0]:
                lost.append(f"{table}.{column}: {n}")
    if lost:
        return Finding(
            "references", ok=False, text=f"rows point to nothing: {', '.join(lost)}. Restore a back-up."
        )
    return Finding("references", ok=True, text="every case and review points to rows that are there")
