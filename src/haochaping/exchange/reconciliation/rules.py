"""对账 rules: a side as a tree of sums, and finding the rows in which two trees differ.

A record is one line of text, its key and its value with tabs between: of a review `case number, service, number of the
review, level`, of a case `case number, status`. The line's digest is the first 64 bits of its SHA-256; rows lie in the
tree by the first hexadecimal digits of the SHA-256 of their key. The sums of a part are those of its rows, so that they
do not depend on order or on how deep a tree is kept, and a database makes them in one pass.

Sums modulo 2^64 tell accidents apart, not attacks: whoever wants to deceive need not search for collisions, as they tell
their own rows. Two parts that differ by accident have equal sums once in 2^64.
"""

from __future__ import annotations

import re
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from haochaping.cases.terms import CaseStatus
from haochaping.exchange.fields import shown
from haochaping.exchange.reconciliation.terms import (
    APART,
    DEEPEST,
    EQUAL,
    NEARLY,
    NEARLY_WITHIN,
    NOT_A_PREFIX,
    NOT_A_ROW,
    NOTHING,
    ROW_TWICE,
    ROWS_TOLD,
    Part,
    RowDifference,
    StatedKind,
    Step,
    Sums,
)
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

_DIGITS = "0123456789abcdef"
_PREFIX = re.compile(rf"[0-9a-f]{{0,{DEEPEST}}}")
_ROW = {
    # 0 is the level of a review that its reviewer has withdrawn.
    StatedKind.REVIEWS: re.compile(r"[^\t\n]{1,50}\t[1-9][0-9]?\t[12]\t[0-5]"),
    StatedKind.CASES: re.compile(rf"[^\t\n]{{1,50}}\t(?:{'|'.join(CaseStatus)})"),
}
_BETWEEN = str.maketrans("\t\n", "  ")
MODULUS = 2**64


class Side(Protocol):
    """One side of a reconciliation, wherever it is kept."""

    def sums(self, prefix: str) -> Sums:
        """The sums of a part."""

    def children(self, prefix: str) -> Mapping[str, Sums]:
        """The sums of the sixteenths of a part, by their last digit; those without rows are left out."""

    def rows(self, prefix: str) -> Sequence[str]:
        """The lines of a part."""


class Lines:
    """A side that lies in memory."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._leaves: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            self._leaves[place_of(line)].append(line)
        self._sums = {place: sums_of(rows) for place, rows in self._leaves.items()}

    def sums(self, prefix: str) -> Sums:
        """The sums of a part."""
        return added(sums for place, sums in self._sums.items() if place.startswith(prefix))

    def children(self, prefix: str) -> Mapping[str, Sums]:
        """The sums of the sixteenths of a part."""
        below: dict[str, list[Sums]] = defaultdict(list)
        for place, sums in self._sums.items():
            if place.startswith(prefix):
                below[place[len(prefix)]].append(sums)
        return {digit: added(parts) for digit, parts in below.items()}

    def rows(self, prefix: str) -> Sequence[str]:
        """The lines of a part."""
        return [line for place, rows in self._leaves.items() if place.startswith(prefix) for line in rows]


def review_line(case_no: str, occurrence_no: int, assess_no: int, level: int) -> str:
    """A review as a line."""
    return f"{case_no.translate(_BETWEEN)}\t{occurrence_no}\t{assess_no}\t{level}"


def case_line(case_no: str, status: str) -> str:
    """A case as a line."""
    return f"{case_no.translate(_BETWEEN)}\t{status}"


def place_of(line: str) -> str:
    """Where a row lies in the tree."""
    return sha256(key_of(line).encode()).hexdigest()[:DEEPEST]


def key_of(line: str) -> str:
    """What a row is about, without its value."""
    return line.rpartition("\t")[0]


def key_parts(key: str) -> tuple[str, int | None, int | None]:
    """Case number, number of the service and of the review; the latter two are not in a case's key."""
    case_no, _, rest = key.partition("\t")
    occurrence_no, _, assess_no = rest.partition("\t")
    return case_no, int(occurrence_no) if rest else None, int(assess_no) if rest else None


