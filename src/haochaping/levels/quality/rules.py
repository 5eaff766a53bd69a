"""批次质量 rules: what the numbered batches of a peer's day say of the platforms that come in them (DQ-31, 32, 33, 35)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from haochaping.exchange.quality import batches
from haochaping.exchange.quality.batches import Fate
from haochaping.exchange.quality.terms import SEQUENCE, TOTALS, Batches
from haochaping.levels.terms import (
    NOT_A_RECORD,
    OTHER_CONTENT,
    TOO_FAR_AHEAD,
    TOTALS_DIFFER,
    UNKNOWN_CODE_SET,
    UNKNOWN_SCHEMA,
    InState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_SCHEMA = "DQ-35"
# Under which rule a refusal stands. What is refused for other reasons is not its sender's fault.
_REFUSED_UNDER = {
    TOTALS_DIFFER.code: TOTALS,
    NOT_A_RECORD.code: TOTALS,
    OTHER_CONTENT.code: SEQUENCE,
    TOO_FAR_AHEAD.code: SEQUENCE,
    UNKNOWN_SCHEMA.code: _SCHEMA,
    UNKNOWN_CODE_SET.code: _SCHEMA,
}
# Whatever is here and not taken yet waits, for one before it or for us.
_FATES = {InState.MERGED: Fate.TAKEN, InState.REFUSED: Fate.REFUSED}


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

    A peer sends a heartbeat on every day, worked or not.
    """
    told = [batches.CameBatch(seq, _FATES.get(state, Fate.WAITS), code, at) for seq, state, code, at in came]
    found = batches.judge(
        peer,
        taken_seq,
        told,
        begin=begin,
        end=end,
        under=_REFUSED_UNDER,
        other_content=OTHER_CONTENT.code,
    )
    return batches.silence(found.findings) if batches.is_silent(told, end) else found
