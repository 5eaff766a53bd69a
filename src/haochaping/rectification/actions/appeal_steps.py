"""What every step of an appeal shares: the lock, the next state with its time, the event and entry it leaves."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.postgres import writes
from haochaping.rectification import access
from haochaping.rectification.models import Appeal, AppealEvent
from haochaping.rectification.rules import appeal_due
from haochaping.rectification.states import APPEAL_FINAL, appeal_after
from haochaping.rectification.terms import (
    NO_SUCH_APPEAL,
    WRONG_APPEAL_STATE,
    AppealMove,
    AppealState,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_ENTRY_OF = {
    AppealMove.FILE: EntryKind.APPEAL_FILED,
    AppealMove.CONTEST: EntryKind.APPEAL_FILED,
    AppealMove.ACCEPT: EntryKind.APPEAL_TAKEN_UP,
    AppealMove.REFUSE: EntryKind.APPEAL_TAKEN_UP,
    AppealMove.ANSWER: EntryKind.APPEAL_HEARD,
    AppealMove.PROPOSE: EntryKind.APPEAL_PROPOSED,
    AppealMove.SEND_BACK: EntryKind.APPEAL_PROPOSED,
    AppealMove.CONFIRM: EntryKind.APPEAL_DECIDED,
    AppealMove.WITHDRAW: EntryKind.APPEAL_ENDED,
    AppealMove.DROP: EntryKind.APPEAL_ENDED,
}


def locked(appeal_id: UUID, by: Actor) -> Appeal:
    """The appeal until the transaction ends; raises NO_SUCH_APPEAL, also for whom the review names."""
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("division", "agency", "order")
    appeal = rows.filter(id=appeal_id).first()
    if appeal is None:
        raise Refused(NO_SUCH_APPEAL)
    access.check_not_named(by, appeal.order.staff_id, NO_SUCH_APPEAL)
    return appeal


def moved(appeal: Appeal, move: AppealMove, now: datetime, *changed: str) -> None:
    """Bring a locked appeal to its next state and save it; raises WRONG_APPEAL_STATE."""
    state = appeal_after(AppealState(appeal.state), move)
    if state is None:
        raise Refused(WRONG_APPEAL_STATE, state=AppealState(appeal.state))
    appeal.state = state
    set_clock(appeal, now)
    appeal.save(update_fields=["state", "since", "due_at", *changed])


def set_clock(appeal: Appeal, since: datetime) -> None:
    """Let the time of whoever is to act in this state begin; at the end nobody's runs."""
    appeal.since, appeal.due_at = since, None
    if appeal.state not in APPEAL_FINAL:
        day = local_day(since)
        terms = rulebook.terms_for(appeal.division.path, day)
        appeal.due_at = appeal_due(AppealState(appeal.state), since, terms, rulebook.calendar(terms, day))


def note_move(
    appeal: Appeal,
    move: AppealMove,
    *,
    note: str = "",
    reason: str = "",
    by: Actor,
    now: datetime,
    **facts: str,
) -> None:
    """Leave an event on the timeline and an entry in the ledger; to the reason of a decision the entry commits."""
    event = AppealEvent(id=uuid7(now), appeal=appeal, move=move, by=str(by), at=now, note=note)
    writes.insert([event])
    heard = move == AppealMove.LAPSE and appeal.state == AppealState.HEARD
    ended = EntryKind.APPEAL_HEARD if heard else EntryKind.APPEAL_ENDED
    kind = _ENTRY_OF.get(move, ended)
    fields = {TEXT_FIELD: sha256(reason.encode()).hexdigest()} if reason else {}
    entry = NewEntry(kind, "appeal", str(appeal.id), fields, {"state": str(appeal.state), **facts})
    ledger.append([entry], by=by, now=now)
