"""批次质量 rules: what the numbered batches of a peer's day say of the platforms that come in them (DQ-31, 32, 33, 35)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from haochaping.exchange.quality.terms import SAMPLES_KEPT, Batches, Finding, Sample
from haochaping.levels.rules import gaps
from haochaping.levels.terms import (
    NOT_A_RECORD,
    OTHER_CONTENT,
    SILENT_AFTER,
    TOO_FAR_AHEAD,
    TOTALS_DIFFER,
    UNKNOWN_CODE_SET,
    UNKNOWN_SCHEMA,
    InState,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

_TOTALS, _SEQUENCE, _HEARTBEAT, _SCHEMA = "DQ-31", "DQ-32", "DQ-33", "DQ-35"
# Under which rule a refusal stands. What is refused for other reasons is not its sender's fault.
_REFUSED_UNDER = {
    TOTALS_DIFFER.code: _TOTALS,
    NOT_A_RECORD.code: _TOTALS,
    OTHER_CONTENT.code: _SEQUENCE,
    TOO_FAR_AHEAD.code: _SEQUENCE,
    UNKNOWN_SCHEMA.code: _SCHEMA,
    UNKNOWN_CODE_SET.code: _SCHEMA,
}


class CameBatch(NamedTuple):
    """A batch of a peer as its day is judged: `at` is when it was made, `code` why it was refused."""

    seq: int
    state: InState
    code: str
    at: datetime


def judge_batches(
    peer: str, taken_seq: int, came: Sequence[CameBatch], *, begin: datetime, end: datetime
) -> Batches:
    """The batches that a peer made on a day: how many of them came, and what is wrong with the others.

    `came` holds those of the day and of the hours before it in which a heartbeat would have been made, and all that
    wait for one before them. A number that is missing belongs to the day of the first that came after it. What was
    taken since, however late, is no longer missing or refused.
    """
    # Whatever is here and not taken yet waits, for one before it or for us.
    waits = {one.seq: one.at for one in came if one.state not in {InState.MERGED, InState.REFUSED}}
    today = [one for one in came if begin <= one.at < end]
    received = {one.seq for one in today if one.state != InState.REFUSED}
    refused = [one for one in today if one.state == InState.REFUSED and _stays_refused(one, taken_seq, waits)]
    asked = {one.seq for one in refused if one.code != OTHER_CONTENT.code}
    missing = {
        seq
        for seq in gaps(taken_seq, waits)
        if begin <= waits[min(n for n in waits if n > seq)] < end and seq not in asked
    }
    wrong = [(_REFUSED_UNDER[one.code], one.seq, one.code) for one in refused]
    wrong += [(_SEQUENCE, seq, "missing") for seq in sorted(missing)]
    found: dict[str, list[Sample]] = {}
    for rule, seq, what in wrong:
        found.setdefault(rule, []).append(Sample("batch", f"{peer}:{seq}", "batch", what))
    findings = [Finding(rule, len(rows), tuple(rows[:SAMPLES_KEPT])) for rule, rows in found.items()]
    if not any(end - SILENT_AFTER < one.at < end for one in came):
        silent = Finding(_HEARTBEAT, 1, (Sample("source", "", "batch", "silent"),))
        return Batches(0, 1, (*findings, silent))
    return Batches(len(received), len(received | asked | missing), tuple(findings))


def _stays_refused(one: CameBatch, taken_seq: int, waits: Collection[int]) -> bool:
    """Whether nothing has been taken under the number of a refused batch, or its number was another one's already."""
    here = one.seq <= taken_seq or one.seq in waits
    return one.code in _REFUSED_UNDER and (one.code == OTHER_CONTENT.code or not here)
