"""Reading tables from files: CSV, XLSX and JSON lines, UTF-8 or GB18030, one row at a time.

A heading such as `applicant.phone` makes a field inside a field, `occurrences.no` one inside a list of one.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING

import python_calamine
from msgspec import Struct

from haochaping.exchange.encodings import made_of
from haochaping.exchange.fields import shown
from haochaping.exchange.formulas import formula_cells
from haochaping.exchange.lines import LONGEST, Lines, LongLineError
from haochaping.exchange.rules import read_json
from haochaping.exchange.terms import (
    DUPLICATE_HEADING,
    FORMULA_IN_CELL,
    LONG_ROW,
    MISSING_COLUMN,
    NO_ROWS,
    NOT_AN_OBJECT,
    OPEN_ROW,
    ROUNDED_NUMBER,
    SHORT_ROW,
    TORN_ROW,
    UNKNOWN_COLUMN,
    UNKNOWN_FILE_TYPE,
    UNREADABLE_FILE,
    WIDE_ROW,
)
from haochaping.kernel.refused import Complaint, Reason, Refused

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

    from haochaping.exchange.encodings import Made

_ROUNDED_FROM = 1e15


class Row(Struct, frozen=True):
    """One row: its number as a person counts (the heading of a table is row 1), and its fields or a complaint."""

    number: int
    fields: dict[str, object]
    complaint: Complaint | None = None


class Columns(Struct, frozen=True):
    """What a file has to have: `needed` columns and a row, and no other columns than the `known`; empty asks nothing.

    A file that has not is refused as a whole: each of its rows would be. Where the last line of a CSV has to be `ended` and
    is not, its row is refused: the file may have been cut off within a cell, and all cells be there.
    """

    needed: Collection[str] = ()
    known: Collection[str] = ()
    ended: bool = False


_ANY = Columns()


def rows(path: Path, columns: Columns = _ANY) -> Iterator[Row]:
    """Read a file by its ending; raises `Refused` when the file as a whole cannot be read."""
    found = (row for row in some_rows(path, "", lambda _: True, columns) if row is not None)
    return _at_least_one(path, found) if columns.needed else found


def _at_least_one(path: Path, found: Iterator[Row]) -> Iterator[Row]:
    first = next(found, None)
    if first is None:
        raise Refused(NO_ROWS, name=path.name)
    yield first
    yield from found


def some_rows(
    path: Path, column: str, wanted: Callable[[str], bool], columns: Columns = _ANY
) -> Iterator[Row | None]:
    """As `rows`, with None in place of each row whose value in a column is not wanted ("" where it has none)."""
    if path.suffix.lower() == ".csv":
        return _csv_rows(path, column, wanted, columns)
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return _json_rows(path, column, wanted)
    if path.suffix.lower() != ".xlsx":
        raise Refused(UNKNOWN_FILE_TYPE, name=path.name)
    found = _xlsx_rows(path, columns)
    return (row if wanted(str(row.fields.get(column, ""))) else None for row in found)


def texts(
    rows: Iterable[Row], columns: Sequence[str], numbers: array[int]
) -> Iterator[dict[str, str] | Complaint]:
    """The columns of each row as texts, or its complaint; where each row stands in the file is put into `numbers`."""
    for row in rows:
        numbers.append(row.number)
        yield row.complaint or {
            name: str(value) for name in columns if (value := row.fields.get(name)) is not None
        }


def _csv_rows(
    path: Path, column: str, wanted: Callable[[str], bool], columns: Columns
) -> Iterator[Row | None]:
    made = made_of(path)
    with path.open(encoding=made.encoding, errors=made.errors, newline="") as file:
        # Lines are bounded by the file's own reader where it has none that is too long.
        bounded = Lines(file) if made.is_long else None
        reader = csv.reader(bounded or file, strict=True)
        lines = (
            (number, cells)
            for number, cells in _csv_lines(reader, bounded)
            if isinstance(cells, Reason) or any(cells)
        )
        heading_row, names = next(lines, (1, []))
        if isinstance(names, Reason):
            raise Refused(UNREADABLE_FILE, name=path.name, expected="CSV")
        if complaint := made.complaint(*names):
            raise Refused(complaint.reason, field="", **dict(complaint.params))
        heading = _heading(path, heading_row, names, columns)
        places = _places(heading)
        at = heading.index(column) if column in heading else len(heading)
        for number, cells in _last_open(lines) if columns.ended and _is_open(path) else lines:
            if isinstance(cells, Reason):
                yield Row(number, {}, Complaint(cells, params={"limit": LONGEST})) if wanted("") else None
            elif not wanted(cells[at] if at < len(cells) else ""):
                yield None
            elif complaint := made.complaint(*cells):
                yield Row(number, {}, complaint)
            else:
                yield _row(number, places, cells)


def _is_open(path: Path) -> bool:
    """Whether the last line of a file does not end."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - 1, 0))
        return file.read() not in {b"\n", b"\r", b""}


