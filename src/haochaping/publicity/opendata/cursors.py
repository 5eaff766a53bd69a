"""开放数据 cursors: where a page of a table begins, as it comes back from outside."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from haochaping.publicity.opendata import tables
from haochaping.publicity.opendata.terms import FactTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from haochaping.publicity.opendata.terms import Table


def may_begin_after(table: Table, after: Sequence[int | str]) -> bool:
    """Whether a page may begin behind this: what comes from outside need not be what `queries.page` gave out."""
    if isinstance(table, FactTable):
        # A day that is not begun yet, or the last row of one.
        keys = [one.fact for one in table.grain[1:]] if len(after) > 1 else []
        forms: list[Callable[[int | str], bool]] = [
            _is_day,
            *(_is_number if key in _NUMBERS else _is_word for key in keys),
        ]
    else:
        forms = list(_AFTER[table.name])
    return len(forms) == len(after) and all(form(one) for form, one in zip(forms, after, strict=True))


_NUMBERS = {"level", *(one.fact for one in (*tables.PLACE, *tables.LATER) if one.table)}
_GREATEST = 2**63 - 1
_LONGEST = 200
_FIRST, _LAST = 1900, 2200


def _is_day(said: int | str) -> bool:
    try:
        day = date.fromisoformat(str(said))
    except ValueError:
        return False
    # Days are gone on from here: neither end of the calendar is one.
    return day.isoformat() == said and _FIRST <= day.year <= _LAST


def _is_number(said: int | str) -> bool:
    return isinstance(said, int) and 0 <= said <= _GREATEST


def _is_word(said: int | str) -> bool:
    return isinstance(said, str) and said.isprintable() and len(said) <= _LONGEST


_AFTER: dict[str, tuple[Callable[[int | str], bool], ...]] = {
    tables.FIGURES.name: (_is_day, _is_word),
    tables.WITHHELD.name: (_is_number,),
    tables.APPLICANTS.name: (_is_day, _is_word, _is_word),
    tables.TEXTS.name: (_is_day, _is_word),
    tables.DIVISIONS.name: (_is_word,),
    tables.AGENCIES.name: (_is_word,),
    tables.ITEMS.name: (_is_word,),
    tables.HALLS.name: (_is_word,),
}
