"""The order of the house, read from where it is enforced: the import-linter contract of pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "haochaping"


def layers() -> list[list[str]]:
    """Layers from high to low, each a list of rooms that may not see each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layered = next(contract for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layered["layers"]]


def height() -> dict[str, int]:
    """How high each room lies: 0 is the ground."""
    return {room: n for n, layer in enumerate(reversed(layers())) for room in layer}


def rooms() -> list[str]:
    """The rooms with tables or rules of their own: everything between kernel and flows."""
    heights = height()
    return [room for room in heights if 0 <= heights[room] < heights["flows"]]