def _last_open(
    lines: Iterator[tuple[int, list[str] | Reason]],
) -> Iterator[tuple[int, list[str] | Reason]]:
    """The rows, with a reason in the place of the last one."""
    before = next(lines, None)
    for line in lines:
        if before is not None:
            yield before
        before = line
    if before is not None:
        number, cells = before
        yield number, cells if isinstance(cells, Reason) else OPEN_ROW


def _csv_lines(
    reader: Iterator[list[str]], bounded: Lines | None
) -> Iterator[tuple[int, list[str] | Reason]]:
    """Rows with their numbers; a reason for one that is no CSV, after which the next line begins a row again."""
    for number in count(1):
        if bounded:
            bounded.begin()
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except LongLineError:
            yield number, LONG_ROW
        except csv.Error:
            yield number, TORN_ROW


def _xlsx_rows(path: Path, columns: Columns) -> Iterator[Row]:
    formulas = formula_cells(path)
    lines = (
        (number, values)
        for number, values in enumerate(_xlsx_lines(path), start=1)
        if number in formulas or any(str(value) for value in values)
    )
    heading_row, names = next(lines, (1, []))
    heading = _heading(path, heading_row, [_cell(value) for value in names], columns)
    places = _places(heading)
    for number, values in lines:
        cells = [_cell(value) for value in values]
        rounded = next(
            (name for name, value in zip(heading, values, strict=True) if _is_rounded(value)), None
        )
        if number in formulas:
            yield Row(number, {}, _formula(formulas[number], heading))
        elif rounded is None:
            yield _row(number, places, cells)
        else:
            yield Row(number, {}, Complaint(ROUNDED_NUMBER, rounded, {"value": rounded}))


def _xlsx_lines(path: Path) -> Iterator[Sequence[object]]:
    try:
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        yield from sheet.iter_rows()
    except (python_calamine.CalamineError, OSError, IndexError):
        raise Refused(UNREADABLE_FILE, name=path.name, expected="XLSX") from None


def _formula(cell: str, heading: Sequence[str]) -> Complaint:
    column = _column_number(cell)
    return Complaint(FORMULA_IN_CELL, heading[column] if column < len(heading) else "", {"cell": cell})


def _column_number(cell: str) -> int:
    """The column of a cell such as AB7, counted from 0."""
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _is_rounded(value: object) -> bool:
    """Whether a spreadsheet may have changed a number: it keeps 15 digits."""
    return isinstance(value, float) and abs(value) >= _ROUNDED_FROM


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _json_rows(path: Path, column: str, wanted: Callable[[str], bool]) -> Iterator[Row | None]:
    made = made_of(path)
    in_view = re.compile(rf'"{re.escape(column)}"\s*:\s*"([^"]*)"')
    with path.open(encoding=made.encoding, errors=made.errors) as file:
        for number, line in enumerate(_json_lines(file, made.is_long), start=1):
            if line is not None and not line.strip():
                continue
            told = _in_view(in_view, line) if column and line is not None else None
            if told is not None:
                yield _json_row(number, line, made) if wanted(told) else None
                continue
            row = _json_row(number, line, made)
            yield row if wanted(str(row.fields.get(column, ""))) else None


