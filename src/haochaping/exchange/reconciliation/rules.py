"""对账 rules: a side as a tree of sums, and finding the rows in which two trees differ.

A record is one line of text, its key and its value with tabs between: of a review `case number, service, number of the
review, level`, of a case `case number, status`. The first 64 bits of the SHA-256 of its key say where a row lies in the
tree; times those of its value, made odd, they are its digest. The sums of a part are those of its rows, whatever their
order, and as all rows of one value have one factor, a database adds up what it keeps of the keys and hashes nothing.

Sums modulo 2^64 tell accidents apart, not attacks: whoever wants to deceive need not search for collisions, as they tell
their own rows. Two parts that differ by accident have equal sums once in 2^64.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from haochaping.cases.terms import CaseStatus
from haochaping.exchange.fields import shown
from haochaping.exchange.reconciliation.terms import (
    APART,
    DEEPEST,
    EQUAL,
    EXPLANATION_LIMIT,
    EXPLANATION_MISSING,
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
from haochaping.exchange.terms import CONTROL_CHARACTERS, TOO_LONG
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.reviews.rules import key_number, stated_key, stated_number

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
MODULUS = 2**64
# The first digits of a key's 64 bits are the number of its leaf.
_LEAF_SHIFT = 64 - 4 * DEEPEST
_PACKED = struct.Struct(">HIIQ")


class Side(Protocol):
    """One side of a reconciliation, wherever it is kept."""

    def sums(self, prefix: str) -> Sums:
        """The sums of a part."""

    def children(self, prefix: str) -> Mapping[str, Sums]:
        """The sums of the sixteenths of a part, by their last digit; those without rows are left out."""

    def fetch(self, prefixes: Iterable[str]) -> None:
        """Make ready the rows of parts that are asked for one by one afterwards."""

    def rows(self, prefix: str) -> Sequence[str]:
        """The lines of a part."""


class Leaves:
    """The sums of the parts that are not divided any further, by number; all larger ones are worked out of them."""

    def __init__(self, leaves: Mapping[int, Sums]) -> None:
        self._leaves = leaves

    def sums(self, prefix: str) -> Sums:
        """The sums of a part."""
        return added(self._leaves[leaf] for leaf in leaves_of(prefix) if leaf in self._leaves)

    def children(self, prefix: str) -> Mapping[str, Sums]:
        """The sums of the sixteenths of a part."""
        found = {digit: self.sums(prefix + digit) for digit in _DIGITS}
        return {digit: sums for digit, sums in found.items() if sums.count}


class Lines(Leaves):
    """A side that lies in memory, rows and all."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: dict[int, list[str]] = defaultdict(list)
        for line in lines:
            self._lines[leaf_of(line)].append(line)
        super().__init__({leaf: sums_of(rows) for leaf, rows in self._lines.items()})

    def fetch(self, prefixes: Iterable[str]) -> None:
        """They are here."""

    def rows(self, prefix: str) -> Sequence[str]:
        """The lines of a part."""
        return [line for leaf in leaves_of(prefix) for line in self._lines.get(leaf, ())]


def leaves_of(prefix: str) -> range:
    """The numbers of the leaves of a part."""
    span = 16 ** (DEEPEST - len(prefix))
    first = int(prefix or "0", 16) * span
    return range(first, first + span)


def packed(leaves: Mapping[int, Sums]) -> bytes:
    """Leaves as they are kept."""
    return b"".join(_PACKED.pack(leaf, *_told(sums)) for leaf, sums in sorted(leaves.items()))


def _told(sums: Sums) -> tuple[int, int, int]:
    return sums.count, sums.total, sums.digest


def unpacked(kept: bytes) -> dict[int, Sums]:
    """Leaves read back."""
    return {leaf: Sums(*sums) for leaf, *sums in _PACKED.iter_unpack(kept)}


