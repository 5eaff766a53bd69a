"""All generated pages together. `conf.py` calls it before Sphinx reads its sources."""

from __future__ import annotations

import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def ready() -> None:
    """Make Django ready without a database and without touching anybody's data folder."""
    os.environ.setdefault("HAOCHAPING_DATA", str(ROOT / ".cache" / "check"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haochaping.config.settings")
    django.setup()


def everything() -> dict[str, str]:
    """File names and texts of all generated pages."""
    from docs.generate import (  # noqa: PLC0415 - these read models and addresses, which need Django to be ready
        api,
        asvs,
        commands,
        impact,
        layers,
        measures,
        open_data,
        permissions,
        privacy,
        reasons,
        rulebook,
        settings,
        states,
    )

    makers = (
        settings,
        commands,
        api,
        measures,
        open_data,
        states,
        reasons,
        permissions,
        privacy,
        impact,
        layers,
        rulebook,
        asvs,
    )
    return {name: text for maker in makers for name, text in maker.pages().items()}


def write_all(folder: Path) -> None:
    """Write the pages into a folder; what is no longer made disappears from it."""
    from docs.generate.pages import write  # noqa: PLC0415 - see above

    ready()
    made = everything()
    for name, text in made.items():
        write(folder / name, text)
    for path in folder.iterdir():
        if path.name not in made:
            path.unlink()
