"""What stands beside the forms of an order before they are sent: what is still missing for a step, what is left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from haochaping.rectification.rules import was_heard
from haochaping.rectification.terms import CallResult, OrderState

if TYPE_CHECKING:
    from haochaping.rectification.terms import Beside, EventRow, HistoryRow, OrderRow
    from haochaping.rulebook.terms import Terms

_UNTIL_HEARD = frozenset({OrderState.SIGNED, OrderState.VERIFIED, OrderState.LEDGERED})
_NEEDS_HEARING = ("call-back", "rectification", "ledger")
_ENDS = ("rectification", "reply", "pass-check")


def cautions(order: OrderRow, history: HistoryRow, terms: Terms, *, called: bool) -> dict[str, list[str]]:
    """The sentences by step; none of them keeps anybody from anything. `called`: there is a reviewer who may be called."""
    found: dict[str, list[str]] = {}
    if missing := _attempts_missing(order, history, terms, called=called):
        for step in _NEEDS_HEARING:
            found.setdefault(step, []).append(missing)
    for step in _ENDS:
        found.setdefault(step, []).extend(_left_open(history.beside))
    return found


def is_unreached(order: OrderRow, history: HistoryRow) -> bool:
    """Whether every attempt of this round to reach the reviewer has come to nothing."""
    calls = [one.callback for one in _calls(order, history) if one.callback]
    return bool(calls) and all(call.result == CallResult.NOT_REACHED for call in calls)


def _calls(order: OrderRow, history: HistoryRow) -> list[EventRow]:
    return [one for one in history.events if one.callback and one.callback.round == order.round]


def _attempts_missing(order: OrderRow, history: HistoryRow, terms: Terms, *, called: bool) -> str:
    """How many attempts at different hours are missing before the agency may go on without having heard the reviewer."""
    attempts_made = [(one.callback, one.at) for one in _calls(order, history) if one.callback]
    calls = [(call.result, call.called_at or at) for call, at in attempts_made]
    heard, attempts = was_heard(calls, terms.call_attempts)
    if heard or order.state not in _UNTIL_HEARD:
        return ""
    if not called:
        return gettext(
            "The reviewer cannot be called. Before the next step record what they wrote, or what was found out without a call."
        )
    n = terms.call_attempts - attempts
    return ngettext(
        "The reviewer has not been heard yet. Without that the next step needs {n} more attempt, in another hour.",
        "The reviewer has not been heard yet. Without that the next step needs {n} more attempts, each in another hour.",
        n,
    ).format(n=n)


def _left_open(beside: Beside) -> list[str]:
    lines = sum(one.is_left for one in beside.milestones)
    helpers = [one.agency_name for one in beside.co_handlers if one.is_open]
    said = []
    if lines:
        said.append(
            ngettext(
                "{n} line of the plan is not done.", "{n} lines of the plan are not done.", lines
            ).format(n=lines)
        )
    if helpers:
        names = gettext(", ").join(helpers)
        said.append(gettext("Asked to help and not answered yet: {agencies}").format(agencies=names))
    return said
