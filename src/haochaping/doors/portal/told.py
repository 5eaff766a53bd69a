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
from haochaping.ui.moments import moment
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from haochaping.hotline.terms import LinkedRow, MoreTime
    from haochaping.rectification.terms import EventRow, OrderRow, SolutionRow

    # By which day, what, when it was done, why it is not to be done any more.
    type PlanLine = tuple[date, str, datetime | None, str]

_CALLED = {
    CallResult.ANSWERED: MOVE_LABELS[Move.VERIFY],
    CallResult.NOT_REACHED: N_("Somebody tried to reach you, without success"),
    CallResult.DECLINED: N_("You were called and did not wish to talk"),
    CallResult.NOT_POSSIBLE: N_("Looked into without a call"),
}
_FAILED = frozenset({CallResult.NOT_REACHED, CallResult.DECLINED})
_MORE_TIME = frozenset({Move.GRANT_EXTENSION, Move.ADOPT_DEADLINE})
_GIVEN_THERE = N_(
    "The hotline 12345 has given whoever works on it more time, until {until}. What is promised here stays. The reason given:"
)
_WROTE_NO = N_("You wrote that you do not wish to talk about it")
_ANSWERED = N_("You answered whether it is solved: {answer}")


def told_of(order: OrderRow, events: Sequence[EventRow], answers: Sequence[SolutionRow]) -> list[Event]:
    """The line of time, oldest first. The reply and the word that stand have their own place on the page."""
    found = [Event(gettext(_title(one)), _when(one), text=_words(order, one)) for one in events]
    for one in answers:
        stands = of_this_round(one, order.replied_at) is not None and one == answers[-1]
        title = gettext(_ANSWERED).format(answer=gettext(SOLVED_LABELS[one.solved]))
        found.append(Event(title, one.answered_at, text="" if stands else one.text))
    return sorted(found, key=lambda event: event.at)  # type: ignore[arg-type,return-value]


def extended(order: OrderRow, events: Sequence[EventRow]) -> str:
    """Why there is more time for what is owed now, in the words of the agency or of the hotline; "" if there is not."""
    reasons = [
        redacted(one.note) if one.move == Move.ADOPT_DEADLINE else one.note
        for one in of_this_clock(events)
        if one.move in _MORE_TIME and one.note
    ]
    return reasons[-1] if reasons and order.state not in ANSWERED else ""


def elsewhere(
    order: OrderRow | None, found: tuple[LinkedRow, MoreTime | None] | None
) -> tuple[str, str] | None:
    """That the hotline gave its side more time where the clock here rules, and why; None where it did not."""
    given = found[1] if found else None
    if order is None or given is None or not given.reason or order.state in ANSWERED:
        return None
    return gettext(_GIVEN_THERE).format(until=moment(given.until)), redacted(given.reason)


def plans_of(order: OrderRow, events: Sequence[EventRow]) -> tuple[list[PlanLine], list[PlanLine]]:
    """What is promised by which day, when it was done or why not; apart, what was before the agency's time began anew.

    A person that a clerk named stays hidden.
    """
    if not any(one.move == Move.LEDGER for one in events):
        return [], []
    plan: list[PlanLine] = []
    earlier: list[PlanLine] = []
    for line in orders.plan_of_order(order.id):
        lines = plan if line.ended_at is None else earlier
        dropped = redacted(line.note) if line.dropped else ""
        lines.append((line.due_on, redacted(line.text), line.done_at, dropped))
    return plan, earlier


def _when(event: EventRow) -> datetime:
    """A call that came to nothing is told by when the telephone rang, however much later it was written down."""
    call = event.callback
    failed = call is not None and call.result in _FAILED
    return call.called_at if call and failed and call.called_at else event.at


def _title(event: EventRow) -> str:
    if event.callback is None:
        return MOVE_LABELS[event.move]
    wrote = event.callback.means == Means.MESSAGE
    return (
        _WROTE_NO
        if wrote and event.callback.result == CallResult.DECLINED
        else _CALLED[event.callback.result]
    )


def _words(order: OrderRow, event: EventRow) -> str:
    """What an earlier reply said: once shown, it stays readable; and why the supervisor ended what is not solved."""
    if event.move == Move.END:
        return redacted(event.note)
    return event.note if event.move == Move.REPLY and event.at != order.replied_at else ""