def key_of_parts(case_no: str, occurrence_no: int | None, assess_no: int | None) -> str:
    """The key of these."""
    return "\t".join(str(part) for part in (case_no, occurrence_no, assess_no) if part is not None)


def sums_of(lines: Iterable[str]) -> Sums:
    """Count, sum of levels and sum of digests of some rows."""
    count = total = digest = 0
    for line in lines:
        value = line.rpartition("\t")[2]
        count += 1
        total += int(value) if value.isdecimal() else 0
        digest += int.from_bytes(sha256(line.encode()).digest()[:8])
    return Sums(count, total, digest % MODULUS)


def added(parts: Iterable[Sums]) -> Sums:
    """The sums of several parts together."""
    count = total = digest = 0
    for part in parts:
        count, total, digest = count + part.count, total + part.total, digest + part.digest
    return Sums(count, total, digest % MODULUS)


def depth_for(count: int) -> int:
    """How deep a tree of so many rows is kept, so that its last parts are told row by row."""
    return next((depth for depth in range(DEEPEST) if count <= ROWS_TOLD * 16**depth), DEEPEST)


def answer(side: Side, prefix: str) -> Part:
    """What a side says when it is asked for a part."""
    if len(prefix) == DEEPEST or side.sums(prefix).count <= ROWS_TOLD:
        return Part(prefix, rows=side.rows(prefix))
    return Part(prefix, children=side.children(prefix))


def check_prefix(prefix: str) -> None:
    """Raises `Refused(NOT_A_PREFIX)`."""
    if not _PREFIX.fullmatch(prefix):
        raise Refused(NOT_A_PREFIX, field="parts", value=shown(prefix, 20))


def check_rows(kind: StatedKind, part: Part) -> None:
    """The rows of a part are rows of that kind, each belongs there and stands there once.

    Raises:
        Refused: NOT_A_ROW, ROW_TWICE for the first that does not.
    """
    seen = set()
    for line in part.rows or ():
        is_row = _ROW[kind].fullmatch(line) and not has_forbidden_control(line)
        if not is_row or not place_of(line).startswith(part.prefix):
            raise Refused(NOT_A_ROW, field="rows", value=shown(line, 80))
        key = key_of(line)
        if key in seen:
            raise Refused(ROW_TWICE, field="rows", value=shown(key, 80))
        seen.add(key)


def compare(here: Side, told: Part) -> Step:
    """Hold a part against ours: the parts to ask for next, and the rows that differ."""
    if told.rows is not None:
        return Step(differing=differences(here.rows(told.prefix), told.rows))
    ours, theirs = here.children(told.prefix), told.children or {}
    wanted: list[str] = []
    differing: list[RowDifference] = []
    for digit in _DIGITS:
        mine, sent, prefix = ours.get(digit, NOTHING), theirs.get(digit, NOTHING), told.prefix + digit
        if mine == sent:
            continue
        if sent.count:
            wanted.append(prefix)
        else:
            # They have nothing there: nothing needs to be asked.
            differing += differences(here.rows(prefix), ())
    return Step(wanted, differing)


def differences(here: Sequence[str], told: Sequence[str]) -> list[RowDifference]:
    """The records that two lists of rows do not hold alike, by key."""
    mine, sent = dict(map(_pair, here)), dict(map(_pair, told))
    return [
        RowDifference(key, mine.get(key, ""), sent.get(key, ""))
        for key in sorted(mine.keys() | sent.keys())
        if mine.get(key) != sent.get(key)
    ]


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.rpartition("\t")
    return key, value


def agreement(differing: int, here: Sums, told: Sums) -> Decimal:
    """The agreement R of trust.md §7.2: 1 when equal, one half when at most one row in a thousand differs, else 0."""
    if here == told:
        return EQUAL
    most = max(here.count, told.count)
    return NEARLY if 0 < differing <= most * NEARLY_WITHIN else APART
