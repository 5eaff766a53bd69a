"""`haochaping cases import`, `reviews import`, `invitations issue`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from gettext import gettext, ngettext
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, sentence, with_database
from haochaping.doors.commands.spoken import File, Group, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from haochaping.exchange.tables import Row
    from haochaping.exchange.terms import Raw

_BATCH = 1000
_FILE = File(exists=True, dir_okay=False, path_type=Path)
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
@json_option
@with_database
def import_cases(file: Path, *, as_json: bool) -> None:
    """Take in the cases of FILE (.csv, .xlsx, .jsonl; UTF-8 or GB18030). Sending a file again changes nothing.

    Exit status 2 when a row was refused or put into quarantine; each such row is named.
    """
    from haochaping.flows.take_in_cases import take_in_cases  # noqa: PLC0415 - needs Django to be ready
    from haochaping.reviews.terms import Entrance  # noqa: PLC0415

    def take(raws: Sequence[Raw]) -> list[Outcome]:
        return take_in_cases(raws, entrance=Entrance.FILE, by=OPERATOR, now=_now())

    _import(file, take, as_json=as_json)


@reviews.command("import")
@click.argument("file", type=_FILE)
@json_option
@with_database
def import_reviews(file: Path, *, as_json: bool) -> None:
    """Take in the reviews of FILE as a bulk import, kept apart from what people gave here themselves.

    Exit status 2 when a row was refused or put into quarantine; each such row is named.
    """
    from haochaping.flows.receive_reviews import receive_reviews  # noqa: PLC0415 - needs Django to be ready
    from haochaping.reviews.terms import Entrance  # noqa: PLC0415

    def take(raws: Sequence[Raw]) -> list[Outcome]:
        return receive_reviews(raws, entrance=Entrance.FILE, by=OPERATOR, now=_now())

    _import(file, take, as_json=as_json)


@invitations.command()
@option("--case", "case_no", required=True, help=N_("Number of the case."))
@option("--source", default="", help=N_("Platform of the case, when the number alone is not unique."))
@option("--qr", type=File(dir_okay=False, path_type=Path), help=N_("Write the QR code as SVG to this file."))
@json_option
@with_database
def issue(*, case_no: str, source: str, qr: Path | None, as_json: bool) -> None:
    """Issue (or show again) the review invitation of a case; prints its link."""
    from haochaping.flows.invite import invite_case  # noqa: PLC0415 - needs Django to be ready
    from haochaping.ui.qr import svg  # noqa: PLC0415

    links = invite_case(source, case_no, by=OPERATOR, now=_now())
    if as_json:
        click.echo(json.dumps({"links": links}))
    else:
        for link in links:
            click.echo(link)
    if qr:
        qr.write_text(svg(links[-1]), encoding="utf-8")


def _now() -> datetime:
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    return timezone.now()


def _import(file: Path, take: Callable[[Sequence[Raw]], list[Outcome]], *, as_json: bool) -> None:
    """Feed a file through a flow in batches and report: a line per row that was not taken, then the sums."""
    from haochaping.exchange import tables  # noqa: PLC0415 - needs Django to be ready

    counted: Counter[str] = Counter()
    troubles: list[dict[str, object]] = []
    for batch in batched(_progress(file, tables.rows(file)), _BATCH, strict=False):
        _take_batch(batch, take, counted, troubles)
    if not counted:
        told = gettext("{file}: there is no row in it. Check whether the file was written whole.")
        fail(told.format(file=file.name), 2)
    if as_json:
        click.echo(json.dumps({"counts": counted, "rows": troubles}, ensure_ascii=False))
    else:
        for trouble in troubles:
            line = gettext(_ROWS[OutcomeKind(str(trouble["outcome"]))])
            click.echo(line.format(file=file.name, **trouble), err=True)
        # Translators: between the members of a list.
        click.echo(
            gettext(", ").join(gettext(text).format(n=counted[kind]) for kind, text in _COUNTS.items())
        )
    if troubles:
        fail("", 2) if as_json else sys.exit(2)


def _take_batch(
    batch: Sequence[Row],
    take: Callable[[Sequence[Raw]], list[Outcome]],
    counted: Counter[str],
    troubles: list[dict[str, object]],
) -> None:
    from haochaping.exchange.terms import Raw  # noqa: PLC0415 - needs Django to be ready

    whole = [row for row in batch if row.complaint is None]
    outcomes = dict(zip((row.number for row in whole), take([Raw(row.fields) for row in whole]), strict=True))
    for row in batch:
        outcome = outcomes.get(row.number) or Outcome(OutcomeKind.REFUSED, complaint=row.complaint)
        counted[outcome.kind] += 1
        if outcome.complaint is not None:
            said = sentence(outcome.complaint)
            code, field = outcome.complaint.code, outcome.complaint.field
            troubles.append(
                {"row": row.number, "outcome": outcome.kind, "code": code, "field": field, "sentence": said}
            )


def _progress(file: Path, rows: Iterator[Row]) -> Iterator[Row]:
    """A bar on a terminal, a line per 10,000 rows otherwise."""
    if sys.stderr.isatty():
        with click.progressbar(rows, label=file.name, show_pos=True, file=sys.stderr) as bar:
            yield from bar
        return
    for n, row in enumerate(rows, start=1):
        if n % (10 * _BATCH) == 0:
            told = ngettext("{file}: {n} row", "{file}: {n} rows", n)
            click.echo(told.format(file=file.name, n=f"{n:,}"), err=True)
        yield row
