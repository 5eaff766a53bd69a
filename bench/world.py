"""A throw-away installation for measurements: its own server, one agency, as many cases as asked for."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# Twice the server's pause between two rounds (postgres/server.py).
_CALM_S = 30
ITEM = "990000000000".ljust(31, "0")


def connect() -> Path:
    """Start a private server in a temporary folder (fsync on) and make Django ready; everything goes at exit.

    Returns the folder.
    """
    from haochaping.config.entry import Installation
    from haochaping.config.environment import read
    from haochaping.doors.commands.database import bring_up_to_date
    from haochaping.postgres import server

    home = Path(tempfile.mkdtemp(prefix="haochaping-bench-"))
    os.environ["HAOCHAPING_DATA"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(server.stop, home)
    Installation(read(os.environ)).connect()
    bring_up_to_date()
    return home


def settle() -> None:
    """Wait until the server has tidied up after the rows that were made, and for twice its pause: that is not measured."""
    calm = 0
    while calm < _CALM_S:
        busy = any(_is_vacuum(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit())
        calm = 0 if busy else calm + 1
        sleep(1)


def _is_vacuum(folder: Path) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        return "autovacuum worker" in (folder / "cmdline").read_text(encoding="utf-8", errors="replace")
    return False


def build(now: datetime) -> None:
    """Put one province, agency, item and platform into the directory."""
    from haochaping.directory import actions
    from haochaping.directory.terms import Kind
    from haochaping.kernel.actor import OPERATOR

    rows = {
        Kind.DIVISIONS: [{"code": "990000000000", "name": "云川省"}],
        Kind.AGENCIES: [
            {"code": "A", "name": "审批局", "division": "990000000000", "parent": "", "uscc": ""}
        ],
        Kind.ITEMS: [{"code": ITEM, "name": "许可", "item_type": "01", "agency": "A"}],
        Kind.PLATFORMS: [{"code": "bench", "name": "测试平台", "division": "990000000000"}],
    }
    for kind, found in rows.items():
        if complaints := actions.put(kind, found, by=OPERATOR, now=now):
            raise SystemExit(str(complaints))


def cases(count: int, prefix: str, now: datetime) -> list[str]:
    """Take in that many completed cases with one service each; returns their numbers."""
    from haochaping.exchange.terms import Raw
    from haochaping.flows.take_in_cases import take_in_cases
    from haochaping.kernel.actor import OPERATOR

    numbers = [f"{prefix}-{n:07}" for n in range(count)]
    for start in range(0, count, 1000):
        raws = [
            Raw(
                {
                    "source": "bench",
                    "case_no": number,
                    "item": ITEM,
                    "agency": "A",
                    "division": "990000000000",
                    "status": "completed",
                    "occurrences": [{"no": 1, "at": now.isoformat()}],
                }
            )
            for number in numbers[start : start + 1000]
        ]
        take_in_cases(raws, entrance="file", by=OPERATOR, now=now)
    return numbers
