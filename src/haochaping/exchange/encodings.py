"""What bytes say when they are UTF-8 or GB18030: nothing is ever taken for other characters than were meant."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.exchange.terms import IN_UTF_16, MIXED_ENCODINGS, NEITHER_ENCODING, UNREADABLE_ROW
from haochaping.kernel.refused import Complaint, Refused

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
_UTF8, _GB = "utf-8-sig", "gb18030"
# Bytes that are no UTF-8, as `surrogateescape` gives them.
_ESCAPED = re.compile("[\udc80-\udcff]")
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


@dataclass(frozen=True, slots=True)
class Made:
    """How a file is written: its encoding, whether it has lines too long to be held, or some of another encoding or none."""

    encoding: str
    is_long: bool
    is_mixed: bool = False

    @property
    def errors(self) -> str:
        """What `open` does with bytes that are none of the encoding: what is mixed in must be known again."""
        return "surrogateescape" if self.is_mixed else "replace"

    def complaint(self, *texts: str) -> Complaint | None:
        """What is wrong with the texts of one row when they are written otherwise than the rest of the file."""
        if not self.is_mixed:
            return None
        return next(filter(None, map(self._complaint, texts)), None)

    def _complaint(self, text: str) -> Complaint | None:
        if not _ESCAPED.search(text) and not (self.encoding == _GB and is_mixed(text)):
            return None
        rest, row = (_GB, "utf-8") if self.encoding == _GB else ("utf-8", _GB)
        is_text = _reads_as(row, text.encode(rest, "surrogateescape"))
        reason, names = (MIXED_ENCODINGS, (rest, row)) if is_text else (UNREADABLE_ROW, (rest,))
        return Complaint(reason, params=dict(zip(("rest", "row"), map(str.upper, names), strict=False)))


def made_of(path: Path) -> Made:
    """How a file is written.

    UTF-8 when the whole file is, else GB18030, unless most of its lines are UTF-8 all the same. A file that is neither as
    a whole is what most of its lines are, so that the few others can be named; a last character of UTF-8 cut in half is
    not held against it.

    Raises:
        Refused: IN_UTF_16, NEITHER_ENCODING.
    """
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            raise Refused(IN_UTF_16, name=path.name)
    utf8, is_long = _first_foreign(path, _UTF8)
    if utf8 is None:
        return Made(_UTF8, is_long)
    gb, _ = _first_foreign(path, _GB)
    lines, is_long = _lines(path)
    most = max((_GB, _UTF8), key=lines.__getitem__)
    if gb is None or lines[most] > lines.total() - lines[most]:
        return Made(most, is_long, is_mixed=True)
    # The one that came further is what the file was meant to be.
    raise Refused(NEITHER_ENCODING, name=path.name, position=max(utf8, gb))


def _first_foreign(path: Path, encoding: str) -> tuple[int | None, bool]:
    """Where the first byte stands that cannot be read in an encoding, None for none; and whether a line is very long."""
    decoder, read, long = codecs.getincrementaldecoder(encoding)(), 0, False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return max(read - held + error.start, 0), long
            read += len(chunk)
            # No part of a character of either encoding is a line feed.
            long = long or (len(chunk) == _CHUNK and b"\n" not in chunk)
    return None, long


def _lines(path: Path) -> tuple[Counter[str], bool]:
    """How many lines that are not plain ASCII are UTF-8, of the rest GB18030, and neither (""); and whether one is very long."""
    found: Counter[str] = Counter()
    is_long = False
    with path.open("rb") as file:
        while line := file.readline(_CHUNK):
            is_long = is_long or (len(line) == _CHUNK and not line.endswith(b"\n"))
            if not line.isascii():
                found[next((name for name in (_UTF8, _GB) if _reads_as(name, line)), "")] += 1
    return found, is_long


def _reads_as(encoding: str, data: bytes) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
