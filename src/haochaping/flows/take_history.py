"""收历史: what an older system has collected comes in by the way of its dialect, record by record, as history.

It is kept and counted apart: imported reviews are in no rate, open no order, and nobody is asked about their services.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.exchange.dialects.envelope import Message
from haochaping.exchange.dialects.reading import read
from haochaping.flows.take_wire import Call, take
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from haochaping.exchange.dialects.terms import Description, Operation
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


def _taken(call: Call, records: Sequence[Mapping[str, object]], now: datetime) -> Iterator[Outcome]:
    for record in records:
        try:
            # Who hands a file to the operator is known by other means than a signature.
            came = take(call, read(call.operation, call.description, record), signed=True, now=now)
        except Refused as refused:
            yield Outcome(OutcomeKind.REFUSED, complaint=refused.complaint)
        else:
            yield Outcome(came.fate, complaint=came.complaint)
