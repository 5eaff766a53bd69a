"""Words that have both languages outside the catalogue: official texts that are data, with their readings."""

from __future__ import annotations

from django.utils.translation import get_language


def either(chinese: str, english: str) -> str:
    """The text in the active language; the official Chinese unless English is read."""
    return english if get_language() == "en" else chinese
