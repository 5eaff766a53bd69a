"""What bytes say when they are UTF-8 or GB18030: nothing is ever taken for other characters than were meant."""

from __future__ import annotations

import re

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_HAN = range(0x4E00, 0xA000)
# Two in one run: a text of GB18030 reads so by chance once in millions.
_NO_CHANCE = 2


def decoded(data: bytes) -> str:
    """Bytes as text: UTF-8 with or without its mark, else GB18030; raises ValueError for neither, and for both in one."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    if is_mixed(text):
        raise ValueError("both encodings in one text")
    return text


def is_mixed(text: str) -> bool:
    """Whether something in a text that was read as GB18030 was really written in UTF-8."""
    return not text.isascii() and any(_is_utf8(run) for run in _FOREIGN.findall(text))


def _is_utf8(run: str) -> bool:
    try:
        meant = run.encode("gb18030").decode()
    except UnicodeError:
        return False
    return sum(ord(character) in _HAN for character in meant) >= _NO_CHANCE
