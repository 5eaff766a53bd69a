"""Lines of a file, none longer than can be held: one that is longer is told and passed over."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

LONGEST = 1 << 20
"""Characters of one row; the largest record that is taken has far fewer."""


class LongLineError(csv.Error):
    """A row is longer than can be held; the next line begins a row again."""


class Lines:
    """An iterator over lines as the csv reader takes it; `begin` says where a row begins, which may be several lines."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._room = LONGEST

    def begin(self) -> None:
        """A row begins here."""
        self._room = LONGEST

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._room + 1)
        if not line:
            raise StopIteration
        if len(line) > self._room:
            while line and line[-1] not in "\r\n":
                line = self._file.readline(LONGEST)
            raise LongLineError
        self._room -= len(line)
        return line
