"""`haochaping directory import`."""

from __future__ import annotations

import json
import sys
from gettext import ngettext
from pathlib import Path

import click

from haochaping.directory.terms import COLUMNS, Kind
from haochaping.doors.commands.installation import json_option, sentence, with_database
from haochaping.doors.commands.spoken import File, Group
from haochaping.kernel.actor import OPERATOR


@click.group(cls=Group)
def directory() -> None:
    """Divisions, agencies, service items, platforms, halls, windows, staff."""


@directory.command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@json_option
@with_database
def import_directory(kind: str, file: Path, *, as_json: bool) -> None:
    """Put the rows of FILE into the directory, all of them or none; known codes are renamed.

    Columns: divisions code,name; agencies code,name,division,parent,uscc; items code,name,item_type,agency;
    platforms and halls code,name,division; windows code,name,hall; staff code,name,agency.
    """
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.directory import actions  # noqa: PLC0415
    from haochaping.exchange import tables  # noqa: PLC0415

    rows = list(tables.rows(file))
    troubles = [(row.number, row.complaint) for row in rows if row.complaint]
    if not troubles:
        texts = [
            {name: str(row.fields.get(name) or "").strip() for name in COLUMNS[Kind(kind)]} for row in rows
        ]
        found = actions.put(Kind(kind), texts, by=OPERATOR, now=timezone.now())
        troubles = [(rows[position].number, complaint) for position, complaint in found]
    if as_json:
        said = [
            {"row": number, "code": c.code, "field": c.field, "sentence": sentence(c)}
            for number, c in troubles
        ]
        click.echo(json.dumps({"imported": 0 if troubles else len(rows), "rows": said}, ensure_ascii=False))
    for number, complaint in [] if as_json else troubles:
        click.echo(f"{file.name}:{number}: {sentence(complaint)}", err=True)
    if troubles:
        told = ngettext(
            "Nothing was imported: {n} row needs correction.",
            "Nothing was imported: {n} rows need correction.",
            len(troubles),
        )
        click.echo(told.format(n=len(troubles)), err=True)
        sys.exit(2)
    if not as_json:
        told = ngettext("{n} row imported ({kind}).", "{n} rows imported ({kind}).", len(rows))
        click.echo(told.format(n=len(rows), kind=kind))
