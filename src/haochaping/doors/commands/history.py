"""`haochaping dialect import`: what an older system has collected, in a file whose columns are its own."""

from __future__ import annotations

from gettext import gettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.batches import checked
from haochaping.doors.commands.installation import fail, json_option, with_database
from haochaping.doors.commands.intake import import_file, manifest_option
from haochaping.doors.commands.spoken import Command, File, option
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.exchange.dialects.terms import Description, Operation
    from haochaping.exchange.terms import Raw, RecordKind
    from haochaping.kernel.outcomes import Outcome

_FILE = File(exists=True, dir_okay=False, path_type=Path)


@click.command("import", cls=Command)
@click.argument("platform")
@click.argument("file", type=_FILE)
@option("--call", default="", help=N_("The call of the dialect that each row is a record of."))
@manifest_option
@json_option
@with_database
def import_history(platform: str, file: Path, *, call: str, manifest: Path | None, as_json: bool) -> None:
    """Take in the history that an older system of PLATFORM has left in FILE (.csv, .xlsx, .jsonl), in its dialect.

    Columns are named as the dialect says. All of it is marked as imported: it is in no rate, opens no order and asks
    nobody. Where FILE has a manifest, nothing is taken unless the file is what it says.

    Exit status 2 when a row was refused or put into quarantine; each such row is named.
    """
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready
    from django.utils import timezone  # noqa: PLC0415

    from haochaping.exchange import queries, tables  # noqa: PLC0415
    from haochaping.exchange.dialects import shelf, trial  # noqa: PLC0415
    from haochaping.exchange.dialects.terms import NO_SUCH_SOURCE  # noqa: PLC0415
    from haochaping.exchange.fields import shown  # noqa: PLC0415
    from haochaping.flows.take_history import take_history  # noqa: PLC0415
    from haochaping.kernel.refused import Refused  # noqa: PLC0415

    source = queries.source(platform)
    description = shelf.dialect(source.dialect, settings.DIALECTS_DIR) if source else None
    if source is None or description is None:
        raise Refused(NO_SUCH_SOURCE, field="PLATFORM", value=shown(platform, 40))
    operation = _operation(description, call)
    first = next(tables.rows(file), None)
    if first and (unread := trial.unread(operation, first.fields)):
        click.echo(gettext("  not read: {names}").format(names=", ".join(unread)), err=True)

    def take(raws: Sequence[Raw]) -> list[Outcome]:
        records = [raw.fields for raw in raws]
        return take_history(
            records, description=description, operation=operation, source=source, now=timezone.now()
        )

    key = trial.number_column(operation, first.fields if first else {})
    batch = checked(file, manifest, _kind(operation))
    import_file(file, take, (), as_json=as_json, key=key, batch=batch)


def _kind(operation: Operation) -> RecordKind:
    """What a row is to the manifest of its file: of a review that brings its case, the review."""
    from haochaping.exchange.terms import RecordKind  # noqa: PLC0415 - needs Django to be ready

    return next(
        kind for kind in (RecordKind.VOICE, RecordKind.REVIEW, RecordKind.CASE) if kind in operation.tables
    )


def _operation(description: Description, call: str) -> Operation:
    from haochaping.exchange.dialects.terms import Does  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.dialects.trial import call_of  # noqa: PLC0415

    calls = [one for one in description.operations if one.does == Does.INTAKE]
    if not call and len(calls) == 1:
        return calls[0]
    if not call:
        names = ", ".join(one.name for one in calls)
        fail(gettext("Which call is a row a record of? Name one with --call: {names}").format(names=names))
    return call_of(description, call)
