"""Loaded before Django reads its settings (`-p tests.early`): starts the tests' own server, points the environment there."""

from __future__ import annotations

import os
from pathlib import Path

from haochaping.postgres import server

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "tests"
_QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
}

os.environ.setdefault("HAOCHAPING_DATA", str(CACHE))
if "DATABASE_URL" not in os.environ:
    urls = server.start(CACHE, extra=_QUICK)
    os.environ["DATABASE_URL"], os.environ["HAOCHAPING_OWNER_URL"] = urls.app, urls.owner
