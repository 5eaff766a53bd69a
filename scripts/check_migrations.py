"""Name the changes of models that no migration holds yet; asks no database. Status 1 when there are any."""

from __future__ import annotations

import os
import sys

import django
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils.translation import deactivate_all


def missing() -> list[str]:
    """Compare the models of our own rooms with their migrations; one line for each difference."""
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("haochaping.")}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph, trim_to_apps=ours)
    found = [
        f"two last migrations in {label}: {', '.join(n)}" for label, n in loader.detect_conflicts().items()
    ]
    for label, migrations in changes.items():
        found += [f"{label}: {step.describe()}" for migration in migrations for step in migration.operations]
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haochaping.config.settings")
    django.setup()
    # As `makemigrations` does: labels are compared untranslated.
    deactivate_all()
    lines = missing()
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.exit(1 if lines else 0)