def leaves_of_groups(groups: Iterable[tuple[int, str, int, int]]) -> dict[int, Sums]:
    """The leaves of rows that were added up by leaf and value: (leaf, value, rows, sum of what is kept of their keys)."""
    found: dict[int, Sums] = {}
    for leaf, value, count, keys in groups:
        total = count * int(value) if value.isdecimal() else 0
        sums = Sums(count, total, keys * _factor(value) % MODULUS)
        found[leaf] = added((found[leaf], sums)) if leaf in found else sums
    return found


def review_line(case_no: str, occurrence_no: int, assess_no: int, level: int) -> str:
    """A review as a line."""
    return f"{stated_key(case_no, occurrence_no, assess_no)}\t{level}"


def case_line(case_no: str, status: str) -> str:
    """A case as a line."""
    return f"{stated_number(case_no)}\t{status}"


def leaf_of(line: str) -> int:
    """The number of the leaf in which a row lies."""
    return key_number(key_of(line)) >> _LEAF_SHIFT


def place_of(line: str) -> str:
    """The same in the digits of prefixes."""
    return f"{leaf_of(line):0{DEEPEST}x}"


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


@lru_cache(64)
def _factor(value: str) -> int:
    """Odd, so that no two keys have one digest; each value has its own, so that levels that change places are seen."""
    return key_number(value) | 1


def sums_of(lines: Iterable[str]) -> Sums:
    """Count, sum of levels and sum of digests of some rows."""
    count = total = digest = 0
    for line in lines:
        key, _, value = line.rpartition("\t")
        count += 1
        total += int(value) if value.isdecimal() else 0
        digest += key_number(key) * _factor(value)
    return Sums(count, total, digest % MODULUS)


def added(parts: Iterable[Sums]) -> Sums:
    """The sums of several parts together."""
    count = total = digest = 0
    for part in parts:
        count, total, digest = count + part.count, total + part.total, digest + part.digest
    return Sums(count, total, digest % MODULUS)


def answers(side: Side, prefixes: Iterable[str]) -> list[Part]:
    """What a side says when it is asked for parts."""
    by_row = {prefix: is_told_by_row(side, prefix) for prefix in prefixes}
    side.fetch(prefix for prefix, rows in by_row.items() if rows)
    return [
        Part(prefix, rows=side.rows(prefix)) if rows else Part(prefix, children=side.children(prefix))
        for prefix, rows in by_row.items()
    ]


def is_told_by_row(side: Side, prefix: str) -> bool:
    """Whether a part is told row by row: it is short, or as deep as parts go."""
    return len(prefix) == DEEPEST or side.sums(prefix).count <= ROWS_TOLD


def is_prefix(text: str) -> bool:
    """Whether a part can begin so."""
    return _PREFIX.fullmatch(text) is not None


def check_prefix(prefix: str) -> None:
    """Raises `Refused(NOT_A_PREFIX)`."""
    if not is_prefix(prefix):
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
    """Hold a part against ours: the parts to ask for next, those that only we have, and the rows that differ."""
    if told.rows is not None:
        return Step(differing=differences(here.rows(told.prefix), told.rows))
    ours, theirs = here.children(told.prefix), told.children or {}
    step = Step([], [], [])
    for digit in _DIGITS:
        mine, sent = ours.get(digit, NOTHING), theirs.get(digit, NOTHING)
        if mine != sent:
            # Where they have nothing, nothing needs to be asked.
            (step.wanted if sent.count else step.only_here).append(told.prefix + digit)
    return step


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


def explanation_in(text: str) -> str:
    """What a person says of a difference, without blanks around it.

    Raises:
        Refused: EXPLANATION_MISSING, TOO_LONG, CONTROL_CHARACTERS.
    """
    said = clean(text)
    if not said:
        raise Refused(EXPLANATION_MISSING, field="explanation")
    if len(said) > EXPLANATION_LIMIT:
        raise Refused(TOO_LONG, field="explanation", length=len(said), limit=EXPLANATION_LIMIT)
    if has_forbidden_control(said):
        raise Refused(CONTROL_CHARACTERS, field="explanation")
    return said
