"""A file through a flow, a large one in several processes, so that rules and database work at the same time.

Every lane goes through the whole file and reads the records whose case number falls to it: what belongs to one case is
taken by one lane, in the order of the file, and no two lanes wait for each other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING
from zlib import crc32

from haochaping.doors.lanes import together, worth_having
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from haochaping.exchange.tables import Row
    from haochaping.exchange.terms import Raw

    type Take = Callable[[Sequence[Raw]], list[Outcome]]

_WINDOW = 4000
_WORTH_LANES = 2 << 20


@dataclass(frozen=True, slots=True)
class _Reading:
    """What each lane does: read the file, whose tables have these columns or fewer, and feed the flow.

    `key` is the column of the case number; `whole` says that nothing can have been cut off.
    """

    file: Path
    take: Take
    columns: Sequence[str]
    key: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row that was not taken: its number in the file, and why."""

    row: int
    kind: OutcomeKind
    complaint: Complaint


@dataclass(slots=True)
class Window:
    """What came of some thousand rows that follow each other in the file."""

    rows: int = 0
    counts: Counter[OutcomeKind] = field(default_factory=Counter)
    troubles: list[Trouble] = field(default_factory=list)

    def add(self, other: Window) -> None:
        """Join what another lane made of the same rows."""
        self.counts.update(other.counts)
        self.troubles += other.troubles


def windows(
    file: Path, take: Take, columns: Sequence[str], key: str = "case_no", *, whole: bool = False
) -> Iterator[Window]:
    """Feed a file through a flow; what came of it, in the order of the file. A table has these columns or fewer.

    Without columns, it has any. Of what is known to be `whole` the last line need not end.

    Raises:
        Refused: the file as a whole cannot be read.
        LaneLostError: a process was killed.
    """
    reading = _Reading(file, take, columns, key, whole)
    lanes = worth_having() if file.suffix.lower() != ".xlsx" else 1
    if lanes == 1 or file.stat().st_size < _WORTH_LANES:
        yield from _lane(reading, 0, 1)
    else:
        yield from _joined(reading, lanes)


def _lane(reading: _Reading, mine: int, lanes: int) -> Iterator[Window]:
    from haochaping.exchange import tables  # noqa: PLC0415 - needs Django to be ready

    def is_mine(case_no: str) -> bool:
        return lanes == 1 or crc32(case_no.strip().encode(errors="replace")) % lanes == mine

    columns = tables.Columns(known=reading.columns, ended=not reading.whole)
    found = tables.some_rows(reading.file, reading.key, is_mine, columns)
    for rows in batched(found, _WINDOW, strict=False):
        window = _taken([row for row in rows if row is not None], reading.take)
        window.rows = len(rows)
        yield window


def _taken(rows: Sequence[Row], take: Take) -> Window:
    from haochaping.exchange.terms import Raw  # noqa: PLC0415 - needs Django to be ready

    window = Window()
    whole = [row for row in rows if row.complaint is None]
    outcomes = iter(take([Raw(row.fields) for row in whole]) if whole else ())
    for row in rows:
        outcome = Outcome(OutcomeKind.REFUSED, complaint=row.complaint) if row.complaint else next(outcomes)
        window.counts[outcome.kind] += 1
        if outcome.complaint is not None:
            window.troubles.append(Trouble(row.number, outcome.kind, outcome.complaint))
    return window


def _joined(reading: _Reading, lanes: int) -> Iterator[Window]:
    """Run the lanes and give out each window as soon as every lane has done its part of it."""
    done = Counter[int]()
    parts: dict[int, list[Window]] = {}
    shown = 0
    for n, said in together([partial(_told, reading, n, lanes) for n in range(lanes)]):
        if isinstance(said, Complaint):
            raise Refused(said.reason, field=said.field, **said.params)
        parts.setdefault(done[n], []).append(said)
        done[n] += 1
        if len(parts.get(shown, ())) == lanes:
            first, *others = parts.pop(shown)
            for other in others:
                first.add(other)
            first.troubles.sort(key=lambda trouble: trouble.row)
            yield first
            shown += 1


def _told(reading: _Reading, mine: int, lanes: int) -> Iterator[tuple[int, Window | Complaint]]:
    """What a lane says, with its number: a refusal has to cross from its process as well."""
    try:
        for window in _lane(reading, mine, lanes):
            yield mine, window
    except Refused as refused:
        yield mine, refused.complaint
