"""收历史: what an older system has collected comes in by the way of its dialect, as history.

It is kept and counted apart: imported reviews are in no rate, open no order, and nobody is asked about their services.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.exchange.dialects.envelope import Message
from haochaping.exchange.dialects.reading import read
from haochaping.flows.open_wire import Call
from haochaping.flows.take_wire import take_all
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from haochaping.exchange.dialects.terms import Description, Operation, Reading
    from haochaping.exchange.terms import SourceRow

_AT_ONCE = 200


def take_history(
    records: Sequence[Mapping[str, object]],
    *,
    description: Description,
    operation: Operation,
    source: SourceRow,
    now: datetime,
) -> list[Outcome]:
    """Take records that stand in no envelope, one outcome each, in order; sent again they change nothing."""
    call = Call(description, operation, replace(source, history=True), Message())
    found: list[Outcome] = []
    for start in range(0, len(records), _AT_ONCE):
        with transaction.atomic():
            found += _taken(call, records[start : start + _AT_ONCE], now)
    return found


def _taken(call: Call, records: Sequence[Mapping[str, object]], now: datetime) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    wave: dict[object, tuple[int, Reading]] = {}
    for position, record in enumerate(records):
        try:
            reading = read(call.operation, call.description, record)
        except Refused as refused:
            outcomes[position] = Outcome(OutcomeKind.REFUSED, complaint=refused.complaint)
            continue
        key = _case_of(reading)
        if key is None or key in wave:
            # More of a case is told after what came before it; which case a reference means may just have been told.
            outcomes |= _settled(call, wave.values(), now)
            wave = {}
        wave[key] = (position, reading)
    outcomes |= _settled(call, wave.values(), now)
    return [outcomes[position] for position in range(len(records))]


def _case_of(reading: Reading) -> object:
    """Which case a record is about; None where that is told by a reference."""
    told: Mapping[str, object] = next(iter(reading.tables.values()))
    return None if told.get("reference") else told.get("case_no") or object()


def _settled(call: Call, wave: Collection[tuple[int, Reading]], now: datetime) -> dict[int, Outcome]:
    """Records that are each about another case, by their positions."""
    # Who hands a file to the operator is known by other means than a signature.
    came = take_all(call, [reading for _, reading in wave], signed=True, now=now)
    return {
        position: Outcome(OutcomeKind.REFUSED, complaint=one.complaint)
        if isinstance(one, Refused)
        else Outcome(one.fate, complaint=one.complaint)
        for (position, _), one in zip(wave, came, strict=True)
    }
