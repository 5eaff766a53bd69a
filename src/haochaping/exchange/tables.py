"""Reading tables from files: CSV, XLSX and JSON lines, UTF-8 or GB18030, one row at a time.

A heading such as `applicant.phone` makes a field inside a field, `occurrences.no` one inside a list of one.
"""

from __future__ import annotations

import codecs
import csv
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import python_calamine

from haochaping.exchange.terms import NOT_AN_OBJECT, SHORT_ROW, UNKNOWN_FILE_TYPE, UNREADABLE_FILE
from haochaping.kernel.refused import Complaint, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a person counts (the heading of a table is row 1), and its fields or a complaint."""

    number: int
    fields: dict[str, object]
    complaint: Complaint | None = None


def rows(path: Path) -> Iterator[Row]:
    """Read a file by its ending; raises `Refused` when the file as a whole cannot be read."""
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows, ".jsonl": _json_rows, ".ndjson": _json_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Refused(UNKNOWN_FILE_TYPE, name=path.name)
    return reader(path)


def encoding_of(path: Path) -> str:
    """UTF-8 when the whole file is, else GB18030; a last character cut in half is not held against it."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused(UNREADABLE_FILE, name=path.name, expected="UTF-8 / GB18030", detail="encoding")


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        lines = csv.reader(file)
        try:
            heading = next(lines, [])
            for number, cells in enumerate(lines, start=2):
                if cells:
                    yield _row(number, heading, cells)
        except csv.Error as error:
            raise Refused(UNREADABLE_FILE, name=path.name, expected="CSV", detail=str(error)) from None


def _xlsx_rows(path: Path) -> Iterator[Row]:
    try:
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (python_calamine.CalamineError, OSError) as error:
        raise Refused(UNREADABLE_FILE, name=path.name, expected="XLSX", detail=str(error)) from None
    lines = ([_cell(value) for value in cells] for cells in sheet.iter_rows())
    heading = next(lines, [])
    for number, cells in enumerate(lines, start=2):
        if any(cells):
            yield _row(number, heading, cells)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _json_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding=encoding_of(path), errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
            except ValueError:
                fields = None
            if isinstance(fields, dict):
                yield Row(number, fields)
            else:
                yield Row(number, {}, Complaint(NOT_AN_OBJECT))


def _row(number: int, heading: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(heading):
        params: dict[str, object] = {"found": len(cells), "expected": len(heading)}
        return Row(number, dict(zip(heading, cells, strict=False)), Complaint(SHORT_ROW, params=params))
    return Row(number, _nested(dict(zip(heading, cells, strict=True))))


def _nested(flat: dict[str, str]) -> dict[str, object]:
    """Fold dotted headings into objects; empty cells are absent."""
    fields: dict[str, object] = {}
    for heading, value in flat.items():
        if value == "":
            continue
        *path, name = heading.strip().split(".")
        place = fields
        for part in path:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        place[name] = value
    if isinstance(occurrence := fields.get("occurrences"), dict):
        fields["occurrences"] = [occurrence]
    return fields
