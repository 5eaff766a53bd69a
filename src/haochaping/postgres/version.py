"""Whether a database is that of this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.migrations.executor import MigrationExecutor

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def missing_migrations(connection: BaseDatabaseWrapper) -> int:
    """How many changes to the tables “haochaping migrate” has still to make."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
