"""`haochaping directory import` and `directory national`."""

from __future__ import annotations

import json
import sys
from array import array
from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.directory.terms import COLUMNS, NEEDED_COLUMNS, Kind
from haochaping.doors.commands.installation import json_option, sentence, with_database
from haochaping.doors.commands.progress import counted
from haochaping.doors.commands.spoken import File, Group, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.directory.terms import Report, Row
    from haochaping.kernel.refused import Complaint

_CHANGES_SHOWN = 20
_dry_run = option("--dry-run", is_flag=True, help=N_("Say what would happen; write nothing."))


@click.group(cls=Group)
def directory() -> None:
    """Divisions, agencies, service items, platforms, halls, windows, devices, staff."""


@directory.command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@_dry_run
@json_option
@with_database
def import_directory(kind: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Put the rows of FILE (.csv, .xlsx, .jsonl; UTF-8 or GB18030) into the directory, all of them or none.

    Known codes are changed, and each change is kept in the history; an empty cell changes nothing. Sending a file
    again changes nothing either. Exit status 2 when a row needs correction: each is named with row and column.

    Columns: divisions code,name; agencies code,name,division,parent,uscc; items code,name,item_type,agency,parent;
    platforms and halls code,name,division; windows code,name,hall; devices code,name,device_type,hall,window;
    staff code,name,agency. All may have valid_from and valid_to. Other columns are left aside.
    """
    from haochaping.exchange import tables  # noqa: PLC0415 - needs Django to be ready

    # Where each row stands in the file: a number each, for files of a million rows.
    numbers = array("L")
    wanted = tables.Columns(needed=NEEDED_COLUMNS[Kind(kind)], ended=True)
    rows = tables.texts(tables.rows(file, wanted), COLUMNS[Kind(kind)], numbers)
    _put(Kind(kind), rows, dry_run=dry_run, as_json=as_json, name=file.name, numbers=numbers)


@directory.command()
@_dry_run
@json_option
@with_database
def national(*, dry_run: bool, as_json: bool) -> None:
    """Put the divisions of the whole country, from province to county, into the directory.

    The list comes with the program and is of 2023; importing a file of divisions afterwards brings it up to date.
    """
    from haochaping.directory import queries  # noqa: PLC0415 - needs Django to be ready

    rows = queries.national_divisions()
    numbers = array("L", range(1, len(rows) + 1))
    _put(Kind.DIVISIONS, rows, dry_run=dry_run, as_json=as_json, name="national", numbers=numbers)


@directory.command("match")
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@option("--source", required=True, help=N_("Platform whose list it is."))
@with_database
def match_items(file: Path, *, source: str) -> None:
    """Read a source's own list of items (columns code, name) and put codes that nobody knows on the list of what is to decide.

    A person decides at the desk, page “Items of other systems”; nothing is matched by itself.
    """
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import tables  # noqa: PLC0415
    from haochaping.flows.match_items import take_list  # noqa: PLC0415
    from haochaping.kernel.text import clean  # noqa: PLC0415

    told = []
    for row in tables.rows(file):
        if row.complaint:
            raise Refused(row.complaint.reason, field=row.complaint.field, **row.complaint.params)
        code, name = (clean(str(row.fields.get(column) or "")) for column in ("code", "name"))
        if code:
            told.append((code, name))
    new = take_list(source, told, now=timezone.now())
    click.echo(ngettext("{n} code is to be decided.", "{n} codes are to be decided.", new).format(n=new))


def _put(
    kind: Kind,
    rows: Iterable[Row | Complaint],
    *,
    dry_run: bool,
    as_json: bool,
    name: str,
    numbers: array[int],
) -> None:
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.directory import actions  # noqa: PLC0415

    rows = counted(rows, name)
    report = (
        actions.rehearse(kind, rows)
        if dry_run
        else actions.import_rows(kind, rows, by=OPERATOR, now=timezone.now())
    )
    if as_json:
        click.echo(json.dumps(_report(report, numbers, dry_run=dry_run), ensure_ascii=False))
    else:
        _say(report, numbers, name, dry_run=dry_run)
    if report.complaints:
        told = ngettext(
            "Nothing was imported: {n} row needs correction.",
            "Nothing was imported: {n} rows need correction.",
            report.wrong,
        )
        click.echo(told.format(n=report.wrong), err=True)
        sys.exit(2)


def _report(report: Report, numbers: array[int], *, dry_run: bool) -> dict[str, object]:
    return {
        "imported": 0 if dry_run or report.complaints else report.new + report.changed + report.unchanged,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "wrong": report.wrong,
        "changes": [
            {"row": numbers[c.row], "code": c.code, "column": c.column, "before": c.before, "after": c.after}
            for c in report.changes
        ],
        "rows": [
            {"row": numbers[n], "code": c.code, "field": c.field, "sentence": sentence(c)}
            for n, c in report.complaints
        ],
    }


def _say(report: Report, numbers: array[int], name: str, *, dry_run: bool) -> None:
    for n, complaint in report.complaints:
        click.echo(f"{name}:{numbers[n]}: {sentence(complaint)}", err=True)
    if dry_run:
        for change in report.changes[:_CHANGES_SHOWN]:
            before, after = change.before or "-", change.after or "-"
            click.echo(f"{name}:{numbers[change.row]}: {change.code} {change.column}: {before} > {after}")
        if len(report.changes) > _CHANGES_SHOWN:
            more = len(report.changes) - _CHANGES_SHOWN
            told = ngettext(
                "… {n} more change (--json names all)", "… {n} more changes (--json names all)", more
            )
            click.echo(told.format(n=more))
    elif report.complaints:
        # Whoever reads “1 new” takes it that this one is there.
        return
    told = (
        gettext(
            "dry run, nothing was written: {new} new, {changed} changed, {unchanged} unchanged, {wrong} wrong"
        )
        if dry_run
        else gettext("{new} new, {changed} changed, {unchanged} unchanged, {wrong} wrong")
    )
    counts = {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "wrong": report.wrong,
    }
    click.echo(told.format(**counts))
