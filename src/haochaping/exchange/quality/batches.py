"""批次质量 rules: what numbered batches of a day say of their sender, an installation or a source (DQ-31, 32, 33, 35)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from haochaping.exchange.quality.terms import (
    HEARTBEAT,
    SAMPLES_KEPT,
    SEQUENCE,
    SILENT_AFTER,
    Batches,
    Finding,
    Sample,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime


class Fate(Enum):
    """What became of a batch: taken, here although one before it is missing, or not taken."""

    TAKEN = auto()
    WAITS = auto()
    REFUSED = auto()


class CameBatch(NamedTuple):
    """A batch as its day is judged: `at` is when it was made, `code` why it was not taken."""

    seq: int
    fate: Fate
    code: str
    at: datetime


def gaps(taken_seq: int, came: Collection[int]) -> tuple[int, ...]:
    """The numbers that are missing before those that have come (DQ-32)."""
    return tuple(seq for seq in range(taken_seq + 1, max(came, default=0)) if seq not in came)


def judge(
    sender: str,
    taken_seq: int,
    came: Sequence[CameBatch],
    *,
    begin: datetime,
    end: datetime,
    under: Mapping[str, str],
    other_content: str,
) -> Batches:
    """The batches that were made on a day: how many of them came, and what is wrong with the others.

    `came` holds those of the day and of the hours before it in which a heartbeat would have been made, and all that
    wait for one before them. A number that is missing belongs to the day of the first that came after it. What was
    taken since, however late, is no longer missing or refused. `under` says under which rule a refusal stands; one for
    another reason is not its sender's fault. `other_content` is the code of one whose number was another one's
    already, which nothing under that number puts right: `came` holds it until something else did.
    """
    waits = {one.seq: one.at for one in came if one.fate == Fate.WAITS}
    today = [one for one in came if begin <= one.at < end]
    received = {one.seq for one in today if one.fate != Fate.REFUSED}
    refused = [
        one
        for one in today
        if one.fate == Fate.REFUSED
        and one.code in under
        and (one.code == other_content or not (one.seq <= taken_seq or one.seq in waits))
    ]
    asked = {one.seq for one in refused if one.code != other_content}
    missing = {
        seq
        for seq in gaps(taken_seq, waits)
        if begin <= waits[min(n for n in waits if n > seq)] < end and seq not in asked
    }
    wrong = [(under[one.code], one.seq, one.code) for one in refused]
    wrong += [(SEQUENCE, seq, "missing") for seq in sorted(missing)]
    found: dict[str, list[Sample]] = {}
    for rule, seq, what in wrong:
        found.setdefault(rule, []).append(Sample("batch", f"{sender}:{seq}", "batch", what))
    findings = [Finding(rule, len(rows), tuple(rows[:SAMPLES_KEPT])) for rule, rows in found.items()]
    return Batches(len(received), len(received | asked | missing), tuple(findings))


def is_silent(came: Sequence[CameBatch], end: datetime) -> bool:
    """Whether no batch was made for so long before the end of a day that one of no rows would have been due."""
    return not any(end - SILENT_AFTER < one.at < end for one in came)


def silence(findings: Sequence[Finding] = ()) -> Batches:
    """A day without any batch: one was due and did not come (DQ-33)."""
    silent = Finding(HEARTBEAT, 1, (Sample("source", "", "batch", "silent"),))
    return Batches(0, 1, (*findings, silent))
