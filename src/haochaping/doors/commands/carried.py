"""`haochaping exchange export` and `import`: files that are carried across a gap (网闸)."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from haochaping.doors.commands.exchange import moment, peer_of, sentence_of
from haochaping.doors.commands.installation import fail, json_option, sentence, show, with_database
from haochaping.doors.commands.spoken import Command, File, Folder, option
from haochaping.doors.lanes import LaneLostError, together, worth_having
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from haochaping.flows.carry import Carried
    from haochaping.levels.terms import Returned

_FOLDER = Folder(file_okay=False, path_type=Path)
_ENDINGS = (".batch", ".answer")
_REASONS = 5
# As with tables, whose rows need some fifteen times the bytes of packed ones: less than this, some ten thousand cases,
# is done before the processes have started.
_WORTH_LANES = 128 << 10


class _Came(NamedTuple):
    """What became of the batches of one file, and for which reasons cases of them come back."""

    rows: list[dict[str, object]]
    why: Counter[str]


@click.command(cls=Command)
@click.argument("code")
@option("--to", "folder", required=True, type=_FOLDER, help=N_("The folder that is carried across."))
@with_database
def export(code: str, folder: Path) -> None:
    """Write what CODE has not answered yet as signed files, to be carried across a gap (网闸)."""
    from haochaping.flows import report_upward  # noqa: PLC0415 - needs Django to be ready

    n = 0
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in report_upward.export(peer_of(code), now=moment()):
        _write(folder / name, content)
        n += 1
    click.echo(ngettext("{n} file written", "{n} files written", n).format(n=n))


@click.command("import", cls=Command)
@click.argument("paths", nargs=-1, required=True, type=File(exists=True, path_type=Path))
@option("--answers", type=_FOLDER, help=N_("The folder that is carried back; batches are answered there."))
@json_option
@with_database
def import_files(paths: Sequence[Path], *, answers: Path | None, as_json: bool) -> None:
    """Take in carried files, batches and answers, from PATHS (files, or folders with them); answers go to a folder.

    In whatever order they lie there, and however often. Exit status 2 when one was refused or cases came back.
    """
    files = list(_files(paths))
    if answers:
        answers.mkdir(parents=True, exist_ok=True)
    elif any(file.suffix != ".answer" for file in files):
        fail(gettext("Name the folder for the answers to these batches with --answers."), 2)
    came = _take(files, answers)
    rows = [row for one in came for row in one.rows]
    why = sum((one.why for one in came), start=Counter[str]())
    show(rows, as_json=as_json, line=_line)
    if why and not as_json:
        _say_returned(why)
    if why or any(row["state"] in {"refused", "rejected", "failed"} for row in rows):
        sys.exit(2)


def _take(files: Sequence[Path], answers: Path | None) -> list[_Came]:
    """What became of each file, in their order; those of one installation are taken one after another."""
    found: dict[int, _Came] = {}
    try:
        found.update(together([partial(_lane, files, answers, lane) for lane in _lanes(files)]))
    except LaneLostError:
        fail(
            gettext(
                "A process of the import was stopped. Import the files again: what is taken stays as it is."
            )
        )
    return [found[n] for n in range(len(files))]


def _lanes(files: Sequence[Path]) -> list[list[int]]:
    """The files, by their places, shared out to the processors: what one installation sent to one lane.

    By their names, which may be wrong: batches are taken in their order all the same, and wait for each other.
    """
    sizes = [file.stat().st_size for file in files]
    most = worth_having() if sum(sizes) >= _WORTH_LANES else 1
    senders: dict[str, list[int]] = {}
    for n, file in enumerate(files):
        senders.setdefault(file.name.rpartition("-")[0], []).append(n)
    lanes: list[list[int]] = [[] for _ in range(min(most, len(senders)))]
    for mine in sorted(senders.values(), key=lambda mine: -sum(sizes[n] for n in mine)):
        min(lanes, key=lambda lane: sum(sizes[n] for n in lane)).extend(mine)
    return [sorted(lane) for lane in lanes]


def _lane(files: Sequence[Path], answers: Path | None, mine: Sequence[int]) -> Iterator[tuple[int, _Came]]:
    for n in mine:
        yield n, _taken(files[n], answers)


def _taken(file: Path, answers: Path | None) -> _Came:
    from haochaping.flows.carry import carry_in  # noqa: PLC0415 - needs Django to be ready
    from haochaping.kernel.refused import Refused  # noqa: PLC0415

    try:
        came = carry_in(_content(file), now=moment())
    except Refused as no:
        told = {"state": "refused", "code": no.code, "sentence": sentence(no.complaint)}
        return _Came([{"file": file.name, **told}], Counter())
    for one in came:
        if one.content and answers:
            _write(answers / one.name, one.content)
    why = Counter(_why(case) for one in came for case in one.said.returned)
    return _Came([{"file": file.name, **_told(one)} for one in came], why)


def _told(one: Carried) -> dict[str, object]:
    return {
        "peer": one.peer,
        "seq": one.seq,
        "state": one.state,
        "code": one.said.code,
        "sentence": sentence_of(one.said.message, one.said.params),
        "expected": one.said.next_seq,
        "returned": len(one.said.returned),
        "reasons": dict(Counter(case.code for case in one.said.returned).most_common()),
    }


def _line(row: dict[str, Any]) -> str:
    told = [str(row[name]) for name in ("file", "peer", "seq", "state", "sentence") if row.get(name)]
    if n := row.get("returned"):
        told.append(ngettext("{n} case not taken whole", "{n} cases not taken whole", n).format(n=n))
    return "  ".join(told)


def _why(case: Returned) -> str:
    return sentence_of(case.message, case.params) or case.code


def _say_returned(why: Counter[str]) -> None:
    """How many cases could not be taken whole, and the commonest reasons: a batch that was taken may hold nothing else."""
    n = why.total()
    told = ngettext(
        "{n} case could not be taken whole and goes back to who reported it:",
        "{n} cases could not be taken whole and go back to who reported them:",
        n,
    )
    click.echo(told.format(n=n), err=True)
    for sentence_, times in why.most_common(_REASONS):
        click.echo(f"  {times}  {sentence_}", err=True)
    if len(why) > _REASONS:
        rest = n - sum(times for _, times in why.most_common(_REASONS))
        click.echo("  " + gettext("{rest} for other reasons").format(rest=rest), err=True)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in _ENDINGS)
        else:
            yield path


def _content(file: Path) -> bytes:
    """As much of a file as a batch may have and one byte more, so that a larger one is seen to be larger."""
    from haochaping.levels.terms import MOST_PACKED  # noqa: PLC0415 - needs Django to be ready

    with file.open("rb") as opened:
        return opened.read(MOST_PACKED + 1)


def _write(file: Path, content: bytes) -> None:
    """Under its name only when it is whole: nobody carries half a file away."""
    draft = file.with_suffix(f"{file.suffix}.part")
    draft.write_bytes(content)
    draft.replace(file)
