"""事项匹配 rules: when two codes or two names may mean one item. Nothing here decides; it makes a list for a person.

An item's 31-character code is taken to be the 18 characters of the agency's 统一社会信用代码, one more, and the 12 of the
catalogue (基本编码): agencies of all levels that carry out one item share the last 12. GB/T 39554.1-2020 (编码要求) lays
the code down; its text was not at hand, so that this part rests on how codes in use look. Nothing more is built on it
than proposals and lists that a person looks at.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from haochaping.directory.rules import item_stem
from haochaping.directory.terms import Candidate, ItemCard, MatchWay

if TYPE_CHECKING:
    from collections.abc import Iterable

_WHOLE, _BEFORE_BASE = 31, 19
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


def candidate(code: str, name: str, agency: str, items: Iterable[ItemCard]) -> Candidate | None:
    """The one item that a source's code or name may mean: by base code, then by name; None where none or several do.

    Among several, the agency that the source names decides.
    """
    found, base, normal = list(items), base_code(code), normal_name(name)
    alike = {
        MatchWay.SAME_BASE: [one for one in found if base and base_code(one.code) == base],
        MatchWay.SAME_NAME: [one for one in found if normal and normal_name(one.name) == normal],
    }
    for way, those in alike.items():
        mine = [one for one in those if one.agency == agency] if len(those) > 1 else those
        if len(mine) == 1:
            return Candidate(mine[0], way)
    return None
