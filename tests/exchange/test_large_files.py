"""Files of any size are read in the same memory; each is read by a process of its own, whose greatest memory it tells."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.program

_MEGABYTE = 1 << 20
_LIMIT = 200 * _MEGABYTE
_READ = """
import sys
from collections import Counter
from pathlib import Path
import django
django.setup()
from haochaping.exchange import tables
from haochaping.kernel.refused import Refused
found = Counter()
try:
    for row in tables.rows(Path(sys.argv[1])):
        found[row.complaint.code if row.complaint else "read"] += 1
except Refused as no:
    found[no.code] += 1
# Not getrusage, which begins with what the process had that started this one.
most = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(most) * 1024, dict(found))
"""
_ROW = "source,case-{n:09},9901020000000101000000000000000,completed,2026-06-01 09:00:00,办得很快\n"


def read(path: Path) -> tuple[int, dict[str, int]]:
    """The greatest memory of a process that reads a file, and what it has found."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "haochaping.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    memory, _, found = done.stdout.partition(" ")
    return int(memory), eval(found)  # noqa: S307 - of our own process


def _table(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("source,case_no,item,status,at,text\n")
        for start in range(0, rows, 10_000):
            file.writelines(_ROW.format(n=n) for n in range(start, min(rows, start + 10_000)))


def test_memory_does_not_grow_with_the_file(tmp_path):
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    _table(few, 10_000)
    _table(many, 300_000)

    (small, one), (large, all_) = read(few), read(many)

    assert (one, all_) == ({"read": 10_000}, {"read": 300_000})
    assert many.stat().st_size > 25 * few.stat().st_size
    assert large < _LIMIT
    assert large - small < 4 * _MEGABYTE


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_line_of_a_gigabyte_is_passed_over(tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    before, after = (b"a,b\n1,2\n", b"\n3,4\n") if ending == "csv" else (b'{"a": 1}\n', b'\n{"a": 3}\n')
    with path.open("wb") as file:
        file.write(before)
        # A hole takes no room on the disk; it is read as U+0000.
        file.seek(1 << 30, os.SEEK_CUR)
        file.write(after)

    memory, found = read(path)

    assert found == {"read": 2, "long_row": 1}
    assert memory < _LIMIT


def test_a_spreadsheet_is_held_whole_and_so_bounded(tmp_path):
    found: dict[int, tuple[int, dict[str, int]]] = {}
    for rows in (60_000, 120_000):
        book = xlsxwriter.Workbook(tmp_path / "t.xlsx", {"constant_memory": True})
        sheet = book.add_worksheet()
        for n in range(rows):
            sheet.write_row(n, 0, [f"c{m}-{n}-办得很快" if n else f"c{m}" for m in range(10)])
        book.close()
        found[rows] = read(tmp_path / "t.xlsx")

    assert found[60_000][1] == {"read": 59_999}
    assert found[120_000][1] == {"unpacks_too_large": 1}
    assert max(memory for memory, _ in found.values()) < _LIMIT


def test_a_spreadsheet_that_says_it_is_small(tmp_path):
    """The size that an archive names for a part is a claim; what it really unpacks to counts."""
    good, bomb = tmp_path / "good.xlsx", tmp_path / "bomb.xlsx"
    book = xlsxwriter.Workbook(good)
    book.add_worksheet().write_row(0, 0, ["a", "b"])
    book.close()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                size = len(data)
                begun, _, rest = data.partition(b"<sheetData>")
                cell = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
                data = begun + cell + b"x" * (300 * _MEGABYTE) + b"</t></is></c></row></sheetData>" + rest
                crc = zlib.crc32(data[:size])
            target.writestr(part.filename, data)
    _lie(bomb, size, crc)

    memory, found = read(bomb)

    assert found == {"unreadable_file": 1}
    assert memory < _LIMIT


def _lie(path: Path, size: int, crc: int) -> None:
    """Have both heads of the sheet say that it is as small as its first piece."""
    raw = bytearray(path.read_bytes())
    for signature, at_crc, at_size, at_name in ((b"PK\3\4", 14, 22, 30), (b"PK\1\2", 16, 24, 46)):
        start = raw.find(signature)
        while start >= 0:
            name = b"xl/worksheets/sheet1.xml"
            if raw[start + at_name : start + at_name + len(name)] == name:
                raw[start + at_crc : start + at_crc + 4] = crc.to_bytes(4, "little")
                raw[start + at_size : start + at_size + 4] = size.to_bytes(4, "little")
            start = raw.find(signature, start + 4)
    path.write_bytes(raw)
