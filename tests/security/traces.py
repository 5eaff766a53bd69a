"""Looking for words in whatever form they may have been left: plain, base64 once or twice, hex, UTF-16, GB18030, escaped."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST = 5


@cache
def forms(word: str) -> frozenset[bytes]:
    """Every way a word may stand in bytes; forms of hex are in small letters."""
    plain = {word.encode(code) for code in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")}
    once = {coded for written in plain for coded in _base64(written)}
    twice = {coded for written in once for coded in _base64(written)}
    hexed = {written.hex().encode() for written in plain}
    escaped = {word.encode("unicode_escape"), quote(word).lower().encode()}
    return frozenset(form for form in plain | once | twice | hexed | escaped if len(form) >= _SHORTEST)


def _base64(written: bytes) -> Iterator[bytes]:
    """What is left of the bytes in base 64, whatever stands before and after them."""
    for before in range(3):
        for code in (b64encode, urlsafe_b64encode):
            coded = code(b"\0" * before + written).rstrip(b"=")
            # Letters that hold bits of neighbours are cut off.
            whole = (before + len(written)) % 3 == 0
            yield coded[(0, 2, 3)[before] : None if whole else -1]


def traces(words: dict[str, str], haystack: bytes) -> set[str]:
    """Which of the named words the bytes hold in any form."""
    small = haystack.lower()
    return {name for name, word in words.items() if any(f in haystack or f in small for f in forms(word))}
