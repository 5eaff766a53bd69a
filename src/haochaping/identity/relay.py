"""中间号: the key that turns a sealed phone into a message. Only the worker loads it, on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.identity import keys

if TYPE_CHECKING:
    from pathlib import Path


def load_key(folder: Path) -> keys.PrivateKey:
    """Read `relay.key`; raises `keys.KeysMissing`. For the worker at its start, never for a web process."""
    return keys.private_key(folder / "relay.key")
