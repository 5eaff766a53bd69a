"""目录 writes: rows are put set-wise by code, or edited one by one; nothing is deleted."""

from __future__ import annotations

from haochaping.directory.actions.edits import change, close, create
from haochaping.directory.actions.matches import accept, decide, propose
from haochaping.directory.actions.rows import import_rows, put, rehearse

__all__ = [
    "accept",
    "change",
    "close",
    "create",
    "decide",
    "import_rows",
    "propose",
    "put",
    "rehearse",
]
