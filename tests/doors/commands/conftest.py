from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.identity import keys
from tests import worlds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(committed_db: str, tmp_path: Path, settings) -> Path:
    """Keys of an installation of its own, and one sealed applicant."""
    made = tmp_path / "keys"
    keys.ensure(made)
    settings.KEYS_DIR = made
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-1", now)
    return made
