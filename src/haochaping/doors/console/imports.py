"""`/admin/import`: a file into the directory or the working calendar: a dry run first, then the very same file.

The file is kept for an hour in the memory that all processes share, for the person who sent it; what is imported is
therefore what the dry run has seen, and nothing is taken before somebody says so.
"""

from __future__ import annotations

import hashlib
import zipfile
from array import array
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.directory import actions as directory
from haochaping.directory.terms import COLUMN_LABELS, COLUMNS, KIND_LABELS, NEEDED_COLUMNS, Kind
from haochaping.doors.console.import_forms import CALENDAR, CALENDAR_LABEL, ImportForm
from haochaping.doors.console.proposals import SAYS, calendar_of
from haochaping.doors.console.rulebook import PROPOSED
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.sheets import csv_answer
from haochaping.exchange import tables
from haochaping.exchange.terms import FILE_TOO_LARGE
from haochaping.kernel.refused import N_, Refused
from haochaping.rulebook import actions as rulebook
from haochaping.rulebook.terms import NOTICE_COLUMNS, YearSaid
from haochaping.ui.moments import day as shown_day
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Complaint
    from haochaping.rulebook.terms import DayChange

_HERE = "console_import"
_KEPT_SECONDS = 3600
_MEGABYTE = 1024 * 1024
_FILE_MEGABYTES, _UNPACKED_MEGABYTES = 10, 200
_SHOWN = 200
_EDIT = (Power.DIRECTORY_EDIT, Power.RULEBOOK_EDIT)


