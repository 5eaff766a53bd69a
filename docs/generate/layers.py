"""层次图: the order of the house, from the import-linter contract in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from docs.generate.drawing import stack

_PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def layers() -> list[list[str]]:
    """Layers from high to low, each a list of rooms that may not see each other."""
    contracts = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layered = next(contract for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layered["layers"]]


def pages() -> dict[str, str]:
    """The drawing alone; `explanation/architecture.md` shows it."""
    return {"layers.svg": stack("层次 · layers: imports go down only", layers())}
