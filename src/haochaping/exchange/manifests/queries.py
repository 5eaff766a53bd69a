"""批次清单 reads: the numbered batches of a source, and what a day's say on its card."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from importlib import resources
from typing import TYPE_CHECKING

from django.db import connection

from haochaping.exchange.manifests.models import StatedBatch
from haochaping.exchange.manifests.terms import (
    MANIFEST_DIFFERS,
    SEQ_OF_OTHER,
    SEQ_TOO_FAR,
    SEQ_UNFINISHED,
    StatedBatchRow,
    StatedState,
)
from haochaping.exchange.quality.batches import CameBatch, Fate, is_silent, judge, silence
from haochaping.exchange.quality.terms import SEQUENCE, SILENT_AFTER, TOTALS
from haochaping.kernel.periods import BEIJING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from haochaping.exchange.quality.terms import Batches

_BATCHES = (
    resources.files("haochaping.exchange").joinpath("sql/stated_batches.sql").read_text(encoding="utf-8")
)
# Under which rule it stands that a batch is not here.
_UNDER = {
    MANIFEST_DIFFERS.code: TOTALS,
    SEQ_OF_OTHER.code: SEQUENCE,
    SEQ_TOO_FAR.code: SEQUENCE,
    SEQ_UNFINISHED: SEQUENCE,
}
# What a page of staff may read.
_SHOWN = ("id", "seq", "kind", "state", "rows", "code", "made_at", "received_at")
# What was made a day before it came is late (DQ-11).
_LATE = timedelta(days=1)


def row_of(row: StatedBatch) -> StatedBatchRow:
    """A batch as pages read it."""
    return StatedBatchRow(
        id=row.id,
        seq=row.seq,
        kind=row.kind,
        state=StatedState(row.state),
        rows=row.rows,
        code=row.code,
        made_at=row.made_at,
        received_at=row.received_at,
        late=row.received_at - row.made_at > _LATE,
    )


def batches(source: str, *, limit: int) -> list[StatedBatchRow]:
    """The newest batches of a source under its present numbering."""
    rows = StatedBatch.objects.filter(platform__code=source, ended_at=None).order_by("-received_at", "-id")
    return [row_of(row) for row in rows.only(*_SHOWN)[:limit]]


def batches_of(day: date, *, excused: Collection[int]) -> dict[int, Batches]:
    """The batches of a day by platform, of those that number theirs since that day or before.

    Who is excused made something else be heard, or was not expected that day: without a batch of theirs nothing is said.
    """
    begin = datetime.combine(day, time(), BEIJING)
    end = begin + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, {"heard_from": end - SILENT_AFTER, "end": end})
        rows = cursor.fetchall()
    codes: dict[int, tuple[str, int]] = {}
    came: dict[int, list[CameBatch]] = defaultdict(list)
    for platform_id, code, taken_seq, seq, state, why, at in rows:
        codes[platform_id] = code, taken_seq
        if seq is not None:
            came[platform_id].append(_came(seq, StatedState(state), why, at, taken_seq))
    found: dict[int, Batches] = {}
    for platform_id, (code, taken_seq) in codes.items():
        mine = came[platform_id]
        if not is_silent(mine, end):
            found[platform_id] = judge(
                code, taken_seq, mine, begin=begin, end=end, under=_UNDER, other_content=SEQ_OF_OTHER.code
            )
        elif platform_id not in excused:
            found[platform_id] = silence()
    return found


def _came(seq: int, state: StatedState, why: str, at: datetime, taken_seq: int) -> CameBatch:
    if state == StatedState.TAKEN:
        return CameBatch(seq, Fate.WAITS if seq > taken_seq else Fate.TAKEN, "", at)
    return CameBatch(seq, Fate.REFUSED, SEQ_UNFINISHED if state == StatedState.TAKING else why, at)
