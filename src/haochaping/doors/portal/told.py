"""What has happened to an order as its reviewer reads it: moves, what became of calls, their own words, earlier replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.kernel.refused import N_
from haochaping.publicity.rules import redacted
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import of_this_clock, of_this_round
from haochaping.rectification.states import ANSWERED
from haochaping.rectification.terms import MOVE_LABELS, SOLVED_LABELS, CallResult, Means, Move
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from haochaping.rectification.terms import EventRow, OrderRow, SolutionRow

    type _Line = tuple[date, str, datetime | None]

_CALLED = {
    CallResult.ANSWERED: MOVE_LABELS[Move.VERIFY],
    CallResult.NOT_REACHED: N_("Somebody tried to reach you, without success"),
    CallResult.DECLINED: N_("You were called and did not wish to talk"),
    CallResult.NOT_POSSIBLE: N_("Looked into without a call"),
}
_WROTE_NO = N_("You wrote that you do not wish to talk about it")
_ANSWERED = N_("You answered whether it is solved: {answer}")


def told_of(order: OrderRow, events: Sequence[EventRow], answers: Sequence[SolutionRow]) -> list[Event]:
    """The line of time, oldest first. The reply and the word that stand have their own place on the page."""
    found = [Event(gettext(_title(one)), one.at, text=_reply(order, one)) for one in events]
    for one in answers:
        stands = of_this_round(one, order.replied_at) is not None and one == answers[-1]
        title = gettext(_ANSWERED).format(answer=gettext(SOLVED_LABELS[one.solved]))
        found.append(Event(title, one.answered_at, text="" if stands else one.text))
    return sorted(found, key=lambda event: event.at)  # type: ignore[arg-type,return-value]


def extended(order: OrderRow, events: Sequence[EventRow]) -> str:
    """Why the agency was given more time for what it owes now, in its own words; "" if it was not."""
    reasons = [one.note for one in of_this_clock(events) if one.move == Move.GRANT_EXTENSION]
    return reasons[-1] if reasons and order.state not in ANSWERED else ""


def plans_of(order: OrderRow, events: Sequence[EventRow]) -> tuple[list[_Line], list[_Line]]:
    """What is promised by which day, and when it was done; apart, what was before the agency's time began anew.

    A person that a clerk named stays hidden.
    """
    if not any(one.move == Move.LEDGER for one in events):
        return [], []
    plan: list[_Line] = []
    earlier: list[_Line] = []
    for line in orders.plan_of_order(order.id):
        lines = plan if line.ended_at is None else earlier
        lines.append((line.due_on, redacted(line.text), line.done_at))
    return plan, earlier


def _title(event: EventRow) -> str:
    if event.callback is None:
        return MOVE_LABELS[event.move]
    wrote = event.callback.means == Means.MESSAGE
    return (
        _WROTE_NO
        if wrote and event.callback.result == CallResult.DECLINED
        else _CALLED[event.callback.result]
    )


def _reply(order: OrderRow, event: EventRow) -> str:
    """What an earlier reply said: once shown, it stays readable."""
    return event.note if event.move == Move.REPLY and event.at != order.replied_at else ""
