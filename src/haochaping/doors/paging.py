"""Which page of a list an address asks for."""

from __future__ import annotations

# Further back nobody pages by hand, and the database would count through everything before.
LAST_PAGE = 1000


def page_number(text: str) -> int:
    """The number of a page from 1 to `LAST_PAGE`, as near to what was asked as can be; 1 for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE))
    return min(max(int(text), 1), LAST_PAGE) if is_number else 1
