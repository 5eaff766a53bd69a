"""`haochaping reconcile …`: a day of a source held against what arrived here, from a file or with another installation."""

from __future__ import annotations

import sys
from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import File, Group, option
from haochaping.kernel.refused import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from haochaping.exchange.reconciliation.terms import Heard
    from haochaping.exchange.tables import Row

_REVIEW, _CASE = ("case_no", "occurrence_no", "assess_no", "level"), ("case_no", "status")
_WRONG_KEY = "wrong_key"
_KINDS = click.Choice(["reviews", "cases"])
_source = option("--source", required=True, help=N_("Platform whose records they are."))
_day = option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help=N_("The day, as 2026-06-01."))
_kind = option("--kind", type=_KINDS, default="reviews", help=N_("What is reconciled."))


@click.group(cls=Group)
def reconcile() -> None:
    """Reconciliation (对账): the records of a day, as two sides have them."""


@reconcile.command("file")
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@_source
@_day
@_kind
@json_option
@with_database
def whole_file(file: Path, *, source: str, day: datetime, kind: str, as_json: bool) -> None:
    """Hold the records of FILE (.csv, .xlsx, .jsonl) against those that arrived: all that the source has of the day.

    Columns: case_no, occurrence_no, assess_no, level; with --kind cases: case_no, status. Exit status 2 when they differ.
    """
    from haochaping.exchange.reconciliation.terms import StatedKind  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.tables import rows  # noqa: PLC0415
    from haochaping.flows.reconcile import hear_whole  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415

    lines = _lines(rows(file), _CASE if kind == StatedKind.CASES else _REVIEW)
    found = hear_whole(source, StatedKind(kind), day.date(), lines, by=OPERATOR, now=_now())
    _tell(found, kind, as_json=as_json)


def _lines(rows: Iterator[Row], columns: tuple[str, ...]) -> Iterator[str]:
    from haochaping.exchange.fields import shown  # noqa: PLC0415
    from haochaping.exchange.reconciliation.terms import ROW_INCOMPLETE  # noqa: PLC0415 - needs Django to be ready
    from haochaping.kernel.text import clean  # noqa: PLC0415

    for row in rows:
        if row.complaint:
            raise Refused(row.complaint.reason, field=row.complaint.field, **row.complaint.params)
        cells = {
            column: clean(str(row.fields.get(column) or ("1" if column == "assess_no" else "")))
            for column in columns
        }
        empty = next((column for column, cell in cells.items() if not cell), None)
        if empty:
            said = ", ".join(filter(None, cells.values()))
            raise Refused(
                ROW_INCOMPLETE, row=row.number, cells=shown(said, 80), value=empty, choices=", ".join(columns)
            )
        yield "\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in cells.values())


@reconcile.command("with")
@click.argument("address")
@_source
@_day
@_kind
@option(
    "--key-file",
    required=True,
    type=File(exists=True, dir_okay=False, path_type=Path),
    help=N_("File with the key that the other side made for us."),
)
@option("--known-as", default="", help=N_("The code that the platform has over there, if it is another one."))
@json_option
@with_database
def with_other(
    address: str, *, source: str, day: datetime, kind: str, key_file: Path, known_as: str, as_json: bool
) -> None:
    """Reconcile with the installation at ADDRESS (https://…): we tell what we hold, it asks. Exit status 2 when they differ."""
    from haochaping.doors.away import said_of_line  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.reconciliation.terms import (  # noqa: PLC0415
        OtherSideAwayError,
        OtherSideRefusedError,
        StatedKind,
    )
    from haochaping.exchange.terms import NO_SUCH_PLATFORM  # noqa: PLC0415
    from haochaping.flows.reconcile import tell  # noqa: PLC0415

    key = key_file.read_text(encoding="utf-8-sig", errors="replace").strip()
    try:
        found = tell(address, key, source, StatedKind(kind), day.date(), known_as=known_as, now=_now())
    except OtherSideRefusedError as no:
        if no.code == NO_SUCH_PLATFORM.code:
            fail(
                gettext(
                    "--source: {address} knows no platform “{source}”. Name the code that it has there with --known-as,"
                    " or have it put into the directory there."
                ).format(address=address, source=known_as or source)
            )
        if no.code == _WRONG_KEY:
            told = gettext("--key-file: {address} does not take the key in it: {reason}")
            fail(told.format(address=address, reason=no))
        fail(gettext("{address}: {reason}").format(address=address, reason=no))
    except OtherSideAwayError as error:
        fail(gettext("{address}: {reason}").format(address=address, reason=said_of_line(str(error))))
    _tell(found, kind, as_json=as_json, asked=True)


def _tell(found: Heard, kind: str, *, as_json: bool, asked: bool = False) -> None:
    """What differs; `asked` where the other side has compared, whose “here” is there."""
    differs = found.state == "differing"
    if as_json:
        rows: list[dict[str, object]] = [
            {"key": row.key.split("\t"), "here": row.here, "told": row.told} for row in found.differing
        ]
        show([{"state": found.state.value, "count": found.count, "differing": rows}], as_json=True, line=str)
    elif differs:
        told = ngettext("{n} record differs.", "{n} records differ.", found.count)
        click.echo(told.format(n=f"{found.count:,}"))
        *key, _ = _CASE if kind == "cases" else _REVIEW
        click.echo("\t".join([*key, gettext("this side"), gettext("other side")]))
        for row in found.differing:
            here, there = (row.told, row.here) if asked else (row.here, row.told)
            click.echo(f"{row.key}\t{here or '–'}\t{there or '–'}")
    else:
        click.echo(gettext("Both sides are equal."))
    if differs:
        sys.exit(2)


def _now() -> datetime:
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    return timezone.now()
