"""Masking of personal data on display (trust.md D55)."""

from __future__ import annotations

_SHORT = 4
_PHONE = 7


def masked_name(name: str) -> str:
    """Keep the family name: 王小明 → 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def masked_phone(phone: str) -> str:
    """Keep the first three and last four digits: 139****0000."""
    return phone[:3] + "****" + phone[-4:] if len(phone) > _PHONE else "*" * len(phone)


def masked_number(number: str) -> str:
    """Keep only the end by which people recognise their own number: …3481."""
    return "…" + number[-_SHORT:] if len(number) > _SHORT else "…"
