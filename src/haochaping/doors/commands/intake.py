"""`haochaping cases import`, `reviews import`, `invitations issue`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from gettext import gettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.batches import checked, finish_batch
from haochaping.doors.commands.installation import fail, json_option, sentence, with_database
from haochaping.doors.commands.lanes import windows
from haochaping.doors.commands.progress import counted
from haochaping.doors.commands.spoken import File, Group, option
from haochaping.doors.lanes import LaneLostError
from haochaping.exchange.manifests.terms import FILE_CHANGED
from haochaping.exchange.terms import NO_ROWS
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.doors.commands.batches import Batch
    from haochaping.doors.commands.lanes import Take, Trouble
    from haochaping.exchange.terms import Raw

_TABLES = {".csv", ".xlsx"}
_FILE = File(exists=True, dir_okay=False, path_type=Path)
_history = option(
    "--history",
    is_flag=True,
    help=N_("Mark them as an older system’s: in no rate, without orders and invitations, never late."),
)
manifest_option = option(
    "--manifest",
    type=_FILE,
    help=N_("The manifest of FILE; without it FILE.manifest.json, where it lies there."),
)
_COUNTS = {
    OutcomeKind.ACCEPTED: N_("{n} accepted"),
    OutcomeKind.UPDATED: N_("{n} updated"),
    OutcomeKind.DUPLICATE: N_("{n} duplicate"),
    OutcomeKind.QUARANTINED: N_("{n} quarantined"),
    OutcomeKind.REFUSED: N_("{n} refused"),
}
_ROWS = {
    OutcomeKind.QUARANTINED: N_("{file}:{row}: quarantined: {sentence}"),
    OutcomeKind.REFUSED: N_("{file}:{row}: refused: {sentence}"),
}


@click.group(cls=Group)
def cases() -> None:
    """Cases (办件) with their service occurrences."""


@click.group(cls=Group)
def reviews() -> None:
    """Reviews (评价) from files."""


@click.group(cls=Group)
def invitations() -> None:
    """Review invitations (邀评)."""


@cases.command("import")
@click.argument("file", type=_FILE)
@_history
@manifest_option
@json_option
@with_database
def import_cases(file: Path, *, history: bool, manifest: Path | None, as_json: bool) -> None:
    """Take in the cases of FILE (.csv, .xlsx, .jsonl; UTF-8 or GB18030). Sending a file again changes nothing.

    Where FILE has a manifest, nothing is taken unless the file is what it says.

    Exit status 2 when a row was refused or put into quarantine; each such row is named.
    """
    from haochaping.exchange.rules import CASE_COLUMNS  # noqa: PLC0415
    from haochaping.exchange.terms import RecordKind  # noqa: PLC0415
    from haochaping.flows.take_in_cases import take_in_cases  # noqa: PLC0415 - needs Django to be ready
    from haochaping.reviews.terms import Entrance  # noqa: PLC0415

    def take(raws: Sequence[Raw]) -> list[Outcome]:
        entrance = Entrance.HISTORY if history else Entrance.FILE
        # A case of the past is in no denominator of today’s rates, and writes over no case that was reported.
        return take_in_cases(raws, verified=not history, entrance=entrance, by=OPERATOR, now=_now())

    batch = checked(file, manifest, RecordKind.CASE)
    import_file(file, take, CASE_COLUMNS, as_json=as_json, batch=batch)


@reviews.command("import")
@click.argument("file", type=_FILE)
@_history
@manifest_option
@json_option
@with_database
def import_reviews(file: Path, *, history: bool, manifest: Path | None, as_json: bool) -> None:
    """Take in the reviews of FILE as a bulk import, kept apart from what people gave here themselves.

    Where FILE has a manifest, nothing is taken unless the file is what it says.

    Exit status 2 when a row was refused or put into quarantine; each such row is named.
    """
    from haochaping.exchange.rules import REVIEW_COLUMNS  # noqa: PLC0415
    from haochaping.exchange.terms import RecordKind  # noqa: PLC0415
    from haochaping.flows.receive_reviews import receive_reviews  # noqa: PLC0415 - needs Django to be ready
    from haochaping.reviews.terms import Entrance  # noqa: PLC0415

    def take(raws: Sequence[Raw]) -> list[Outcome]:
        entrance = Entrance.HISTORY if history else Entrance.FILE
        return receive_reviews(raws, entrance=entrance, by=OPERATOR, now=_now())

    batch = checked(file, manifest, RecordKind.REVIEW)
    import_file(file, take, REVIEW_COLUMNS, as_json=as_json, batch=batch)


@invitations.command()
@option("--case", "case_no", required=True, help=N_("Number of the case."))
@option("--source", default="", help=N_("Platform of the case, when the number alone is not unique."))
@option("--qr", type=File(dir_okay=False, path_type=Path), help=N_("Write the QR code to this .svg file."))
@json_option
@with_database
def issue(*, case_no: str, source: str, qr: Path | None, as_json: bool) -> None:
    """Issue (or show again) the review invitation of a case; prints its link."""
    from haochaping.flows.invite import invite_case  # noqa: PLC0415 - needs Django to be ready
    from haochaping.ui.qr import svg  # noqa: PLC0415

    if qr and qr.suffix.lower() != ".svg":
        fail(gettext("The code is written as SVG: end the name “{file}” with .svg.").format(file=qr.name))
    links = invite_case(source, case_no, by=OPERATOR, now=_now())
    if as_json:
        click.echo(json.dumps({"links": links}))
    else:
        for link in links:
            click.echo(link)
    if qr:
        qr.write_text(svg(links[-1]), encoding="utf-8")


@invitations.command()
@option("--case", "case_no", required=True, help=N_("Number of the case."))
@option("--source", default="", help=N_("Platform of the case, when the number alone is not unique."))
@json_option
@with_database
def state(*, case_no: str, source: str, as_json: bool) -> None:
    """Say where the invitations of a case stand, one line for each service: its number, the state, why nobody is asked."""
    from haochaping.flows.invite import states_of_case  # noqa: PLC0415 - needs Django to be ready
    from haochaping.reviews.asking.terms import ENDED_LABELS, INVITATION_LABELS  # noqa: PLC0415

    states = states_of_case(source, case_no, now=_now())
    if as_json:
        said = [
            {"occurrence_no": facts.occurrence_no, "state": where, "ended": facts.ended}
            for facts, where in states
        ]
        click.echo(json.dumps({"invitations": said}))
        return
    for facts, where in states:
        why = f" · {gettext(ENDED_LABELS[facts.ended])}" if facts.ended else ""
        click.echo(f"{facts.occurrence_no} · {gettext(INVITATION_LABELS[where])}{why}")


def _now() -> datetime:
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    return timezone.now()


def import_file(
    file: Path,
    take: Take,
    columns: Sequence[str],
    *,
    as_json: bool,
    key: str = "case_no",
    batch: Batch | None = None,
) -> None:
    """Feed a file through a flow and report: a line per row that was not taken, at once, then the sums.

    `key` is the column of the case number. `batch` is what the file was found to be; then it may have no rows.
    """
    counts: Counter[str] = Counter()
    troubles = _Troubles(file, as_json=as_json)
    found = windows(file, take, columns, key, whole=batch is not None)
    try:
        for window in counted(found, file.name, lambda window: window.rows):
            counts.update(window.counts)
            troubles.tell(window.troubles)
    except LaneLostError:
        told = gettext(
            "{file}: a process of the import was stopped. Import the file again: what is there stays as it is."
        )
        fail(told.format(file=file.name))
    changed = batch is not None and not finish_batch(batch)
    if batch is None and not counts:
        raise Refused(NO_ROWS, name=file.name)
    if as_json:
        troubles.end(counts)
    else:
        # Translators: between the members of a list.
        click.echo(gettext(", ").join(gettext(text).format(n=counts[kind]) for kind, text in _COUNTS.items()))
    if changed:
        raise Refused(FILE_CHANGED, name=file.name)
    if counts.keys() & _ROWS.keys():
        sys.exit(2)


class _Troubles:
    """Rows that were not taken, told as they come: a file may hold any number of them."""

    def __init__(self, file: Path, *, as_json: bool) -> None:
        self._file = file
        # A row of a table has one occurrence: its column is called as in the heading.
        self._column = "occurrences[0]." if file.suffix.lower() in _TABLES else ""
        self._as_json = as_json
        self._told = 0

    def tell(self, troubles: Sequence[Trouble]) -> None:
        for trouble in troubles:
            complaint = trouble.complaint
            if self._column:
                complaint = replace(complaint, field=complaint.field.replace(self._column, "occurrences."))
            said = sentence(complaint)
            if self._as_json:
                shown = {
                    "row": trouble.row,
                    "outcome": trouble.kind,
                    "code": complaint.code,
                    "field": complaint.field,
                    "sentence": said,
                }
                before = ", " if self._told else '{"rows": ['
                click.echo(before + json.dumps(shown, ensure_ascii=False), nl=False)
            elif trouble.kind in _ROWS:
                line = gettext(_ROWS[trouble.kind])
                click.echo(line.format(file=self._file.name, row=trouble.row, sentence=said), err=True)
            self._told += 1

    def end(self, counted: Counter[str]) -> None:
        before = "]" if self._told else '{"rows": []'
        click.echo(f'{before}, "counts": {json.dumps(counted)}}}')
