"""搬运: files of the exchange that are carried across a gap (网闸): each is taken for what it says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from haochaping.flows import report_upward, take_batch
from haochaping.levels import queries, rules
from haochaping.levels.terms import MOST_FAILURES, InState, Manifest

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.levels.terms import Answer


class Carried(NamedTuple):
    """What became of a batch: of ours, by the answer that was carried here, or of theirs, with the answer to carry back."""

    peer: str
    seq: int
    state: str
    said: Answer
    """What it was answered: why it was refused, which number is expected next, the cases that could not be taken whole."""
    name: str = ""
    content: bytes = b""


def carry_in(content: bytes, *, now: datetime) -> list[Carried]:
    """Take a file that was carried here, a batch or an answer to one of ours; batches that waited for it come after it.

    Raises:
        Refused: what is neither, or of nobody we know.
    """
    packed = rules.unpack(queries.opened(content))
    head = rules.read_head(packed)
    if not isinstance(head, Manifest):
        state = report_upward.settle(packed, head, now=now).value
        return [Carried(head.sender, head.seq, state, head)]
    came = take_batch.take_packed(packed, head, now=now)
    for _ in range(MOST_FAILURES):
        # Whoever carries files does not try again in a minute, as a line does: it is done for them.
        if came[-1].state != InState.FAILED:
            break
        came = came[:-1] + take_batch.take_next(came[-1].sender, now=now)
    return [
        Carried(
            one.sender,
            one.seq,
            one.state.value,
            one.said,
            f"{one.receiver}-{one.sender}-{one.seq:08d}.answer",
            one.content,
        )
        for one in came
    ]
