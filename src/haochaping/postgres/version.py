"""Whether a database is that of this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def missing_migrations(connection: BaseDatabaseWrapper) -> int:
    """How many changes to the tables “haochaping migrate” has still to make."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(plan) + _left_out(executor.loader)


def is_too_old(connection: BaseDatabaseWrapper) -> bool:
    """Whether a version made the tables that lies before the migrations were folded: no later one can go on from there."""
    return _left_out(MigrationLoader(connection)) > 0


def _left_out(loader: MigrationLoader) -> int:
    """How many migrations replace others, now gone, of which the database has some and not all: Django passes over them."""
    known, planned = loader.disk_migrations, loader.graph.nodes
    return sum(
        key not in planned and not any(former in known for former in migration.replaces)
        for key, migration in loader.replacements.items()
    )
