from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.identity import keys

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """Keys of an installation of its own."""
    made = tmp_path / "keys"
    keys.ensure(made)
    settings.KEYS_DIR = made
    settings.SUITE = "intl"
    return made
