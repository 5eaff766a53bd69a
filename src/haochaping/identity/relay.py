"""中间号: the keys that turn a sealed phone into a message or a call. Only the worker loads them, on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.identity import keys

if TYPE_CHECKING:
    from pathlib import Path


def load_keys(folder: Path) -> dict[str, keys.PrivateKey]:
    """The relay's private keys by fingerprint: `relay.key`, and those before it that lie beside it.

    For the worker, never for a web process. Raises `keys.KeysMissing`.
    """
    return keys.relay_ring(folder)
