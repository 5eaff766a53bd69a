"""套话: how much a text is like an earlier one, told by the runs of three characters that both have."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of the runs that either text has, so many are in both (Jaccard). A reply of a hundred characters in which a name and
# a sentence of ten characters are exchanged comes to about this; two replies of an agency written for two matters share
# greeting and closing and stay below a half. Days and amounts do not count as a difference at all.
ALIKE_FROM = 0.8

_RUN = 3
# Of texts that differ so much in length nobody says that they are alike, and they need not be compared.
_SHORTER_BY = 0.6
_NOISE = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")


def plain(text: str) -> str:
    """The letters and digits of a text as one run, every digit alike, whatever their width and case."""
    text = _NOISE.sub("", text)
    if not unicodedata.is_normalized("NFKC", text):
        text = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return _DIGIT.sub("0", text.casefold())


def _runs(text: str) -> set[str]:
    return {text[n : n + _RUN] for n in range(len(text) - _RUN + 1)} or {text}


def likeness(one: str, other: str) -> float:
    """The share of the runs of either text that both have, 0 to 1; 0 for texts of quite different length."""
    mine = plain(one)
    return _share(mine, _runs(mine), plain(other))


def most_alike(text: str, earlier: Sequence[str]) -> tuple[int, float] | None:
    """Which of the earlier texts it is most like, by place in the list, and how much; None where none is alike."""
    mine = plain(text)
    runs = _runs(mine)
    shares = [_share(mine, runs, plain(one)) for one in earlier]
    place = max(range(len(shares)), key=shares.__getitem__, default=None)
    return None if place is None or shares[place] < ALIKE_FROM else (place, shares[place])


def _share(mine: str, runs: set[str], other: str) -> float:
    shorter, longer = sorted((len(mine), len(other)))
    if not shorter or shorter < _SHORTER_BY * longer:
        return 0.0
    theirs = _runs(other)
    return len(runs & theirs) / len(runs | theirs)
