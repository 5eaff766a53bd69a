"""What every step of a supervision order shares: the locked row in its next state, its event and ledger entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres import writes
from haochaping.rectification.access import not_named
from haochaping.rulebook import queries as rulebook
from haochaping.supervision.access import ABOUT, check_fire
from haochaping.supervision.models import SupervisionEvent, SupervisionOrder
from haochaping.supervision.rules import answer_due
from haochaping.supervision.states import FIRED_BY, after
from haochaping.supervision.terms import (
    NO_SUCH_SUPERVISION,
    WRONG_SUPERVISION_STATE,
    SupervisionMove,
    SupervisionState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


def step(supervision_id: UUID, move: SupervisionMove, by: Actor) -> SupervisionOrder:
    """The row, locked and in its next state (not saved).

    Raises:
        Refused: NO_SUCH_SUPERVISION, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_SUPERVISION_STATE.
    """
    row = locked(supervision_id, by)
    check_fire(by, FIRED_BY[move], division_path=row.division.path, agency_path=row.agency.path)
    state = after(SupervisionState(row.state), move)
    if state is None:
        raise Refused(WRONG_SUPERVISION_STATE)
    row.state = state
    return row


def locked(supervision_id: UUID, by: Actor) -> SupervisionOrder:
    """The row, locked until the transaction ends; raises NO_SUCH_SUPERVISION, also for whom it is about."""
    rows = SupervisionOrder.objects.select_for_update(of=("self",)).select_related("division", "agency")
    row = rows.filter(not_named(by, ABOUT), id=supervision_id).first()
    if row is None:
        raise Refused(NO_SUCH_SUPERVISION)
    return row


def record(
    rows: Sequence[SupervisionOrder],
    move: SupervisionMove,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    **facts: str,
) -> None:
    """Leave an event on the timeline and an entry in the ledger for each, with what else is to be told there."""
    ids = uuids7(now, len(rows))
    writes.insert(
        [
            SupervisionEvent(id=pk, supervision_id=row.id, move=move, by=str(by), at=now, note=note)
            for pk, row in zip(ids, rows, strict=True)
        ]
    )
    ledger.append(
        [
            NewEntry(
                EntryKind.SUPERVISION_MOVED,
                "supervision",
                str(row.id),
                facts={"move": str(move), "rung": str(row.rung), "state": str(row.state), **facts},
            )
            for row in rows
        ],
        by=by,
        now=now,
    )


def answers_due(division_ids: Iterable[int], now: datetime) -> dict[int, datetime | None]:
    """Until when an answer is due that is asked for now, by the division whose rules hold."""
    day = local_day(now)
    return {
        pk: answer_due(now, terms, rulebook.calendar(terms, day))
        for pk, terms in rulebook.terms_for_divisions(set(division_ids), day).items()
    }
