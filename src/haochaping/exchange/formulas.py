"""Formulas in a spreadsheet: the reader of tables sees only the value that was last computed, or nothing at all."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from haochaping.exchange.terms import UNPACKS_TOO_LARGE, UNREADABLE_FILE
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_CHUNK = 1 << 20
# An element `f`, with or without a prefix, wherever a chunk begins.
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f[\s/>]")
_LONGEST_TAG = 32
# The reader of values takes it whole, in about twice this memory: some 75,000 rows of thirteen columns. A part that
# unpacks to more than it says is refused by that reader.
_UNPACKED = 64 << 20
_PARTS = 1_000
# A damaged file fails in many places; an encrypted one, or a packing nobody knows, is a RuntimeError.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    RuntimeError,
)


def formula_cells(path: Path) -> dict[int, str]:
    """The first cell with a formula in each row of the first sheet: {7: "C7"}; reads the file piece by piece."""
    try:
        with zipfile.ZipFile(path) as book:
            _check_size(book, path.name)
            sheet = _first_sheet(book)
            with book.open(sheet) as file:
                if not _has_formulas(file):
                    return {}
            with book.open(sheet) as file:
                return _cells(file)
    except _UNREADABLE:
        raise Refused(UNREADABLE_FILE, name=path.name, expected="XLSX") from None


def _check_size(book: zipfile.ZipFile, name: str) -> None:
    """Raise `Refused` for a file that unpacks to more than a spreadsheet can hold, before anything is unpacked."""
    parts = book.infolist()
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
        raise Refused(UNPACKS_TOO_LARGE, name=name)


def _first_sheet(book: zipfile.ZipFile) -> str:
    ids: list[str] = []

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            ids.extend(value for key, value in attributes.items() if key.endswith(":id"))

    workbook = next(iter(_relations(book, "").values()), "")
    with book.open(workbook) as file:
        _parse(file, sheet)
    return _relations(book, workbook)[ids[0]]


def _relations(book: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Parts of the book that a part points to, by the name it gives them; for the whole book, its workbook."""
    folder, name = posixpath.split(part)
    targets: dict[str, str] = {}

    def relation(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and (part or attributes.get("Type", "").endswith("/officeDocument")):
            whole = posixpath.join("/", folder, attributes["Target"])
            targets[attributes["Id"]] = posixpath.normpath(whole).lstrip("/")

    with book.open(posixpath.join(folder, "_rels", f"{name}.rels")) as file:
        _parse(file, relation)
    return targets


def _has_formulas(file: IO[bytes]) -> bool:
    tail = b""
    while chunk := file.read(_CHUNK):
        if _FORMULA.search(tail + chunk):
            return True
        tail = chunk[-_LONGEST_TAG:]
    return False


def _cells(file: IO[bytes]) -> dict[int, str]:
    found: dict[int, str] = {}
    row, column, cell = 0, 0, ""

    def element(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column, cell
        if name == "row":
            # Where a row or a cell stands need not be said; it is then the next one.
            row, column = int(attributes.get("r", row + 1)), 0
        elif name == "c":
            column += 1
            cell = attributes.get("r", f"{_letters(column)}{row}")
        elif name == "f":
            found.setdefault(row, cell)

    _parse(file, element)
    return found


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _parse(file: IO[bytes], start: Callable[[str, Mapping[str, str]], None]) -> None:
    parser = expat.ParserCreate()

    def element(name: str, attributes: Mapping[str, str]) -> None:
        start(name.rpartition(":")[2], attributes)

    def doctype(*_: object) -> None:
        # A spreadsheet has none; entities are the way to make a small file large.
        raise ValueError("DOCTYPE")

    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    parser.ParseFile(file)
