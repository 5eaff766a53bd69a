"""收对账单: the statements of a peer below that come as a batch, each held against what arrived here, and answered."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from haochaping.accounts.terms import Power
from haochaping.flows import reconcile
from haochaping.kernel.refused import Refused
from haochaping.levels import rules
from haochaping.levels.terms import NOT_A_RECORD, HeardDay, StatedDay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.levels.rules import Record


_POWERS = frozenset({Power.CASE_IMPORT, Power.REVIEW_IMPORT})


def hear(lines: Sequence[Record], *, by: Actor, now: datetime) -> list[HeardDay]:
    """Hear the statements of a peer's batch; one that cannot be taken is answered with why, the others are heard."""
    asking = dataclasses.replace(by, powers=_POWERS)
    return [_hear(said, asking, now) for said in stated(lines)]


def stated(lines: Sequence[Record]) -> list[StatedDay]:
    """The lines of a batch as statements; raises `Refused(NOT_A_RECORD)` naming the one that is none."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(msgspec.convert(line, StatedDay))
        except msgspec.ValidationError:
            raise Refused(NOT_A_RECORD, line=number, what="statement") from None
    return found


def _hear(said: StatedDay, by: Actor, now: datetime) -> HeardDay:
    blank = HeardDay(source=said.source, kind=said.kind, day=said.day)
    try:
        heard = reconcile.hear(said.source, said.kind, said.day, said.statement, said.parts, by=by, now=now)
    except Refused as no:
        params = rules.shown_params(no.complaint.params)
        return replace(blank, code=no.code, message=no.complaint.reason.message, params=params)
    return replace(
        blank,
        state=heard.state.value,
        wanted=list(heard.wanted),
        count=heard.count,
        differing=list(heard.differing),
        here=heard.here,
    )
