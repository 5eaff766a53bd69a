"""目录 reads: what the public searches by name or code, without knowing how our lists are made."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from django.db import connection

from haochaping.directory.rules import path_range
from haochaping.directory.terms import Found, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEARCH = resources.files("haochaping.directory").joinpath("sql/search.sql").read_text(encoding="utf-8")
_KINDS = (Kind.ITEMS, Kind.AGENCIES, Kind.HALLS, Kind.DIVISIONS)
# Names are indexed by any two characters beside each other; one alone would be looked for in all of them.
SHORTEST = 2
# A code is looked for by its beginning, once that says a province and a city.
_SHORTEST_CODE = 4
# So many of a kind are ranked: of a word that stands in thousands of names nobody reads more.
_TRIED = 200


def found(text: str, *, division_path: str = "", limit: int = 20) -> Mapping[Kind, list[Found]]:
    """Items, agencies, halls and divisions below a division whose name holds the text or whose code begins with it.

    The same name first, then names that begin with it, then the shortest; nothing for a text of one character.
    """
    rows: dict[Kind, list[Found]] = {kind: [] for kind in _KINDS}
    if len(text) < SHORTEST:
        return rows
    low, high = path_range(division_path)
    asked = {"text": text, "code": _code(text), "low": low, "high": high, "tried": _TRIED, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, asked)
        for kind, *row in cursor.fetchall():
            rows[Kind(kind)].append(Found(*row))
    return rows


def _code(text: str) -> str | None:
    """The pattern of codes that begin with the text; None where it is none."""
    if len(text) < _SHORTEST_CODE or not (text.isascii() and text[0].isalnum()):
        return None
    return text.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
