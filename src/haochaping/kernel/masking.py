"""Masking of personal data on display (trust.md D55). At least four characters of a number stay hidden, or all."""

from __future__ import annotations

_END = 4
_MOBILE = 11


def masked_name(name: str) -> str:
    """Keep the family name: 王小明 → 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def masked_phone(phone: str) -> str:
    """Keep the first three and last four digits of a mobile number, 139****0000; of a shorter one only the last."""
    if len(phone) >= _MOBILE:
        return phone[:3] + "****" + phone[-_END:]
    return "****" + phone[-_END:] if len(phone) >= 2 * _END else "*" * len(phone)


def masked_number(number: str) -> str:
    """Keep only the end by which people recognise their own number, …3481; four characters at least are left out.

    Of a number with no more than these nothing is shown, and that it is hidden: ****.
    """
    return end_of_number(number) or "*" * _END


def end_of_number(number: str) -> str:
    """The same for whoever is to recognise their own number by it; "" where nothing of it may be shown."""
    kept = min(_END, len(number) - _END)
    return "…" + number[-kept:] if kept > 0 else ""


def masked_email(address: str) -> str:
    """Keep the first letter of the mailbox and its house: w***@example.org; at most 40 characters."""
    box, _, house = address.rpartition("@")
    return f"{box[:1]}***@{house}"[:40]
