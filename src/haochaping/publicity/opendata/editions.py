"""开放数据 on the disk: folders of files that were written together, each with an index of what it holds and what it hashes to.

A folder is written under another name and renamed when all of it is on the disk: whoever reads finds all of it or nothing.
Between the two its hash goes into the ledger, so that nothing is out that does not stand there.
"""

from __future__ import annotations

import csv
import fcntl
import json
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from haochaping.kernel.periods import BEIJING
from haochaping.kernel.text import spreadsheet_cell
from haochaping.publicity.opendata.terms import EDITIONS_KEPT, LICENCE, VERSION, Edition, File

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from haochaping.publicity.opendata.terms import Table

    type Row = Sequence[str | int | float | None]

INDEX = "index.json"
# Without it, spreadsheets read Chinese in the code page of the machine.
_MARK = "\ufeff"
_NUMBERS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = re.compile(r"texts-[0-9]{8}T[0-9]{12}")
# What a broken-off writer has left.
_UNFINISHED = ".unfinished-"


def write(
    folder: Path,
    tables: Iterable[Table],
    rows_of: Callable[[Table], Iterable[Row]],
    *,
    day: date,
    words: bool = False,
    now: datetime,
) -> Edition:
    """Write the tables as CSV and JSON, to be put out; of words there is one edition, the newest, of numbers one a day."""
    name = f"texts-{now.astimezone(BEIJING):%Y%m%dT%H%M%S%f}" if words else f"{day}"
    made_at = now.astimezone(BEIJING)
    unfinished = folder / (_UNFINISHED + name)
    unfinished.mkdir(parents=True)
    files = [file for table in tables for file in _table(unfinished, table, rows_of(table), made_at)]
    index = {
        "version": VERSION,
        "licence": LICENCE,
        "day": f"{day}",
        "made_at": made_at.isoformat(timespec="microseconds"),
        "files": [{part: getattr(file, part) for part in File.__slots__} for file in files],
    }
    with _file(unfinished / INDEX) as out:
        out.write(json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    return replace(_read(unfinished), name=name)


def put_out(folder: Path, edition: Edition) -> None:
    """Give what was written its name."""
    (folder / (_UNFINISHED + edition.name)).rename(folder / edition.name)
    _settle(folder)


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else is writing here; until it is left nobody else begins."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _table(folder: Path, table: Table, rows: Iterable[Row], made_at: datetime) -> list[File]:
    """A table in both forms, row by row: it may be larger than memory."""
    names = [column.name for column in table.columns]
    head = {
        "table": table.name,
        "version": VERSION,
        "licence": LICENCE,
        "as_of": made_at.isoformat(timespec="seconds"),
    }
    count = 0
    as_csv, as_json = (folder / f"{table.name}.{form}" for form in ("csv", "json"))
    with _file(as_csv) as sheet, _file(as_json) as tree:
        sheet.write(_MARK)
        writer = csv.writer(sheet)
        writer.writerow(names)
        tree.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [')
        for count, row in enumerate(rows, start=1):
            writer.writerow([spreadsheet_cell(cell) if isinstance(cell, str) else cell for cell in row])
            said = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
            tree.write((",\n" if count > 1 else "\n") + said)
        tree.write("\n]}\n")
    return [_described(path, table, count) for path in (as_csv, as_json)]


@contextmanager
def _file(path: Path) -> Iterator[io.TextIOWrapper]:
    """A file to write to that is on the disk when it is left."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _described(path: Path, table: Table, rows: int) -> File:
    return File(path.name, table.name, rows, path.stat().st_size, _hash(path))


def _hash(path: Path) -> str:
    told = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            told.update(chunk)
    return told.hexdigest()


def _settle(folder: Path) -> None:
    """That a folder has its name is on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def of_numbers(folder: Path) -> list[Edition]:
    """The editions of numbers that are there, the newest first."""
    return _found(folder, _NUMBERS)


def of_words(folder: Path) -> Edition | None:
    """The newest edition of released texts."""
    return next(iter(_found(folder, _WORDS)), None)


def edition(folder: Path, name: str) -> Edition | None:
    """One edition by its name."""
    known = _NUMBERS.fullmatch(name) or _WORDS.fullmatch(name)
    return _read(folder / name) if known and (folder / name / INDEX).is_file() else None


def _found(folder: Path, names: re.Pattern[str]) -> list[Edition]:
    if not folder.is_dir():
        return []
    found = sorted((path for path in folder.iterdir() if names.fullmatch(path.name)), reverse=True)
    return [_read(path) for path in found if (path / INDEX).is_file()]


def _read(path: Path) -> Edition:
    index = (path / INDEX).read_bytes()
    told: dict[str, Any] = json.loads(index)
    return Edition(
        name=path.name,
        day=date.fromisoformat(told["day"]),
        made_at=datetime.fromisoformat(told["made_at"]),
        files=tuple(File(**one) for one in told["files"]),
        sha256=sha256(index).hexdigest(),
    )


def forget_old(folder: Path) -> list[str]:
    """Take away what is kept no longer: numbers after `EDITIONS_KEPT` editions, words once there are newer ones, scraps."""
    gone = [*of_numbers(folder)[EDITIONS_KEPT:], *_found(folder, _WORDS)[1:]]
    names = [one.name for one in gone]
    names += [path.name for path in folder.iterdir() if path.name.startswith(_UNFINISHED)]
    for name in names:
        shutil.rmtree(folder / name)
    return names
