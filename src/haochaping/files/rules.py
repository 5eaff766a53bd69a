"""附件 rules: what the ledger commits to."""

from __future__ import annotations


def committed_fields(of: str, fingerprint: bytes) -> dict[str, str]:
    """What is committed of a photograph or document: the thing it belongs to (`kind:id`), and its SHA-256."""
    return {"of": of, "sha256": fingerprint.hex()}
