"""`/admin/directory/`: every row of the directory, to find, look at, add, change and close, with who did what when."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.directory import actions, queries
from haochaping.directory.access import WHOLE, check_edit
from haochaping.directory.terms import (
    COLUMN_LABELS,
    COLUMNS,
    KEYS,
    KIND_LABELS,
    NOT_IN_DIRECTORY,
    VALUE_LABELS,
    Kind,
    Standing,
)
from haochaping.doors.console.directory_forms import CloseForm, RowForm, SearchForm
from haochaping.doors.console.who import deeds, names_of
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.ui.moments import day, moment
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import Record
    from haochaping.kernel.actor import Actor

_ON_PAGE = 50
_ENTRIES = 1000
_HERE = "console_directory"
_KIND_OF = {"division": Kind.DIVISIONS, "agency": Kind.AGENCIES, "hall": Kind.HALLS, "window": Kind.WINDOWS}


@requires(Power.DIRECTORY_EDIT)
@require_safe
@refusable
def rows(request: HttpRequest, kind: str = Kind.DIVISIONS) -> HttpResponse:
    """The rows of a kind that lie within the asker's remit and fit what was asked, by code."""
    chosen, form = _kind(kind), SearchForm(request.GET)
    number = page_number(request.GET.get("page", ""))
    found = _found(chosen, form, number, actor_of(request))
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {
        "kind": chosen,
        "title": gettext(KIND_LABELS[chosen]),
        "kinds": [(each, gettext(label)) for each, label in KIND_LABELS.items()],
        "form": form,
        "columns": [Column(gettext(COLUMN_LABELS[column])) for column in COLUMNS[chosen]],
        "rows": [_line(chosen, record) for record in found[:_ON_PAGE]],
        "previous": f"?{urlencode(kept | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(kept | {'page': number + 1})}" if len(found) > _ON_PAGE else "",
    }
    status = INVALID if form.errors else 200
    return desk_page(request, "console/directory.html", context, here=_HERE, status=status)


def _kind(word: str) -> Kind:
    if word not in set(Kind):
        raise Http404
    return Kind(word)


def _found(kind: Kind, form: SearchForm, number: int, by: Actor) -> list[Record]:
    if not form.is_valid():
        return []
    asked = form.cleaned_data
    standing = (Standing(asked["standing"]), local_day(timezone.now())) if asked["standing"] else None
    within = queries.division(asked["division"]) if asked["division"] else None
    if asked["division"] and within is None:
        form.add_error("division", gettext("This division is not in the directory."))
        return []
    return queries.search(
        kind,
        asked["q"],
        scope=by.scope,
        within=within.path if within else "",
        standing=standing,
        limit=_ON_PAGE + 1,
        offset=(number - 1) * _ON_PAGE,
    )


def _line(kind: Kind, record: Record) -> list[str | Link]:
    href = reverse("console_directory_row", args=[kind, record.id])
    first, *others = COLUMNS[kind]
    return [Link(record.row[first], href), *(shown(column, record.row[column]) for column in others)]


def shown(column: str, value: str) -> str:
    """A value as people read it: kinds of items and devices in words."""
    return gettext(VALUE_LABELS[column].get(value, value)) if value and column in VALUE_LABELS else value