@dataclass(frozen=True, slots=True)
class Held:
    """A file between its dry run and its import: what it is for (a `Kind` or the calendar of a year), its name."""

    kind: str
    year: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did or would do; rows are numbered as people see them in the file."""

    new: int
    changed: int
    unchanged: int
    # Row, code, column, before, after.
    changes: Sequence[tuple[int | str, str, str, str, str]]
    complaints: Sequence[tuple[int, Complaint]]


@requires(*_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def choose(request: HttpRequest) -> HttpResponse:
    """Choose a file; a POST keeps it for its dry run."""
    by = actor_of(request)
    check_scope(by, division_path="")
    form = ImportForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            _check_size(file.name, file.size, _FILE_MEGABYTES)
            held = Held(form.cleaned_data["kind"], form.cleaned_data["year"] or 0, file.name, file.read())
            _check_unpacked(held)
        except Refused as refused:
            form.add_error("file", say(refused.complaint).text)
        else:
            digest = hashlib.sha256(held.content).hexdigest()
            cache.set(_place(by, digest), held, _KEPT_SECONDS)
            return see_other(reverse("console_import_look", args=[digest]))
    shapes = [(gettext(label), ", ".join(COLUMNS[kind])) for kind, label in KIND_LABELS.items()]
    shapes.append((gettext(CALENDAR_LABEL), ", ".join(NOTICE_COLUMNS)))
    titles = (gettext("What it holds"), gettext("Columns"))
    context = {"form": form, "columns": [Column(title) for title in titles], "rows": shapes}
    return desk_page(
        request, "console/import.html", context, here=_HERE, status=INVALID if form.errors else 200
    )


@requires(*_EDIT, writes=True)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def look(request: HttpRequest, digest: str) -> HttpResponse:
    """The dry run of a file that is kept; a POST imports it, or proposes the calendar. Nothing that the dry run does stays."""
    by = actor_of(request)
    held = _held(by, digest)
    outcome, sentences = None, []
    try:
        outcome = _run(held, by, dry=request.method != "POST")
    except Refused as refused:
        sentences = [say(refused.complaint)]
    if request.method == "POST" and outcome and not outcome.complaints:
        cache.delete(_place(by, digest))
        if held.kind == CALENDAR and outcome.changed:
            messages.success(request, gettext(PROPOSED))
            return see_other(calendar_of(held.year))
        told = gettext("Imported: {new} new, {changed} changed, {unchanged} unchanged.")
        counts = {"new": outcome.new, "changed": outcome.changed, "unchanged": outcome.unchanged}
        messages.success(request, told.format(**counts))
        return see_other(reverse(_HERE))
    context = {
        "held": held,
        "label": _label(held),
        "digest": digest,
        "sentences": sentences,
        "outcome": outcome,
        **(_tables(outcome) if outcome else {}),
    }
    wrong = bool(sentences) or bool(outcome and outcome.complaints)
    return desk_page(request, "console/dry_run.html", context, here=_HERE, status=INVALID if wrong else 200)


@requires(*_EDIT, writes=True)
@require_safe
@refusable
def errors(request: HttpRequest, digest: str) -> HttpResponse:
    """Every complaint of the dry run as a file: row, column, what is wrong, what to do."""
    by = actor_of(request)
    outcome = _run(_held(by, digest), by, dry=True)
    titles = (N_("Row"), N_("Column"), N_("What is wrong"), N_("What to do"))
    lines = [
        [str(row), complaint.field, say(complaint).message, say(complaint).remedy]
        for row, complaint in outcome.complaints
    ]
    return csv_answer("errors.csv", [gettext(title) for title in titles], lines)


def _place(by: Actor, digest: str) -> str:
    return f"console.import:{by.id}:{digest}"


def _held(by: Actor, digest: str) -> Held:
    """The file that this person sent within the last hour."""
    held = cache.get(_place(by, digest))
    if not isinstance(held, Held):
        raise Http404
    check_power(by, Power.RULEBOOK_EDIT if held.kind == CALENDAR else Power.DIRECTORY_EDIT)
    check_scope(by, division_path="")
    return held


def _label(held: Held) -> str:
    return (
        f"{gettext(CALENDAR_LABEL)} {held.year}"
        if held.kind == CALENDAR
        else gettext(KIND_LABELS[Kind(held.kind)])
    )


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit * _MEGABYTE:
        raise Refused(FILE_TOO_LARGE, field="file", name=name, megabytes=-(-size // _MEGABYTE), limit=limit)


def _check_unpacked(held: Held) -> None:
    """A small spreadsheet may hold a large one."""
    if not zipfile.is_zipfile(BytesIO(held.content)):
        return
    with zipfile.ZipFile(BytesIO(held.content)) as book:
        size = sum(part.file_size for part in book.infolist())
    _check_size(held.name, size, _UNPACKED_MEGABYTES)


@contextmanager
def _file(held: Held) -> Iterator[Path]:
    """The file on disk, for as long as it is read."""
    name = "".join(letter for letter in Path(held.name).name if letter.isprintable())[-80:]
    with TemporaryDirectory(prefix="haochaping-") as folder:
        path = Path(folder) / name
        path.write_bytes(held.content)
        yield path


def _run(held: Held, by: Actor, *, dry: bool) -> Outcome:
    with _file(held) as path:
        if held.kind == CALENDAR:
            return _calendar(held.year, path, by, dry=dry)
        return _directory(Kind(held.kind), path, by, dry=dry)


def _directory(kind: Kind, path: Path, by: Actor, *, dry: bool) -> Outcome:
    numbers = array("L")
    wanted = tables.Columns(needed=NEEDED_COLUMNS[kind], ended=True)
    rows = tables.texts(tables.rows(path, wanted), COLUMNS[kind], numbers)
    report = (
        directory.rehearse(kind, rows)
        if dry
        else directory.import_rows(kind, rows, by=by, now=timezone.now())
    )
    return Outcome(
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        changes=[
            (numbers[one.row], one.code, gettext(COLUMN_LABELS[one.column]), one.before, one.after)
            for one in report.changes
        ],
        complaints=[(numbers[row], complaint) for row, complaint in report.complaints],
    )


def _calendar(year: int, path: Path, by: Actor, *, dry: bool) -> Outcome:
    numbers = array("L")
    rows = list(tables.texts(tables.rows(path), NOTICE_COLUMNS, numbers))
    complaints = [(numbers[n], row) for n, row in enumerate(rows) if not isinstance(row, dict)]
    days: list[DayChange] = []
    if not complaints:
        texts = [
            {name: row.get(name, "").strip() for name in NOTICE_COLUMNS}
            for row in rows
            if isinstance(row, dict)
        ]
        now = timezone.now()
        days, found = rulebook.import_year(year=year, rows=texts, by=by, now=now, dry_run=True)
        if days and not found and not dry:
            rulebook.propose(YearSaid(year, texts), by=by, now=now)
        complaints = [(numbers[n], complaint) for n, complaint in found]
    told = [
        ("–", shown_day(one.day), one.name or "–", _says(one.before), _says(one.works))
        for one in days
        if one.is_told
    ]
    return Outcome(0, len(days), 0, told, complaints)


def _says(works: bool | None) -> str:
    return gettext(SAYS[works]) if works is not None else "–"


def _tables(outcome: Outcome) -> dict[str, object]:
    """What is wrong, row by row, and what would change; the first of each."""
    wrong = (gettext("Row"), gettext("Column"), gettext("What is wrong"), gettext("What to do"))
    titles = (gettext("Row"), gettext("Code"), gettext("Column"), gettext("Before"), gettext("After"))
    left = len(outcome.complaints) - _SHOWN
    more = len(outcome.changes) - _SHOWN
    return {
        "wrong_columns": [Column(title) for title in wrong],
        "wrong": [
            [row, complaint.field or "–", say(complaint).message, say(complaint).remedy]
            for row, complaint in outcome.complaints[:_SHOWN]
        ],
        "left": ngettext("{n} more; the file names all.", "{n} more; the file names all.", left).format(
            n=left
        )
        if left > 0
        else "",
        "change_columns": [Column(title) for title in titles],
        "changes": [list(change) for change in outcome.changes[:_SHOWN]],
        "more": ngettext("{n} more change.", "{n} more changes.", more).format(n=more) if more > 0 else "",
    }
