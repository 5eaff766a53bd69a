"""The directory of the example files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR

if TYPE_CHECKING:
    from datetime import datetime

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def put_examples(now: datetime) -> None:
    """Import every directory file of `examples/`."""
    for kind in Kind:
        with (EXAMPLES / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert directory.put(kind, list(csv.DictReader(file)), by=OPERATOR, now=now) == []