@requires(Power.DIRECTORY_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty form; a POST makes the row."""
    chosen = _kind(kind)
    form = RowForm(sent(request), columns=COLUMNS[chosen])
    status = INVALID if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(chosen, form.row(), by=actor_of(request), now=timezone.now())
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext("Added to the directory."))
            return see_other(reverse("console_directory_row", args=[chosen, made]))
    context = {"kind": chosen, "title": gettext(KIND_LABELS[chosen]), "form": form}
    return desk_page(request, "console/directory_new.html", context, here=_HERE, status=status)


@requires(Power.DIRECTORY_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def row(request: HttpRequest, kind: str, object_id: int) -> HttpResponse:
    """One row with its history; a POST changes it."""
    chosen = _kind(kind)
    record = _record(chosen, object_id, actor_of(request))
    form = RowForm(sent(request), columns=_changeable(chosen, record), record=record)
    status = INVALID if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            revision, columns = form.cleaned_data["revision"], form.row()
            by, now = actor_of(request), timezone.now()
            actions.change(chosen, object_id, columns, revision=revision, by=by, now=now)
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext("Changed; the history below says what and by whom."))
            return see_other(reverse("console_directory_row", args=[chosen, object_id]))
    forms = {"form": form, "close_form": CloseForm(record=record)}
    return _row_page(request, chosen, record, forms, status)


@requires(Power.DIRECTORY_EDIT)
@require_POST
@refusable
def close(request: HttpRequest, kind: str, object_id: int) -> HttpResponse:
    """Let a row end with a day."""
    chosen = _kind(kind)
    record = _record(chosen, object_id, actor_of(request))
    form = CloseForm(request.POST, record=record)
    status = INVALID
    if form.is_valid():
        try:
            by, now = actor_of(request), timezone.now()
            actions.close(chosen, object_id, **form.cleaned_data, by=by, now=now)
        except Refused as refused:
            status = told(form, refused, {"valid_to": "last_day"})
        else:
            messages.success(request, gettext("It ends with that day; nothing was deleted."))
            return see_other(reverse("console_directory_row", args=[chosen, object_id]))
    forms = {"form": RowForm(columns=_changeable(chosen, record), record=record), "close_form": form}
    return _row_page(request, chosen, record, forms, status)


def _changeable(kind: Kind, record: Record) -> list[str]:
    """What a form may change: no key, and the last day only where there is one: a row is closed by a form of its own."""
    kept = {*KEYS[kind], *([] if record.row["valid_to"] else ["valid_to"])}
    return [column for column in COLUMNS[kind] if column not in kept]


def _record(kind: Kind, object_id: int, by: Actor) -> Record:
    record = queries.record(kind, object_id)
    if record is None:
        raise Refused(NOT_IN_DIRECTORY)
    check_edit(by, queries.spot(kind, object_id) or WHOLE)
    return record


def _row_page(
    request: HttpRequest, kind: Kind, record: Record, forms: Mapping[str, Form], status: int
) -> HttpResponse:
    context = {
        "kind": kind,
        "title": gettext(KIND_LABELS[kind]),
        "record": record,
        **forms,
        "values": [_value(kind, column, record.row[column]) for column in COLUMNS[kind]],
        **_history(kind, record),
    }
    return desk_page(request, "console/directory_row.html", context, here=_HERE, status=status)


def _value(kind: Kind, column: str, value: str) -> tuple[str, Link]:
    label = gettext(COLUMN_LABELS[column])
    of_kind = kind if column == "parent" else _KIND_OF.get(column)
    href = f"{reverse('console_directory_rows', args=[of_kind])}?q={value}" if value and of_kind else ""
    return label, Link(shown(column, value) or "–", href)


def _history(kind: Kind, record: Record) -> dict[str, object]:
    """The history of a row, newest first, and the names it had before, each with the day it was given up."""
    changes = queries.history(kind, record.id)
    subject = (f"directory.{kind}", str(record.id))
    entries = deeds(subject=subject, kind=EntryKind.DIRECTORY_CHANGED, limit=_ENTRIES)
    told_of = {change.entry_id for change in changes}
    made = [entry for entry in entries if str(entry.id) not in told_of]
    names = names_of({change.actor for change in changes} | {entry.actor for entry in made})
    lines = [
        (
            change.at,
            change.actor,
            gettext(COLUMN_LABELS[change.column]),
            shown(change.column, change.before),
            shown(change.column, change.after),
            change.entry_id,
        )
        for change in changes
    ]
    lines += [(one.recorded_at, one.actor, gettext("Added"), "", "", str(one.id)) for one in made]
    lines.sort(key=lambda line: line[0], reverse=True)
    titles = (N_("When"), N_("Who"), N_("What"), N_("Before"), N_("After"), N_("Ledger entry"))
    return {
        "history_columns": [Column(title) for title in map(gettext, titles)],
        "history": [[moment(at), names[actor], *rest] for at, actor, *rest in lines],
        "former_names": [
            (change.before, day(local_day(change.at))) for change in changes if change.column == "name"
        ],
    }
