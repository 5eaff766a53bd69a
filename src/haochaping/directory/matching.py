"""事项匹配 rules: when two codes or two names may mean one item. Nothing here decides; it makes a list for a person.

An item's 31-character code is taken to be the 18 characters of the agency's 统一社会信用代码, one more, and the 12 of the
catalogue (基本编码): agencies of all levels that carry out one item share the last 12. GB/T 39554.1-2020 (编码要求) lays
the code down; its text was not at hand, so that this part rests on how codes in use look. Nothing more is built on it
than proposals and lists that a person looks at.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

from haochaping.directory.rules import common_path, item_stem
from haochaping.directory.terms import Candidate, ItemCard, MatchWay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WHOLE, _BEFORE_BASE = 31, 19
_MOST = 5
# What an office adds while a rule is on trial says nothing of the item; what else stands in brackets does.
_TRIAL = re.compile(r"[(\[{〔【《<](?:试行|暂行|试点|修订|新版)[)\]}〕】》>]")
# Words that come and go between levels without another meaning.
_FILLERS = re.compile(r"的|之")


def normal_name(name: str) -> str:
    """A name without what is only another way of writing it: width, case, brackets, spaces, signs, 的, （试行）."""
    plain = _TRIAL.sub("", unicodedata.normalize("NFKC", name).casefold())
    return _FILLERS.sub("", "".join(c for c in plain if c.isalnum()))


def base_code(code: str) -> str:
    """The part of an item's code that is the same at all levels; "" where the code has none."""
    stem = item_stem(code)
    base = stem[_BEFORE_BASE:]
    return base if len(stem) == _WHOLE and base.strip("0") else ""


class Catalogue:
    """Our items, by what codes and names of sources are compared with."""

    def __init__(self, items: Iterable[ItemCard]) -> None:
        self._by_base: dict[str, list[ItemCard]] = defaultdict(list)
        self._by_name: dict[str, list[ItemCard]] = defaultdict(list)
        for one in items:
            self._by_base[base_code(one.code)].append(one)
            self._by_name[normal_name(one.name)].append(one)

    def candidates(self, code: str, name: str, *, agency: str = "", place: str = "") -> list[Candidate]:
        """The items that a source's code or name may mean: by base code, then by name.

        One where it is the only one, or that of the agency which the source names; else a few of those that are alike, the
        nearest to `place`, the path of a division, first.
        """
        base, normal = base_code(code), normal_name(name)
        found = [
            (MatchWay.SAME_BASE, self._by_base.get(base, []) if base else []),
            (MatchWay.SAME_NAME, self._by_name.get(normal, []) if normal else []),
        ]
        for way, alike in found:
            mine = [one for one in alike if one.agency == agency] if len(alike) > 1 else alike
            if len(mine) == 1:
                return [Candidate(mine[0], way)]
        way, alike = next((one for one in found if one[1]), (MatchWay.NONE, []))
        return [Candidate(one, way) for one in sorted(alike, key=_nearest(agency, place))[:_MOST]]


def _nearest(agency: str, place: str) -> Callable[[ItemCard], tuple[bool, int, str]]:
    """The named agency's first, then those that share most of the way to a place; the same order always."""
    return lambda one: (one.agency != agency, -len(common_path((one.division_path, place))), one.code)
