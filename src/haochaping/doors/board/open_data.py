"""`/data`: the tables of open data with what their columns mean, their files of today and of the days before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.publicity.opendata import editions
from haochaping.publicity.opendata.tables import TABLES, TEXTS
from haochaping.publicity.opendata.terms import (
    DAYS_IN_FILE,
    EDITIONS_KEPT,
    LICENCE,
    LICENCE_ADDRESS,
    LICENCE_NAME,
    MONTHS_IN_FILE,
    VERSION,
    WEEKS_IN_FILE,
    K,
)
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from haochaping.publicity.opendata.terms import Edition, File, Form, Table

NEWEST = "latest"
# The machines' door may be another process; these tables answer on every face (config/urls.py).
_INTERFACE = "/api/v1/data/"
_TYPES = {".csv": "text/csv; charset=utf-8", ".json": "application/json"}
_LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Download:
    """A file with its addresses: of this very edition, and of whichever is the newest."""

    form: str
    href: str
    newest: str
    file: File


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it."""

    name: str
    label: str
    about: str
    rows: list[list[str]]
    api: str
    downloads: list[Download]


@public
@require_safe
@compressed
def page(request: HttpRequest) -> HttpResponse:
    """What there is, what it means, under which licence."""
    folder = _folder()
    numbers, words = editions.of_numbers(folder), editions.of_words(folder)
    newest = [*numbers[:1], *([words] if words else [])]
    context = {
        "tables": [_shown(table, newest) for table in TABLES.values()],
        "columns": [
            Column(gettext("Column")), Column(gettext("Name")), Column(gettext("Form")), Column(gettext("Meaning")),
        ],
        "newest": newest,
        "editions": [(one, Link(f"{one.day}", _address(one.name, editions.INDEX)), _bytes(one)) for one in numbers],
        "licence": Link(gettext(LICENCE_NAME), LICENCE_ADDRESS),
        "version": VERSION,
        "bounds": {"days": DAYS_IN_FILE, "months": MONTHS_IN_FILE, "weeks": WEEKS_IN_FILE, "kept": EDITIONS_KEPT, "k": K},
    }  # fmt: skip
    return render(request, "board/data.html", context)


def _folder() -> Path:
    return Path(settings.OPEN_DATA_DIR)


def _bytes(edition: Edition) -> int:
    return sum(file.bytes for file in edition.files)


def _address(edition: str, name: str) -> str:
    return reverse("data_file", args=[edition, name])


def _shown(table: Table, newest: Iterable[Edition]) -> Shown:
    forms = _forms()
    return Shown(
        table.name,
        gettext(table.label),
        gettext(table.about),
        [[one.name, gettext(one.label), forms[one.form], gettext(one.about)] for one in table.columns],
        _INTERFACE + table.name,
        [
            Download(
                file.name.rpartition(".")[2].upper(),
                _address(one.name, file.name),
                _address(NEWEST, file.name),
                file,
            )
            for one in newest
            for file in one.files
            if file.table == table.name
        ],
    )


def _forms() -> dict[Form, str]:
    """How values of each form look."""
    return {
        "day": gettext("Day, as 2026-11-24"),
        "week": gettext("Day, as 2026-11-24"),
        "month": gettext("Month, as 2026-11"),
        "moment": gettext("Time with offset"),
        "code": gettext("Code"),
        "text": gettext("Text"),
        "count": gettext("Whole number"),
        "share": gettext("Number"),
        "yes_no": gettext("The word yes or no"),
    }


@public(database=False)
@require_safe
def dictionary(_request: HttpRequest) -> JsonResponse:
    """The data dictionary for programs, in both languages."""
    tables = [
        {
            "name": table.name,
            **_in_both(label=table.label, about=table.about),
            "columns": [
                {
                    "name": one.name,
                    "form": one.form,
                    "example": one.example,
                    **_in_both(label=one.label, about=one.about),
                }
                for one in table.columns
            ],
        }
        for table in TABLES.values()
    ]
    told = {"version": VERSION, "licence": LICENCE, "tables": tables}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


def _in_both(**texts: str) -> dict[str, dict[str, str]]:
    """Texts by their name, then by language."""
    found: dict[str, dict[str, str]] = {name: {} for name in texts}
    for language in _LANGUAGES:
        with translation.override(language):
            for name, text in texts.items():
                found[name][language] = gettext(text)
    return found


@public(database=False)
@require_safe
def file(request: HttpRequest, edition: str, name: str) -> HttpResponseBase:
    """A file of an edition, or of the newest one, from the disk; asked for again with its hash, only that it is the same."""
    found = _newest(name) if edition == NEWEST else editions.edition(_folder(), edition)
    hashes = {one.name: one.sha256 for one in found.files} | {editions.INDEX: found.sha256} if found else {}
    if found is None or name not in hashes:
        raise Http404
    etag = f'"{hashes[name]}"'
    response = get_conditional_response(request, etag=etag) or _sent(_folder() / found.name / name)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    return response


def _newest(name: str) -> Edition | None:
    folder = _folder()
    if name.partition(".")[0] == TEXTS.name:
        return editions.of_words(folder)
    return next(iter(editions.of_numbers(folder)), None)


def _sent(path: Path) -> FileResponse:
    try:
        content = path.open("rb")
    except FileNotFoundError:
        # Taken away just now: words that were taken down.
        raise Http404 from None
    return FileResponse(content, as_attachment=True, filename=path.name, content_type=_TYPES[path.suffix])
