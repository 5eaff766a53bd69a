"""Supervision orders and urgings as pages of both sides show them: the supervisor's and the agency's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.names import names_of
from haochaping.supervision import queries
from haochaping.supervision.states import FINAL, MOVE_OF
from haochaping.supervision.terms import (
    PROPOSAL_LABELS,
    RUNG_LABELS,
    SUPERVISION_LABELS,
    SUPERVISION_MOVES,
    Rung,
    SupervisionState,
)
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.supervision.terms import ProposalRow, SupervisionRow, UrgingRow

ON_PAGE = 30
_TONES = {
    SupervisionState.OPENED: "info",
    SupervisionState.NOTIFIED: "warn",
    SupervisionState.CALLED: "bad",
    SupervisionState.LIFTED: "good",
}
_MILD = {Rung.REMINDER: "info", Rung.WARNING: "warn"}


def shown(row: SupervisionRow, now: datetime) -> dict[str, object]:
    """One supervision order as a line or the head of its page."""
    answered = row.state not in {SupervisionState.OPENED, SupervisionState.NOTIFIED}
    return {
        "row": row,
        "about": row.item_name
        or (gettext("Complaint, suggestion or question") if row.voice_id else row.text),
        "rung": gettext(RUNG_LABELS[row.rung]),
        "rung_tone": _MILD.get(row.rung, "bad"),
        "state": gettext(SUPERVISION_LABELS[row.state]),
        "tone": _TONES.get(row.state, "bad" if row.state in FINAL else "info"),
        "due": None if answered else row.due_at,
        "now": now,
    }


def events_of(row: SupervisionRow, proposals: Iterable[ProposalRow], by: Actor) -> list[Event]:
    """What happened, oldest first; proposals only where the reader was given them."""
    found, proposed = queries.timeline(row.id), list(proposals)
    names = names_of(
        [event.by for event in found] + [who for p in proposed for who in (p.proposed_by, p.decided_by)], by
    )
    measures = set(MOVE_OF.values())
    events = [
        Event(
            gettext(SUPERVISION_MOVES[e.move]),
            e.at,
            names[e.by],
            _measure(e.note, tells=not proposed) if e.move in measures else e.note,
        )
        for e in found
    ]
    for one in proposed:
        measure = gettext(RUNG_LABELS[one.rung])
        title = gettext("Proposed: {measure}").format(measure=measure)
        events.append(Event(title, one.proposed_at, names[one.proposed_by], one.reason))
        if one.decided_at:
            state = gettext(PROPOSAL_LABELS[one.state])
            title = gettext("{measure}: {state}").format(measure=measure, state=state)
            events.append(Event(title, one.decided_at, names[one.decided_by], one.decision))
    return sorted(events, key=lambda event: event.at)  # type: ignore[arg-type,return-value]


def _measure(note: str, *, tells: bool) -> str:
    """Which measure was decided, and to whom no proposal is shown, why; of an earlier time it may have no reason."""
    rung, _, why = note.partition("\n")
    return "\n".join(filter(None, [gettext(RUNG_LABELS[Rung(rung)]), why if tells else ""]))


def urging_shown(row: UrgingRow, by: Actor, now: datetime) -> dict[str, object]:
    """One urging with what came of it."""
    names = names_of([row.urged_by, row.answered_by], by)
    sent = gettext("Help was asked for") if row.upward else gettext("An urging was sent")
    events = [Event(sent, row.urged_at, names[row.urged_by], row.text)]
    if row.answered_at:
        events.append(Event(gettext("Answered"), row.answered_at, names[row.answered_by], row.answer))
    return {"row": row, "events": events, "due": None if row.answered_at else row.due_at, "now": now}


def pager(number: int, found: int, query: str) -> dict[str, object]:
    """The addresses of the pages before and after one of a list, of which one line more than fits was found."""
    return {
        "page": number,
        "previous": f"?{query}page={number - 1}" if number > 1 else "",
        "next": f"?{query}page={number + 1}" if found > ON_PAGE else "",
    }