def _in_view(value: re.Pattern[str], line: str) -> str | None:
    """The value of a field that a line shows before it is read; None where only reading tells.

    Without a backslash no text holds a quotation mark: what looks like the field is it, or one of that name further in,
    of a record that lacks it.
    """
    found = [] if "\\" in line else value.findall(line)
    return found[0] if len(found) == 1 else None


def _json_row(number: int, line: str | None, made: Made) -> Row:
    if line is None:
        return Row(number, {}, Complaint(LONG_ROW, params={"limit": LONGEST}))
    if complaint := made.complaint(line):
        return Row(number, {}, complaint)
    try:
        fields = read_json(line)
    except Refused as refused:
        return Row(number, {}, refused.complaint)
    return Row(number, fields) if isinstance(fields, dict) else Row(number, {}, Complaint(NOT_AN_OBJECT))


def _json_lines(file: TextIO, long: bool) -> Iterator[str | None]:
    """Lines; None for one that is too long."""
    if not long:
        yield from file
        return
    bounded = Lines(file)
    while True:
        bounded.begin()
        try:
            yield next(bounded)
        except StopIteration:
            return
        except LongLineError:
            yield None


def _heading(path: Path, row: int, cells: Sequence[str], columns: Columns) -> list[str]:
    """The names of the columns; two of one name are refused, because one would hide the other."""
    heading = [cell.strip() for cell in cells]
    named = [name for name in heading if name]
    counted = Counter(named)
    twice = next((name for name in named if counted[name] > 1), None)
    if twice is not None:
        raise Refused(DUPLICATE_HEADING, field=twice, name=path.name, value=twice)
    known = columns.known
    strange = next((name for name in named if known and name not in known), None)
    if strange is not None:
        said = shown(strange, 40)
        raise Refused(
            UNKNOWN_COLUMN, field=said, name=path.name, row=row, value=said, choices=", ".join(known)
        )
    # A file in which nothing is written has no rows that would lack something.
    missing = [name for name in columns.needed if named and name not in counted]
    if missing:
        raise Refused(
            MISSING_COLUMN,
            field=missing[0],
            name=path.name,
            row=row,
            value=", ".join(missing),
            needed=", ".join(columns.needed),
        )
    return heading


type _Place = tuple[tuple[str, ...], str]


def _places(heading: Sequence[str]) -> list[_Place]:
    """Where each column's value goes: the objects on the way, and the name in the last of them."""
    split = [name.split(".") for name in heading]
    return [(tuple(path), name) for *path, name in split]


def _row(number: int, places: Sequence[_Place], cells: Sequence[str]) -> Row:
    if len(cells) != len(places):
        params: dict[str, object] = {"found": len(cells), "expected": len(places)}
        told: dict[str, object] = {
            ".".join((*path, name)): cell for (path, name), cell in zip(places, cells, strict=False)
        }
        return Row(
            number, told, Complaint(SHORT_ROW if len(cells) < len(places) else WIDE_ROW, params=params)
        )
    return Row(number, _nested(places, cells))


def _nested(places: Sequence[_Place], cells: Sequence[str]) -> dict[str, object]:
    """Put each cell into its object; empty cells are absent."""
    fields: dict[str, object] = {}
    for (path, name), value in zip(places, cells, strict=True):
        if value == "":
            continue
        place = fields
        for part in path:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        place[name] = value
    if isinstance(occurrence := fields.get("occurrences"), dict):
        fields["occurrences"] = [occurrence]
    return fields
