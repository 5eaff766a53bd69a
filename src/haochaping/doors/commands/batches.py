"""`haochaping cases manifest`, `reviews manifest`, `quality batches`: batches that their sender has numbered and counted."""

from __future__ import annotations

from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import Command, File, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.exchange.terms import RecordKind
    from haochaping.flows.check_manifest import Checked

_FILE = File(exists=True, dir_okay=False, path_type=Path)
_source = option("--source", required=True, help=N_("The code of the platform whose batch it is."))
_seq = option(
    "--seq", required=True, type=click.IntRange(1, 2_000_000_000), help=N_("Its number; the first one is 1.")
)
_SHOWN = 100
_KIND_LABELS = {
    "case": N_("Case"),
    "review": N_("Review"),
    "voice": N_("Complaint or suggestion of an older system"),
}


class Batch(NamedTuple):
    """A file that was found to be what its manifest says, and how it lay there when it was."""

    checked: Checked
    file: Path
    lay: tuple[int, ...]


def checked(file: Path, named: Path | None, kind: RecordKind) -> Batch | None:
    """A file that is what its manifest says; None where it has none. Raises `Refused` when it is not: nothing is taken."""
    from haochaping.exchange.manifests import files  # noqa: PLC0415 - needs Django to be ready
    from haochaping.flows.check_manifest import check_file  # noqa: PLC0415

    place = named or files.beside(file)
    if not place.is_file():
        return None
    lay = _as_it_lies(file)
    batch = check_file(file, files.read(place, kind), by=OPERATOR, now=_now())
    if batch.known:
        told = gettext("{file}: batch {seq} of {source} has come before; what is there stays as it is.")
        said = batch.manifest
        click.echo(told.format(file=file.name, seq=said.seq, source=said.source), err=True)
    return Batch(batch, file, lay)


def finish_batch(batch: Batch) -> bool:
    """All rows of the file have gone down the road: the batch is taken, unless the file is not the one that was checked."""
    from haochaping.flows import check_manifest  # noqa: PLC0415 - needs Django to be ready

    if _as_it_lies(batch.file) != batch.lay:
        return False
    check_manifest.finish(batch.checked, by=OPERATOR, now=_now())
    return True


def _as_it_lies(file: Path) -> tuple[int, ...]:
    """What changes when a file is written or replaced; to read it all once more would take as long as the check."""
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@click.command("manifest", cls=Command)
@click.argument("file", type=_FILE)
@_source
@_seq
@with_database
def write_cases_manifest(file: Path, *, source: str, seq: int) -> None:
    """Write FILE.manifest.json: the number of a batch of cases, its rows by status and its sha256."""
    from haochaping.exchange.terms import RecordKind  # noqa: PLC0415 - needs Django to be ready

    _write(file, RecordKind.CASE, source, seq)


@click.command("manifest", cls=Command)
@click.argument("file", type=_FILE)
@_source
@_seq
@with_database
def write_reviews_manifest(file: Path, *, source: str, seq: int) -> None:
    """Write FILE.manifest.json: the number of a batch of reviews, its rows by level and channel and its sha256."""
    from haochaping.exchange.terms import RecordKind  # noqa: PLC0415 - needs Django to be ready

    _write(file, RecordKind.REVIEW, source, seq)


def _write(file: Path, kind: RecordKind, source: str, seq: int) -> None:
    from haochaping.exchange.manifests import files  # noqa: PLC0415 - needs Django to be ready

    place = files.beside(file)
    place.write_bytes(files.write(file, kind, source=source, seq=seq, now=_now()))
    click.echo(place)


@click.command("batches", cls=Command)
@click.argument("source")
@option(
    "--end",
    is_flag=True,
    help=N_("End the numbering: the next batch is 1 again, and none is looked for any longer."),
)
@json_option
@with_database
def batches(source: str, *, end: bool, as_json: bool) -> None:
    """List the numbered batches of SOURCE, the newest first."""
    from haochaping.exchange.fields import shown  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.manifests import actions, queries  # noqa: PLC0415

    if end:
        n = actions.end_numbering(shown(source, 40), by=OPERATOR, now=_now())
        if not n:
            fail(gettext("{source} has no numbered batches.").format(source=source))
        told = ngettext("{n} batch was ended", "{n} batches were ended", n)
        click.echo(told.format(n=n))
        return
    rows: list[dict[str, object]] = [
        {
            "seq": one.seq,
            "kind": one.kind,
            "state": one.state.value,
            "rows": one.rows,
            "code": one.code,
            "made_at": one.made_at,
            "received_at": one.received_at,
            "late": one.late,
        }
        for one in queries.batches(shown(source, 40), limit=_SHOWN)
    ]
    show(rows, as_json=as_json, line=_line)


def _line(row: dict[str, object]) -> str:
    from haochaping.doors.quality import said_of_batch  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.manifests.terms import STATE_LABELS, StatedState  # noqa: PLC0415

    said = {
        "kind": gettext(_KIND_LABELS[str(row["kind"])]),
        "state": gettext(STATE_LABELS[StatedState(str(row["state"]))]),
        "code": said_of_batch(str(row["code"])),
    }
    return "{seq}  {kind}  {state}  {rows}  {made_at}  {code}".format_map(row | said).rstrip()


def _now() -> datetime:
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    return timezone.now()
